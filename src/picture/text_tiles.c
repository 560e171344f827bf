/* Tiles for the terminal: how many stand in a row, with which words. */
#include "picture/grid.h"

#include "picture/letters.h"

#include <stdio.h>
#include <string.h>

enum { MOST_WIDTH = 40 };

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

size_t grid_fit(const struct writer *w, const struct grid *grid)
{
    size_t room = w->columns > grid->label ? w->columns - grid->label : 1;
    size_t fit = (room + GRID_GAP) / (grid->box + GRID_GAP);
    return fit ? fit : 1;
}

size_t grid_widest(const struct band *band)
{
    size_t width = 0;
    for (size_t i = 0; i < band->n; i++)
        width = band->tiles[i].width > width ? band->tiles[i].width : width;
    return width;
}

static struct grid choose_grid(const struct writer *w, const struct band *band)
{
    struct grid grid = {.label = band->row[0] ? letters_count(band->row) + 4 : 0};
    size_t most = GRID_MOST_WIDE, wanted = band->columns ? band->columns : band->n;
    if (band->numbers || (w->colours == CNN_COLOURS_NONE && band->scale.kind == SCALE_SIGNED)) {
        grid.numbers = true;
        grid.wide = band->numbers ? CELL_LETTERS + 1 : grid_widest(band) > GRID_NARROW ? 2 : 3;
    } else {
        /* a sign for two rows of a small tile would leave too little of it */
        size_t least = w->colours == CNN_COLOURS_NONE && grid_widest(band) <= GRID_NARROW ? 2 : 1;
        for (grid.wide = most; grid.wide > least; grid.wide--) {
            grid.box = box_of(band, grid.wide);
            if (grid_fit(w, &grid) >= wanted && grid_widest(band) * grid.wide <= MOST_WIDTH)
                break;
        }
    }
    grid.box = box_of(band, grid.wide);
    grid.columns = grid_fit(w, &grid);
    return grid;
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
                         grid->box + (i + 1 < last ? GRID_GAP : 0));
    writer_end_line(w);
}

static void put_tile_line(struct writer *w, const struct band *band, const struct tile *tile,
                          const struct grid *grid, size_t line, bool last)
{
    bool there = line < grid_lines(tile, grid);
    if (there)
        grid_put_cells(w, band, tile, grid, line);
    if (!last)
        writer_put_blanks(w, grid->box + GRID_GAP - (there ? tile->width * grid->wide : 0));
}

/* Tiles side by side, with their words; name is that of the row, or "". */
void grid_put_row(struct writer *w, const struct band *band, const struct tile *tiles, size_t n,
                  const struct grid *grid, const char *name)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines = grid_lines(&tiles[i], grid) > lines ? grid_lines(&tiles[i], grid) : lines;
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
            grid_put_row(w, band, band->tiles + first + from, left < n ? left : n, grid,
                         band->row[0] ? name : "");
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
                 grid_widest(band) > GRID_NARROW ? "a dot" : "0", limit);
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
        grid_put_row(w, band, band->tiles + first, left < grid.columns ? left : grid.columns, &grid, "");
    }
}
