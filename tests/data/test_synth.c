/* Drawn digits: the same bits everywhere, in any part and on any number of threads; and digits they are. */
#include "base/hash.h"
#include "data/glyphs.h"
#include "data/pen.h"
#include "data/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGE = SYNTH_SIDE * SYNTH_SIDE, N = 1000 };

struct digits {
    uint8_t images[N * IMAGE], labels[N];
};

static struct digits *draw(uint64_t seed, enum cnn_split split, size_t first, size_t count)
{
    struct digits *digits = test_calloc(1, sizeof *digits);
    synth_draw(seed, split, first, count, digits->images, digits->labels);
    return digits;
}

static uint64_t hash_of(uint64_t seed, enum cnn_split split)
{
    struct digits *digits = draw(seed, split, 0, N);
    uint64_t hash =
        hash_bytes(hash_bytes(HASH_START, digits->images, sizeof digits->images), digits->labels, N);
    test_free(digits);
    return hash;
}

/* The constants change only with the way digits are drawn: then every machine must give the new ones. */
static void every_machine_draws_the_same_bits(void **state)
{
    (void)state;
    assert_int_equal(hash_of(1, CNN_TRAIN), UINT64_C(0x28a079166c8b16dc));
    assert_int_equal(hash_of(1, CNN_TEST), UINT64_C(0x6e2df568ab936ed7));
    assert_int_equal(hash_of(UINT64_MAX, CNN_TRAIN), UINT64_C(0xfaed4dff0f0a6ef7));
}

static void threads_have_no_part_in_it(void **state)
{
    (void)state;
    uint64_t hash = hash_of(1, CNN_TRAIN);
    for (size_t threads = 1; threads <= 7; threads++) {
        assert_int_equal(cnn_set_threads(threads, NULL), CNN_OK);
        assert_int_equal(hash_of(1, CNN_TRAIN), hash);
    }
    assert_int_equal(cnn_set_threads(0, NULL), CNN_OK);
}

static void any_part_is_that_of_the_whole(void **state)
{
    (void)state;
    struct digits *whole = draw(3, CNN_TEST, 0, N);
    const size_t parts[][2] = {{0, 1}, {999, 1}, {5, 10}, {123, 100}, {990, 10}, {1, 999}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t first = parts[i][0], count = parts[i][1];
        struct digits *part = draw(3, CNN_TEST, first, count);
        assert_memory_equal(part->images, whole->images + first * IMAGE, count * IMAGE);
        assert_memory_equal(part->labels, whole->labels + first, count);
        test_free(part);
    }
    test_free(whole);
}

static void no_image_comes_twice(void **state)
{
    (void)state;
    struct digits *train = draw(1, CNN_TRAIN, 0, N), *test = draw(1, CNN_TEST, 0, N),
                  *other = draw(2, CNN_TRAIN, 0, N);
    for (size_t i = 0; i < N; i++) {
        assert_memory_not_equal(train->images + i * IMAGE, test->images + i * IMAGE, IMAGE);
        assert_memory_not_equal(train->images + i * IMAGE, other->images + i * IMAGE, IMAGE);
        for (size_t k = 0; k < i; k++)
            assert_memory_not_equal(train->images + i * IMAGE, train->images + k * IMAGE, IMAGE);
    }
    assert_memory_not_equal(train->labels, test->labels, N);
    assert_memory_not_equal(train->labels, other->labels, N);
    test_free(train);
    test_free(test);
    test_free(other);
}

static void labels_are_balanced_and_shuffled(void **state)
{
    (void)state;
    struct digits *digits = draw(1, CNN_TRAIN, 0, N);
    size_t counts[SYNTH_CLASSES] = {0}, repeated_order = 0;
    for (size_t i = 0; i < N; i++) {
        assert_true(digits->labels[i] < SYNTH_CLASSES);
        counts[digits->labels[i]]++;
        repeated_order += i >= SYNTH_CLASSES && digits->labels[i] == digits->labels[i - SYNTH_CLASSES];
    }
    for (size_t label = 0; label < SYNTH_CLASSES; label++)
        assert_int_equal(counts[label], N / SYNTH_CLASSES);
    assert_in_range(repeated_order, 50, 160); /* one in ten by chance */
    test_free(digits);
}

