/* The clean-up: what MNIST has comes back, what a camera does to a digit goes, and an empty sheet has no
 * answer. */
#include "base/random.h"
#include "cnn.h"
#include "picture/enlarge.h"
#include "picture/photo.h"
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIDE = CNN_DIGIT_SIDE, PIXELS = SIDE * SIDE };

static struct cnn_cleaned cleaned_picture(const struct cnn_picture *picture)
{
    struct cnn_cleaned cleaned;
    struct cnn_error error;
    if (cnn_picture_clean(picture, NULL, NULL, &cleaned, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return cleaned;
}

static struct cnn_cleaned cleaned_pixels(const uint8_t *pixels, size_t height, size_t width)
{
    struct cnn_picture *picture;
    assert_int_equal(cnn_picture_create(pixels, height, width, 1, &picture, NULL), CNN_OK);
    struct cnn_cleaned cleaned = cleaned_picture(picture);
    cnn_picture_close(picture);
    return cleaned;
}

/* The number of a hint; -1 where it is not given. */
static double hint_of(const struct cnn_cleaned *cleaned, enum cnn_hint_kind kind)
{
    for (size_t i = 0; i < cleaned->n_hints; i++)
        if (cleaned->hints[i].kind == kind) {
            assert_true(cleaned->hints[i].text[0] != '\0');
            assert_true(strlen(cleaned->hints[i].text) + 1 < sizeof cleaned->hints[i].text);
            return cleaned->hints[i].number;
        }
    return -1;
}

/* Digits drawn by the program, made as MNIST's are: the clean-up of a first clean-up. */
static struct cnn_dataset *drawn;

static int open_drawn(void **state)
{
    (void)state;
    return cnn_dataset_open("synth", CNN_TEST, 0, 300, &drawn, NULL) == CNN_OK ? 0 : -1;
}

static int close_drawn(void **state)
{
    (void)state;
    cnn_dataset_close(drawn);
    return 0;
}

static void digit_number(size_t i, uint8_t *digit)
{
    struct cnn_cleaned cleaned = cleaned_pixels(cnn_dataset_image(drawn, i), SIDE, SIDE);
    memcpy(digit, cleaned.pixels, PIXELS);
}

static unsigned largest_difference(const uint8_t *a, const uint8_t *b)
{
    unsigned most = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        unsigned difference = (unsigned)abs(a[i] - b[i]);
        most = difference > most ? difference : most;
    }
    return most;
}

/* Also where its brightest pixel is 252, as in some of MNIST. */
static void a_digit_like_mnists_comes_back(void **state)
{
    (void)state;
    size_t same = 0, n = cnn_dataset_info(drawn).count;
    for (size_t i = 0; i < n; i++) {
        uint8_t digit[PIXELS];
        digit_number(i, digit);
        for (size_t k = 0; i % 2 && k < PIXELS; k++)
            digit[k] = digit[k] < 252 ? digit[k] : 252;
        struct cnn_cleaned again = cleaned_pixels(digit, SIDE, SIDE);
        same += memcmp(again.pixels, digit, PIXELS) == 0;
        assert_false(again.empty);
    }
    assert_true(same * 1000 >= n * 990); /* a drawn digit's faint rim may round to nothing once */
}

/* MNIST itself, all but byte for byte, where it is at hand: the test images here, all 70,000 by
 * scripts/measure/pictures.sh. */
static void mnist_comes_back(void **state)
{
    (void)state;
    static const char *const folders[] = {"data/mnist", "../shared/mnist"};
    struct cnn_dataset *mnist = NULL;
    for (size_t i = 0; i < 2 && !mnist; i++)
        if (cnn_dataset_open(folders[i], CNN_TEST, 0, 5000, &mnist, NULL) != CNN_OK)
            mnist = NULL;
    if (!mnist)
        skip();
    size_t same = 0;
    for (size_t i = 0; i < 5000; i++)
        same += memcmp(cleaned_pixels(cnn_dataset_image(mnist, i), SIDE, SIDE).pixels,
                       cnn_dataset_image(mnist, i), PIXELS) == 0;
    assert_true(same >= 4995);
    cnn_dataset_close(mnist);
}

/* The digit, enlarged, somewhere on a larger sheet of the same ground, cleaned up. */
static struct cnn_cleaned cleaned_enlarged(const uint8_t *digit, size_t side, enum enlarging how,
                                           struct paint paint)
{
    size_t height = side * 2 + 7, width = side + side / 3 + 5;
    uint8_t *large = malloc(side * side), *sheet = malloc(height * width);
    enlarge(digit, side, how, paint, large);
    memset(sheet, paint.ground, height * width);
    for (size_t y = 0; y < side; y++)
        memcpy(sheet + (y + side / 2) * width + 3, large + y * side, side);
    struct cnn_cleaned cleaned = cleaned_pixels(sheet, height, width);
    free(large);
    free(sheet);
    return cleaned;
}

static void enlarged_inverted_and_moved(void **state)
{
    (void)state;
    for (size_t times = 2; times <= 35; times += 3)
        for (size_t i = 0; i < 3; i++) {
            uint8_t digit[PIXELS];
            digit_number(times * 3 + i, digit);
            bool dark = i % 2;
            struct paint paint = {dark ? 255 : 0, dark ? 0 : 255};
            struct cnn_cleaned cleaned = cleaned_enlarged(digit, SIDE * times, ENLARGE_NEAREST, paint);
            assert_true(largest_difference(cleaned.pixels, digit) <= 3);
            assert_int_equal((int)hint_of(&cleaned, CNN_HINT_INVERTED), dark ? 255 : -1);
            assert_true(hint_of(&cleaned, CNN_HINT_EDGE) < 0);
        }
}

/* The ink that two digits do not share, of what they have in the mean; 2 is everything. */
static double distance(const uint8_t *a, const uint8_t *b)
{
    double apart = 0, ink = 0;
    for (size_t i = 0; i < PIXELS; i++) {
        apart += abs(a[i] - b[i]);
        ink += (a[i] + b[i]) / 2.0;
    }
    return apart / ink;
}

/* What is made larger smoothly fades out further than its ink went, and by Lanczos's window rings further
 * still; the digit must not become smaller by it, whatever it is drawn on. */
static void enlarged_smoothly(void **state)
{
    (void)state;
    static const struct paint paints[] = {{0, 255}, {255, 0}, {200, 30}, {60, 220}};
    static const size_t sides[] = {56, 70, 104, 148, 280};
    for (enum enlarging how = ENLARGE_LINEAR; how < N_ENLARGINGS; how++) {
        double sum = 0;
        for (size_t i = 0; i < 60; i++) {
            uint8_t digit[PIXELS];
            digit_number(i, digit);
            sum += distance(cleaned_enlarged(digit, sides[i % 5], how, paints[i / 5 % 4]).pixels, digit);
        }
        if (sum / 60 > 0.26)
            fail_msg("kernel %u: %.3f of the ink is elsewhere", how, sum / 60);
    }
}

static const struct photo_kind kinds[] = {
    {.name = "light", .light = true},
    {.name = "shadow", .shadow = true},
    {.name = "noise", .noise = true},
    {.name = "blur", .blur = true},
    {.name = "jpeg", .jpeg = true},
    {.name = "ruled", .ruled = true},
    {.name = "all", .light = true, .shadow = true, .noise = true, .blur = true, .jpeg = true, .ruled = true},
    {.name = "chalk", .dark = true, .light = true, .noise = true, .jpeg = true},
    {.name = "ruled, shadow", .light = true, .shadow = true, .ruled = true},
    {.name = "ruled, noise, JPEG", .noise = true, .ruled = true, .jpeg = true},
    {.name = "ruled, dark", .light = true, .shadow = true, .ruled = true, .dark = true},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* Two drawings of one digit differ by about 1, and a thing read as something else by more. How many
 * photographs of each kind are read well: at least 38 of 40. */
static void what_a_camera_does_goes(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_KINDS; k++) {
        size_t good = 0;
        for (size_t i = 0; i < 40; i++) {
            uint8_t digit[PIXELS];
            digit_number(i, digit);
            struct cnn_picture *photo = photo_make(digit, &kinds[k], i);
            struct cnn_cleaned cleaned = cleaned_picture(photo);
            cnn_picture_close(photo);
            good += !cleaned.empty && distance(cleaned.pixels, digit) < 0.8;
        }
        if (good < 38)
            fail_msg("%s: only %zu of 40", kinds[k].name, good);
    }
}

static void an_empty_sheet_has_no_answer(void **state)
{
    (void)state;
    static const uint8_t nothing[PIXELS];
    for (size_t k = 0; k < N_KINDS; k++)
        for (size_t i = 0; i < 12; i++) {
            struct cnn_picture *photo = photo_make(nothing, &kinds[k], i);
            struct cnn_cleaned cleaned = cleaned_picture(photo);
            cnn_picture_close(photo);
            if (!cleaned.empty)
                fail_msg("%s, sheet %zu", kinds[k].name, i);
            assert_true(hint_of(&cleaned, CNN_HINT_NOTHING) >= 0);
            assert_memory_equal(cleaned.pixels, nothing, PIXELS);
        }
    uint8_t white[4 * 9];
    memset(white, 255, sizeof white);
    assert_true(cleaned_pixels(white, 4, 9).empty);
    assert_true(cleaned_pixels(white, 1, 1).empty);
}

/* A sheet with a bar of ink and, if asked for, a second one. Shapes: sheet [60][80]. */
static void draw_bars(uint8_t *sheet, uint8_t ground, uint8_t ink, size_t left, size_t wide, bool second)
{
    memset(sheet, ground, 60 * 80);
    for (size_t y = 10; y < 50; y++) {
        memset(sheet + y * 80 + left, ink, wide);
        if (second)
            memset(sheet + y * 80 + left + 20, ink, wide);
    }
}

static void hints_have_their_numbers(void **state)
{
    (void)state;
    static uint8_t sheet[60 * 80];
    struct cnn_cleaned c;
    draw_bars(sheet, 200, 20, 30, 5, false);
    c = cleaned_pixels(sheet, 60, 80);
    assert_int_equal(c.n_hints, 1);
    assert_int_equal(hint_of(&c, CNN_HINT_INVERTED), 200);
    draw_bars(sheet, 30, 56, 30, 5, false);
    c = cleaned_pixels(sheet, 60, 80);
    assert_int_equal(c.n_hints, 1);
    assert_int_equal(hint_of(&c, CNN_HINT_FAINT), 10);
    draw_bars(sheet, 0, 255, 30, 5, true);
    c = cleaned_pixels(sheet, 60, 80);
    assert_int_equal(hint_of(&c, CNN_HINT_BLOBS), 2);
    draw_bars(sheet, 0, 255, 0, 5, false);
    c = cleaned_pixels(sheet, 60, 80);
    assert_int_equal(hint_of(&c, CNN_HINT_EDGE), 1);
    draw_bars(sheet, 0, 255, 30, 2, false);
    c = cleaned_pixels(sheet, 60, 80);
    assert_int_equal(hint_of(&c, CNN_HINT_THIN), 20);
    draw_bars(sheet, 0, 255, 30, 32, false);
    c = cleaned_pixels(sheet, 60, 80);
    assert_int_equal(hint_of(&c, CNN_HINT_THICK), 320);
}

/* The number is the part of the picture that is transparent; a blank one has nothing that could be laid on
 * black. */
static void white_ink_on_nothing_is_laid_on_black(void **state)
{
    (void)state;
    static uint8_t sheet[60 * 80];
    struct cnn_picture *picture;
    for (size_t wide = 0; wide <= 12; wide += 12) {
        draw_bars(sheet, 0, 255, 30, wide, false);
        assert_int_equal(cnn_picture_create(sheet, 60, 80, 1, &picture, NULL), CNN_OK);
        picture->on_black = true;
        struct cnn_cleaned cleaned = cleaned_picture(picture);
        cnn_picture_close(picture);
        assert_int_equal(cleaned.empty, wide == 0);
        assert_int_equal(cleaned.n_hints, 1);
        assert_int_equal((int)hint_of(&cleaned, CNN_HINT_ON_BLACK), wide ? 90 : -1);
    }
}

/* A sheet with grain and a bar from row first to row 139. Shapes: sheet [200][200]. */
static void draw_on_grain(uint8_t *sheet, size_t first)
{
    struct random random = random_stream(3, 0);
    for (size_t i = 0; i < (size_t)200 * 200; i++)
        sheet[i] = (uint8_t)(200 + random_below(&random, 9));
    for (size_t y = first; y < 140; y++)
        memset(sheet + y * 200 + 95, 40, 10);
}

static void what_reaches_the_edge_is_said(void **state)
{
    (void)state;
    static uint8_t sheet[200 * 200];
    draw_on_grain(sheet, 0);
    struct cnn_cleaned cleaned = cleaned_pixels(sheet, 200, 200);
    assert_true(cleaned.empty);
    assert_int_equal(hint_of(&cleaned, CNN_HINT_NOTHING), 1);
    draw_on_grain(sheet, 140);
    cleaned = cleaned_pixels(sheet, 200, 200);
    assert_true(cleaned.empty);
    assert_int_equal(hint_of(&cleaned, CNN_HINT_NOTHING), 0);
}

/* Specks and a dark table at the edge are no part of the digit. */
static void dirt_and_the_table_are_left_out(void **state)
{
    (void)state;
    static uint8_t sheet[200 * 200];
    draw_on_grain(sheet, 60);
    struct cnn_cleaned clean = cleaned_pixels(sheet, 200, 200);
    for (size_t y = 0; y < 200; y++)
        memset(sheet + y * 200, 30, 9);
    for (size_t i = 0; i < 4; i++)
        memset(sheet + (20 + i) * 200 + 170, 30, 4);
    struct cnn_cleaned dirty = cleaned_pixels(sheet, 200, 200);
    assert_false(clean.empty);
    assert_true(largest_difference(clean.pixels, dirty.pixels) <= 12);
}

struct seen {
    char names[128];
    size_t stop_after, n;
    uint8_t last[PIXELS];
};

static enum cnn_status see(void *context, const struct cnn_picture_stage *stage, struct cnn_error *error)
{
    struct seen *seen = context;
    size_t used = strlen(seen->names);
    snprintf(seen->names + used, sizeof seen->names - used, "%s %zux%zu;", stage->name, stage->height,
             stage->width);
    if (stage->height == SIDE && stage->width == SIDE)
        memcpy(seen->last, stage->pixels, PIXELS);
    if (++seen->n < seen->stop_after)
        return CNN_OK;
    error->status = CNN_ERROR_IO;
    return CNN_ERROR_IO;
}

static void each_stage_is_seen(void **state)
{
    (void)state;
    struct seen seen = {.stop_after = 9};
    struct cnn_cleaned cleaned = {.n_hints = 77};
    struct cnn_error error;
    uint8_t digit[PIXELS];
    digit_number(0, digit);
    struct cnn_picture *photo = photo_make(digit, &kinds[0], 0);
    assert_int_equal(cnn_picture_clean(photo, see, &seen, &cleaned, &error), CNN_OK);
    assert_string_equal(seen.names,
                        "1-grey 320x280;2-ground 320x280;3-flat 320x280;4-ink 320x280;5-digit 28x28;");
    assert_memory_equal(seen.last, cleaned.pixels, PIXELS);
    for (size_t n = 1; n <= 5; n++) {
        seen = (struct seen){.stop_after = n};
        assert_int_equal(cnn_picture_clean(photo, see, &seen, &cleaned, &error), CNN_ERROR_IO);
        assert_int_equal(seen.n, n);
    }
    cnn_picture_close(photo);
    seen = (struct seen){.stop_after = 9};
    assert_int_equal(cnn_picture_create(digit, SIDE, SIDE, 1, &photo, NULL), CNN_OK);
    assert_int_equal(cnn_picture_clean(photo, see, &seen, &cleaned, &error), CNN_OK);
    assert_string_equal(seen.names, "1-grey 28x28;4-ink 28x28;5-digit 28x28;");
    cnn_picture_close(photo);
}

static void scaled_by_area(void **state)
{
    (void)state;
    static const uint8_t grey[2 * 3] = {0, 30, 60, 90, 120, 240}, colour[2 * 3] = {0, 10, 20, 100, 110, 121};
    uint8_t out[12];
    struct cnn_picture *p;
    struct cnn_error error;
    assert_int_equal(cnn_picture_create(grey, 2, 3, 1, &p, NULL), CNN_OK);
    assert_int_equal(cnn_picture_scale(p, 1, 1, out, &error), CNN_OK);
    assert_int_equal(out[0], 90);
    assert_int_equal(cnn_picture_scale(p, 1, 2, out, &error), CNN_OK);
    assert_int_equal(out[0], 55); /* (0 + 30/2 + 90 + 120/2) / 3 */
    assert_int_equal(out[1], 125);
    assert_int_equal(cnn_picture_scale(p, 4, 3, out, &error), CNN_OK);
    assert_memory_equal(out, ((uint8_t[]){0, 30, 60, 0, 30, 60, 90, 120, 240, 90, 120, 240}), 12);
    assert_int_equal(cnn_picture_scale(p, 0, 1, out, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_picture_scale(p, 1, 4097, out, &error), CNN_ERROR_USAGE);
    cnn_picture_close(p);
    assert_int_equal(cnn_picture_create(colour, 2, 1, 3, &p, NULL), CNN_OK);
    assert_int_equal(cnn_picture_scale(p, 1, 1, out, &error), CNN_OK);
    assert_memory_equal(out, ((uint8_t[]){50, 60, 71}), 3);
    struct cnn_cleaned cleaned;
    assert_int_equal(cnn_picture_clean(p, NULL, NULL, &cleaned, &error), CNN_ERROR_USAGE);
    cnn_picture_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digit_like_mnists_comes_back),
        cmocka_unit_test(mnist_comes_back),
        cmocka_unit_test(enlarged_inverted_and_moved),
        cmocka_unit_test(enlarged_smoothly),
        cmocka_unit_test(what_a_camera_does_goes),
        cmocka_unit_test(an_empty_sheet_has_no_answer),
        cmocka_unit_test(hints_have_their_numbers),
        cmocka_unit_test(white_ink_on_nothing_is_laid_on_black),
        cmocka_unit_test(what_reaches_the_edge_is_said),
        cmocka_unit_test(dirt_and_the_table_are_left_out),
        cmocka_unit_test(each_stage_is_seen),
        cmocka_unit_test(scaled_by_area),
    };
    return cmocka_run_group_tests(tests, open_drawn, close_drawn);
}
