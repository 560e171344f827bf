/* Pictures for the tests, packed by the libraries themselves into memory. */
#ifndef TESTS_PICTURE_ENCODE_H
#define TESTS_PICTURE_ENCODE_H

#include <png.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef CNN_JPEG
#include <jpeglib.h>
#endif

#ifndef PACKED_BYTES
#define PACKED_BYTES (1 << 20)
#endif

struct packed {
    uint8_t bytes[PACKED_BYTES];
    size_t n;
};

static inline void packed_put(png_structp png, png_bytep bytes, size_t n)
{
    struct packed *p = png_get_io_ptr(png);
    if (p->n + n > sizeof p->bytes)
        abort();
    memcpy(p->bytes + p->n, bytes, n);
    p->n += n;
}

/* What a PNG is like. palette [n_palette] RGB and transparency [n_transparent] of its first entries are for
 * PNG_COLOR_TYPE_PALETTE; key: a transparent grey, or none (-1). */
struct png_kind {
    size_t height, width;
    int colour_type, bits, interlaced;
    const png_color *palette;
    int n_palette;
    const uint8_t *transparency;
    int n_transparent;
    int key;
};

/* Packs rows as PNG holds them. Shapes: rows [height][row_bytes]. */
static inline void encode_png(const struct png_kind *kind, const uint8_t *rows, size_t row_bytes,
                              struct packed *packed)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_color_16 key = {.gray = (uint16_t)kind->key};
    packed->n = 0;
    png_set_write_fn(png, packed, packed_put, NULL);
    png_set_IHDR(png, info, (png_uint_32)kind->width, (png_uint_32)kind->height, kind->bits,
                 kind->colour_type, kind->interlaced, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (kind->palette)
        png_set_PLTE(png, info, kind->palette, kind->n_palette);
    if (kind->n_transparent || kind->key >= 0)
        png_set_tRNS(png, info, kind->transparency, kind->n_transparent, &key);
    png_write_info(png, info);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < kind->height; y++)
            png_write_row(png, rows + y * row_bytes);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
}

/* A grey picture as PNG. */
static inline void encode_png_grey(const uint8_t *pixels, size_t height, size_t width, struct packed *packed)
{
    struct png_kind kind = {.height = height, .width = width, .bits = 8, .key = -1};
    encode_png(&kind, pixels, width, packed);
}

#ifdef CNN_JPEG
struct jpeg_kind {
    size_t height, width, channels; /* 1: grey, 3: RGB, 4: CMYK */
    int quality;
    bool progressive;
    int n_scans; /* of a script that sends each coefficient for itself; 0: the usual one */
};

/* Scans of a grey picture: the mean of each block, then coefficient after coefficient, all but the last bit,
 * then their last bits. */
static inline void many_scans(jpeg_scan_info *scans, int n)
{
    for (int i = 0; i < n; i++)
        scans[i] = (jpeg_scan_info){.comps_in_scan = 1, .Ss = i, .Se = i, .Al = i ? 1 : 0};
    for (int i = 64; i < n; i++) {
        scans[i].Ss = scans[i].Se = i - 63;
        scans[i].Ah = 1;
        scans[i].Al = 0;
    }
}

/* Packs pixels [height][width][channels], with n_app1 bytes of an APP1 marker before them. */
static inline void encode_jpeg(const struct jpeg_kind *kind, const uint8_t *pixels, const uint8_t *app1,
                               size_t n_app1, struct packed *packed)
{
    static jpeg_scan_info scans[127];
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *out = NULL;
    unsigned long n = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &out, &n);
    jpeg.image_height = (JDIMENSION)kind->height;
    jpeg.image_width = (JDIMENSION)kind->width;
    jpeg.input_components = (int)kind->channels;
    jpeg.in_color_space = kind->channels == 1 ? JCS_GRAYSCALE : kind->channels == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, kind->quality, TRUE);
    if (kind->progressive)
        jpeg_simple_progression(&jpeg);
    if (kind->n_scans) {
        many_scans(scans, kind->n_scans);
        jpeg.scan_info = scans;
        jpeg.num_scans = kind->n_scans;
    }
    jpeg_start_compress(&jpeg, TRUE);
    if (n_app1)
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, app1, (unsigned)n_app1);
    while (jpeg.next_scanline < jpeg.image_height) {
        const uint8_t *row = pixels + (size_t)jpeg.next_scanline * kind->width * kind->channels;
        JSAMPROW rows[] = {(JSAMPROW)(uintptr_t)row};
        jpeg_write_scanlines(&jpeg, rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    if (n > sizeof packed->bytes)
        abort();
    memcpy(packed->bytes, out, n);
    packed->n = n;
    free(out);
}

/* The EXIF of a picture with one entry, of either byte order. Shapes: app1 [32]. */
enum { EXIF_BYTES = 32 };
static inline void make_exif(unsigned orientation, bool little, uint8_t *app1)
{
    static const uint8_t big_endian[EXIF_BYTES] = {'E', 'x', 'i', 'f', 0, 0,    'M', 'M', 0, 42, 0, 0,
                                                   0,   8,   0,   1,   1, 0x12, 0,   3,   0, 0,  0, 1};
    static const uint8_t little_endian[EXIF_BYTES] = {'E', 'x', 'i', 'f', 0,    0, 'I', 'I', 42, 0, 8, 0,
                                                      0,   0,   1,   0,   0x12, 1, 3,   0,   1,  0, 0, 0};
    memcpy(app1, little ? little_endian : big_endian, EXIF_BYTES);
    app1[little ? 24 : 25] = (uint8_t)orientation;
}
#endif

#endif
