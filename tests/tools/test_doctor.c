/* cnn doctor: one fixture a fault, each made from healthy data by one change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "cnn.h"
#include "data/synth.h"

enum { PIXELS = SYNTH_SIDE * SYNTH_SIDE, N_TRAIN = 400, N_TEST = 200, HEADER = 16, LABEL_HEADER = 8 };

/* The four files as bytes, and the folder they are written to. */
struct fixture {
    uint8_t images[2][HEADER + N_TRAIN * PIXELS], labels[2][LABEL_HEADER + N_TRAIN];
    char folder[64], model[96];
};

static const size_t counts[2] = {N_TRAIN, N_TEST};
static const char *const image_names[2] = {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"};
static const char *const label_names[2] = {"train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte"};

static void put_u32(uint8_t *p, size_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void write_bytes(const struct fixture *f, const char *name, const uint8_t *bytes, size_t n)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void write_split(const struct fixture *f, int split)
{
    write_bytes(f, image_names[split], f->images[split], HEADER + counts[split] * PIXELS);
    write_bytes(f, label_names[split], f->labels[split], LABEL_HEADER + counts[split]);
}

static void remove_file(const struct fixture *f, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    assert_int_equal(unlink(path), 0);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/cnn-doctor-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->model, sizeof f->model, "%s/model.npz", f->folder);
    for (int split = 0; split < 2; split++) {
        put_u32(f->images[split], 0x803);
        put_u32(f->images[split] + 4, counts[split]);
        put_u32(f->images[split] + 8, SYNTH_SIDE);
        put_u32(f->images[split] + 12, SYNTH_SIDE);
        put_u32(f->labels[split], 0x801);
        put_u32(f->labels[split] + 4, counts[split]);
        synth_draw(7, (enum cnn_split)split, 0, counts[split], f->images[split] + HEADER,
                   f->labels[split] + LABEL_HEADER);
        write_split(f, split);
    }
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", f->folder);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

/* All findings as one text. */
struct report {
    char text[16384];
    size_t faults;
};

static void note_finding(void *context, const struct cnn_finding *finding)
{
    struct report *report = context;
    size_t used = strlen(report->text);
    snprintf(report->text + used, sizeof report->text - used, "%d %s: %s -> %s\n", (int)finding->verdict,
             finding->subject, finding->text, finding->advice);
    report->faults += finding->verdict == CNN_FAULT;
}

/* Runs the doctor; every text must be told, and as many faults. */
static void expect(const struct fixture *f, const char *data, size_t faults, const char *first,
                   const char *second)
{
    struct report report = {0};
    assert_int_equal(cnn_doctor(data ? data : f->folder, f->model, note_finding, &report, NULL), CNN_OK);
    if (report.faults != faults || !strstr(report.text, first) || !strstr(report.text, second))
        fail_msg("expected %zu faults, \"%s\" and \"%s\"; found %zu:\n%s", faults, first, second,
                 report.faults, report.text);
}

static void healthy_data(void **state)
{
    expect(*state, NULL, 0, "400 images of 28 x 28 x 1 in 10 classes", "200 images");
    expect(*state, "synth", 0, "60000 images", "model.npz: not there yet");
}

static void missing_though_a_sibling_is_there(void **state)
{
    struct fixture *f = *state;
    remove_file(f, image_names[0]);
    write_bytes(f, "train_images_ubyte.gz", f->images[0], 100);
    expect(f, NULL, 1, "no training images", "train_images_ubyte.gz is there");
}

static void one_folder_deeper(void **state)
{
    struct fixture *f = *state;
    char parent[64];
    snprintf(parent, sizeof parent, "%.50s/..", f->folder);
    struct report report = {0};
    assert_int_equal(cnn_doctor(parent, f->model, note_finding, &report, NULL), CNN_OK);
    assert_non_null(strstr(report.text, f->folder + strlen("/tmp/")));
}

static void still_gzip(void **state)
{
    struct fixture *f = *state;
    char path[160];
    snprintf(path, sizeof path, "%s/once.gz", f->folder);
    gzFile once = gzopen(path, "wb");
    gzwrite(once, f->labels[0], LABEL_HEADER + N_TRAIN);
    gzclose(once);
    uint8_t *bytes;
    size_t n;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &n, NULL), CNN_OK);
    snprintf(path, sizeof path, "%s/%s", f->folder, label_names[0]);
    gzFile twice = gzopen(path, "wb");
    gzwrite(twice, bytes, (unsigned)n);
    gzclose(twice);
    free(bytes);
    expect(f, NULL, 1, "not an IDX file", "packed twice");
}

static void a_web_page(void **state)
{
    struct fixture *f = *state;
    static const char page[] = "<!DOCTYPE html><html><body>404</body></html>";
    write_bytes(f, image_names[1], (const uint8_t *)page, sizeof page);
    expect(f, NULL, 1, "a web page", "fetch-mnist.sh");
}

