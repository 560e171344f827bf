/* The colours say what they should to everybody: zero is neutral, each side goes one way in lightness, and
 * the two ends are told apart by those who see no red, no green or no blue, and by a sign on grey paper. */
#include "picture/palette.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { STEPS = 50 };

static double linear_of(uint8_t value)
{
    double v = value / 255.0;
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

struct lab {
    double l, a, b;
};

static double lab_curve(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE L*a*b* of linear sRGB, white D65. */
static struct lab lab_of(const double rgb[3])
{
    double x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.95047;
    double y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    double z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.08883;
    return (struct lab){116 * lab_curve(y) - 16, 500 * (lab_curve(x) - lab_curve(y)),
                        200 * (lab_curve(y) - lab_curve(z))};
}

/* Source: Machado, Oliveira and Fernandes, 2009, severity 1. */
static const double deficiencies[][3][3] = {
    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}, /* none */
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
};
enum { N_DEFICIENCIES = sizeof deficiencies / sizeof *deficiencies };

static struct lab seen_by(struct colour colour, size_t who)
{
    double rgb[3] = {linear_of(colour.r), linear_of(colour.g), linear_of(colour.b)}, seen[3];
    for (size_t i = 0; i < 3; i++) {
        seen[i] = 0;
        for (size_t k = 0; k < 3; k++)
            seen[i] += deficiencies[who][i][k] * rgb[k];
        seen[i] = seen[i] < 0 ? 0 : seen[i] > 1 ? 1 : seen[i];
    }
    return lab_of(seen);
}

static double distance(struct lab p, struct lab q)
{
    return sqrt((p.l - q.l) * (p.l - q.l) + (p.a - q.a) * (p.a - q.a) + (p.b - q.b) * (p.b - q.b));
}

static struct colour signed_colour(double share, bool dark)
{
    return palette_colour((struct scale){SCALE_SIGNED, 2}, (float)(2 * share), dark);
}

static void the_sides_are_told_apart_by_all(void **state)
{
    (void)state;
    for (size_t who = 0; who < N_DEFICIENCIES; who++)
        for (int dark = 0; dark < 2; dark++)
            for (int i = STEPS / 3; i <= STEPS; i++) {
                double share = (double)i / STEPS;
                double apart = distance(seen_by(signed_colour(share, dark), who),
                                        seen_by(signed_colour(-share, dark), who));
                if (apart < (i == STEPS ? 30 : 20))
                    fail_msg("share %.2f, eye %zu, dark %d: deltaE %.1f", share, who, dark, apart);
            }
}

static void lightness_goes_one_way(void **state)
{
    (void)state;
    for (size_t who = 0; who < N_DEFICIENCIES; who++)
        for (int dark = 0; dark < 2; dark++)
            for (int side = -1; side <= 1; side += 2)
                for (int i = 0; i < STEPS; i++) {
                    double here = seen_by(signed_colour(side * (double)i / STEPS, dark), who).l;
                    double next = seen_by(signed_colour(side * (double)(i + 1) / STEPS, dark), who).l;
                    if (dark ? next < here - 0.3 : next > here + 0.3)
                        fail_msg("side %d, step %d, eye %zu, dark %d: L %.1f, then %.1f", side, i, who, dark,
                                 here, next);
                }
}

static void zero_is_neutral_and_limits_hold(void **state)
{
    (void)state;
    for (int dark = 0; dark < 2; dark++) {
        struct lab zero = seen_by(signed_colour(0, dark), 0);
        assert_true(fabs(zero.a) < 3 && fabs(zero.b) < 4);
        struct colour beyond = signed_colour(-7, dark), end = signed_colour(-1, dark);
        assert_memory_equal(&beyond, &end, sizeof end);
    }
}

static void below_zero_has_one_tint(void **state)
{
    (void)state;
    struct scale scale = {SCALE_FROM_ZERO, 800};
    struct colour a = palette_colour(scale, -0.001f, false), b = palette_colour(scale, -500, false);
    struct colour zero = palette_colour(scale, 0, false);
    assert_memory_equal(&a, &b, sizeof a);
    assert_true(distance(seen_by(a, 0), seen_by(zero, 0)) > 8);
}

static void ink_is_the_picture_itself(void **state)
{
    (void)state;
    struct scale scale = {SCALE_INK, 255};
    for (int i = 0; i < 256; i++) {
        assert_int_equal(palette_colour(scale, (float)i, false).g, 255 - i);
        assert_int_equal(palette_colour(scale, (float)i, true).g, i);
    }
}

static void words_on_a_colour_can_be_read(void **state)
{
    (void)state;
    for (int i = -STEPS; i <= STEPS; i++) {
        struct colour ground = signed_colour((double)i / STEPS, false), ink = palette_on(ground);
        double g = 0.2126 * linear_of(ground.r) + 0.7152 * linear_of(ground.g) + 0.0722 * linear_of(ground.b);
        double contrast = ink.r ? 1.05 / (g + 0.05) : (g + 0.05) / 0.05;
        if (contrast < 4.5)
            fail_msg("share %d/%d: contrast %.2f", i, STEPS, contrast);
    }
}

/* Colour i of a terminal's 256, as xterm has them. */
static struct colour terminal_colour(int i)
{
    static const uint8_t level[6] = {0, 95, 135, 175, 215, 255};
    if (i >= 232) {
        uint8_t grey = (uint8_t)(8 + 10 * (i - 232));
        return (struct colour){grey, grey, grey};
    }
    i -= 16;
    return (struct colour){level[i / 36], level[i / 6 % 6], level[i % 6]};
}

static int apart(struct colour a, struct colour b)
{
    return (a.r - b.r) * (a.r - b.r) + (a.g - b.g) * (a.g - b.g) + (a.b - b.b) * (a.b - b.b);
}

static void a_terminal_of_256_colours_comes_near(void **state)
{
    (void)state;
    assert_int_equal(palette_256((struct colour){0, 0, 0}), 16);
    assert_int_equal(palette_256((struct colour){255, 255, 255}), 231);
    assert_int_equal(palette_256((struct colour){255, 0, 0}), 196);
    assert_int_equal(palette_256((struct colour){118, 118, 118}), 243);
    for (int i = 0; i < 256 * 256 * 256; i += 101) {
        struct colour colour = {(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};
        int found = palette_256(colour);
        for (int k = 16; k < 256; k++)
            if (apart(colour, terminal_colour(k)) < apart(colour, terminal_colour(found)))
                fail_msg("%02x%02x%02x: %d is nearer than %d", colour.r, colour.g, colour.b, k, found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sides_are_told_apart_by_all),
        cmocka_unit_test(lightness_goes_one_way),
        cmocka_unit_test(zero_is_neutral_and_limits_hold),
        cmocka_unit_test(below_zero_has_one_tint),
        cmocka_unit_test(ink_is_the_picture_itself),
        cmocka_unit_test(words_on_a_colour_can_be_read),
        cmocka_unit_test(a_terminal_of_256_colours_comes_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
