/* Tiles for the terminal. */
#include "picture/text.h"

#include "base/memory.h"
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

/* ---- on a screen -------------------------------------------------------------------------------- */

enum { LEAST_CELLS = 10 }; /* across a picture that is drawn smaller */

static size_t divide_up(size_t n, size_t by)
{
    return (n + by - 1) / by;
}

static size_t cells_in_one(struct look look)
{
    return look.zoom < 0 ? (size_t)-look.zoom : 1;
}

static bool is_plain(const struct writer *w, const struct band *band)
{
    return w->colours == CNN_COLOURS_NONE && band->scale.kind == SCALE_SIGNED;
}

/* How the tiles of a row stand, and how many of them there are; the last columns of a table are left out
 * where even the smallest do not fit. */
static struct grid grid_at(const struct writer *w, const struct band *band, struct look look)
{
    struct grid grid = {.numbers = is_plain(w, band), .wide = look.zoom > 0 ? (size_t)look.zoom : 1};
    size_t width = divide_up(widest_of(band), cells_in_one(look));
    if (grid.numbers)
        grid.wide = width > MOST_NARROW ? 2 : 3;
    grid.box = width * grid.wide;
    grid.columns = columns_of(w, &grid);
    size_t wanted = band->columns ? band->columns : band->n;
    if (grid.columns > wanted || (band->columns && look.zoom > 1))
        grid.columns = wanted;
    return grid;
}

static size_t rows_of(const struct band *band, const struct grid *grid)
{
    return divide_up(band->n, band->columns ? band->columns : grid->columns);
}

struct look text_tiles_look(const struct writer *w, const struct band *band)
{
    return (struct look){widest_of(band) <= MOST_NARROW && !is_plain(w, band) ? 2 : 1, band->n};
}

bool text_tiles_shrink(const struct writer *w, const struct band *band, struct look *look)
{
    struct look less = {look->zoom > 1 ? look->zoom - 1 : look->zoom == 1 ? -2 : look->zoom - 1, band->n};
    struct grid grid = grid_at(w, band, *look);
    size_t rows = rows_of(band, &grid);
    if (widest_of(band) >= LEAST_CELLS * cells_in_one(less) || less.zoom > 0) {
        *look = less;
        return true;
    }
    rows = look->rows < rows ? look->rows : rows;
    if (band->columns || rows < 2) /* a table is whole, or not there */
        return false;
    look->rows = rows - 1;
    return true;
}

bool text_tiles_grow(const struct writer *w, const struct band *band, struct look *look)
{
    struct grid grid = grid_at(w, band, *look);
    if (look->rows < rows_of(band, &grid)) {
        look->rows++;
        return true;
    }
    if (look->zoom == (is_plain(w, band) ? 1 : MOST_SCALE))
        return false;
    *look = (struct look){look->zoom == -2 ? 1 : look->zoom + 1, band->n};
    return true;
}

/* As high as the highest tile is drawn. */
static struct tile highest_tile(const struct band *band, struct look look)
{
    size_t height = 0;
    for (size_t i = 0; i < band->n; i++)
        height = band->tiles[i].height > height ? band->tiles[i].height : height;
    return (struct tile){.height = divide_up(height, cells_in_one(look))};
}

/* Lines between two rows of tiles: none where half of their last line is free. */
static size_t gap_of(const struct tile *highest, const struct grid *grid)
{
    return grid->numbers || highest->height * grid->wide % 2 == 0;
}

size_t text_tiles_count(const struct writer *w, const struct band *band, struct look look)
{
    struct grid grid = grid_at(w, band, look);
    size_t rows = rows_of(band, &grid), n = grid.columns * (rows < look.rows ? rows : look.rows);
    return n < band->n ? n : band->n;
}

struct extent text_tiles_extent(const struct writer *w, const struct band *band, struct look look)
{
    struct grid grid = grid_at(w, band, look);
    const struct tile highest = highest_tile(band, look);
    size_t lines = lines_of(&highest, &grid), rows = rows_of(band, &grid);
    rows = rows < look.rows ? rows : look.rows;
    return (struct extent){grid.columns * (grid.box + GAP) - GAP,
                           rows * lines + (rows - 1) * gap_of(&highest, &grid)};
}

/* The mean of the cells that become one, without those that are no number. */
static float mean_of(const struct tile *tile, size_t less, size_t y, size_t x, size_t c)
{
    float sum = 0, n = 0;
    for (size_t i = y * less; i < (y + 1) * less && i < tile->height; i++)
        for (size_t k = x * less; k < (x + 1) * less && k < tile->width; k++) {
            float value = tile->values[(i * tile->width + k) * tile->channels + c];
            sum += isnan(value) ? 0 : value;
            n += isnan(value) ? 0 : 1;
        }
    return n > 0 ? sum / n : SHEET_BLANK;
}

/* A tile without its words, each of its cells made of less x less; without values where memory ran out. */
static struct tile smaller_tile(const struct tile *tile, size_t less)
{
    struct tile small = {.height = divide_up(tile->height, less),
                         .width = divide_up(tile->width, less),
                         .channels = tile->channels,
                         .limit = tile->limit,
                         .marked = tile->marked,
                         .mark_y = tile->mark_y / less,
                         .mark_x = tile->mark_x / less};
    small.values = memory_alloc(small.height * small.width, small.channels * sizeof(float));
    for (size_t i = 0; small.values && i < small.height * small.width; i++)
        for (size_t c = 0; c < small.channels; c++)
            small.values[i * small.channels + c] = mean_of(tile, less, i / small.width, i % small.width, c);
    return small;
}

/* The tiles of a row from the first on. */
static void put_row_at(struct writer *w, const struct band *band, const struct grid *grid, size_t first,
                       struct look look)
{
    size_t n = band->n - first < grid->columns ? band->n - first : grid->columns;
    struct tile *tiles = memory_alloc(n, sizeof *tiles);
    bool made = tiles;
    for (size_t i = 0; tiles && i < n; i++) {
        tiles[i] = smaller_tile(&band->tiles[first + i], cells_in_one(look));
        made = made && tiles[i].values;
    }
    if (made)
        put_row(w, band, tiles, n, grid, "");
    w->memory_ran_out = w->memory_ran_out || !made;
    for (size_t i = 0; tiles && i < n; i++)
        memory_free(tiles[i].values);
    memory_free(tiles);
}

void text_tiles_at(struct writer *w, const struct band *band, struct look look)
{
    struct grid grid = grid_at(w, band, look);
    const struct tile highest = highest_tile(band, look);
    size_t step = band->columns ? band->columns : grid.columns;
    for (size_t row = 0; row < look.rows && row * step < band->n; row++) {
        if (row && gap_of(&highest, &grid))
            writer_end_line(w);
        put_row_at(w, band, &grid, row * step, look);
    }
}
