/* A page says what its sheet does: each cell has its colour, the mark stands around its cell, and all dots
 * are the same on every machine. */
#include "picture/sheet.h"

#include "base/hash.h"
#include "base/memory.h"
#include "picture/letters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { SIDE = 5 };

static struct cnn_error error;

static struct cnn_sheet *make_sheet(void)
{
    struct cnn_sheet *sheet;
    assert_int_equal(sheet_create(&sheet, &error), CNN_OK);
    SHEET_PRINT(sheet->title, "A tile");
    struct band *band = sheet_add_band(sheet, BAND_TILES, "five by five");
    band->scale.limit = 12;
    SHEET_PRINT(band->unit, "weight");
    struct tile *tile = sheet_add_tile(sheet, SIDE, SIDE, 1);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        tile->values[i] = (float)i - 12;
    tile->marked = true;
    tile->mark_y = 3;
    tile->mark_x = 1;
    SHEET_PRINT(tile->below[0], "most %d", 12);
    SHEET_PRINT(sheet->caption[0], "conv2d\x1b[31m");
    return sheet;
}

static bool is_colour(const struct canvas *canvas, int x, int y, struct colour colour)
{
    return memcmp(canvas->rgb + ((size_t)y * (size_t)canvas->width + (size_t)x) * 3, &colour, 3) == 0;
}

/* The smallest box around all dots of a colour. */
static void box_of(const struct canvas *canvas, struct colour colour, int *left, int *top, int *right,
                   int *bottom)
{
    *left = *top = 1 << 20;
    *right = *bottom = -1;
    for (int y = 0; y < canvas->height; y++)
        for (int x = 0; x < canvas->width; x++)
            if (is_colour(canvas, x, y, colour)) {
                *left = x < *left ? x : *left;
                *right = x > *right ? x : *right;
                *top = y < *top ? y : *top;
                *bottom = y;
            }
}

static void a_page_has_every_cell_and_the_mark_around_its_own(void **state)
{
    (void)state;
    enum { CELL = 32, MARK = 3 };
    struct cnn_sheet *sheet = make_sheet();
    const struct band *band = &sheet->bands[0];
    for (int dark = 0; dark < 2; dark++) {
        struct canvas canvas;
        int left, top, right, bottom;
        assert_int_equal(sheet_draw(sheet, dark, &canvas, &error), CNN_OK);
        box_of(&canvas, theme_of(dark)->mark, &left, &top, &right, &bottom);
        assert_int_equal(right - left + 1, CELL + 2 * MARK);
        assert_int_equal(bottom - top + 1, CELL + 2 * MARK);
        int x0 = left + MARK - 1 * CELL,
            y0 = top + MARK - 3 * CELL; /* where the tile begins, if the mark is right */
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) { /* a corner of the cell within the mark: no dash is there */
                struct colour colour = tile_colour(band, &band->tiles[0], (size_t)y, (size_t)x, dark);
                assert_true(is_colour(&canvas, x0 + x * CELL + 4, y0 + y * CELL + 4, colour));
                assert_true(is_colour(&canvas, x0 + x * CELL + CELL - 5, y0 + y * CELL + CELL - 5, colour));
            }
        canvas_free(&canvas);
    }
    sheet_free(sheet);
}

static void the_dots_are_the_same_everywhere(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_sheet();
    struct canvas canvas;
    assert_int_equal(sheet_draw(sheet, false, &canvas, &error), CNN_OK);
    assert_int_equal(canvas.width, 1696);
    assert_int_equal(hash_bytes(HASH_START, canvas.rgb, (size_t)canvas.width * (size_t)canvas.height * 3),
                     UINT64_C(0x5a9a6dcbf0cf1fa3));
    canvas_free(&canvas);
    sheet_free(sheet);
}

/* Captions are broken into lines: nothing is drawn in the margins, and everything is there. */
static void long_captions_stay_on_the_page(void **state)
{
    (void)state;
    enum { MARGIN = 48, LINE = 30 };
    struct cnn_sheet *sheet = make_sheet();
    struct canvas canvas, longer;
    const struct colour ground = theme_of(false)->ground;
    sheet->caption[1][0] = sheet->caption[2][0] = '\0';
    assert_int_equal(sheet_draw(sheet, false, &canvas, &error), CNN_OK);
    for (size_t i = 0; i < 64; i++)
        sheet_print(sheet->caption[1] + 3 * i, sizeof sheet->caption[1] - 3 * i, "%s", i % 5 ? "ab " : "abc");
    memset(sheet->caption[2], 'W', SHEET_LINE - 1); /* no blank to break at */
    sheet->caption[2][SHEET_LINE - 1] = '\0';
    assert_int_equal(sheet_draw(sheet, false, &longer, &error), CNN_OK);
    assert_int_equal(longer.width, canvas.width);
    assert_int_equal(longer.height, canvas.height + 4 * LINE); /* two lines of each */
    for (int y = 0; y < longer.height; y++)
        for (int x = 0; x < MARGIN; x++)
            assert_true(is_colour(&longer, x, y, ground) &&
                        is_colour(&longer, longer.width - 1 - x, y, ground));
    canvas_free(&canvas);
    canvas_free(&longer);
    sheet_free(sheet);
}

