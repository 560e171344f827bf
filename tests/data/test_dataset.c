/* Datasets: where they are looked for, which part is read, what is refused, slices and fingerprints. */
#include "data/dataset.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { N = 7, SIDE = 4, IMAGE = SIDE * SIDE };

static const uint8_t digits[N] = {5, 0, 4, 1, 9, 2, 1};
static char start[512]; /* the folder we come from */

/* Every test works in a scratch folder. */
static int enter_scratch(void **state)
{
    char *folder = test_malloc(64);
    strcpy(folder, "/tmp/cnn-test-data-XXXXXX");
    unsetenv("CNN_DATA");
    *state = folder;
    return getcwd(start, sizeof start) && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static void remove_all(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char path[600];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (remove(path) != 0)
            remove_all(path);
    }
    closedir(entries);
    assert_int_equal(rmdir(folder), 0);
}

static int leave_scratch(void **state)
{
    assert_int_equal(chdir(start), 0);
    remove_all(*state);
    test_free(*state);
    return 0;
}

/* A name that ends in .gz is packed. */
static void write_file(const char *path, const uint8_t *bytes, size_t n)
{
    bool packed = strstr(path, ".gz") != NULL;
    gzFile file = gzopen(path, packed ? "wb" : "wbT");
    assert_non_null(file);
    assert_int_equal(gzwrite(file, bytes, (unsigned)n), n);
    assert_int_equal(gzclose(file), Z_OK);
}

/* Image i is filled with 10 i + split. */
static void write_images(const char *path, uint8_t n, uint8_t split)
{
    uint8_t bytes[16 + N * IMAGE] = {0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, SIDE, 0, 0, 0, SIDE};
    for (size_t i = 0; i < N * IMAGE; i++)
        bytes[16 + i] = (uint8_t)(i / IMAGE * 10 + split);
    write_file(path, bytes, 16U + n * IMAGE);
}

static void write_labels(const char *path, uint8_t n)
{
    uint8_t bytes[8 + N] = {0, 0, 8, 1, 0, 0, 0, n};
    memcpy(bytes + 8, digits, N);
    write_file(path, bytes, 8U + n);
}

static void write_mnist(const char *folder, const char *images, const char *labels, uint8_t split)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, images);
    write_images(path, N, split);
    snprintf(path, sizeof path, "%s/%s", folder, labels);
    write_labels(path, N);
}

static void expect_error(const char *source, enum cnn_split split, size_t first, size_t count,
                         enum cnn_status expected, const char *message, const char *hint)
{
    struct cnn_dataset *dataset = NULL;
    struct cnn_error error;
    enum cnn_status status = cnn_dataset_open(source, split, first, count, &dataset, &error);
    assert_null(dataset);
    if (status != expected || !strstr(error.message, message) || !strstr(error.hint, hint))
        fail_msg("expected %d \"%s\" \"%s\"; found %d \"%s\" \"%s\"", (int)expected, message, hint,
                 (int)status, status ? error.message : "", status ? error.hint : "");
}

/* Opens a part and compares it with what write_mnist wrote. */
static void expect_part(const char *source, enum cnn_split split, size_t first, size_t count, size_t held)
{
    struct cnn_dataset *dataset;
    struct cnn_error error;
    enum cnn_status status = cnn_dataset_open(source, split, first, count, &dataset, &error);
    if (status != CNN_OK)
        fail_msg("%s", error.message);
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    assert_string_equal(info.source, source);
    assert_false(info.synthetic);
    assert_int_equal(info.count, held);
    assert_int_equal(info.height, SIDE);
    assert_int_equal(info.width, SIDE);
    assert_int_equal(info.channels, 1);
    assert_int_equal(info.classes, 10);
    for (size_t i = 0; i < held; i++) {
        assert_int_equal(cnn_dataset_label(dataset, i), digits[first + i]);
        for (size_t p = 0; p < IMAGE; p++)
            assert_int_equal(cnn_dataset_image(dataset, i)[p], (first + i) * 10 + (split == CNN_TEST));
    }
    cnn_dataset_close(dataset);
}