static void swapped_bytes(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < HEADER; i += 4)
        for (size_t k = 0; k < 2; k++) {
            uint8_t t = f->images[0][i + k];
            f->images[0][i + k] = f->images[0][i + 3 - k];
            f->images[0][i + 3 - k] = t;
        }
    write_split(f, 0);
    expect(f, NULL, 1, "byte order", "big-endian");
}

static void images_transposed(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < N_TRAIN; i++) {
        uint8_t *image = f->images[0] + HEADER + i * PIXELS;
        for (size_t y = 0; y < SYNTH_SIDE; y++)
            for (size_t x = 0; x < y; x++) {
                uint8_t t = image[y * SYNTH_SIDE + x];
                image[y * SYNTH_SIDE + x] = image[x * SYNTH_SIDE + y];
                image[x * SYNTH_SIDE + y] = t;
            }
    }
    write_split(f, 0);
    expect(f, NULL, 1, "the images are transposed", "EMNIST");
}

static void labels_start_at_1(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < N_TRAIN; i++)
        f->labels[0][LABEL_HEADER + i]++;
    write_split(f, 0);
    expect(f, NULL, 1, "labels start at 1 and end at 10", "subtract");
}

static void one_label_for_all(void **state)
{
    struct fixture *f = *state;
    memset(f->labels[0] + LABEL_HEADER, 7, N_TRAIN);
    write_split(f, 0);
    expect(f, NULL, 1, "every one of the 400 images has the label 7", "sorted");
    memset(f->labels[0] + LABEL_HEADER, 0, N_TRAIN);
    write_split(f, 0);
    expect(f, NULL, 1, "every one of the 400 images has the label 0", "");
    f->labels[0][LABEL_HEADER + N_TRAIN - 1] = 1;
    memset(f->labels[1] + LABEL_HEADER, 1, N_TEST);
    write_split(f, 0);
    write_split(f, 1);
    expect(f, NULL, 0, "1 test data: every one of the 200 images has the label 1", "");
}

/* 28 images of 3 x 28 x 28 in the place of 84 of 28 x 28. */
static void channels_first(void **state)
{
    struct fixture *f = *state;
    enum { N = 28, RANK_4 = 20 };
    static uint8_t bytes[RANK_4 + N * 3 * PIXELS];
    put_u32(bytes, 0x804);
    put_u32(bytes + 4, N);
    put_u32(bytes + 8, 3);
    put_u32(bytes + 12, SYNTH_SIDE);
    put_u32(bytes + 16, SYNTH_SIDE);
    memcpy(bytes + RANK_4, f->images[0] + HEADER, sizeof bytes - RANK_4);
    put_u32(f->labels[0] + 4, N);
    write_bytes(f, image_names[0], bytes, sizeof bytes);
    write_bytes(f, label_names[0], f->labels[0], LABEL_HEADER + N);
    remove_file(f, image_names[1]);
    expect(f, NULL, 0, "channels came first: 3 x 28 x 28, not 28 x 28 x 3", "transpose(0, 2, 3, 1)");
}

static void pixels_of_sixteen_steps(void **state)
{
    struct fixture *f = *state;
    for (size_t i = HEADER; i < HEADER + N_TRAIN * PIXELS; i++)
        f->images[0][i] /= 16;
    write_split(f, 0);
    expect(f, NULL, 0, "no pixel is above 15", "as those of scikit-learn's digits do");
    for (size_t i = HEADER; i < HEADER + N_TRAIN * PIXELS; i++)
        f->images[0][i] /= 2;
    write_split(f, 0);
    expect(f, NULL, 0, "no pixel is above 7", "multiply them");
}

static void pixels_divided_already(void **state)
{
    struct fixture *f = *state;
    for (size_t i = HEADER; i < HEADER + N_TRAIN * PIXELS; i++)
        f->images[0][i] /= 255;
    write_split(f, 0);
    expect(f, NULL, 1, "no pixel is above 1", "--scale");
}

static void pixels_inverted_or_empty(void **state)
{
    struct fixture *f = *state;
    for (size_t i = HEADER; i < HEADER + N_TRAIN * PIXELS; i++)
        f->images[0][i] = (uint8_t)(255 - f->images[0][i]);
    write_split(f, 0);
    expect(f, NULL, 0, "dark on light", "invert");
    memset(f->images[0] + HEADER, 0, N_TRAIN * PIXELS);
    write_split(f, 0);
    expect(f, NULL, 1, "all pixels are 0", "");
}

static void test_images_are_the_training_images(void **state)
{
    struct fixture *f = *state;
    write_bytes(f, image_names[1], f->images[0], HEADER + N_TRAIN * PIXELS);
    write_bytes(f, label_names[1], f->labels[0], LABEL_HEADER + N_TRAIN);
    expect(f, NULL, 1, "the same images as the training data", "");
}

static void counts_differ(void **state)
{
    struct fixture *f = *state;
    put_u32(f->labels[0] + 4, N_TRAIN - 1);
    write_bytes(f, label_names[0], f->labels[0], LABEL_HEADER + N_TRAIN - 1);
    expect(f, NULL, 1, "number of labels differs", "");
}

