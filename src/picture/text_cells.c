/* The cells of a tile for the terminal: halves of characters with colours, signs, or numbers. */
#include "picture/grid.h"

#include <math.h>
#include <stdio.h>

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
    char text[16], number[CELL_LETTERS + 1];
    float limit = tile->limit > 0 ? tile->limit : band->scale.limit;
    int step = (int)(9 * value / limit + (value < 0 ? -0.5f : 0.5f));
    cell_number(number, value);
    if (band->numbers)
        snprintf(text, sizeof text, "%*s", (int)wide, number);
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

size_t grid_lines(const struct tile *tile, const struct grid *grid)
{
    return grid->numbers ? tile->height : (tile->height * grid->wide + 1) / 2;
}

void grid_put_cells(struct writer *w, const struct band *band, const struct tile *tile,
                    const struct grid *grid, size_t line)
{
    if (grid->numbers)
        put_numbers(w, band, tile, grid->wide, line);
    else if (w->colours == CNN_COLOURS_NONE)
        put_signs(w, band, tile, grid->wide, line);
    else
        put_halves(w, band, tile, grid->wide, line);
}
