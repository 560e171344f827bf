/* Tiles on a page: how large their cells can be, and the cells, marks and words of each. */
#include "picture/letters.h"
#include "picture/page.h"

#include <math.h>
#include <stdio.h>

enum {
    CELL_LEAST = 12, /* a cell is no smaller, unless there is no room */
    TILES = 1400,    /* the height that all tiles of a band should fit in */
    SCALE_WIDTH = 360,
    MARK = 3
};

/* How the tiles of a band stand on the page. */
struct grid {
    int cell, box; /* dots: a cell, a tile with its words */
    int label;     /* the width of the words before a row */
    size_t columns;
};

static size_t lines_below(const struct tile *tile)
{
    size_t n = SHEET_BELOW;
    while (n && !tile->below[n - 1][0])
        n--;
    return n;
}

static int widest_words(const struct tile *tile)
{
    int width = page_text_width(tile->above);
    for (size_t i = 0; i < SHEET_BELOW; i++)
        if (page_text_width(tile->below[i]) > width)
            width = page_text_width(tile->below[i]);
    return width;
}

/* The grid with cells of a size. */
static struct grid grid_of(const struct band *band, int cell, int page_width)
{
    struct grid grid = {.cell = cell};
    for (size_t i = 0; i < band->n; i++) {
        const struct tile *tile = &band->tiles[i];
        int width = (int)tile->width * cell + 2;
        width = width > widest_words(tile) ? width : widest_words(tile);
        grid.box = width > grid.box ? width : grid.box;
    }
    grid.label = band->row[0] ? page_text_width(band->row) + 4 * font_width(FONT_24) : 0;
    size_t fit = (size_t)((page_width - grid.label + PAGE_GAP) / (grid.box + PAGE_GAP));
    grid.columns = band->columns ? band->columns : fit ? fit : 1;
    return grid;
}

/* A row of tiles: how high its cells and all of it are. */
struct row {
    const struct tile *tiles;
    size_t n;
    int cells, height;
    bool above;
};

static struct row row_of(const struct band *band, const struct grid *grid, size_t first)
{
    size_t left = band->n - first, below = 0;
    struct row row = {.tiles = band->tiles + first, .n = left < grid->columns ? left : grid->columns};
    for (size_t i = 0; i < row.n; i++) {
        int height = (int)row.tiles[i].height * grid->cell + 2;
        row.cells = height > row.cells ? height : row.cells;
        row.above = row.above || row.tiles[i].above[0];
        below = lines_below(&row.tiles[i]) > below ? lines_below(&row.tiles[i]) : below;
    }
    row.height = row.cells + (row.above ? PAGE_LINE : 0) + (int)below * PAGE_LINE;
    return row;
}

static int height_of(const struct band *band, const struct grid *grid)
{
    int height = 0;
    for (size_t first = 0; first < band->n; first += grid->columns)
        height += row_of(band, grid, first).height + PAGE_GAP;
    return height;
}

static int width_of(const struct grid *grid)
{
    return grid->label + (int)grid->columns * (grid->box + PAGE_GAP) - PAGE_GAP;
}

static bool fits(const struct band *band, const struct grid *grid, int page_width)
{
    return width_of(grid) <= page_width && height_of(band, grid) <= TILES;
}

static size_t tallest(const struct band *band)
{
    size_t height = 1;
    for (size_t i = 0; i < band->n; i++)
        height = band->tiles[i].height > height ? band->tiles[i].height : height;
    return height;
}

