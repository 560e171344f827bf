/* libpng writes one picture; the chunks that make a film of it are put in between by hand, for libpng as
 * distributed knows none of them. */
#include "picture/png.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/status.h"

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

struct film {
    const struct canvas *frames;
    size_t n;
    unsigned delay_ms, last_ms;
};

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

static void write_head(png_structp png, png_infop info, const struct film *film, const struct png_line *lines,
                       size_t n_lines)
{
    const struct canvas *canvas = film->frames;
    enum { DOTS_PER_METRE = 11811 }; /* 300 an inch */
    png_set_IHDR(png, info, (png_uint_32)canvas->width, (png_uint_32)canvas->height, 8,
                 film->n > 1 ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_pHYs(png, info, DOTS_PER_METRE, DOTS_PER_METRE, PNG_RESOLUTION_METER);
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

/* A part of a picture. */
struct box {
    size_t left, top, width, height;
};

static const uint8_t *dot_of(const struct canvas *canvas, size_t y, size_t x)
{
    return canvas->rgb + (y * (size_t)canvas->width + x) * 3;
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

/* Four bytes of a dot: nothing at all where it is as before. */
static void put_dot(const struct canvas *before, const struct canvas *now, size_t y, size_t x, uint8_t *to)
{
    const uint8_t *dot = dot_of(now, y, x);
    bool changed = !before || memcmp(dot_of(before, y, x), dot, 3) != 0;
    for (size_t i = 0; i < 3; i++)
        to[i] = changed ? dot[i] : 0;
    to[3] = changed ? 255 : 0;
}

/* What differs from the row above: filter 2. Most rows of cells are as the one above. From below, so that
 * what is above is still there. */
static void filter_rows(uint8_t *raw, size_t row, size_t height)
{
    for (size_t y = height; y-- > 0;) {
        uint8_t *here = raw + y * (row + 1);
        here[0] = 2;
        for (size_t i = 1; y && i <= row; i++)
            here[i] = (uint8_t)(here[i] - here[i - row - 1]);
    }
}

static void write_frame(png_structp png, const struct canvas *before, const struct canvas *now,
                        struct box box, uint32_t number)
{
    size_t row = box.width * 4, raw_bytes = (row + 1) * box.height;
    uLong room = compressBound((uLong)raw_bytes);
    uint8_t *raw = png_malloc(png, raw_bytes), *packed = png_malloc(png, room + 4);
    for (size_t y = 0; y < box.height; y++)
        for (size_t x = 0; x < box.width; x++)
            put_dot(before, now, box.top + y, box.left + x, raw + y * (row + 1) + 1 + 4 * x);
    filter_rows(raw, row, box.height);
    bytes_put_u32_be(packed, number);
    bool good = compress2(packed + 4, &room, raw, (uLong)raw_bytes, 9) == Z_OK;
    if (good)
        write_chunk(png, "fdAT", packed, room + 4);
    png_free(png, raw);
    png_free(png, packed);
    if (!good)
        png_error(png, "memory");
}

static void write_rows(png_structp png, const struct film *film)
{
    const struct canvas *canvas = film->frames;
    size_t width = (size_t)canvas->width;
    uint8_t *opaque = png_malloc(png, width * 4);
    png_set_filter(png, 0, PNG_FILTER_UP);
    for (size_t y = 0; y < (size_t)canvas->height; y++) {
        for (size_t x = 0; film->n > 1 && x < width; x++)
            put_dot(NULL, canvas, y, x, opaque + 4 * x);
        png_write_row(png, film->n > 1 ? opaque : canvas->rgb + y * width * 3);
    }
    png_free(png, opaque);
}

static void write_all(png_structp png, png_infop info, const struct film *film, const struct png_line *lines,
                      size_t n_lines)
{
    uint32_t number = 0;
    const struct canvas *frames = film->frames;
    png_set_compression_level(png, 9);
    write_head(png, info, film, lines, n_lines);
    if (film->n > 1) {
        write_film_head(png, film->n);
        write_frame_head(png, (struct box){0, 0, (size_t)frames->width, (size_t)frames->height}, number++,
                         film->delay_ms);
    }
    write_rows(png, film);
    for (size_t i = 1; i < film->n; i++) {
        struct box box = changed_box(&frames[i - 1], &frames[i]);
        write_frame_head(png, box, number++, i + 1 < film->n ? film->delay_ms : film->last_ms);
        write_frame(png, &frames[i - 1], &frames[i], box, number++);
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

enum cnn_status png_encode(const struct canvas *canvas, const struct png_line *lines, size_t n_lines,
                           uint8_t **bytes, size_t *n_bytes, struct cnn_error *error)
{
    return encode(&(struct film){canvas, 1, 0, 0}, lines, n_lines, bytes, n_bytes, error);
}

enum cnn_status png_encode_film(const struct canvas *frames, size_t n, unsigned delay_ms, unsigned last_ms,
                                const struct png_line *lines, size_t n_lines, uint8_t **bytes,
                                size_t *n_bytes, struct cnn_error *error)
{
    return encode(&(struct film){frames, n, delay_ms, last_ms}, lines, n_lines, bytes, n_bytes, error);
}