/* MNIST's shape and digits, but other bytes: only the checksum tells. */
static void wrong_checksum(void **state)
{
    struct fixture *f = *state;
    size_t n = 60000;
    uint8_t *images = malloc(HEADER + n * PIXELS), *labels = malloc(LABEL_HEADER + n);
    memcpy(images, f->images[0], HEADER);
    memcpy(labels, f->labels[0], LABEL_HEADER);
    put_u32(images + 4, n);
    put_u32(labels + 4, n);
    synth_draw(1, CNN_TRAIN, 0, n, images + HEADER, labels + LABEL_HEADER);
    write_bytes(f, image_names[0], images, HEADER + n * PIXELS);
    write_bytes(f, label_names[0], labels, LABEL_HEADER + n);
    expect(f, NULL, 1, "the checksum is wrong", "fetch-mnist.sh");
    for (size_t i = 0; i < n; i++)
        labels[LABEL_HEADER + i] = (uint8_t)((labels[LABEL_HEADER + i] + 1) % 10);
    write_bytes(f, label_names[0], labels, LABEL_HEADER + n);
    expect(f, NULL, 0, "another set of images", "");
    free(images);
    free(labels);
}

/* ---- models ----------------------------------------------------------------------------------------- */

static void save_model(const struct fixture *f, const char *arch, size_t epochs)
{
    struct cnn_dataset *train;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    assert_int_equal(cnn_dataset_open(f->folder, CNN_TRAIN, 0, 0, &train, NULL), CNN_OK);
    assert_int_equal(
        cnn_model_create(&(struct cnn_model_options){.arch = arch, .scale = true, .seed = 1}, &model, NULL),
        CNN_OK);
    assert_int_equal(
        cnn_trainer_create(model, train,
                           &(struct cnn_train_options){.epochs = epochs ? epochs : 1, .optimizer = "adam"},
                           &trainer, NULL),
        CNN_OK);
    while (epochs && !at.done)
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
    assert_int_equal(cnn_model_save(model, f->model, NULL), CNN_OK);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(train);
}

static void model_at_chance(void **state)
{
    struct fixture *f = *state;
    save_model(f, "flatten dense:10,softmax", 0);
    expect(f, NULL, 1, "no better than a guess", "has no whole epoch");
    save_model(f, "flatten dense:10,softmax", 5);
    expect(f, NULL, 0, "of the test images", "5 epochs");
}

static void model_of_another_shape(void **state)
{
    struct fixture *f = *state;
    save_model(f, "flatten dense:11,softmax", 1);
    put_u32(f->images[1] + 8, SYNTH_SIDE / 2);
    put_u32(f->images[1] + 12, SYNTH_SIDE * 2);
    write_split(f, 1);
    expect(f, NULL, 2, "the model takes images of 28 x 28 x 1", "but the training images are 28 x 28 x 1");
}

static void model_damaged_but_the_one_before_is_whole(void **state)
{
    struct fixture *f = *state;
    save_model(f, "flatten dense:10,softmax", 1);
    save_model(f, "flatten dense:10,softmax", 1);
    assert_int_equal(truncate(f->model, 1000), 0);
    expect(f, NULL, 1, "not a model file", "the one before it is whole: mv");
}

static void model_of_another_version(void **state)
{
    struct fixture *f = *state;
    snprintf(f->model, sizeof f->model, "tests/train/version-0.0.1.npz");
    expect(f, "synth", 0, "written by version 0.0.1", "");
}

static void machine(void **state)
{
    struct fixture *f = *state;
    setenv("CNN_CPU", "portable", 1);
    expect(f, NULL, 0, "the portable instructions are in use", "");
    setenv("CNN_CPU", "z80", 1);
    struct report report = {0};
    cnn_doctor(f->folder, f->model, note_finding, &report, NULL);
    assert_non_null(strstr(report.text, "z80"));
    unsetenv("CNN_CPU");
    assert_int_equal(cnn_set_threads(1000, NULL), CNN_OK);
    expect(f, NULL, 0, "1000 threads on", "wait for each other");
    assert_int_equal(cnn_set_threads(0, NULL), CNN_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(healthy_data),
        TEST(missing_though_a_sibling_is_there),
        TEST(one_folder_deeper),
        TEST(still_gzip),
        TEST(a_web_page),
        TEST(swapped_bytes),
        TEST(images_transposed),
        TEST(labels_start_at_1),
        TEST(one_label_for_all),
        TEST(channels_first),
        TEST(pixels_of_sixteen_steps),
        TEST(pixels_divided_already),
        TEST(pixels_inverted_or_empty),
        TEST(test_images_are_the_training_images),
        TEST(counts_differ),
        TEST(wrong_checksum),
        TEST(model_at_chance),
        TEST(model_of_another_shape),
        TEST(model_damaged_but_the_one_before_is_whole),
        TEST(model_of_another_version),
        TEST(machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