/* The largest cells with which all tiles stand in one row; else the largest with which they fit at all. */
static struct grid choose_grid(const struct band *band, const struct layout *layout, int page_width)
{
    if (band->numbers)
        return grid_of(band, (CELL_LETTERS + 1) * font_width(FONT_16), page_width);
    int most = (band->small ? layout->tile / 2 : layout->tile) / (int)tallest(band);
    int largest = band->small ? CELL_LEAST : layout->cell, least = band->small ? CELL_LEAST / 2 : CELL_LEAST;
    most = most > largest ? largest : most < 2 ? 2 : most;
    for (int cell = most; cell >= least; cell--) {
        struct grid grid = grid_of(band, cell, page_width);
        if ((band->columns || grid.columns >= band->n) && fits(band, &grid, page_width))
            return grid;
    }
    for (int cell = most < 2 * CELL_LEAST ? most : 2 * CELL_LEAST; cell > 2; cell--) { /* in several rows */
        struct grid grid = grid_of(band, cell, page_width);
        if (fits(band, &grid, page_width))
            return grid;
    }
    return grid_of(band, 2, page_width);
}

static float value_at(const struct tile *tile, size_t y, size_t x)
{
    return tile->values[(y * tile->width + x) * tile->channels];
}

/* Below 0 and large enough: a dash, so that grey paper tells the sign too. */
static void draw_sign(struct canvas *canvas, const struct band *band, const struct tile *tile, size_t y,
                      size_t x, int left, int top, int cell, struct colour ground)
{
    enum { WITH_SIGN = 20 };
    float limit = tile->limit > 0 ? tile->limit : band->scale.limit;
    if (band->scale.kind != SCALE_SIGNED || cell < WITH_SIGN || !(value_at(tile, y, x) < -limit / 20))
        return;
    canvas_fill(canvas, left + cell / 3, top + cell / 2 - 1, cell - 2 * (cell / 3), 2, palette_on(ground));
}

static void draw_number(struct canvas *canvas, const struct grid *grid, float value, int left, int top,
                        struct colour ground)
{
    char text[CELL_LETTERS + 1];
    cell_number(text, value);
    int width = (int)letters_count(text) * font_width(FONT_16);
    canvas_text(canvas, FONT_16, left + (grid->cell - width) / 2,
                top + (grid->cell - font_height(FONT_16)) / 2, text, palette_on(ground));
}

static void draw_cells(struct page *page, const struct band *band, const struct tile *tile,
                       const struct grid *grid, int left, int top)
{
    for (size_t y = 0; y < tile->height; y++)
        for (size_t x = 0; x < tile->width; x++) {
            int cell = grid->cell, at_x = left + (int)x * cell, at_y = top + (int)y * cell;
            struct colour colour = tile_colour(band, tile, y, x, page->dark);
            if (isnan(value_at(tile, y, x)))
                continue;
            canvas_fill(page->canvas, at_x, at_y, cell, cell, colour);
            if (band->numbers)
                draw_number(page->canvas, grid, value_at(tile, y, x), at_x, at_y, colour);
            else
                draw_sign(page->canvas, band, tile, y, x, at_x, at_y, cell, colour);
        }
}

/* A frame around a cell, outside of it. */
static void draw_mark(struct page *page, const struct tile *tile, int cell, int left, int top)
{
    int size = cell + 2 * MARK;
    if (tile->marked)
        canvas_frame(page->canvas, left + (int)tile->mark_x * cell - MARK,
                     top + (int)tile->mark_y * cell - MARK, size, size, MARK, page->theme->mark);
}

static void draw_tile(struct page *page, const struct band *band, const struct tile *tile,
                      const struct grid *grid, int left, int top)
{
    int width = (int)tile->width * grid->cell, height = (int)tile->height * grid->cell;
    canvas_frame(page->canvas, left, top, width + 2, height + 2, 1, page->theme->frame);
    draw_cells(page, band, tile, grid, left + 1, top + 1);
    draw_mark(page, tile, grid->cell, left + 1, top + 1);
    for (size_t i = 0; i < SHEET_BELOW; i++)
        page_text(page, FONT_24, left, top + height + 6 + (int)i * PAGE_LINE, tile->below[i],
                  page->theme->faint);
}

