/* Datasets in one .npz: shapes, types and labels that are read, and what is wrong with others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cnn.h"
#include "npz/npz.h"

enum { N = 5, H = 2, W = 3, IMAGE = H * W };

static char path[64];
static uint8_t pixels[N * IMAGE * 3];
static const uint8_t digits[N] = {3, 1, 4, 1, 5};

static int set_up(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/cnn-arrays-%ld.npz", (long)getpid());
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(7 * i);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return unlink(path);
}

static struct npy array(char kind, size_t item_size, size_t rank, const size_t *shape, const void *data)
{
    struct npy a = {.kind = kind, .item_size = item_size, .rank = rank, .count = 1, .data = data};
    for (size_t i = 0; i < rank; i++) {
        a.shape[i] = shape[i];
        a.count *= shape[i];
    }
    return a;
}

/* Writes the two arrays of a split; y NULL: images alone. */
static void write_split(const char *x_name, const struct npy *x, const char *y_name, const struct npy *y)
{
    struct npz_writer *w = npz_writer_create();
    npz_add(w, x_name, x);
    if (y)
        npz_add(w, y_name, y);
    unlink(path);
    assert_int_equal(npz_finish(w, path, NULL), CNN_OK);
}

static struct cnn_dataset *opened(enum cnn_split split, size_t first, size_t count)
{
    struct cnn_dataset *d;
    struct cnn_error error;
    if (cnn_dataset_open(path, split, first, count, &d, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return d;
}

static void expect_error(enum cnn_split split, enum cnn_status status, const char *message, const char *hint)
{
    struct cnn_dataset *d;
    struct cnn_error error = {0};
    enum cnn_status found = cnn_dataset_open(path, split, 0, 0, &d, &error);
    if (found != status || !strstr(error.message, message) || !strstr(error.hint, hint))
        fail_msg("expected %d \"%s\" \"%s\"; found %d \"%s\" \"%s\"", (int)status, message, hint, (int)found,
                 error.message, error.hint);
}

static void check(const struct cnn_dataset *d, size_t first, size_t count, size_t channels)
{
    struct cnn_dataset_info info = cnn_dataset_info(d);
    assert_string_equal(info.source, path);
    assert_true(info.labelled && !info.synthetic);
    assert_int_equal(info.count, count);
    assert_int_equal(info.height, H);
    assert_int_equal(info.width, W);
    assert_int_equal(info.channels, channels);
    assert_int_equal(info.classes, 10);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(cnn_dataset_label(d, i), digits[first + i]);
        assert_memory_equal(cnn_dataset_image(d, i), pixels + (first + i) * IMAGE * channels,
                            IMAGE * channels);
    }
}

static void grey_and_colour_of_either_split_are_read(void **state)
{
    (void)state;
    for (size_t channels = 1; channels <= 3; channels += 2)
        for (int test = 0; test < 2; test++) {
            struct npy x = array('u', 1, channels == 1 ? 3 : 4, (size_t[]){N, H, W, channels}, pixels);
            struct npy y = array('u', 1, 1, (size_t[]){N}, digits);
            write_split(test ? "x_test" : "x_train", &x, test ? "y_test" : "y_train", &y);
            for (size_t first = 0; first < N; first++)
                for (size_t count = 1; first + count <= N; count++) {
                    struct cnn_dataset *d = opened((enum cnn_split)test, first, count);
                    check(d, first, count, channels);
                    cnn_dataset_close(d);
                }
            expect_error((enum cnn_split) !test, CNN_ERROR_NOT_FOUND,
                         test ? "no training images: there is no array x_train in it"
                              : "no test images: there is no array x_test in it",
                         "as in Keras's mnist.npz");
        }
}

/* Labels of eight bytes, as numpy makes them, and as a column, as Keras has those of CIFAR. */
static void labels_of_any_whole_type_are_read(void **state)
{
    (void)state;
    int64_t wide[N];
    for (size_t i = 0; i < N; i++)
        wide[i] = digits[i];
    struct npy x = array('u', 1, 3, (size_t[]){N, H, W}, pixels);
    for (size_t rank = 1; rank <= 2; rank++) {
        struct npy y = array('i', 8, rank, (size_t[]){N, 1}, wide);
        write_split("x_train", &x, "y_train", &y);
        struct cnn_dataset *d = opened(CNN_TRAIN, 0, 0);
        check(d, 0, N, 1);
        cnn_dataset_close(d);
    }
    wide[3] = 256;
    struct npy y = array('i', 8, 1, (size_t[]){N}, wide);
    write_split("x_train", &x, "y_train", &y);
    expect_error(CNN_TRAIN, CNN_ERROR_FORMAT, "y_train: label 3: expected a whole number from 0 to 255", "");
    wide[3] = -1;
    write_split("x_train", &x, "y_train", &y);
    expect_error(CNN_TRAIN, CNN_ERROR_FORMAT, "y_train: label 3", "");
}

static void labels_may_be_missing(void **state)
{
    (void)state;
    struct npy x = array('u', 1, 3, (size_t[]){N, H, W}, pixels);
    struct cnn_scores scores;
    struct cnn_error error;
    struct cnn_model *model;
    write_split("x_test", &x, NULL, NULL);
    struct cnn_dataset *d = opened(CNN_TEST, 1, 3);
    assert_false(cnn_dataset_info(d).labelled);
    assert_memory_equal(cnn_dataset_image(d, 0), pixels + IMAGE, IMAGE);
    struct cnn_model_options options = {.arch = "flatten dense:2,softmax", .height = H, .width = W};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_model_evaluate(model, d, &scores, NULL, &error), CNN_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "no test labels: there is no array y_test in it"));
    cnn_model_free(model);
    cnn_dataset_close(d);
}

