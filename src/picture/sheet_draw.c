/* A sheet as a page: everything is laid out in whole dots, twice as large as it is read on a screen, so that
 * paper takes it at 300 dots an inch. The page is first walked without a canvas, which tells its height, and
 * then drawn. */
#include "picture/curves.h"
#include "picture/letters.h"
#include "picture/page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 48, TITLE = 44, BAR = 26, BAR_WIDTH = 900, HEADING_GAP = 8, BAND_GAP = 36 };

void page_text(struct page *page, enum font font, int x, int y, const char *text, struct colour colour)
{
    if (page->canvas)
        canvas_text(page->canvas, font, x, y, text, colour);
}

int page_text_width(const char *text)
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
        snprintf(part, sizeof part, "%.*s", (int)letters_line(text, most), text);
        page_text(page, font, page->left, page->y, part, colour);
        page->y += line;
        for (text += strlen(part); *text == ' ';)
            text++;
    }
}

static void draw_lines(struct page *page, const struct band *band)
{
    for (size_t i = 0; i < band->n; i++) {
        char first[] = {band->lines[i][0], '\0'};
        page_text(page, FONT_24, page->left, page->y, band->lines[i], page->theme->text);
        if (band->runs)
            page_text(page, FONT_24, page->left, page->y, first, curves_colour(i, page->dark));
        page->y += PAGE_LINE;
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
        if (page_text_width(band->bars[i].label) > width)
            width = page_text_width(band->bars[i].label);
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
    page_text(page, FONT_24, page->left, page->y, bar->label, page->theme->text);
    page_text(page, FONT_24, right, page->y, bar->text, bar->strong ? page->theme->text : page->theme->faint);
}

/* Label, bar, value; bars to both sides of zero where some are below it. */
static void draw_bars(struct page *page, const struct band *band)
{
    int left = page->left + widest_label(band) + PAGE_GAP;
    bool both = any_below_zero(band);
    int whole = both ? BAR_WIDTH / 2 : BAR_WIDTH, zero = both ? left + whole : left,
        right = left + BAR_WIDTH + PAGE_GAP;
    if (band->head[0]) {
        page_text(page, FONT_24, right, page->y, band->head, page->theme->text);
        page->y += PAGE_LINE;
    }
    for (size_t i = 0; i < band->n; i++) {
        if (page->canvas)
            draw_bar(page, &band->bars[i], right, zero, whole);
        page->y += BAR + 4;
    }
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
    page->width = whole / (int)n - (n > 1 ? PAGE_GAP : 0);
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
    write_wrapped(page, FONT_24, PAGE_LINE, band->heading, page->theme->text);
    write_wrapped(page, FONT_24, PAGE_LINE, band->note, page->theme->faint);
    page->y += band->heading[0] || band->note[0] ? HEADING_GAP : 0;
    if (band->kind == BAND_TILES)
        page_tiles(page, band);
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
    page->y += PAGE_GAP / 2;
    for (size_t i = 0; i < sheet->n_bands; i++)
        draw_band(page, &sheet->bands[i]);
    if (page->canvas)
        canvas_fill(page->canvas, MARGIN, page->y - PAGE_GAP / 2, page->width, 1, page->theme->frame);
    for (size_t i = 0; i < SHEET_CAPTIONS; i++)
        write_wrapped(page, FONT_24, PAGE_LINE, sheet->caption[i], page->theme->faint);
    page->y += MARGIN - (PAGE_LINE - font_height(FONT_24));
}

/* The width that the widest band needs; never less than the layout's. */
static int content_width(const struct cnn_sheet *sheet, const struct layout *layout)
{
    int width = layout->content;
    for (size_t i = 0; i < sheet->n_bands; i++) {
        const struct band *band = &sheet->bands[i];
        if (band->kind == BAND_TILES) {
            int needed = page_tiles_width(band, layout);
            width = needed > width ? needed : width;
        }
        for (size_t k = 0; band->kind == BAND_LINES && k < band->n; k++)
            width = page_text_width(band->lines[k]) > width ? page_text_width(band->lines[k]) : width;
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
