/* What a screen shows: never more than it holds, what matters most the longest, and smaller pictures truly.
 */
#include "picture/letters.h"
#include "picture/sheet.h"

#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct cnn_error error;

static void add_tiles(struct cnn_sheet *sheet, const char *heading, size_t n, size_t side, size_t worth,
                      enum scale_kind scale)
{
    struct band *band = sheet_add_band(sheet, BAND_TILES, heading);
    band->worth = worth;
    band->scale = (struct scale){scale, 1};
    for (size_t i = 0; i < n; i++) {
        struct tile *tile = sheet_add_tile(sheet, side, side, 1);
        for (size_t k = 0; k < side * side; k++)
            tile->values[k] = (float)((k + i) % 3) / 2;
    }
}

static void add_curves(struct cnn_sheet *sheet, const char *heading, size_t worth)
{
    struct band *band = sheet_add_band(sheet, BAND_CURVES, heading);
    band->worth = worth;
    band->epoch = 4;
    for (size_t i = 0; i < 2; i++) {
        struct curve *curve = sheet_add_curve(sheet, i ? 3 : 14);
        curve->every = i ? 4 : 1;
        for (size_t k = 0; k < curve->n; k++)
            curve->values[k] = 1 / (float)(k + 1);
    }
}

/* As a training has it. */
static struct cnn_sheet *make_sheet(void)
{
    struct cnn_sheet *sheet;
    assert_int_equal(sheet_create(&sheet, &error), CNN_OK);
    SHEET_PRINT(sheet->title, "image 0: it is 5, the answer is 3 (61.82 %%)");
    add_tiles(sheet, "image", 1, 28, 1, SCALE_INK);
    add_tiles(sheet, "first filters", 3, 5, 3, SCALE_SIGNED);
    add_curves(sheet, "loss", 2);
    add_curves(sheet, "accuracy", 0);
    sheet_add_band(sheet, BAND_BARS, "answer");
    for (int i = 0; i < 10; i++) {
        struct bar *bar = sheet_add_bar(sheet);
        SHEET_PRINT(bar->label, "%d", i);
        SHEET_PRINT(bar->text, "%9s", "10.00 %");
        bar->share = 0.1;
    }
    add_tiles(sheet, "first maps", 3, 24, 4, SCALE_FROM_ZERO);
    add_tiles(sheet, "second filters", 18, 5, 0, SCALE_SIGNED);
    sheet->bands[sheet->n_bands - 1].columns = 6;
    add_tiles(sheet, "second maps", 6, 20, 0, SCALE_FROM_ZERO);
    return sheet;
}

static char *screen_of(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns, size_t lines)
{
    char *text;
    assert_int_equal(sheet_screen(sheet, colours, columns, lines, false, &text, &error), CNN_OK);
    return text;
}

/* Without what only tells the terminal colours; the widest line and the number of lines. */
static void measure(char *text, size_t *widest, size_t *lines)
{
    *widest = *lines = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        size_t width = 0;
        for (const char *at = line; *at;)
            if (*at == '\033') {
                at += strcspn(at, "m") + 1;
            } else {
                letter_next(&at);
                width++;
            }
        *widest = width > *widest ? width : *widest;
        ++*lines; /* empty ones, which strtok passes over, stand between others */
    }
}

static void it_never_shows_more_than_it_holds(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_sheet();
    for (int colours = CNN_COLOURS_NONE; colours <= CNN_COLOURS_24_BIT; colours++)
        for (size_t columns = 1; columns < 210; columns += columns < 90 ? 3 : 11)
            for (size_t lines = 1; lines < 64; lines += 3) {
                size_t widest, n, ends = 0;
                char *text = screen_of(sheet, (enum cnn_colours)colours, columns, lines);
                for (const char *at = text; *at; at++)
                    ends += *at == '\n';
                measure(text, &widest, &n);
                if (widest > columns || ends > lines)
                    fail_msg("colours %d: %zu x %zu in %zu x %zu", colours, widest, ends, columns, lines);
                memory_free(text);
            }
    sheet_free(sheet);
}