/* In a list such as "7: 4, 8: 5" no line ends within a pair, wherever it is broken. */
static void a_pair_stays_on_its_line(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_sheet();
    SHEET_PRINT(sheet->bands[0].note, "%s", "0: 10, 1: 11, 2: 12, 3: 13, 4: 14, 5: 15, 6: 16, 7: 17, 8: 18");
    for (size_t columns = 40; columns < 60; columns++) {
        char *text;
        assert_int_equal(sheet_text(sheet, CNN_COLOURS_NONE, columns, false, &text, &error), CNN_OK);
        assert_null(strstr(text, ":\n"));
        assert_non_null(strstr(text, "7: 17"));
        memory_free(text);
    }
    sheet_free(sheet);
    assert_int_equal(letters_line("7: 4, 8: 5", 8), strlen("7: 4,"));
    assert_int_equal(letters_line("7: 4, 8: 5", 10), strlen("7: 4, 8: 5"));
    assert_int_equal(letters_line("\xed\x95\x9c\xea\xb8\x80", 1), 3); /* never half a letter */
}

static void what_is_cut_ends_in_dots(void **state)
{
    (void)state;
    char text[9];
    SHEET_PRINT(text, "%s", "12345678");
    assert_string_equal(text, "12345678");
    SHEET_PRINT(text, "%s", "123456789");
    assert_string_equal(text, "12345...");
    SHEET_PRINT(text, "%s", "1234\xed\x95\x9c\xea\xb8\x80"); /* never half a letter */
    assert_string_equal(text, "1234...");
}

/* A name with escapes in it must not reach the terminal, whatever the colours. */
static void nothing_that_a_terminal_obeys_comes_from_a_name(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_sheet();
    char *text;
    assert_int_equal(sheet_text(sheet, CNN_COLOURS_NONE, 80, false, &text, &error), CNN_OK);
    assert_null(strchr(text, '\033'));
    assert_non_null(strstr(text, "conv2d?[31m"));
    memory_free(text);
    sheet_free(sheet);
}

/* -9 .. 9, in steps of the limit, and zero as zero. */
static void numbers_stand_for_the_cells(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_sheet();
    char *text;
    assert_int_equal(sheet_text(sheet, CNN_COLOURS_NONE, 80, false, &text, &error), CNN_OK);
    assert_non_null(strstr(
        text, " -9 -8 -8 -7 -6\n -5 -5 -4 -3 -2\n -2 -1  0  1  2\n  2  3  4  5  5\n  6  7  8  8  9\n"));
    memory_free(text);
    sheet_free(sheet);
}

/* A tile of numbers that are long with three digits. */
static struct cnn_sheet *make_long_numbers(void)
{
    static const float longest[] = {-0.000271F, -6.42e-05F, -0.0588F,   0.00307F, -1.18e-38F,
                                    1234567,    -3.4e38F,   -0.001234F, 99950,    -100};
    struct cnn_sheet *sheet = make_sheet();
    sheet->bands[0].numbers = true;
    for (size_t i = 0; i < SIDE * SIDE; i++)
        sheet->bands[0].tiles[0].values[i] = longest[i % 10];
    return sheet;
}

/* Nothing is written at the sides of a cell, nor beyond. */
static void long_numbers_stay_in_their_cells(void **state)
{
    (void)state;
    enum { CELL = 64, MARK = 3 };
    struct cnn_sheet *sheet = make_long_numbers();
    const struct band *band = &sheet->bands[0];
    struct canvas canvas;
    int left, top, right, bottom;
    assert_int_equal(sheet_draw(sheet, false, &canvas, &error), CNN_OK);
    box_of(&canvas, theme_of(false)->mark, &left, &top, &right, &bottom);
    assert_int_equal(right - left + 1, CELL + 2 * MARK);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        struct colour colour = tile_colour(band, &band->tiles[0], i / SIDE, i % SIDE, false);
        int x = left + MARK + ((int)(i % SIDE) - 1) * CELL, y = top + MARK + ((int)(i / SIDE) - 3) * CELL;
        for (int k = MARK; k < CELL - MARK; k++)
            assert_true(is_colour(&canvas, x + MARK, y + k, colour) &&
                        is_colour(&canvas, x + CELL - 1 - MARK, y + k, colour));
    }
    canvas_free(&canvas);
    sheet_free(sheet);
}

static void long_numbers_do_not_touch_in_a_terminal(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_long_numbers();
    char *text;
    assert_int_equal(sheet_text(sheet, CNN_COLOURS_NONE, 80, false, &text, &error), CNN_OK);
    assert_non_null(strstr(text, "\n -0.0003  -6e-05 -0.0588 0.00307  -1e-38\n"
                                 " 1.2e+06  -3e+38 -0.0012   1e+05    -100\n"));
    memory_free(text);
    sheet_free(sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_has_every_cell_and_the_mark_around_its_own),
        cmocka_unit_test(the_dots_are_the_same_everywhere),
        cmocka_unit_test(long_captions_stay_on_the_page),
        cmocka_unit_test(a_pair_stays_on_its_line),
        cmocka_unit_test(what_is_cut_ends_in_dots),
        cmocka_unit_test(nothing_that_a_terminal_obeys_comes_from_a_name),
        cmocka_unit_test(numbers_stand_for_the_cells),
        cmocka_unit_test(long_numbers_stay_in_their_cells),
        cmocka_unit_test(long_numbers_do_not_touch_in_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