static void other_shapes_and_types_are_refused(void **state)
{
    (void)state;
    static const float floats[N * IMAGE];
    static const uint8_t one_hot[N * 10];
    struct npy y = array('u', 1, 1, (size_t[]){N}, digits);
    const struct npy wrong[] = {
        array('f', 4, 3, (size_t[]){N, H, W}, floats), array('u', 4, 3, (size_t[]){N, H, W}, floats),
        array('i', 1, 3, (size_t[]){N, H, W}, pixels), array('u', 1, 2, (size_t[]){N, IMAGE}, pixels),
        array('u', 1, 3, (size_t[]){N, H, 0}, pixels), array('u', 1, 3, (size_t[]){0, H, W}, pixels)};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct npy no_labels = array('u', 1, 1, (size_t[]){0}, digits);
        write_split("x_train", &wrong[i], "y_train", wrong[i].shape[0] ? &y : &no_labels);
        expect_error(CNN_TRAIN, CNN_ERROR_FORMAT, "x_train: expected bytes (uint8) of the shape", "uint8");
    }
    struct npy x = array('u', 1, 3, (size_t[]){N, H, W}, pixels);
    struct npy few = array('u', 1, 1, (size_t[]){N - 1}, digits);
    write_split("x_train", &x, "y_train", &few);
    expect_error(CNN_TRAIN, CNN_ERROR_FORMAT, "y_train: expected the shape (5,), a label for each image", "");
    struct npy hot = array('u', 1, 2, (size_t[]){N, 10}, one_hot);
    write_split("x_train", &x, "y_train", &hot);
    expect_error(CNN_TRAIN, CNN_ERROR_FORMAT, "y_train: expected the shape (5,)", "argmax(1)");
}

static void a_zip_of_other_things_is_told(void **state)
{
    (void)state;
    static const uint8_t zip[] = "PK\3\4 and then nothing of use";
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(zip, 1, sizeof zip, file);
    fclose(file);
    expect_error(CNN_TRAIN, CNN_ERROR_FORMAT, path, "of zip archives, .npz with x_train");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_and_colour_of_either_split_are_read),
        cmocka_unit_test(labels_of_any_whole_type_are_read),
        cmocka_unit_test(labels_may_be_missing),
        cmocka_unit_test(other_shapes_and_types_are_refused),
        cmocka_unit_test(a_zip_of_other_things_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
