/* A sheet as a page: everything is laid out in whole dots, twice as large as it is read on a screen, so that
 * paper takes it at 300 dots an inch. The page is first walked without a canvas, which tells its height, and
 * then drawn. */
#include "picture/curves.h"
#include "picture/letters.h"

#include <math.h>
#include <stdio.h>

enum {
    MARGIN = 48,
    GAP = 24,        /* between tiles */
    CELL_LEAST = 12, /* a cell is no smaller, unless there is no room */
    TILES = 1400,    /* the height that all tiles of a band should fit in */
    LINE = 30,       /* from a line of text to the next */
    TITLE = 44,
    BAR = 26,
    BAR_WIDTH = 900,
    SCALE_WIDTH = 360,
    MARK = 3,
    HEADING_GAP = 8,
    BAND_GAP = 36
};

/* How a page is laid out: the least width between the margins, the most height of a tile and of a cell. */
struct layout {
    int content, tile, cell;
};

/* Where the pen is. canvas.rgb is NULL while the page is only measured. */
struct page {
    struct canvas *canvas;
    const struct theme *theme;
    bool dark;
    struct layout layout;
    int y, left, width;
    int top, bottom; /* of the bands that stand beside each other */
};

static void text_at(struct page *page, enum font font, int x, int y, const char *text, struct colour colour)
{
    if (page->canvas)
        canvas_text(page->canvas, font, x, y, text, colour);
}

static int text_width(const char *text)
{
    return (int)letters_count(text) * font_width(FONT_24);
}

/* ---- lines -------------------------------------------------------------------------------------- */

/* A text, broken at blanks where it is wider than the page. */
static void write_wrapped(struct page *page, enum font font, int line, const char *text, struct colour colour)
{
    size_t most = (size_t)(page->width / font_width(font));
    while (*text) {
        char part[SHEET_LINE];
        size_t length = letters_count(text) <= most ? sizeof part - 1 : most;
        for (size_t back = length; length < sizeof part - 1 && back > most / 2; back--)
            if (text[back] == ' ') {
                length = back;
                break;
            }
        int n = snprintf(part, sizeof part, "%.*s", (int)length, text);
        text_at(page, font, page->left, page->y, part, colour);
        page->y += line;
        size_t used = (size_t)n < length ? (size_t)n : length;
        text += used;
        while (*text == ' ')
            text++;
    }
}

static void draw_lines(struct page *page, const struct band *band)
{
    for (size_t i = 0; i < band->n; i++) {
        char first[] = {band->lines[i][0], '\0'};
        text_at(page, FONT_24, page->left, page->y, band->lines[i], page->theme->text);
        if (band->runs)
            text_at(page, FONT_24, page->left, page->y, first, curves_colour(i, page->dark));
        page->y += LINE;
    }
}

static void draw_curves(struct page *page, const struct band *band)
{
    if (page->canvas)
        curves_draw(page->canvas, band, page->left, page->y, page->width, page->dark);
    page->y += CURVES_HEIGHT;
}

/* ---- bars --------------------------------------------------------------------------------------- */

static int widest_label(const struct band *band)
{
    int width = 0;
    for (size_t i = 0; i < band->n; i++)
        if (text_width(band->bars[i].label) > width)
            width = text_width(band->bars[i].label);
    return width;
}

static bool any_below_zero(const struct band *band)
{
    for (size_t i = 0; i < band->n; i++)
        if (band->bars[i].share < 0)
            return true;
    return false;
}

static void draw_bar(struct page *page, const struct bar *bar, int right, int zero, int whole)
{
    struct scale scale = {SCALE_SIGNED, 1};
    int length = (int)(fabs(bar->share) * whole + 0.5), start = bar->share < 0 ? zero - length : zero;
    struct colour colour = palette_colour(scale,
                                          bar->share < 0 ? -0.62f
                                          : bar->strong  ? 0.85f
                                                         : 0.45f,
                                          page->dark);
    canvas_fill(page->canvas, start, page->y + 2, length, BAR - 6, colour);
    canvas_fill(page->canvas, zero - 1, page->y, 1, BAR, page->theme->frame);
    text_at(page, FONT_24, page->left, page->y, bar->label, page->theme->text);
    text_at(page, FONT_24, right, page->y, bar->text, bar->strong ? page->theme->text : page->theme->faint);
}

