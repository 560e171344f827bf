/*
 * A sheet: what a picture says, before it is drawn. It is made of bands, one below the other, each with a
 * heading: tiles (numbers as cells), bars, or lines of text. sheet_draw makes a page of it, sheet_text what a
 * terminal shows. It draws the numbers it is given and knows no network.
 *
 * A sheet is filled by sheet_add_...; memory that runs out on the way is remembered, and sheet_check tells.
 */
#ifndef PICTURE_SHEET_H
#define PICTURE_SHEET_H

#include "picture/palette.h"

#include <math.h>

#define SHEET_BLANK NAN /* a cell with nothing in it */

enum { SHEET_LINE = 192, SHEET_LABEL = 48, SHEET_BELOW = 4, SHEET_CAPTIONS = 3 };

/* Numbers as cells, and the words around them. */
struct tile {
    size_t height, width, channels; /* 1, or 3: red, green, blue */
    float *values;                  /* [height][width][channels]; what is no number is left blank */
    char above[SHEET_LABEL], below[SHEET_BELOW][SHEET_LABEL];
    bool marked; /* the cell at mark_y, mark_x has a frame */
    size_t mark_y, mark_x;
    float limit; /* > 0: a scale of its own */
};

struct bar {
    char label[SHEET_LABEL], text[SHEET_LABEL];
    double share; /* -1 .. 1 of the band's width */
    bool strong;  /* the one to look at */
};

/* Numbers over the epochs. */
struct curve {
    size_t n;
    float *values; /* [n] */
    size_t every;  /* it has one of so many points, the last of them; 0: each */
    size_t run;    /* which of several: its colour and its letter */
    bool dashed;
};

enum band_kind { BAND_TILES, BAND_BARS, BAND_LINES, BAND_CURVES };

struct band {
    enum band_kind kind;
    char heading[SHEET_LINE], note[SHEET_LINE];
    size_t column, n_columns; /* on a page it stands in this column of so many; 0, 0: over the whole width */
    size_t n;
    union {
        struct tile *tiles;
        struct bar *bars;
        struct curve *curves;
        char (*lines)[SHEET_LINE];
    };
    struct scale scale;
    char unit[SHEET_LABEL]; /* what the scale measures, such as "weight"; "": the scale is not shown */
    size_t columns;         /* of a table of tiles; 0: as many as fit */
    char row[SHEET_LABEL]; /* what the rows of that table are called: "map" gives "map 0", ...; "": nothing */
    char head[SHEET_LABEL]; /* of bars: what stands above their texts */
    size_t epoch;           /* of curves: points in an epoch; 0: 1 */
    size_t worth; /* on a screen: those worth less are made smaller first; 0: only where there is room */
    bool numbers; /* every value is written in its cell */
    bool runs;    /* of lines: each is of one of several curves, whose colour its first letter has */
    bool small;   /* many pictures: cells of a few dots are enough */
    size_t room;
};

struct cnn_sheet {
    char title[SHEET_LINE], caption[SHEET_CAPTIONS][SHEET_LINE];
    char *command; /* that makes the sheet again; NULL: not known */
    struct band *bands;
    size_t n_bands, room;
    bool memory_ran_out;
};

/* Errors: MEMORY. Owns: the caller, until sheet_free, which takes NULL. */
enum cnn_status sheet_create(struct cnn_sheet **sheet, struct cnn_error *error);
void sheet_free(struct cnn_sheet *sheet);
enum cnn_status sheet_check(const struct cnn_sheet *sheet, struct cnn_error *error);

/* Each returns what it has added, for the caller to fill in, or, when memory ran out, a place that nobody
 * reads. What was returned before may have moved. */
struct band *sheet_add_band(struct cnn_sheet *sheet, enum band_kind kind, const char *heading);
struct tile *sheet_add_tile(struct cnn_sheet *sheet, size_t height, size_t width, size_t channels);
struct bar *sheet_add_bar(struct cnn_sheet *sheet);
struct curve *sheet_add_curve(struct cnn_sheet *sheet, size_t n);
void sheet_add_line(struct cnn_sheet *sheet, const char *line);

/* Text as printf makes it; cut to what fits it ends in "..."; what a terminal would obey becomes '?'. */
void sheet_print(char *text, size_t size, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;
#define SHEET_PRINT(text, ...) sheet_print(text, sizeof(text), __VA_ARGS__)

/* What is written into a cell: a number with three digits, or with fewer where it would be longer. A cell is
 * a character wider, so that two never touch. */
enum { CELL_LETTERS = 7 };
void cell_number(char text[CELL_LETTERS + 1], float value);

/* The largest absolute value in a band's tiles; 1 where all are 0. */
float band_limit(const struct band *band);

/* Whether any number of a band is below 0. */
bool band_below_zero(const struct band *band);

/* The colour of a cell. */
struct colour tile_colour(const struct band *band, const struct tile *tile, size_t y, size_t x, bool dark);

/* The sheet as a page. Errors: MEMORY. */
enum cnn_status sheet_draw(const struct cnn_sheet *sheet, bool dark, struct canvas *canvas,
                           struct cnn_error *error);

/* The sheet for a screen of so many columns and lines, and no more: its title, then the bands beside and
 * below each other, without notes and captions, each as large as there is room for and some not at all. A
 * picture that is too large is drawn at 1:2, 1:3, ..., each cell the mean of so many, and says so. The text
 * is never empty. Errors: MEMORY. Owns: the caller (memory_free). */
enum cnn_status sheet_screen(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns,
                             size_t lines, bool dark, char **text, struct cnn_error *error);

/* The sheet as lines of text, `columns` wide (at least 40). Errors: MEMORY. Owns: the caller (memory_free).
 */
enum cnn_status sheet_text(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns, bool dark,
                           char **text, struct cnn_error *error);

#endif