static void draw_row(struct page *page, const struct band *band, const struct row *row,
                     const struct grid *grid, const char *name)
{
    int top = page->y + (row->above ? PAGE_LINE : 0);
    page_text(page, FONT_24, page->left, top + row->cells / 2 - PAGE_LINE / 2, name, page->theme->text);
    for (size_t i = 0; i < row->n; i++) {
        int left = page->left + grid->label + (int)i * (grid->box + PAGE_GAP);
        page_text(page, FONT_24, left, page->y, row->tiles[i].above, page->theme->text);
        draw_tile(page, band, &row->tiles[i], grid, left, top);
    }
}

static void number_text(char text[SHEET_LABEL], double value)
{
    snprintf(text, SHEET_LABEL, "%.4g", value);
}

/* The tint of what is below 0, where there is such. */
static void draw_below_zero(struct page *page, const struct band *band, int x)
{
    canvas_fill(page->canvas, x, page->y + 2, 20, 20, palette_colour(band->scale, -1, page->dark));
    canvas_frame(page->canvas, x - 1, page->y + 1, 22, 22, 1, page->theme->frame);
    page_text(page, FONT_24, x + 32, page->y, "below 0", page->theme->text);
}

static void draw_colours(struct page *page, struct scale scale, int left)
{
    bool both = scale.kind == SCALE_SIGNED;
    scale.limit = 1;
    for (int x = 0; x < SCALE_WIDTH; x++) {
        double share = both ? 2.0 * x / (SCALE_WIDTH - 1) - 1 : (double)x / (SCALE_WIDTH - 1);
        struct colour colour = palette_colour(scale, (float)share, page->dark);
        canvas_fill(page->canvas, left + x, page->y + 2, 1, 20, colour);
    }
    canvas_frame(page->canvas, left - 1, page->y + 1, SCALE_WIDTH + 2, 22, 1, page->theme->frame);
    if (both)
        canvas_fill(page->canvas, left + SCALE_WIDTH / 2 - 1, page->y + 1, 2, 22, page->theme->text);
}

/* The scale: its colours from end to end, with the numbers at the ends, and a line at 0. */
static void draw_scale(struct page *page, const struct band *band)
{
    char low[SHEET_LABEL], high[SHEET_LABEL];
    number_text(low, band->scale.kind == SCALE_SIGNED ? -(double)band->scale.limit : 0);
    number_text(high, (double)band->scale.limit);
    int before = page->left + page_text_width(band->unit) + font_width(FONT_24),
        left = before + page_text_width(low) + 12;
    int right = left + SCALE_WIDTH + 12;
    if (page->canvas) {
        page_text(page, FONT_24, page->left, page->y, band->unit, page->theme->faint);
        page_text(page, FONT_24, before, page->y, low, page->theme->text);
        draw_colours(page, band->scale, left);
        page_text(page, FONT_24, right, page->y, high, page->theme->text);
        if (band->scale.kind == SCALE_FROM_ZERO && band_below_zero(band))
            draw_below_zero(page, band, right + page_text_width(high) + PAGE_GAP);
    }
    page->y += PAGE_LINE + 6;
}

void page_tiles(struct page *page, const struct band *band)
{
    if (band->unit[0])
        draw_scale(page, band);
    struct grid grid = choose_grid(band, &page->layout, page->width);
    for (size_t first = 0; first < band->n; first += grid.columns) {
        struct row row = row_of(band, &grid, first);
        char name[SHEET_LABEL + 24] = "";
        if (band->row[0])
            snprintf(name, sizeof name, "%s %zu", band->row, first / grid.columns);
        if (page->canvas)
            draw_row(page, band, &row, &grid, name);
        page->y += row.height + PAGE_GAP;
    }
    page->y -= PAGE_GAP;
}

int page_tiles_width(const struct band *band, const struct layout *layout)
{
    struct grid grid = choose_grid(band, layout, layout->content);
    return band->columns || grid.columns == 1 ? width_of(&grid) : 0;
}
