/* libpng writes one picture; the chunks that make a film of it are put in between by hand, for libpng as
 * distributed knows none of them. */
#include "picture/png.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/status.h"
#include "picture/colours.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>
#include <zlib.h>

/* What libpng has written so far, and its way out of trouble. */
struct sink {
    uint8_t *bytes;
    size_t used, room;
    jmp_buf out;
};

static void give_up(png_structp png, png_const_charp message)
{
    struct sink *sink = png_get_error_ptr(png);
    (void)message;
    longjmp(sink->out, 1);
}

static void keep_quiet(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

static png_voidp take_memory(png_structp png, png_alloc_size_t size)
{
    (void)png;
    return memory_alloc(size, 1);
}

static void give_memory(png_structp png, png_voidp memory)
{
    (void)png;
    memory_free(memory);
}

static bool make_room(struct sink *sink, size_t more)
{
    if (sink->used + more <= sink->room)
        return true;
    size_t room = (sink->used + more) * 2;
    uint8_t *bytes = memory_alloc(room, 1);
    if (!bytes)
        return false;
    if (sink->used)
        memcpy(bytes, sink->bytes, sink->used);
    memory_free(sink->bytes);
    sink->bytes = bytes;
    sink->room = room;
    return true;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t n)
{
    struct sink *sink = png_get_io_ptr(png);
    if (!make_room(sink, n))
        png_error(png, "memory");
    memcpy(sink->bytes + sink->used, bytes, n);
    sink->used += n;
}

static void write_nothing(png_structp png)
{
    (void)png;
}

/* What is written: one picture, or several as a film. */
struct film {
    const struct canvas *frames;
    size_t n;
    unsigned delay_ms, last_ms;
    bool indexed; /* a dot is the number of its colour, a byte; else red, green, blue */
    struct colours colours;
};

/* The number that leaves a dot of a film as it was before. */
enum { UNCHANGED = 0 };

/* ---- rows of bytes --------------------------------------------------------------------------------- */

/* A part of a picture. */
struct box {
    size_t left, top, width, height;
};

static const uint8_t *dot_of(const struct canvas *canvas, size_t y, size_t x)
{
    return canvas->rgb + (y * (size_t)canvas->width + x) * 3;
}

static struct box whole_box(const struct canvas *canvas)
{
    return (struct box){0, 0, (size_t)canvas->width, (size_t)canvas->height};
}

static size_t row_bytes(const struct film *film, struct box box)
{
    return box.width * (film->indexed ? 1 : 3);
}

/* Row y of a box of a frame, of which only what is another dot than before counts; before NULL: all. */
static void put_row(const struct film *film, const struct canvas *before, const struct canvas *now,
                    struct box box, size_t y, uint8_t *to)
{
    const uint8_t *dot = dot_of(now, box.top + y, box.left),
                  *old = before ? dot_of(before, box.top + y, box.left) : NULL;
    if (!film->indexed)
        memcpy(to, dot, row_bytes(film, box));
    for (size_t x = 0; film->indexed && x < box.width; x++)
        to[x] = old && memcmp(dot + 3 * x, old + 3 * x, 3) == 0 ? UNCHANGED
                                                                : colours_number(&film->colours, dot + 3 * x);
}

/* ---- one picture ----------------------------------------------------------------------------------- */

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

static void write_palette(png_structp png, png_infop info, const struct film *film)
{
    png_color palette[COLOURS_MOST];
    png_byte opacity = 0;
    for (size_t i = 0; i < film->colours.n; i++) {
        struct colour c = film->colours.colour[i];
        palette[i] = (png_color){c.r, c.g, c.b};
    }
    png_set_PLTE(png, info, palette, (int)film->colours.n);
    if (film->n > 1) /* of the first colour, UNCHANGED */
        png_set_tRNS(png, info, &opacity, 1, NULL);
}

static void write_head(png_structp png, png_infop info, const struct film *film, const struct png_line *lines,
                       size_t n_lines)
{
    const struct canvas *canvas = film->frames;
    enum { DOTS_PER_METRE = 11811 }; /* 300 an inch */
    png_set_IHDR(png, info, (png_uint_32)canvas->width, (png_uint_32)canvas->height, 8,
                 film->indexed ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_pHYs(png, info, DOTS_PER_METRE, DOTS_PER_METRE, PNG_RESOLUTION_METER);
    if (film->indexed)
        write_palette(png, info, film);
    for (size_t i = 0; i < n_lines; i++) {
        png_text text = {.key = (png_charp)(uintptr_t)lines[i].key,
                         .text = (png_charp)(uintptr_t)lines[i].text};
        if (!text.text)
            continue;
        text.compression = is_ascii(text.text) ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
        png_set_text(png, info, &text, 1);
    }
    png_write_info(png, info);
}

/* Cells are many rows high: a row that is as the one above it is written as what differs from that, which is
 * nothing; another as it is, so that it may be found again further below. */
static void write_rows(png_structp png, const struct film *film)
{
    const struct canvas *canvas = film->frames;
    const struct box box = whole_box(canvas);
    const size_t n = row_bytes(film, box);
    uint8_t *row = png_malloc(png, 2 * n), *above = row + n;
    for (size_t y = 0; y < box.height; y++) {
        put_row(film, NULL, canvas, box, y, row);
        bool up = y == 0 || memcmp(row, above, n) == 0; /* what is asked for first, libpng makes room for */
        png_set_filter(png, 0, up ? PNG_FILTER_UP : PNG_FILTER_NONE);
        png_write_row(png, row);
        memcpy(above, row, n);
    }
    png_free(png, row);
}

/* ---- films: acTL once, fcTL before each picture, fdAT for all but the first --------------------- */

static void write_chunk(png_structp png, const char *name, const uint8_t *bytes, size_t n)
{
    png_write_chunk(png, (png_const_bytep)name, bytes, n);
}

static void write_film_head(png_structp png, size_t n_frames)
{
    uint8_t chunk[8];
    bytes_put_u32_be(chunk, (uint32_t)n_frames);
    bytes_put_u32_be(chunk + 4, 0); /* 0: for ever */
    write_chunk(png, "acTL", chunk, sizeof chunk);
}

/* All that is another dot than before; one dot where nothing is. */
static struct box changed_box(const struct canvas *before, const struct canvas *now)
{
    size_t left = SIZE_MAX, top = SIZE_MAX, right = 0, bottom = 0;
    for (size_t y = 0; y < (size_t)now->height; y++)
        for (size_t x = 0; x < (size_t)now->width; x++)
            if (memcmp(dot_of(before, y, x), dot_of(now, y, x), 3) != 0) {
                left = x < left ? x : left;
                right = x > right ? x : right;
                top = y < top ? y : top;
                bottom = y;
            }
    return top == SIZE_MAX ? (struct box){0, 0, 1, 1}
                           : (struct box){left, top, right - left + 1, bottom - top + 1};
}

static void write_frame_head(png_structp png, struct box box, uint32_t number, unsigned delay_ms)
{
    uint8_t chunk[26] = {0}; /* not disposed of */
    const size_t sizes[] = {box.width, box.height, box.left, box.top};
    bytes_put_u32_be(chunk, number);
    for (size_t i = 0; i < 4; i++)
        bytes_put_u32_be(chunk + 4 + 4 * i, (uint32_t)sizes[i]);
    chunk[20] = (uint8_t)(delay_ms >> 8);
    chunk[21] = (uint8_t)delay_ms;
    chunk[22] = 1000 >> 8;
    chunk[23] = 1000 & 0xff;
    chunk[25] = number > 0; /* laid over what was there */
    write_chunk(png, "fcTL", chunk, sizeof chunk);
}

/* The filters of write_rows. From below, so that what is above is still there. Shapes: raw [height][1 + n],
 * the first byte of a row being its filter. */
static void filter_rows(uint8_t *raw, size_t n, size_t height)
{
    for (size_t y = height; y-- > 0;) {
        uint8_t *row = raw + y * (n + 1);
        bool same = y && memcmp(row + 1, row - n, n) == 0;
        row[0] = same ? PNG_FILTER_VALUE_UP : PNG_FILTER_VALUE_NONE;
        if (same)
            memset(row + 1, 0, n);
    }
}

static void write_frame(png_structp png, const struct film *film, size_t i, struct box box, uint32_t number)
{
    size_t n = row_bytes(film, box), raw_bytes = (n + 1) * box.height;
    uLong room = compressBound((uLong)raw_bytes);
    uint8_t *raw = png_malloc(png, raw_bytes), *packed = png_malloc(png, room + 4);
    for (size_t y = 0; y < box.height; y++)
        put_row(film, &film->frames[i - 1], &film->frames[i], box, y, raw + y * (n + 1) + 1);
    filter_rows(raw, n, box.height);
    bytes_put_u32_be(packed, number);
    bool good = compress2(packed + 4, &room, raw, (uLong)raw_bytes, 9) == Z_OK;
    if (good)
        write_chunk(png, "fdAT", packed, room + 4);
    png_free(png, raw);
    png_free(png, packed);
    if (!good)
        png_error(png, "memory");
}

static void write_all(png_structp png, png_infop info, const struct film *film, const struct png_line *lines,
                      size_t n_lines)
{
    uint32_t number = 0;
    png_set_compression_level(png, 9);
    png_set_compression_strategy(png, Z_DEFAULT_STRATEGY);
    write_head(png, info, film, lines, n_lines);
    if (film->n > 1) {
        write_film_head(png, film->n);
        write_frame_head(png, whole_box(film->frames), number++, film->delay_ms);
    }
    write_rows(png, film);
    for (size_t i = 1; i < film->n; i++) {
        struct box box = changed_box(&film->frames[i - 1], &film->frames[i]);
        write_frame_head(png, box, number++, i + 1 < film->n ? film->delay_ms : film->last_ms);
        write_frame(png, film, i, box, number++);
    }
    png_write_end(png, NULL);
}

/* Returns whether all went well; what libpng took is given back either way. */
static bool run_libpng(struct sink *sink, const struct film *film, const struct png_line *lines,
                       size_t n_lines)
{
    png_structp png = png_create_write_struct_2(PNG_LIBPNG_VER_STRING, sink, give_up, keep_quiet, NULL,
                                                take_memory, give_memory);
    png_infop volatile info = png ? png_create_info_struct(png) : NULL;
    volatile bool good = false;
    if (info && setjmp(sink->out) == 0) {
        png_set_write_fn(png, sink, write_bytes, write_nothing);
        write_all(png, info, film, lines, n_lines);
        good = true;
    }
    png_infop freed = info;
    png_destroy_write_struct(&png, &freed);
    return good;
}

static enum cnn_status encode(const struct film *film, const struct png_line *lines, size_t n_lines,
                              uint8_t **bytes, size_t *n_bytes, struct cnn_error *error)
{
    struct sink *sink = memory_alloc(1, sizeof *sink);
    if (!sink)
        return error_memory(error, sizeof *sink);
    bool good = run_libpng(sink, film, lines, n_lines);
    enum cnn_status status = good ? CNN_OK : error_memory(error, sink->room);
    if (good) {
        *bytes = sink->bytes;
        *n_bytes = sink->used;
    } else {
        memory_free(sink->bytes);
    }
    memory_free(sink);
    return status;
}

/* Gives each colour of all frames a number, if there are few enough. */
static bool number_colours(struct film *film)
{
    film->colours = (struct colours){.n = film->n > 1 ? UNCHANGED + 1 : 0};
    for (size_t i = 0; i < film->n; i++)
        if (!colours_add(&film->colours, &film->frames[i]))
            return false;
    return true;
}

enum cnn_status png_encode(const struct canvas *canvas, const struct png_line *lines, size_t n_lines,
                           uint8_t **bytes, size_t *n_bytes, struct cnn_error *error)
{
    struct film film = {canvas, 1};
    film.indexed = number_colours(&film);
    return encode(&film, lines, n_lines, bytes, n_bytes, error);
}

enum cnn_status png_encode_film(const struct canvas *frames, size_t n, unsigned delay_ms, unsigned last_ms,
                                const struct png_line *lines, size_t n_lines, uint8_t **bytes,
                                size_t *n_bytes, struct cnn_error *error)
{
    struct film film = {frames, n, delay_ms, last_ms};
    film.indexed = number_colours(&film);
    if (!film.indexed && n > 1)
        return error_set(error, CNN_ERROR_USAGE, "a film of more than %d colours", COLOURS_MOST - 1);
    return encode(&film, lines, n_lines, bytes, n_bytes, error);
}
