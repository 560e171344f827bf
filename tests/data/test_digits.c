/*
 * data/digits, the small set that is kept with the project: what lies there is what the program draws.
 * "data_test_digits --write FOLDER" writes the four files; scripts/make/digits.sh calls it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "cnn.h"
#include "data/synth.h"

enum { PIXELS = SYNTH_SIDE * SYNTH_SIDE, MOST = 200 };

static const struct {
    size_t count;
    const char *images, *labels;
} splits[2] = {{MOST, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"},
               {100, "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"}};

/* One IDX file, packed as gzip -9n packs it: no name, no time. */
static int write_idx(const char *folder, const char *name, const uint32_t *shape, size_t rank,
                     const uint8_t *items, size_t n)
{
    char path[512];
    uint8_t header[16] = {0, 0, 8, (uint8_t)rank};
    snprintf(path, sizeof path, "%.400s/%s", folder, name);
    gzFile file = gzopen(path, "wb9");
    for (size_t i = 0; i < rank; i++)
        for (size_t k = 0; k < 4; k++)
            header[4 + 4 * i + k] = (uint8_t)(shape[i] >> (24 - 8 * k));
    int whole = file && gzwrite(file, header, (unsigned)(4 + 4 * rank)) > 0 &&
                gzwrite(file, items, (unsigned)n) == (int)n;
    return (!file || gzclose(file) == Z_OK) && whole ? 0 : (perror(path), 1);
}

static int write_all(const char *folder)
{
    static uint8_t images[MOST * PIXELS], labels[MOST];
    int failed = 0;
    for (int split = 0; split < 2; split++) {
        size_t n = splits[split].count;
        const uint32_t shape[3] = {(uint32_t)n, SYNTH_SIDE, SYNTH_SIDE};
        synth_draw(1, (enum cnn_split)split, 0, n, images, labels);
        failed |= write_idx(folder, splits[split].images, shape, 3, images, n * PIXELS);
        failed |= write_idx(folder, splits[split].labels, shape, 1, labels, n);
    }
    return failed;
}

static void the_files_are_what_is_drawn(void **state)
{
    (void)state;
    for (int split = 0; split < 2; split++) {
        struct cnn_dataset *kept, *drawn;
        size_t n = splits[split].count, classes[10] = {0};
        assert_int_equal(cnn_dataset_open("data/digits", (enum cnn_split)split, 0, 0, &kept, NULL), CNN_OK);
        assert_int_equal(cnn_dataset_open("synth", (enum cnn_split)split, 0, n, &drawn, NULL), CNN_OK);
        assert_int_equal(cnn_dataset_info(kept).count, n);
        for (size_t i = 0; i < n; i++) {
            assert_memory_equal(cnn_dataset_image(kept, i), cnn_dataset_image(drawn, i), PIXELS);
            assert_int_equal(cnn_dataset_label(kept, i), cnn_dataset_label(drawn, i));
            classes[cnn_dataset_label(kept, i)]++;
        }
        for (size_t k = 0; k < 10; k++)
            assert_true(classes[k] > 0);
        cnn_dataset_close(kept);
        cnn_dataset_close(drawn);
    }
}

static void they_are_small(void **state)
{
    (void)state;
    size_t bytes = 0;
    for (int i = 0; i < 4; i++) {
        char path[512];
        struct stat info;
        snprintf(path, sizeof path, "data/digits/%s", i % 2 ? splits[i / 2].images : splits[i / 2].labels);
        assert_int_equal(stat(path, &info), 0);
        bytes += (size_t)info.st_size;
    }
    assert_true(bytes < 100000);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_all(argv[2]);
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_files_are_what_is_drawn),
                                       cmocka_unit_test(they_are_small)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