static void both_spellings_raw_and_packed_are_found(void **state)
{
    (void)state;
    static const char *const images[] = {"images-idx3-ubyte", "images.idx3-ubyte", "images-idx3-ubyte.gz",
                                         "images.idx3-ubyte.gz"};
    static const char *const labels[] = {"labels-idx1-ubyte", "labels.idx1-ubyte", "labels-idx1-ubyte.gz",
                                         "labels.idx1-ubyte.gz"};
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            char image_name[64], label_name[64];
            assert_int_equal(mkdir("d", 0755), 0);
            snprintf(image_name, sizeof image_name, "train-%s", images[i]);
            snprintf(label_name, sizeof label_name, "train-%s", labels[k]);
            write_mnist("d", image_name, label_name, 0);
            snprintf(image_name, sizeof image_name, "t10k-%s", images[k]);
            snprintf(label_name, sizeof label_name, "t10k-%s", labels[i]);
            write_mnist("d", image_name, label_name, 1);
            expect_part("d", CNN_TRAIN, 0, 0, N);
            expect_part("d/", CNN_TEST, 0, 0, N);
            remove_all("d");
        }
}

static void any_part_is_read(void **state)
{
    (void)state;
    write_mnist(".", "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", 0);
    for (size_t first = 0; first < N; first++) {
        expect_part(".", CNN_TRAIN, first, 0, N - first);
        for (size_t count = 1; first + count <= N; count++)
            expect_part(".", CNN_TRAIN, first, count, count);
        expect_error(".", CNN_TRAIN, first, N - first + 1, CNN_ERROR_USAGE, "are too many; expected at most",
                     "");
    }
    expect_error(".", CNN_TRAIN, N, 0, CNN_ERROR_USAGE, ".: image 7 is past the end; expected 0 to 6", "");
    expect_error(".", CNN_TRAIN, 1, SIZE_MAX, CNN_ERROR_USAGE, "expected at most 6", "");
    expect_error(".", CNN_TRAIN, SIZE_MAX, 1, CNN_ERROR_USAGE, "is past the end", "");
}

static void a_file_brings_its_labels(void **state)
{
    (void)state;
    write_mnist(".", "mine-images.idx3-ubyte", "mine-labels.idx1-ubyte.gz", 0);
    expect_part("mine-images.idx3-ubyte", CNN_TRAIN, 0, 0, N);
    assert_int_equal(rename("mine-labels.idx1-ubyte.gz", "mine-labels.idx1-ubyte"), 0); /* told by content */
    expect_part("./mine-images.idx3-ubyte", CNN_TRAIN, 2, 3, 3);
}