/* Label, bar, value; bars to both sides of zero where some are below it. */
static void draw_bars(struct page *page, const struct band *band)
{
    int left = page->left + widest_label(band) + GAP;
    bool both = any_below_zero(band);
    int whole = both ? BAR_WIDTH / 2 : BAR_WIDTH, zero = both ? left + whole : left,
        right = left + BAR_WIDTH + GAP;
    if (band->head[0]) {
        text_at(page, FONT_24, right, page->y, band->head, page->theme->text);
        page->y += LINE;
    }
    for (size_t i = 0; i < band->n; i++) {
        if (page->canvas)
            draw_bar(page, &band->bars[i], right, zero, whole);
        page->y += BAR + 4;
    }
}

/* ---- tiles -------------------------------------------------------------------------------------- */

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
    int width = text_width(tile->above);
    for (size_t i = 0; i < SHEET_BELOW; i++)
        if (text_width(tile->below[i]) > width)
            width = text_width(tile->below[i]);
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
    grid.label = band->row[0] ? text_width(band->row) + 4 * font_width(FONT_24) : 0;
    size_t fit = (size_t)((page_width - grid.label + GAP) / (grid.box + GAP));
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
    row.height = row.cells + (row.above ? LINE : 0) + (int)below * LINE;
    return row;
}

static int height_of(const struct band *band, const struct grid *grid)
{
    int height = 0;
    for (size_t first = 0; first < band->n; first += grid->columns)
        height += row_of(band, grid, first).height + GAP;
    return height;
}

static bool fits(const struct band *band, const struct grid *grid, int page_width)
{
    int width = grid->label + (int)grid->columns * (grid->box + GAP) - GAP;
    return width <= page_width && height_of(band, grid) <= TILES;
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
    enum { NUMBER_CELL = 60 };
    if (band->numbers)
        return grid_of(band, NUMBER_CELL, page_width);
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
    char text[16];
    snprintf(text, sizeof text, "%.3g", (double)value);
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
        text_at(page, FONT_24, left, top + height + 6 + (int)i * LINE, tile->below[i], page->theme->faint);
}

static void draw_row(struct page *page, const struct band *band, const struct row *row,
                     const struct grid *grid, const char *name)
{
    int top = page->y + (row->above ? LINE : 0);
    text_at(page, FONT_24, page->left, top + row->cells / 2 - LINE / 2, name, page->theme->text);
    for (size_t i = 0; i < row->n; i++) {
        int left = page->left + grid->label + (int)i * (grid->box + GAP);
        text_at(page, FONT_24, left, page->y, row->tiles[i].above, page->theme->text);
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
    text_at(page, FONT_24, x + 32, page->y, "below 0", page->theme->text);
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
    int before = page->left + text_width(band->unit) + font_width(FONT_24),
        left = before + text_width(low) + 12;
    int right = left + SCALE_WIDTH + 12;
    if (page->canvas) {
        text_at(page, FONT_24, page->left, page->y, band->unit, page->theme->faint);
        text_at(page, FONT_24, before, page->y, low, page->theme->text);
        draw_colours(page, band->scale, left);
        text_at(page, FONT_24, right, page->y, high, page->theme->text);
        if (band->scale.kind == SCALE_FROM_ZERO && band_below_zero(band))
            draw_below_zero(page, band, right + text_width(high) + GAP);
    }
    page->y += LINE + 6;
}

static void draw_tiles(struct page *page, const struct band *band)
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
        page->y += row.height + GAP;
    }
    page->y -= GAP;
}

/* ---- the page ----------------------------------------------------------------------------------- */

/* Where a band that shares the width with others begins. */
static void enter_column(struct page *page, const struct band *band, int whole)
{
    size_t n = band->n_columns ? band->n_columns : 1;
    if (band->column == 0)
        page->top = page->bottom = page->y;
    page->y = page->top;
    page->left = MARGIN + (int)band->column * (whole / (int)n);
    page->width = whole / (int)n - (n > 1 ? GAP : 0);
}

