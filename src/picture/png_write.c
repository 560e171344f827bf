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

static bool is_ascii(const char *text)
{
    while (*text && (unsigned char)*text < 0x80)
        text++;
    return !*text;
}

static void write_head(png_structp png, png_infop info, const struct canvas *canvas,
                       const struct png_line *lines, size_t n_lines)
{
    enum { DOTS_PER_METRE = 11811 }; /* 300 an inch */
    png_set_IHDR(png, info, (png_uint_32)canvas->width, (png_uint_32)canvas->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
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

static void write_frame_head(png_structp png, const struct canvas *canvas, uint32_t number, unsigned delay_ms)
{
    uint8_t chunk[26] = {0}; /* place 0, 0; neither disposed of nor blended */
    bytes_put_u32_be(chunk, number);
    bytes_put_u32_be(chunk + 4, (uint32_t)canvas->width);
    bytes_put_u32_be(chunk + 8, (uint32_t)canvas->height);
    chunk[20] = (uint8_t)(delay_ms >> 8);
    chunk[21] = (uint8_t)delay_ms;
    chunk[22] = 1000 >> 8;
    chunk[23] = 1000 & 0xff;
    write_chunk(png, "fcTL", chunk, sizeof chunk);
}

/* A row after its filter byte: 2, what differs from the row above. Most rows of cells are as the one above.
 */
static void filter_row(const struct canvas *canvas, size_t y, uint8_t *filtered)
{
    size_t row = (size_t)canvas->width * 3;
    const uint8_t *here = canvas->rgb + y * row, *above = y ? here - row : NULL;
    filtered[0] = 2;
    for (size_t i = 0; i < row; i++)
        filtered[i + 1] = (uint8_t)(here[i] - (above ? above[i] : 0));
}

static void write_frame(png_structp png, const struct canvas *canvas, uint32_t number)
{
    size_t row = (size_t)canvas->width * 3, raw_bytes = (row + 1) * (size_t)canvas->height;
    uLong room = compressBound((uLong)raw_bytes);
    uint8_t *raw = png_malloc(png, raw_bytes), *packed = png_malloc(png, room + 4);
    for (size_t y = 0; y < (size_t)canvas->height; y++)
        filter_row(canvas, y, raw + y * (row + 1));
    bytes_put_u32_be(packed, number);
    bool good = compress2(packed + 4, &room, raw, (uLong)raw_bytes, 9) == Z_OK;
    if (good)
        write_chunk(png, "fdAT", packed, room + 4);
    png_free(png, raw);
    png_free(png, packed);
    if (!good)
        png_error(png, "memory");
}

/* ---- */

struct film {
    const struct canvas *frames;
    size_t n;
    unsigned delay_ms, last_ms;
};

static void write_rows(png_structp png, const struct canvas *canvas)
{
    png_set_filter(png, 0, PNG_FILTER_UP);
    for (int y = 0; y < canvas->height; y++)
        png_write_row(png, canvas->rgb + (size_t)y * (size_t)canvas->width * 3);
}

static void write_all(png_structp png, png_infop info, const struct film *film, const struct png_line *lines,
                      size_t n_lines)
{
    uint32_t number = 0;
    png_set_compression_level(png, 9);
    write_head(png, info, film->frames, lines, n_lines);
    if (film->n > 1) {
        write_film_head(png, film->n);
        write_frame_head(png, film->frames, number++, film->delay_ms);
    }
    write_rows(png, film->frames);
    for (size_t i = 1; i < film->n; i++) {
        write_frame_head(png, &film->frames[i], number++, i + 1 < film->n ? film->delay_ms : film->last_ms);
        write_frame(png, &film->frames[i], number++);
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
