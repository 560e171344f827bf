/* Tiles for the terminal. */
#include "picture/text.h"

#include "picture/letters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 2, MOST_SCALE = 3, MOST_WIDTH = 40, MOST_NARROW = 12 };

/* ---- tiles -------------------------------------------------------------------------------------- */

/* How a band's tiles stand: a cell is `wide` characters wide, and half of that high; a number one high. */
struct grid {
    size_t wide, box, columns, label;
    bool numbers; /* -9 .. 9 in every cell */
};

static size_t box_of(const struct band *band, size_t wide)
{
    size_t box = 0;
    for (size_t i = 0; i < band->n; i++) {
        const struct tile *tile = &band->tiles[i];
        size_t width = tile->width * wide, words = letters_count(tile->above);
        for (size_t k = 0; k < SHEET_BELOW; k++)
            words = letters_count(tile->below[k]) > words ? letters_count(tile->below[k]) : words;
        box = width > box ? width : box;
        box = words > box ? words : box;
    }
    return box;
}

static size_t columns_of(const struct writer *w, const struct grid *grid)
{
    size_t room = w->columns > grid->label ? w->columns - grid->label : 1;
    size_t fit = (room + GAP) / (grid->box + GAP);
    return fit ? fit : 1;
}

static size_t widest_of(const struct band *band)
{
    size_t width = 0;
    for (size_t i = 0; i < band->n; i++)
        width = band->tiles[i].width > width ? band->tiles[i].width : width;
    return width;
}

static struct grid choose_grid(const struct writer *w, const struct band *band)
{
    struct grid grid = {.label = band->row[0] ? letters_count(band->row) + 4 : 0};
    size_t most = MOST_SCALE, wanted = band->columns ? band->columns : band->n;
    if (band->numbers || (w->colours == CNN_COLOURS_NONE && band->scale.kind == SCALE_SIGNED)) {
        grid.numbers = true;
        grid.wide = band->numbers ? 8 : widest_of(band) > MOST_NARROW ? 2 : 3;
    } else {
        /* a sign for two rows of a small tile would leave too little of it */
        size_t least = w->colours == CNN_COLOURS_NONE && widest_of(band) <= MOST_NARROW ? 2 : 1;
        for (grid.wide = most; grid.wide > least; grid.wide--) {
            grid.box = box_of(band, grid.wide);
            if (columns_of(w, &grid) >= wanted && widest_of(band) * grid.wide <= MOST_WIDTH)
                break;
        }
    }
    grid.box = box_of(band, grid.wide);
    grid.columns = columns_of(w, &grid);
    return grid;
}

/* A cell's share of the scale; that of grey, where it has colours. What is no number, or below 0, is 0. */
static float share_of(const struct band *band, const struct tile *tile, size_t y, size_t x)
{
    float sum = 0, limit = tile->limit > 0 ? tile->limit : band->scale.limit;
    for (size_t c = 0; c < tile->channels; c++)
        sum += tile->values[(y * tile->width + x) * tile->channels + c];
    float share = sum / (float)tile->channels / limit;
    return share > 0 ? share : 0;
}

/* One sign for the two cells of a character, without colours. */
static char sign_of(const struct band *band, const struct tile *tile, size_t upper, size_t lower, size_t x)
{
    static const char ramp[] = " .:-=+*#%@";
    float share = share_of(band, tile, upper, x);
    if (lower < tile->height)
        share = (share + share_of(band, tile, lower, x)) / 2;
    return ramp[share >= 1 ? 9 : (int)(share * 10)];
}

static void put_number(struct writer *w, const struct band *band, const struct tile *tile, size_t wide,
                       float value)
{
    char text[16];
    float limit = tile->limit > 0 ? tile->limit : band->scale.limit;
    int step = (int)(9 * value / limit + (value < 0 ? -0.5f : 0.5f));
    if (band->numbers)
        snprintf(text, sizeof text, "%8.3g", (double)value);
    else if (wide == 2 && step == 0)
        snprintf(text, sizeof text, " ."); /* of many numbers the zeros are ground */
    else
        snprintf(text, sizeof text, "%*d", (int)wide, step);
    writer_put(w, text);
}

