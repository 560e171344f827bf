/* Curves go where their numbers are: round scales that hold them all, the same places in a grid and in a
 * drawing. */
#include "picture/curves.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct cnn_error error;

static struct cnn_sheet *sheet_of(const float *values, size_t n, bool dashed)
{
    struct cnn_sheet *sheet;
    assert_int_equal(sheet_create(&sheet, &error), CNN_OK);
    sheet_add_band(sheet, BAND_CURVES, "Loss & <more>");
    struct curve *curve = sheet_add_curve(sheet, n);
    memcpy(curve->values, values, n * sizeof *values);
    curve->dashed = dashed;
    return sheet;
}

static void scales_are_round_and_hold_all(void **state)
{
    (void)state;
    static const struct {
        float values[3];
        float low, high, step;
    } cases[] = {
        {{0.31f, 0.82f, 0.009f}, 0, 1, 0.2f},
        {{0.9466f, 0.9971f, 0.98f}, 0.94f, 1, 0.02f},
        {{100, 2500, 7}, 0, 2500, 500},
        {{3, 3, 3}, 2.4f, 3.6f, 0.2f},
        {{0.00011f, 0.00039f, 0.0002f}, 1e-4f, 4e-4f, 1e-4f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cnn_sheet *sheet = sheet_of(cases[i].values, 3, false);
        struct axis axis = curves_axis(&sheet->bands[0]);
        assert_true(axis.low <= (double)cases[i].values[0] && (double)cases[i].values[0] <= axis.high);
        if (i != 3) {
            assert_float_equal((float)axis.low, cases[i].low, 1e-6f);
            assert_float_equal((float)axis.high, cases[i].high, 1e-6f);
            assert_float_equal((float)axis.step, cases[i].step, 1e-6f);
        }
        sheet_free(sheet);
    }
}

static void a_grid_has_the_curve_where_its_numbers_are(void **state)
{
    (void)state;
    uint8_t cells[5 * 11];
    struct cnn_sheet *sheet = sheet_of((float[]){0, 1, 0.5f}, 3, false);
    curves_trace(&sheet->bands[0], 11, 5, cells);
    assert_int_equal(cells[4 * 11 + 0], 1); /* 0: below, left */
    assert_int_equal(cells[0 * 11 + 5], 1); /* 1: above, in the middle */
    assert_int_equal(cells[2 * 11 + 10], 1);
    size_t filled = 0;
    for (size_t i = 0; i < sizeof cells; i++)
        filled += cells[i];
    assert_int_equal(filled, 11); /* one in each column */
    sheet_free(sheet);
}

static void a_drawing_has_the_numbers_in_their_places(void **state)
{
    (void)state;
    char *text;
    size_t n;
    struct cnn_sheet *sheet = sheet_of((float[]){0, 1, 0.5f}, 3, true);
    assert_int_equal(curves_svg(sheet, false, &text, &n, &error), CNN_OK);
    assert_int_equal(strlen(text), n);
    const char *points = strstr(text, "points=\"");
    assert_non_null(points);
    float x[3], y[3];
    assert_int_equal(sscanf(points, "points=\"%f,%f %f,%f %f,%f\"", x, y, x + 1, y + 1, x + 2, y + 2), 6);
    assert_float_equal(x[1] - x[0], x[2] - x[1], 0.11f);
    assert_float_equal(y[2], (y[0] + y[1]) / 2, 0.11f);
    assert_true(y[1] < y[0]);
    assert_non_null(strstr(text, "stroke-dasharray"));
    assert_non_null(strstr(text, "Loss &#38; &#60;more&#62;")); /* words are words, never marks */
    assert_non_null(memmem(text, n < 1024 ? n : 1024, "<metadata>cnn", 13));
    memory_free(text);
    sheet_free(sheet);
}

/* Words in lines that fit, none lost, within the drawing. */
static void captions_of_a_drawing_fit(void **state)
{
    (void)state;
    char *text, words[2 * SHEET_LINE] = "", *next = NULL;
    size_t n;
    int height = 0, y = 0;
    struct cnn_sheet *sheet = sheet_of((float[]){0, 1, 0.5f}, 3, true);
    SHEET_PRINT(sheet->caption[1], "seed 1 \xc2\xb7 %0100d \xc2\xb7 test accuracy 0.9744", 7);
    SHEET_PRINT(sheet->caption[2], "cnn show history %s",
                "a.csv b.csv c.csv d.csv e.csv f.csv g.csv h.csv i.csv "
                "j.csv k.csv l.csv m.csv");
    assert_int_equal(curves_svg(sheet, false, &text, &n, &error), CNN_OK);
    assert_int_equal(sscanf(strstr(text, " height="), " height=\"%d\"", &height), 1);
    for (char *line = strtok_r(strstr(text, ">seed") - 20, "\n", &next); line;
         line = strtok_r(NULL, "\n", &next)) {
        char *from = strchr(line, '>') + 1, *to = strstr(line, "</text>");
        if (!to)
            break;
        assert_in_range(to - from, 1, 90);
        *to = '\0';
        strcat(words, from);
        assert_int_equal(sscanf(strstr(line, " y="), " y=\"%d\"", &y), 1);
        assert_in_range(y, 0, height - 8);
    }
    assert_non_null(strstr(words, "7 \xc2\xb7 test accuracy 0.9744"));
    assert_non_null(strstr(words, "m.csv"));
    memory_free(text);
    sheet_free(sheet);
}

static void words_at_the_ends_stand_apart(void **state)
{
    (void)state;
    int y[] = {100, 101, 99, 300, 100, 299};
    curves_spread(y, 6, 20);
    for (size_t i = 0; i < 6; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(abs(y[i] - y[k]) >= 20);
    for (size_t i = 0; i < 6; i++) /* and near where they were */
        assert_true(abs(y[i] - (i == 3 || i == 5 ? 300 : 100)) <= 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scales_are_round_and_hold_all),
        cmocka_unit_test(a_grid_has_the_curve_where_its_numbers_are),
        cmocka_unit_test(a_drawing_has_the_numbers_in_their_places),
        cmocka_unit_test(captions_of_a_drawing_fit),
        cmocka_unit_test(words_at_the_ends_stand_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
