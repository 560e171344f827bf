/* What hangs together, against a flood that is spread pixel by pixel. */
#include "base/random.h"
#include "picture/blobs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 24, PIXELS = SIDE * SIDE };

/* A mask of # and other characters, row after row, looked for blobs. Owns: the caller (blobs_free). */
static struct blobs blobs_of(const char *rows, size_t height, size_t width)
{
    uint8_t pixels[PIXELS];
    struct blobs blobs;
    for (size_t i = 0; i < height * width; i++)
        pixels[i] = rows[i] == '#' ? 200 : 199;
    const struct plane plane = {height, width, pixels};
    assert_int_equal(blobs_find(&plane, 200, &blobs, NULL), CNN_OK);
    return blobs;
}

static void expect_blob(const struct blob *b, size_t area, struct box box, bool at_edge)
{
    assert_int_equal(b->area, area);
    assert_memory_equal(&b->box, &box, sizeof box);
    assert_int_equal(b->at_edge, at_edge);
}

static void corners_hang_together(void **state)
{
    (void)state;
    struct blobs blobs = blobs_of("......"
                                  ".#..#."
                                  "..##.."
                                  "......",
                                  4, 6);
    assert_int_equal(blobs.n, 1);
    expect_blob(&blobs.blob[0], 4, (struct box){1, 1, 2, 4}, false);
    blobs_free(&blobs);
}

/* The first and the last pixel of two rows lie side by side in memory, and are no neighbours. */
static void rows_do_not_go_on_in_the_next(void **state)
{
    (void)state;
    struct blobs blobs = blobs_of("...#"
                                  "#..."
                                  "...."
                                  ".#..",
                                  4, 4);
    assert_int_equal(blobs.n, 3);
    expect_blob(&blobs.blob[0], 1, (struct box){0, 3, 1, 1}, true);
    expect_blob(&blobs.blob[1], 1, (struct box){1, 0, 1, 1}, true);
    expect_blob(&blobs.blob[2], 1, (struct box){3, 1, 1, 1}, true);
    assert_int_equal(blobs.label[3], 1);
    assert_int_equal(blobs.label[4], 2);
    assert_int_equal(blobs.label[0], 0);
    blobs_free(&blobs);
}

/* Arms that meet late: each has a label of its own until then. */
static void arms_that_meet_are_one(void **state)
{
    (void)state;
    struct blobs blobs = blobs_of("........."
                                  ".#.#.#.#."
                                  ".#.#.#.#."
                                  ".#.###.#."
                                  ".#.....#."
                                  ".#######."
                                  ".........",
                                  7, 9);
    assert_int_equal(blobs.n, 2);
    expect_blob(&blobs.blob[0], 15, (struct box){1, 1, 5, 7}, false);
    expect_blob(&blobs.blob[1], 7, (struct box){1, 3, 3, 3}, false);
    blobs_free(&blobs);
}

/* ---- random masks ------------------------------------------------------------------------------- */

static void flood(const char *mask, size_t height, size_t width, size_t at, uint32_t number, uint32_t *label,
                  struct blob *b)
{
    size_t y = at / width, x = at % width;
    size_t bottom = b->box.top + b->box.height, right = b->box.left + b->box.width;
    label[at] = number;
    b->area++;
    b->at_edge |= y == 0 || x == 0 || y + 1 == height || x + 1 == width;
    bottom = y + 1 > bottom ? y + 1 : bottom;
    right = x + 1 > right ? x + 1 : right;
    b->box.top = y < b->box.top ? y : b->box.top;
    b->box.left = x < b->box.left ? x : b->box.left;
    b->box.height = bottom - b->box.top;
    b->box.width = right - b->box.left;
    for (size_t v = y ? y - 1 : 0; v <= y + 1 && v < height; v++)
        for (size_t u = x ? x - 1 : 0; u <= x + 1 && u < width; u++)
            if (mask[v * width + u] == '#' && !label[v * width + u])
                flood(mask, height, width, v * width + u, number, label, b);
}

static void compare(const char *mask, size_t height, size_t width)
{
    uint32_t label[PIXELS] = {0}, n = 0;
    struct blobs blobs = blobs_of(mask, height, width);
    for (size_t i = 0; i < height * width; i++) {
        if (mask[i] != '#' || label[i])
            continue;
        struct blob b = {.box = {i / width, i % width, 0, 0}};
        flood(mask, height, width, i, ++n, label, &b);
        assert_true(n <= blobs.n);
        expect_blob(&blobs.blob[n - 1], b.area, b.box, b.at_edge);
    }
    assert_int_equal(blobs.n, n);
    assert_memory_equal(blobs.label, label, height * width * sizeof *label);
    blobs_free(&blobs);
}

static void masks_of_all_sizes_and_densities(void **state)
{
    (void)state;
    struct random random = random_stream(1, 0);
    for (size_t k = 0; k < 2000; k++) {
        char mask[PIXELS];
        size_t height = 1 + random_below(&random, SIDE), width = 1 + random_below(&random, SIDE);
        uint32_t density = 1 + random_below(&random, 99);
        for (size_t i = 0; i < height * width; i++)
            mask[i] = random_below(&random, 100) < density ? '#' : '.';
        compare(mask, height, width);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corners_hang_together),
        cmocka_unit_test(rows_do_not_go_on_in_the_next),
        cmocka_unit_test(arms_that_meet_are_one),
        cmocka_unit_test(masks_of_all_sizes_and_densities),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