static void put_numbers(struct writer *w, const struct band *band, const struct tile *tile, size_t wide,
                        size_t line)
{
    for (size_t x = 0; x < tile->width; x++) {
        float value = tile->values[(line * tile->width + x) * tile->channels];
        if (isnan(value))
            writer_put_blanks(w, wide);
        else
            put_number(w, band, tile, wide, value);
    }
}

static void put_signs(struct writer *w, const struct band *band, const struct tile *tile, size_t wide,
                      size_t line)
{
    for (size_t column = 0; column < tile->width * wide; column++) {
        size_t upper = 2 * line / wide, lower = (2 * line + 1) / wide;
        char text[] = {sign_of(band, tile, upper, lower, column / wide), '\0'};
        writer_put(w, text);
    }
}

/* The colour of half a character: -1 below the tile and where there is no number. */
static long half_code(const struct writer *w, const struct band *band, const struct tile *tile, size_t y,
                      size_t x)
{
    if (y >= tile->height || isnan(tile->values[(y * tile->width + x) * tile->channels]))
        return -1;
    bool marked = tile->marked && tile->mark_y == y && tile->mark_x == x;
    return writer_code(w, marked ? theme_of(w->dark)->mark : tile_colour(band, tile, y, x, w->dark));
}

static void put_halves(struct writer *w, const struct band *band, const struct tile *tile, size_t wide,
                       size_t line)
{
    for (size_t column = 0; column < tile->width * wide; column++) {
        long upper = half_code(w, band, tile, 2 * line / wide, column / wide);
        long lower = half_code(w, band, tile, (2 * line + 1) / wide, column / wide);
        if (upper < 0 && lower < 0) {
            writer_use(w, w->front, -1);
            writer_put(w, " ");
        } else if (upper < 0) {
            writer_use(w, lower, -1);
            writer_put(w, "\xe2\x96\x84"); /* lower half block */
        } else {
            writer_use(w, upper, lower);
            writer_put(w, "\xe2\x96\x80"); /* upper half block */
        }
    }
    writer_use(w, -1, -1);
}

static size_t lines_of(const struct tile *tile, const struct grid *grid)
{
    return grid->numbers ? tile->height : (tile->height * grid->wide + 1) / 2;
}

static void put_words(struct writer *w, const struct tile *tiles, size_t n, const struct grid *grid,
                      int which)
{
    size_t last = 0;
    for (size_t i = 0; i < n; i++)
        last = (which < 0 ? tiles[i].above : tiles[i].below[which])[0] ? i + 1 : last;
    if (last == 0)
        return;
    writer_put_blanks(w, grid->label);
    for (size_t i = 0; i < last; i++)
        writer_put_field(w, which < 0 ? "" : DIM, which < 0 ? tiles[i].above : tiles[i].below[which],
                         grid->box + (i + 1 < last ? GAP : 0));
    writer_end_line(w);
}

static void put_tile_line(struct writer *w, const struct band *band, const struct tile *tile,
                          const struct grid *grid, size_t line, bool last)
{
    bool there = line < lines_of(tile, grid);
    size_t width = there ? tile->width * grid->wide : 0;
    if (there && grid->numbers)
        put_numbers(w, band, tile, grid->wide, line);
    else if (there && w->colours == CNN_COLOURS_NONE)
        put_signs(w, band, tile, grid->wide, line);
    else if (there)
        put_halves(w, band, tile, grid->wide, line);
    if (!last)
        writer_put_blanks(w, grid->box + GAP - width);
}