/* Images without labels open; what needs labels fails, and says this. */
static void expect_unlabelled(const char *source, size_t first, size_t count, size_t held,
                              const char *message, const char *hint)
{
    struct cnn_dataset *dataset, *part;
    struct cnn_error error = {0};
    assert_int_equal(cnn_dataset_open(source, CNN_TRAIN, first, count, &dataset, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_info(dataset).count, held);
    assert_false(cnn_dataset_info(dataset).labelled);
    assert_int_equal(cnn_dataset_info(dataset).classes, 0);
    assert_int_equal(cnn_dataset_image(dataset, held - 1)[0], (first + held - 1) * 10);
    assert_int_equal(cnn_dataset_slice(dataset, held - 1, 1, &part, NULL), CNN_OK);
    assert_ptr_equal(cnn_dataset_image(part, 0), cnn_dataset_image(dataset, held - 1));
    assert_int_equal(dataset_check_labels(part, &error), CNN_ERROR_NOT_FOUND);
    if (!strstr(error.message, message) || !strstr(error.hint, hint))
        fail_msg("expected \"%s\" \"%s\"; found \"%s\" \"%s\"", message, hint, error.message, error.hint);
    cnn_dataset_close(part);
    cnn_dataset_close(dataset);
}

static void labels_may_be_missing(void **state)
{
    (void)state;
    write_images("mine-images.idx3-ubyte", N, 0);
    expect_unlabelled("mine-images.idx3-ubyte", 0, 0, N,
                      "mine-images.idx3-ubyte: the label file is not there: mine-labels.idx1-ubyte",
                      "matching names");
    expect_unlabelled("mine-images.idx3-ubyte", 2, 3, 3, "the label file is not there", "");
    write_images("pictures", N, 0);
    expect_unlabelled("pictures", 0, 0, N, "cannot be told from this name", "images-idx3");
    write_images("train-images.idx3-ubyte", N, 0);
    expect_unlabelled(".", 0, 0, N,
                      ".: no training labels; looked for train-labels-idx1-ubyte and train-labels.idx1-ubyte",
                      "fetch");
    assert_int_equal(mkdir("train-labels-idx1-ubyte", 0755), 0);
    expect_error(".", CNN_TRAIN, 0, 0, CNN_ERROR_FORMAT, "./train-labels-idx1-ubyte: not a file but a folder",
                 "");
}

/* A model on images without labels: it predicts, and neither scores nor trains. */
static void unlabelled_images_are_predicted_and_nothing_else(void **state)
{
    (void)state;
    struct cnn_dataset *labelled, *bare;
    struct cnn_model *model;
    struct cnn_trainer *trainer = NULL;
    struct cnn_scores scores;
    struct cnn_error error;
    static float with[N * 10], without[N * 10];
    write_mnist(".", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 0);
    write_images("bare-images-idx3-ubyte", N, 0);
    assert_int_equal(cnn_dataset_open(".", CNN_TRAIN, 0, 0, &labelled, NULL), CNN_OK);
    assert_true(cnn_dataset_info(labelled).labelled);
    assert_int_equal(dataset_check_labels(labelled, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_open("bare-images-idx3-ubyte", CNN_TRAIN, 0, 0, &bare, NULL), CNN_OK);
    struct cnn_model_options options = {
        .arch = "flatten dense:10,softmax", .height = SIDE, .width = SIDE, .channels = 1, .seed = 5};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_model_predict(model, labelled, with, NULL), CNN_OK);
    assert_int_equal(cnn_model_predict(model, bare, without, NULL), CNN_OK);
    assert_memory_equal(with, without, sizeof with);
    assert_int_equal(cnn_model_evaluate(model, bare, &scores, NULL, &error), CNN_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "the label file is not there: bare-labels-idx1-ubyte"));
    assert_int_equal(cnn_trainer_create(model, bare, &(struct cnn_train_options){0}, &trainer, &error),
                     CNN_ERROR_NOT_FOUND);
    assert_int_equal(cnn_trainer_create(model, labelled, &(struct cnn_train_options){.validation = bare},
                                        &trainer, &error),
                     CNN_ERROR_NOT_FOUND);
    assert_int_not_equal(cnn_dataset_fingerprint(bare), cnn_dataset_fingerprint(labelled));
    cnn_model_free(model);
    cnn_dataset_close(bare);
    cnn_dataset_close(labelled);
}

static void a_file_is_not_taken_for_the_other_split(void **state)
{
    (void)state;
    write_mnist(".", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 0);
    write_mnist(".", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 1);
    expect_part("train-images-idx3-ubyte", CNN_TRAIN, 0, 0, N);
    expect_part("t10k-images-idx3-ubyte", CNN_TEST, 0, 0, N);
    expect_error("./train-images-idx3-ubyte", CNN_TEST, 0, 0, CNN_ERROR_NOT_FOUND,
                 "by its name this is the training split; asked for: test", "--split train");
    expect_error("t10k-images-idx3-ubyte", CNN_TRAIN, 0, 0, CNN_ERROR_NOT_FOUND,
                 "by its name this is the test split; asked for: training", "--split test");
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    expect_error("nowhere", CNN_TRAIN, 0, 0, CNN_ERROR_NOT_FOUND, "nowhere: No such file",
                 "scripts/fetch-mnist.sh");
    expect_error(
        ".", CNN_TEST, 0, 0, CNN_ERROR_NOT_FOUND,
        ".: no test images; looked for t10k-images-idx3-ubyte and t10k-images.idx3-ubyte, each also with .gz",
        "scripts/fetch-mnist.sh");
}

