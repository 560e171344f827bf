/* What lies just past a byte, past a sign, past the part that is looked at: sides of 257, labels above 127,
 * 65,537 images, labels after the first 2,000, bytes behind the last image. */
#include "data/examine.h"
#include "train/run.h"

#include <sys/stat.h>
#include <zlib.h>

static struct cnn_dataset *open_or_fail(enum cnn_split split, size_t first, size_t count)
{
    struct cnn_dataset *dataset = NULL;
    struct cnn_error error = {0};
    if (cnn_dataset_open(run_folder, split, first, count, &dataset, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return dataset;
}

/* n images of one pixel: their numbers' low bytes. */
static void write_dots(uint32_t n, const uint8_t *labels)
{
    uint8_t *pixels = malloc(n);
    for (uint32_t i = 0; i < n; i++)
        pixels[i] = (uint8_t)i;
    run_write_idx("train-images-idx3-ubyte", (uint32_t[]){n, 1, 1}, 3, pixels);
    run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){n}, 1, labels);
    free(pixels);
}

static void a_side_may_be_more_than_a_byte(void **state)
{
    (void)state;
    enum { H = 257, W = 300 };
    static uint8_t pixels[2][H][W];
    const uint8_t labels[2] = {3, 4};
    for (size_t i = 0; i < 2; i++)
        for (size_t y = 0; y < H; y++)
            for (size_t x = 0; x < W; x++)
                pixels[i][y][x] = (uint8_t)(i * 100 + y * 7 + x);
    run_write_idx("train-images-idx3-ubyte", (uint32_t[]){2, H, W}, 3, &pixels[0][0][0]);
    run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){2}, 1, labels);
    struct cnn_dataset *dataset = open_or_fail(CNN_TRAIN, 0, 0);
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    assert_int_equal(info.height, H);
    assert_int_equal(info.width, W);
    for (size_t i = 0; i < 2; i++)
        assert_memory_equal(cnn_dataset_image(dataset, i), pixels[i], sizeof pixels[i]);
    cnn_dataset_close(dataset);
}

static void labels_may_be_past_127(void **state)
{
    (void)state;
    uint8_t labels[256];
    for (size_t i = 0; i < 256; i++)
        labels[i] = (uint8_t)(255 - i);
    for (size_t largest = 126; largest < 256; largest += 43) { /* 126, 169, 212, 255 */
        write_dots((uint32_t)largest + 1, labels + 255 - largest);
        struct cnn_dataset *dataset = open_or_fail(CNN_TRAIN, 0, 0);
        assert_int_equal(cnn_dataset_info(dataset).classes, largest + 1);
        assert_int_equal(cnn_dataset_label(dataset, 0), largest);
        cnn_dataset_close(dataset);
    }
}

static void images_may_be_more_than_two_bytes_count(void **state)
{
    (void)state;
    enum { N = 65537 };
    uint8_t *labels = malloc(N);
    for (size_t i = 0; i < N; i++)
        labels[i] = (uint8_t)(i % 10);
    write_dots(N, labels);
    struct cnn_dataset *dataset = open_or_fail(CNN_TRAIN, 65530, 0);
    assert_int_equal(cnn_dataset_info(dataset).count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_int_equal(*cnn_dataset_image(dataset, i), (65530 + i) % 256);
        assert_int_equal(cnn_dataset_label(dataset, i), (65530 + i) % 10);
    }
    cnn_dataset_close(dataset);
    free(labels);
}

/* Only images are few enough to look at all of them; labels always are. */
static void every_label_is_examined(void **state)
{
    (void)state;
    enum { N = 2500 };
    uint8_t labels[N];
    for (size_t i = 0; i < N; i++)
        labels[i] = (uint8_t)(1 + i % 8);
    labels[N - 2] = 9;
    labels[N - 1] = 0;
    write_dots(N, labels);
    struct cnn_dataset *dataset = open_or_fail(CNN_TRAIN, 0, 0);
    struct examination found;
    assert_int_equal(examine(dataset, &found, NULL), CNN_OK);
    assert_int_equal(found.least_label, 0);
    assert_int_equal(found.most_label, 9);
    cnn_dataset_close(dataset);
}

/* Every bit of every image and label is part of what a run's data are known by. */
static void a_fingerprint_leaves_nothing_out(void **state)
{
    (void)state;
    enum { N = 17 };
    uint8_t labels[N] = {0}, pixels[N] = {0};
    uint64_t seen[2 * N + 1];
    for (size_t i = 0; i <= 2 * N; i++) { /* the last time nothing is changed */
        uint8_t *changed = i < N ? &pixels[i] : i < 2 * N ? &labels[i - N] : NULL;
        if (changed)
            *changed ^= 1;
        run_write_idx("train-images-idx3-ubyte", (uint32_t[]){N, 1, 1}, 3, pixels);
        run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){N}, 1, labels);
        if (changed)
            *changed ^= 1;
        struct cnn_dataset *dataset = open_or_fail(CNN_TRAIN, 0, 0);
        seen[i] = cnn_dataset_fingerprint(dataset);
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(seen[i], seen[k]);
        cnn_dataset_close(dataset);
    }
}

static void what_follows_the_last_image_is_told_whatever_is_read(void **state)
{
    (void)state;
    const uint8_t labels[3] = {0, 1, 2},
                  bytes[] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6, 7, 99};
    write_dots(3, labels);
    assert_int_equal(unlink(run_path("train-images-idx3-ubyte")), 0);
    for (size_t more = 0; more < 2; more++) {
        gzFile file = gzopen(run_path("train-images-idx3-ubyte.gz"), "wb");
        assert_int_equal(gzwrite(file, bytes, (unsigned)(sizeof bytes - 1 + more)), sizeof bytes - 1 + more);
        assert_int_equal(gzclose(file), Z_OK);
        for (size_t first = 0; first < 3; first++) {
            struct cnn_dataset *dataset = NULL;
            enum cnn_status status = cnn_dataset_open(run_folder, CNN_TRAIN, first, 0, &dataset, NULL);
            assert_int_equal(status, more ? CNN_ERROR_FORMAT : CNN_OK);
            cnn_dataset_close(dataset);
        }
    }
}

/* Nobody writes to it: whoever waits, waits for ever. */
static void a_pipe_is_refused(void **state)
{
    (void)state;
    const uint8_t labels[3] = {0, 1, 2};
    write_dots(3, labels);
    assert_int_equal(unlink(run_path("train-labels-idx1-ubyte")), 0);
    assert_int_equal(mkfifo(run_path("train-labels-idx1-ubyte"), 0600), 0);
    struct cnn_dataset *dataset = NULL;
    struct cnn_error error = {0};
    assert_int_equal(cnn_dataset_open(run_folder, CNN_TRAIN, 0, 0, &dataset, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "not a file but a device or pipe"));
}

static int empty(void **state)
{
    (void)state;
    run_empty_folder();
    return 0;
}

#define TEST(name) cmocka_unit_test_teardown(name, empty)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_side_may_be_more_than_a_byte),
        TEST(labels_may_be_past_127),
        TEST(images_may_be_more_than_two_bytes_count),
        TEST(every_label_is_examined),
        TEST(a_fingerprint_leaves_nothing_out),
        TEST(what_follows_the_last_image_is_told_whatever_is_read),
        TEST(a_pipe_is_refused),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