/* Tiles side by side, with their words; name is that of the row, or "". */
static void put_row(struct writer *w, const struct band *band, const struct tile *tiles, size_t n,
                    const struct grid *grid, const char *name)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines = lines_of(&tiles[i], grid) > lines ? lines_of(&tiles[i], grid) : lines;
    put_words(w, tiles, n, grid, -1);
    for (size_t line = 0; line < lines; line++) {
        if (grid->label)
            writer_put_field(w, "", line == lines / 2 ? name : "", grid->label);
        for (size_t i = 0; i < n; i++)
            put_tile_line(w, band, &tiles[i], grid, line, i + 1 == n);
        writer_end_line(w);
    }
    for (int k = 0; k < SHEET_BELOW; k++)
        put_words(w, tiles, n, grid, k);
}

/* A table wider than the terminal is cut into bundles of columns, each with all rows. */
static void put_table(struct writer *w, const struct band *band, const struct grid *grid)
{
    for (size_t from = 0; from < band->columns; from += grid->columns) {
        size_t n = band->columns - from < grid->columns ? band->columns - from : grid->columns;
        for (size_t first = 0; first + from < band->n; first += band->columns) {
            char name[SHEET_LABEL + 24];
            if (first)
                writer_end_line(w);
            size_t left = band->n - first - from;
            snprintf(name, sizeof name, "%s %zu", band->row, first / band->columns);
            put_row(w, band, band->tiles + first + from, left < n ? left : n, grid, band->row[0] ? name : "");
        }
        if (from + grid->columns < band->columns)
            writer_end_line(w);
    }
}

static void put_plain_scale(struct writer *w, const struct band *band)
{
    char text[SHEET_LINE];
    double limit = (double)band->scale.limit;
    if (band->numbers)
        return;
    if (band->scale.kind == SCALE_SIGNED)
        snprintf(text, sizeof text, "%s: -9 is %.4g, %s is 0, 9 is %.4g", band->unit, -limit,
                 widest_of(band) > MOST_NARROW ? "a dot" : "0", limit);
    else
        snprintf(text, sizeof text, "%s: ten signs \" .:-=+*#%%@\" from 0 to %.4g%s", band->unit, limit,
                 band_below_zero(band) ? "; below 0 is blank too" : "");
    writer_put_wrapped(w, "", text);
}

static void put_scale(struct writer *w, const struct band *band)
{
    enum { STEPS = 24 };
    char text[SHEET_LABEL];
    bool both = band->scale.kind == SCALE_SIGNED;
    if (w->colours == CNN_COLOURS_NONE) {
        put_plain_scale(w, band);
        return;
    }
    snprintf(text, sizeof text, "  %.4g ", both ? -(double)band->scale.limit : 0.0);
    writer_put(w, band->unit);
    writer_put(w, text);
    for (int i = 0; i < STEPS; i++) {
        double share = both ? 2.0 * i / (STEPS - 1) - 1 : (double)i / (STEPS - 1);
        struct scale scale = {band->scale.kind, 1};
        writer_use(w, writer_code(w, palette_colour(scale, (float)share, w->dark)), -1);
        writer_put(w, "\xe2\x96\x88");
    }
    writer_use(w, -1, -1);
    snprintf(text, sizeof text, " %.4g", (double)band->scale.limit);
    writer_put(w, text);
    if (!both && band_below_zero(band)) {
        writer_put(w, "   ");
        writer_use(w, writer_code(w, palette_colour(band->scale, -1, w->dark)), -1);
        writer_put(w, "\xe2\x96\x88\xe2\x96\x88");
        writer_use(w, -1, -1);
        writer_put(w, " below 0");
    }
    writer_end_line(w);
}

void text_tiles(struct writer *w, const struct band *band)
{
    struct grid grid = choose_grid(w, band);
    if (band->unit[0])
        put_scale(w, band);
    if (band->columns) {
        put_table(w, band, &grid);
        return;
    }
    for (size_t first = 0; first < band->n; first += grid.columns) {
        size_t left = band->n - first;
        if (first)
            writer_end_line(w);
        put_row(w, band, band->tiles + first, left < grid.columns ? left : grid.columns, &grid, "");
    }
}