static void images_and_labels_must_be_as_many(void **state)
{
    (void)state;
    write_images("train-images-idx3-ubyte", N, 0);
    write_labels("train-labels-idx1-ubyte.gz", N - 1);
    expect_error(
        ".", CNN_TRAIN, 0, 1, CNN_ERROR_FORMAT,
        "./train-labels-idx1-ubyte.gz: offset 4: the number of labels differs from that of images in "
        "./train-images-idx3-ubyte; expected 7, found 6",
        "same split");
}

static void files_that_are_swapped_are_told(void **state)
{
    (void)state;
    write_labels("train-images-idx3-ubyte", N);
    write_images("train-labels-idx1-ubyte", N, 0);
    expect_error(".", CNN_TRAIN, 0, 0, CNN_ERROR_FORMAT, "wrong rank for images; expected 3 or 4, found 1",
                 "swapped");
}

/* n one-pixel images, labels 0 .. 9 in turn but for one. */
static void write_many(uint16_t n, size_t place, uint8_t label)
{
    uint8_t bytes[16 + 1000] = {0, 0, 8, 3, 0, 0, (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0, 1, 0, 0, 0, 1};
    write_file("train-images-idx3-ubyte", bytes, 16U + n);
    uint8_t labels[8 + 1000] = {0, 0, 8, 1, 0, 0, (uint8_t)(n >> 8), (uint8_t)n};
    for (size_t i = 0; i < n; i++)
        labels[8 + i] = (uint8_t)(i % 10);
    labels[8 + place] = label;
    write_file("train-labels-idx1-ubyte", labels, 8U + n);
}

static size_t classes_of(size_t first, size_t count)
{
    struct cnn_dataset *dataset;
    assert_int_equal(cnn_dataset_open(".", CNN_TRAIN, first, count, &dataset, NULL), CNN_OK);
    size_t classes = cnn_dataset_info(dataset).classes;
    cnn_dataset_close(dataset);
    return classes;
}

static void labels_out_of_range_are_refused(void **state)
{
    (void)state;
    write_many(1000, 123, 40);
    expect_error(".", CNN_TRAIN, 0, 5, CNN_ERROR_FORMAT,
                 "./train-labels-idx1-ubyte: offset 131: label out of range; expected 0 to 9, as no image "
                 "has label 10, found 40",
                 "damaged");
    write_many(1000, 0, 11);
    expect_error(".", CNN_TRAIN, 0, 5, CNN_ERROR_FORMAT, "offset 8: label out of range; expected 0 to 9", "");
}

static void classes_are_those_of_the_whole_split(void **state)
{
    (void)state;
    write_many(1000, 999, 10); /* an eleventh class */
    assert_int_equal(classes_of(0, 0), 11);
    assert_int_equal(classes_of(0, 5), 11);
    write_many(100, 99, 61); /* too few images to say that a class is missing */
    assert_int_equal(classes_of(3, 1), 62);
    write_many(1000, 0, 0);
    assert_int_equal(classes_of(0, 0), 10);
}

static void colour_images_are_read(void **state)
{
    (void)state;
    const uint8_t images[] = {0, 0, 8, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0,  0,  2,
                              0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    struct cnn_dataset *dataset;
    write_file("train-images-idx3-ubyte", images, sizeof images);
    write_file("train-labels-idx1-ubyte", labels, sizeof labels);
    assert_int_equal(cnn_dataset_open(".", CNN_TRAIN, 1, 1, &dataset, NULL), CNN_OK);
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    assert_int_equal(info.height, 1);
    assert_int_equal(info.width, 2);
    assert_int_equal(info.channels, 3);
    assert_memory_equal(cnn_dataset_image(dataset, 0), images + 26, 6);
    cnn_dataset_close(dataset);
}

static void slices_share_memory(void **state)
{
    (void)state;
    struct cnn_dataset *whole, *slice, *part;
    struct cnn_error error;
    assert_int_equal(cnn_dataset_open("synth", CNN_TEST, 0, 100, &whole, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_slice(whole, 20, 50, &slice, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_slice(slice, 10, 5, &part, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_info(part).count, 5);
    assert_int_equal(cnn_dataset_info(part).classes, 10);
    assert_ptr_equal(cnn_dataset_image(part, 1), cnn_dataset_image(whole, 31));
    assert_int_equal(cnn_dataset_label(part, 1), cnn_dataset_label(whole, 31));
    cnn_dataset_close(part);
    assert_int_equal(cnn_dataset_slice(slice, 50, 1, &part, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_dataset_slice(slice, 0, 51, &part, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_dataset_slice(slice, 0, 0, &part, &error), CNN_ERROR_USAGE);
    assert_string_equal(error.message, "synth: a slice of no images; expected at least 1");
    cnn_dataset_close(slice);
    cnn_dataset_close(whole);
    cnn_dataset_close(NULL);
}

static uint64_t fingerprint_of(const char *source, size_t first, size_t count)
{
    struct cnn_dataset *dataset;
    assert_int_equal(cnn_dataset_open(source, CNN_TRAIN, first, count, &dataset, NULL), CNN_OK);
    uint64_t fingerprint = cnn_dataset_fingerprint(dataset);
    cnn_dataset_close(dataset);
    return fingerprint;
}

static void fingerprints_tell_data_apart(void **state)
{
    (void)state;
    write_mnist(".", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 0);
    uint64_t raw = fingerprint_of(".", 0, 0), part = fingerprint_of(".", 0, N - 1);
    assert_int_equal(raw, fingerprint_of("train-images-idx3-ubyte", 0, 0));
    assert_int_not_equal(raw, part);
    write_images("train-images-idx3-ubyte", N, 1);
    assert_int_not_equal(raw, fingerprint_of(".", 0, 0));
    write_images("train-images-idx3-ubyte", N, 0);
    const uint8_t labels[8 + N] = {0, 0, 8, 1, 0, 0, 0, N, 5, 0, 4, 1, 9, 2, 2};
    write_file("train-labels-idx1-ubyte", labels, sizeof labels);
    assert_int_not_equal(raw, fingerprint_of(".", 0, 0));
    assert_int_equal(part, fingerprint_of(".", 0, N - 1));
}

static void source_is_looked_for_where_none_is_named(void **state)
{
    (void)state;
    struct cnn_dataset *dataset;
    assert_int_equal(cnn_dataset_open(NULL, CNN_TEST, 0, 1, &dataset, NULL), CNN_OK);
    assert_string_equal(cnn_dataset_info(dataset).source, "synth");
    assert_true(cnn_dataset_info(dataset).synthetic);
    cnn_dataset_close(dataset);
    assert_int_equal(mkdir("data", 0755), 0);
    assert_int_equal(mkdir("data/mnist", 0755), 0);
    write_mnist("data/mnist", "train-images-idx3-ubyte", "train-labels-idx1-ubyte", 0);
    assert_int_equal(cnn_dataset_open(NULL, CNN_TRAIN, 0, 1, &dataset, NULL), CNN_OK);
    assert_string_equal(cnn_dataset_info(dataset).source, "data/mnist");
    assert_false(cnn_dataset_info(dataset).synthetic);
    cnn_dataset_close(dataset);
    /* half of MNIST is not made whole by drawn digits */
    expect_error(NULL, CNN_TEST, 0, 0, CNN_ERROR_NOT_FOUND, "data/mnist: no test images", "");
    setenv("CNN_DATA", "elsewhere", 1);
    expect_error(NULL, CNN_TRAIN, 0, 0, CNN_ERROR_NOT_FOUND, "elsewhere: No such file", "");
    setenv("CNN_DATA", "data", 1);
    expect_error(NULL, CNN_TRAIN, 0, 0, CNN_ERROR_NOT_FOUND, "data: no training images", "");
    unsetenv("CNN_DATA");
}

static void seeds_of_drawn_digits_are_checked(void **state)
{
    (void)state;
    assert_int_equal(fingerprint_of("synth", 0, 3), fingerprint_of("synth:1", 0, 3));
    assert_int_not_equal(fingerprint_of("synth:2", 0, 3), fingerprint_of("synth:1", 0, 3));
    assert_int_not_equal(fingerprint_of("synth:18446744073709551615", 0, 3),
                         fingerprint_of("synth:18446744073709551614", 0, 3));
    static const char *const wrong[] = {
        "synth:", "synth:x", "synth:1x", "synth:-1", "synth: 1", "synth:1.5", "synth:18446744073709551616"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_error(wrong[i], CNN_TRAIN, 0, 1, CNN_ERROR_USAGE, "wrong seed", "");
    expect_error("synth", CNN_TRAIN, 60000, 0, CNN_ERROR_USAGE,
                 "synth: image 60000 is past the end; expected 0 to 59999", "");
    expect_error("synth:7", CNN_TEST, 9999, 2, CNN_ERROR_USAGE, "expected at most 1", "");
    expect_error("synths", CNN_TRAIN, 0, 0, CNN_ERROR_NOT_FOUND, "synths: No such file", "");
}

/* The real thing, where it is there. */
static void mnist_is_read(void **state)
{
    (void)state;
    char folder[600];
    struct stat info;
    snprintf(folder, sizeof folder, "%s/../shared/mnist", start);
    if (stat(folder, &info) != 0) {
        print_message("skipped: ../shared/mnist is not there\n");
        skip();
    }
    static const unsigned truth[5] = {5, 0, 4, 1, 9};
    struct cnn_dataset *five, *train, *test;
    assert_int_equal(cnn_dataset_open(folder, CNN_TRAIN, 0, 5, &five, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_open(folder, CNN_TRAIN, 0, 0, &train, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_open(folder, CNN_TEST, 0, 0, &test, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_info(train).count, 60000);
    assert_int_equal(cnn_dataset_info(test).count, 10000);
    assert_int_equal(cnn_dataset_info(five).height, 28);
    assert_int_equal(cnn_dataset_info(five).classes, 10);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(cnn_dataset_label(five, i), truth[i]);
        assert_memory_equal(cnn_dataset_image(five, i), cnn_dataset_image(train, i), 784);
    }
    assert_int_equal(cnn_dataset_fingerprint(train), UINT64_C(0x6bbab66575df9593));
    cnn_dataset_close(five);
    cnn_dataset_close(train);
    cnn_dataset_close(test);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, enter_scratch, leave_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_spellings_raw_and_packed_are_found),
        TEST(any_part_is_read),
        TEST(a_file_brings_its_labels),
        TEST(labels_may_be_missing),
        TEST(unlabelled_images_are_predicted_and_nothing_else),
        TEST(a_file_is_not_taken_for_the_other_split),
        TEST(what_is_missing_is_named),
        TEST(images_and_labels_must_be_as_many),
        TEST(files_that_are_swapped_are_told),
        TEST(labels_out_of_range_are_refused),
        TEST(classes_are_those_of_the_whole_split),
        TEST(colour_images_are_read),
        TEST(slices_share_memory),
        TEST(fingerprints_tell_data_apart),
        TEST(source_is_looked_for_where_none_is_named),
        TEST(seeds_of_drawn_digits_are_checked),
        TEST(mnist_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
