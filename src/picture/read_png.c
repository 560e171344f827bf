/* PNG, by libpng: any depth, palette, alpha (over white, or black where the ink is white), interlaced or not.
 */
#include "base/memory.h"
#include "base/status.h"
#include "picture/picture.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

enum {
    DEFLATE_RATIO = 1032,  /* 258 bytes from two bits. Source: zlib's technical notes */
    CHUNK_BYTES = 8 << 20, /* the most that a chunk beside the pixels may unpack to */
    CHUNKS = 64            /* and how many of them are kept */
};

/* What is left of the file, and the first complaint of libpng, which leaves by longjmp. */
struct source {
    const uint8_t *bytes;
    size_t n_bytes, at;
    char complaint[160];
};

static void take(png_structp png, png_bytep bytes, size_t n_bytes)
{
    struct source *s = png_get_io_ptr(png);
    if (s->n_bytes - s->at < n_bytes)
        png_error(png, "the file is cut short");
    memcpy(bytes, s->bytes + s->at, n_bytes);
    s->at += n_bytes;
}

static void complain(png_structp png, png_const_charp text)
{
    struct source *s = png_get_error_ptr(png);
    strncpy(s->complaint, text, sizeof s->complaint - 1);
    png_longjmp(png, 1);
}

static void warn(png_structp png, png_const_charp text)
{
    (void)png, (void)text;
}

static png_voidp allocate(png_structp png, png_alloc_size_t n_bytes)
{
    (void)png;
    return n_bytes <= PICTURE_MEMORY ? memory_alloc(n_bytes, 1) : NULL;
}

static void release(png_structp png, png_voidp memory)
{
    (void)png;
    memory_free(memory);
}

/* One row as libpng gives it, [width][stored]: grey, grey and alpha, RGB, or RGB and alpha. */
static void put_row(const uint8_t *row, size_t stored, const struct cnn_picture *picture, uint8_t *pixels)
{
    unsigned ground = picture->on_black ? 0 : 255;
    for (size_t x = 0; x < picture->width; x++, row += stored) {
        unsigned rgb[3] = {row[0], row[stored > 2 ? 1 : 0], row[stored > 2 ? 2 : 0]};
        unsigned alpha = stored % 2 ? 255 : row[stored - 1];
        for (size_t c = 0; c < 3; c++)
            rgb[c] = (rgb[c] * alpha + ground * (255 - alpha) + 127) / 255;
        if (picture->channels == 1)
            *pixels++ = stored > 2 ? picture_grey(rgb[0], rgb[1], rgb[2]) : (uint8_t)rgb[0];
        for (size_t c = 0; c < 3 && picture->channels == 3; c++)
            *pixels++ = (uint8_t)rgb[c];
    }
}

/* The rows of all passes: an interlaced picture is held whole, since each pass fills in between the others.
 */
static void read_rows(png_structp png, size_t stored, int passes, uint8_t *rows, const struct cnn_picture *p)
{
    size_t row_bytes = p->width * stored;
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < p->height; y++) {
            uint8_t *row = rows + (passes > 1 ? y * row_bytes : 0);
            png_read_row(png, row, NULL);
            if (pass == passes - 1)
                put_row(row, stored, p, p->pixels + y * p->width * p->channels);
        }
}

/* Eight bits a sample, and no palette. */
static void ask_for_bytes(png_structp png)
{
    png_set_expand(png); /* palettes, fewer than eight bits, transparent colours */
    png_set_scale_16(png);
}

/* Reads header and pixels; may leave by longjmp. *rows is what the caller frees. */
static enum cnn_status read_all(const char *name, png_structp png, png_infop info, size_t channels,
                                const struct source *source, uint8_t **rows, bool *has_alpha,
                                struct cnn_picture *picture, struct cnn_error *error)
{
    png_read_info(png, info);
    size_t height = png_get_image_height(png, info), width = png_get_image_width(png, info);
    size_t bits = (size_t)png_get_bit_depth(png, info) * png_get_channels(png, info);
    uint64_t most_pixels = (uint64_t)source->n_bytes * DEFLATE_RATIO * 8 / bits;
    enum cnn_status status = picture_make(name, height, width, channels, most_pixels, picture, error);
    if (status != CNN_OK)
        return status;
    ask_for_bytes(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stored = png_get_channels(png, info);
    *has_alpha = stored % 2 == 0;
    *rows = memory_alloc(passes > 1 ? height : 1, width * stored);
    if (!*rows)
        return error_memory(error, (passes > 1 ? height : 1) * width * stored);
    read_rows(png, stored, passes, *rows, picture);
    png_read_end(png, NULL);
    return CNN_OK;
}

static enum cnn_status decode(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                              bool *has_alpha, struct cnn_picture *picture, struct cnn_error *error)
{
    struct source source = {.bytes = bytes, .n_bytes = n_bytes};
    uint8_t *volatile rows = NULL;
    volatile enum cnn_status status = CNN_ERROR_FORMAT;
    png_structp png =
        png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &source, complain, warn, NULL, allocate, release);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (!info) {
        png_destroy_read_struct(&png, NULL, NULL);
        return error_memory(error, 0);
    }
    png_set_user_limits(png, PICTURE_SIDE, PICTURE_SIDE);
    png_set_chunk_malloc_max(png, CHUNK_BYTES);
    png_set_chunk_cache_max(png, CHUNKS);
    png_set_read_fn(png, &source, take);
    if (setjmp(png_jmpbuf(png)) == 0)
        status = read_all(name, png, info, channels, &source, (uint8_t **)&rows, has_alpha, picture, error);
    else
        status = error_set(error, CNN_ERROR_FORMAT, "%s: offset %zu: the PNG is damaged: %s", name, source.at,
                           source.complaint);
    png_destroy_read_struct(&png, &info, NULL);
    memory_free(rows);
    return status;
}

static bool all_white(const struct cnn_picture *picture)
{
    size_t n = picture->height * picture->width * picture->channels;
    for (size_t i = 0; i < n; i++)
        if (picture->pixels[i] != 255)
            return false;
    return true;
}

/* White ink on a transparent ground cannot be seen on white: it is laid on black. */
enum cnn_status read_png(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                         struct cnn_picture *picture, struct cnn_error *error)
{
    bool has_alpha = false;
    enum cnn_status status = decode(name, bytes, n_bytes, channels, &has_alpha, picture, error);
    if (status != CNN_OK || !has_alpha || !all_white(picture))
        return status;
    memory_free(picture->pixels);
    picture->pixels = NULL;
    picture->on_black = true;
    return decode(name, bytes, n_bytes, channels, &has_alpha, picture, error);
}
