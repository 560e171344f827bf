#include "picture/sheet.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum cnn_status sheet_create(struct cnn_sheet **sheet, struct cnn_error *error)
{
    *sheet = memory_alloc(1, sizeof **sheet);
    return *sheet ? CNN_OK : error_memory(error, sizeof **sheet);
}

static void free_band(struct band *band)
{
    for (size_t i = 0; band->kind == BAND_TILES && i < band->n; i++)
        memory_free(band->tiles[i].values);
    for (size_t i = 0; band->kind == BAND_CURVES && i < band->n; i++)
        memory_free(band->curves[i].values);
    memory_free(band->tiles);
}

void sheet_free(struct cnn_sheet *sheet)
{
    if (!sheet)
        return;
    for (size_t i = 0; i < sheet->n_bands; i++)
        free_band(&sheet->bands[i]);
    memory_free(sheet->bands);
    memory_free(sheet->command);
    memory_free(sheet);
}

enum cnn_status sheet_check(const struct cnn_sheet *sheet, struct cnn_error *error)
{
    return sheet->memory_ran_out ? error_memory(error, sizeof *sheet) : CNN_OK;
}

/* Makes room for one item more after n; false when memory ran out, and then nothing has changed. */
static bool grow(void **items, size_t n, size_t *room, size_t item_bytes)
{
    if (n < *room)
        return true;
    size_t more = *room ? *room * 2 : 8;
    void *moved = memory_alloc(more, item_bytes);
    if (!moved)
        return false;
    if (n)
        memcpy(moved, *items, n * item_bytes);
    memory_free(*items);
    *items = moved;
    *room = more;
    return true;
}

struct band *sheet_add_band(struct cnn_sheet *sheet, enum band_kind kind, const char *heading)
{
    static struct band nowhere;
    void *bands = sheet->bands;
    if (!grow(&bands, sheet->n_bands, &sheet->room, sizeof *sheet->bands)) {
        sheet->memory_ran_out = true;
        return &nowhere;
    }
    sheet->bands = bands;
    struct band *band = &sheet->bands[sheet->n_bands++];
    *band = (struct band){.kind = kind, .scale = {SCALE_SIGNED, 1}};
    SHEET_PRINT(band->heading, "%s", heading);
    return band;
}

/* Room for an item of the last band, if that is of the kind asked for; NULL: there is none. */
static struct band *band_with_room(struct cnn_sheet *sheet, enum band_kind kind, size_t item_bytes)
{
    struct band *band = sheet->n_bands ? &sheet->bands[sheet->n_bands - 1] : NULL;
    if (sheet->memory_ran_out || !band || band->kind != kind)
        return NULL;
    void *items = band->tiles;
    sheet->memory_ran_out = !grow(&items, band->n, &band->room, item_bytes);
    band->tiles = items;
    return sheet->memory_ran_out ? NULL : band;
}

struct tile *sheet_add_tile(struct cnn_sheet *sheet, size_t height, size_t width, size_t channels)
{
    static struct tile nowhere;
    struct band *band = band_with_room(sheet, BAND_TILES, sizeof *band->tiles);
    float *values = memory_alloc(height * width, channels * sizeof(float));
    if (!band || !values) {
        memory_free(values);
        sheet->memory_ran_out = true;
        return &nowhere; /* without values: whoever fills them asks first */
    }
    struct tile *tile = &band->tiles[band->n++];
    *tile = (struct tile){.height = height, .width = width, .channels = channels, .values = values};
    return tile;
}

struct bar *sheet_add_bar(struct cnn_sheet *sheet)
{
    static struct bar nowhere;
    struct band *band = band_with_room(sheet, BAND_BARS, sizeof *band->bars);
    if (!band)
        return &nowhere;
    band->bars[band->n] = (struct bar){.share = 0};
    return &band->bars[band->n++];
}

struct curve *sheet_add_curve(struct cnn_sheet *sheet, size_t n)
{
    static struct curve nowhere;
    struct band *band = band_with_room(sheet, BAND_CURVES, sizeof *band->curves);
    float *values = memory_alloc(n, sizeof *values);
    if (!band || !values) {
        memory_free(values);
        sheet->memory_ran_out = true;
        return &nowhere;
    }
    band->curves[band->n] = (struct curve){.n = n, .values = values};
    return &band->curves[band->n++];
}

void sheet_add_line(struct cnn_sheet *sheet, const char *line)
{
    struct band *band = band_with_room(sheet, BAND_LINES, sizeof *band->lines);
    if (band)
        sheet_print(band->lines[band->n++], SHEET_LINE, "%s", line);
}

/* Puts "..." at the end of what has been cut, between two characters. */
static void mark_cut(char *text, size_t size)
{
    static const char dots[] = "...";
    size_t end = size > sizeof dots ? size - sizeof dots : 0;
    while (end && ((unsigned char)text[end] & 0xc0) == 0x80) /* in the middle of one */
        end--;
    snprintf(text + end, size - end, "%s", dots);
}

void sheet_print(char *text, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    if (n >= 0 && (size_t)n >= size)
        mark_cut(text, size);
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = '?';
}

void cell_number(char text[CELL_LETTERS + 1], float value)
{
    int digits = 3;
    while (snprintf(text, CELL_LETTERS + 1, "%.*g", digits, (double)value) > CELL_LETTERS && digits > 1)
        digits--;
}

float band_limit(const struct band *band)
{
    float limit = 0;
    for (size_t i = 0; i < band->n; i++) {
        const struct tile *tile = &band->tiles[i];
        for (size_t k = 0; k < tile->height * tile->width * tile->channels; k++)
            if (fabsf(tile->values[k]) > limit) /* never for what is no number */
                limit = fabsf(tile->values[k]);
    }
    return limit > 0 ? limit : 1;
}

bool band_below_zero(const struct band *band)
{
    for (size_t i = 0; i < band->n; i++) {
        const struct tile *tile = &band->tiles[i];
        for (size_t k = 0; k < tile->height * tile->width * tile->channels; k++)
            if (tile->values[k] < 0)
                return true;
    }
    return false;
}

struct colour tile_colour(const struct band *band, const struct tile *tile, size_t y, size_t x, bool dark)
{
    const float *value = tile->values + (y * tile->width + x) * tile->channels;
    struct scale scale = band->scale;
    if (tile->limit > 0)
        scale.limit = tile->limit;
    if (tile->channels == 1)
        return palette_colour(scale, *value, dark);
    scale.kind = SCALE_INK;
    return (struct colour){palette_colour(scale, value[0], true).r, palette_colour(scale, value[1], true).r,
                           palette_colour(scale, value[2], true).r};
}