static void leave_column(struct page *page, int whole)
{
    page->bottom = page->y > page->bottom ? page->y : page->bottom;
    page->y = page->bottom;
    page->left = MARGIN;
    page->width = whole;
}

static void draw_band(struct page *page, const struct band *band)
{
    int whole = page->width;
    enter_column(page, band, whole);
    write_wrapped(page, FONT_24, LINE, band->heading, page->theme->text);
    write_wrapped(page, FONT_24, LINE, band->note, page->theme->faint);
    page->y += band->heading[0] || band->note[0] ? HEADING_GAP : 0;
    if (band->kind == BAND_TILES)
        draw_tiles(page, band);
    else if (band->kind == BAND_BARS)
        draw_bars(page, band);
    else if (band->kind == BAND_CURVES)
        draw_curves(page, band);
    else
        draw_lines(page, band);
    page->y += BAND_GAP;
    leave_column(page, whole);
}

static void draw_page(struct page *page, const struct cnn_sheet *sheet)
{
    page->y = page->left = MARGIN;
    write_wrapped(page, FONT_32, TITLE, sheet->title, page->theme->text);
    page->y += GAP / 2;
    for (size_t i = 0; i < sheet->n_bands; i++)
        draw_band(page, &sheet->bands[i]);
    if (page->canvas)
        canvas_fill(page->canvas, MARGIN, page->y - GAP / 2, page->width, 1, page->theme->frame);
    for (size_t i = 0; i < SHEET_CAPTIONS; i++)
        write_wrapped(page, FONT_24, LINE, sheet->caption[i], page->theme->faint);
    page->y += MARGIN - (LINE - font_height(FONT_24));
}

/* The width that the widest band needs; never less than the layout's. */
static int content_width(const struct cnn_sheet *sheet, const struct layout *layout)
{
    int width = layout->content;
    for (size_t i = 0; i < sheet->n_bands; i++) {
        const struct band *band = &sheet->bands[i];
        if (band->kind == BAND_TILES) {
            struct grid grid = choose_grid(band, layout, layout->content);
            int needed = grid.label + (int)grid.columns * (grid.box + GAP) - GAP;
            width = needed > width && (band->columns || grid.columns == 1) ? needed : width;
        }
        for (size_t k = 0; band->kind == BAND_LINES && k < band->n; k++)
            width = text_width(band->lines[k]) > width ? text_width(band->lines[k]) : width;
    }
    return width;
}

/* The page, walked without a canvas, which tells its height. */
static struct page measure(const struct cnn_sheet *sheet, bool dark, struct layout layout)
{
    struct page page = {
        .theme = theme_of(dark), .dark = dark, .layout = layout, .width = content_width(sheet, &layout)};
    draw_page(&page, sheet);
    return page;
}

/* The first layout with which the page is no longer than paper is (A4 between its margins, 190 x 277 mm):
 * words and tiles as large as may be. What fits on none is several pages long. */
static struct page lay_out(const struct cnn_sheet *sheet, bool dark)
{
    static const struct layout layouts[] = {
        {1600, 348, 32}, {1600, 280, 26}, {1600, 240, 20}, {2000, 348, 32}, {2000, 240, 20},
        {2400, 348, 32}, {2400, 240, 20}, {2400, 168, 20}, {2800, 240, 20}, {2800, 168, 12},
    };
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        struct page page = measure(sheet, dark, layouts[i]);
        if (page.y * 190 <= (page.width + 2 * MARGIN) * 277)
            return page;
    }
    return measure(sheet, dark, (struct layout){2400, 240, 20});
}

enum cnn_status sheet_draw(const struct cnn_sheet *sheet, bool dark, struct canvas *canvas,
                           struct cnn_error *error)
{
    struct page page = lay_out(sheet, dark);
    enum cnn_status status =
        canvas_create(page.width + 2 * MARGIN, page.y, theme_of(dark)->ground, canvas, error);
    if (status != CNN_OK)
        return status;
    page.canvas = canvas;
    draw_page(&page, sheet);
    return CNN_OK;
}
