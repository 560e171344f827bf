/* Tiles on a screen: smaller and larger ones. */
#include "picture/grid.h"

#include "base/memory.h"

#include <math.h>

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
    size_t width = divide_up(grid_widest(band), cells_in_one(look));
    if (grid.numbers)
        grid.wide = width > GRID_NARROW ? 2 : 3;
    grid.box = width * grid.wide;
    grid.columns = grid_fit(w, &grid);
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
    return (struct look){grid_widest(band) <= GRID_NARROW && !is_plain(w, band) ? 2 : 1, band->n};
}

bool text_tiles_shrink(const struct writer *w, const struct band *band, struct look *look)
{
    struct look less = {look->zoom > 1 ? look->zoom - 1 : look->zoom == 1 ? -2 : look->zoom - 1, band->n};
    struct grid grid = grid_at(w, band, *look);
    size_t rows = rows_of(band, &grid);
    if (grid_widest(band) >= LEAST_CELLS * cells_in_one(less) || less.zoom > 0) {
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
    if (look->zoom == (is_plain(w, band) ? 1 : GRID_MOST_WIDE))
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
    size_t lines = grid_lines(&highest, &grid), rows = rows_of(band, &grid);
    rows = rows < look.rows ? rows : look.rows;
    return (struct extent){grid.columns * (grid.box + GRID_GAP) - GRID_GAP,
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
        grid_put_row(w, band, tiles, n, grid, "");
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