/* As in MNIST: centre of mass near pixel 14, a dark rim, strokes that are white inside. */
static void digits_lie_as_in_mnist(void **state)
{
    (void)state;
    struct digits *digits = draw(1, CNN_TRAIN, 0, N);
    for (size_t i = 0; i < N; i++) {
        const uint8_t *image = digits->images + i * IMAGE;
        size_t mass = 0, x_mass = 0, y_mass = 0, rim = 0, white = 0;
        for (size_t p = 0; p < IMAGE; p++) {
            size_t x = p % SYNTH_SIDE, y = p / SYNTH_SIDE;
            mass += image[p];
            x_mass += image[p] * x;
            y_mass += image[p] * y;
            rim += x == 0 || y == 0 || x == SYNTH_SIDE - 1 || y == SYNTH_SIDE - 1 ? image[p] : 0U;
            white += image[p] == 255;
        }
        assert_in_range(x_mass * 10 / mass, 115, 165);
        assert_in_range(y_mass * 10 / mass, 115, 165);
        assert_in_range(mass / IMAGE, 6, 90); /* mean grey */
        assert_true(white >= 5);
        assert_true(rim <= 8 * 255);
    }
    test_free(digits);
}

static unsigned nearest(float mean[SYNTH_CLASSES][IMAGE], const uint8_t *image)
{
    unsigned best = 0;
    float least = 1e30F;
    for (unsigned label = 0; label < SYNTH_CLASSES; label++) {
        float distance = 0;
        for (size_t p = 0; p < IMAGE; p++)
            distance += (mean[label][p] - (float)image[p]) * (mean[label][p] - (float)image[p]);
        if (distance < least) {
            least = distance;
            best = label;
        }
    }
    return best;
}

/* Even the crudest reader, the class whose mean image is nearest, tells them apart (MNIST: 82 %). */
static void a_crude_reader_can_read_them(void **state)
{
    (void)state;
    static float mean[SYNTH_CLASSES][IMAGE];
    struct digits *train = draw(1, CNN_TRAIN, 0, N), *test = draw(1, CNN_TEST, 0, N);
    size_t right[SYNTH_CLASSES] = {0}, all_right = 0;
    memset(mean, 0, sizeof mean);
    for (size_t i = 0; i < N * IMAGE; i++)
        mean[train->labels[i / IMAGE]][i % IMAGE] += (float)train->images[i] / (N / SYNTH_CLASSES);
    for (size_t i = 0; i < N; i++)
        right[test->labels[i]] += nearest(mean, test->images + i * IMAGE) == test->labels[i];
    for (size_t label = 0; label < SYNTH_CLASSES; label++) {
        assert_in_range(right[label], 40, 100); /* of 100 */
        all_right += right[label];
    }
    assert_in_range(all_right, 650, 990); /* of 1000; all right would mean digits without variety */
    test_free(train);
    test_free(test);
}

/* Every way to write a digit can be picked, and each begins and ends with a point. */
static void every_glyph_is_well_formed(void **state)
{
    (void)state;
    for (unsigned digit = 0; digit < SYNTH_CLASSES; digit++) {
        const struct glyph *last = NULL;
        size_t kinds = 0;
        for (uint32_t pick = 0; pick < 256; pick++) {
            const struct glyph *glyph = glyph_pick(digit, pick << 24);
            assert_non_null(glyph);
            assert_int_equal(glyph->digit, digit);
            kinds += glyph != last;
            last = glyph;
            assert_true(glyph->points[0].x > 0 && glyph->points[1].x > 0);
            assert_int_equal(glyph->points[GLYPH_POINTS - 1].x, 0);
        }
        assert_ptr_equal(glyph_pick(digit, UINT32_MAX), last);
        assert_true(kinds >= 4);
    }
}

/* A line of radius 2 from (8, 14) to (20, 14): white inside, black outside, half at its edge. */
static void the_pen_draws_lines(void **state)
{
    (void)state;
    struct random random = random_stream(1, 1);
    uint8_t pixels[PEN_SIDE][PEN_SIDE];
    const struct pen_point path[3] = {{8, 14, 2, 0}, {20, 14, 2, 1}, {20, 27, 2, 1}};
    pen_draw(path, 3, 1, 0, &random, &pixels[0][0]);
    assert_int_equal(pixels[14][14], 255);
    assert_int_equal(pixels[14][7], 255);
    assert_int_equal(pixels[14][6], 128);
    assert_int_equal(pixels[14][5], 0);
    assert_int_equal(pixels[16][14], 128);
    assert_int_equal(pixels[12][14], 128);
    assert_int_equal(pixels[17][14], 0);
    assert_int_equal(pixels[21][20], 0); /* the pen was lifted there */
    assert_int_equal(pixels[26][20], 0); /* and a last point alone draws nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_machine_draws_the_same_bits),
        cmocka_unit_test(threads_have_no_part_in_it),
        cmocka_unit_test(any_part_is_that_of_the_whole),
        cmocka_unit_test(no_image_comes_twice),
        cmocka_unit_test(labels_are_balanced_and_shuffled),
        cmocka_unit_test(digits_lie_as_in_mnist),
        cmocka_unit_test(a_crude_reader_can_read_them),
        cmocka_unit_test(every_glyph_is_well_formed),
        cmocka_unit_test(the_pen_draws_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