static void what_matters_most_stays_the_longest(void **state)
{
    (void)state;
    static const struct {
        size_t columns, lines;
        const char *there, *not_there;
    } expected[] = {
        {79, 22, "image 1:2", "accuracy"},        {79, 22, "first filters", "\nanswer"},
        {79, 22, "loss", "second filters"},       {79, 22, "first maps\n", "first maps 1:2"},
        {119, 37, "\nanswer", "image 1:2"},       {119, 37, "second maps 1:2", "second filters"},
        {199, 56, "second filters", "1:2"},       {199, 56, "second maps", "1:3"},
        {79, 16, "first maps 1:2", "accuracy 1"}, {30, 10, "first maps, 2 of 3 1:2", "\nimage"},
    };
    struct cnn_sheet *sheet = make_sheet();
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        char *coloured = screen_of(sheet, CNN_COLOURS_24_BIT, expected[i].columns, expected[i].lines),
             *to = coloured;
        for (const char *at = coloured; *at;) /* plain text */
            if (*at == '\033')
                at += strcspn(at, "m") + 1;
            else
                *to++ = *at++;
        *to = '\0';
        if (!strstr(coloured, expected[i].there) || strstr(coloured, expected[i].not_there))
            fail_msg("%zu x %zu: expected %s, not %s, in\n%s", expected[i].columns, expected[i].lines,
                     expected[i].there, expected[i].not_there, coloured);
        memory_free(coloured);
    }
    sheet_free(sheet);
}

/* Cells of 0 and 1 in turn. */
static struct cnn_sheet *make_board(void)
{
    struct cnn_sheet *sheet;
    assert_int_equal(sheet_create(&sheet, &error), CNN_OK);
    struct band *band = sheet_add_band(sheet, BAND_TILES, "board");
    band->scale = (struct scale){SCALE_FROM_ZERO, 1};
    band->worth = 1;
    struct tile *tile = sheet_add_tile(sheet, 20, 21, 1);
    for (size_t i = 0; i < 20 * 21; i++)
        tile->values[i] = (float)((i / 21 + i % 21) % 2);
    return sheet;
}

/* All are a half at 1:2. */
static void a_smaller_picture_is_made_of_means(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_board();
    char *text = screen_of(sheet, CNN_COLOURS_NONE, 20, 7);
    assert_string_equal(text,
                        "\nboard 1:2\n+++++++++++\n+++++++++++\n+++++++++++\n+++++++++++\n+++++++++++\n");
    memory_free(text);
    sheet_free(sheet);
}

/* Its mark is where it was: row 3 of 10, in the lower half of the second line of cells, at the end. */
static void a_smaller_picture_keeps_its_mark(void **state)
{
    (void)state;
    struct cnn_sheet *sheet = make_board();
    struct tile *tile = &sheet->bands[0].tiles[0];
    const struct colour c = theme_of(false)->mark;
    char *text = screen_of(sheet, CNN_COLOURS_24_BIT, 20, 7), expected[64];
    snprintf(expected, sizeof expected, "\033[48;2;%d;%d;%dm\xe2\x96\x80\033[39m\033[49m\n", c.r, c.g, c.b);
    assert_null(strstr(text, expected));
    memory_free(text);
    tile->marked = true;
    tile->mark_y = 7;
    tile->mark_x = 20;
    text = screen_of(sheet, CNN_COLOURS_24_BIT, 20, 7);
    size_t before = 0, length = strlen(expected);
    const char *at = text;
    for (; *at && strncmp(at, expected, length) != 0; at++)
        before += *at == '\n';
    assert_true(*at != '\0');
    assert_int_equal(before, 3); /* the title, the heading, the first line */
    memory_free(text);
    sheet_free(sheet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_never_shows_more_than_it_holds),
        cmocka_unit_test(what_matters_most_stays_the_longest),
        cmocka_unit_test(a_smaller_picture_is_made_of_means),
        cmocka_unit_test(a_smaller_picture_keeps_its_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
