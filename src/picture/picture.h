/* Pictures as they come from outside: read, turned upright, held as bytes. */
#ifndef PICTURE_PICTURE_H
#define PICTURE_PICTURE_H

#include "cnn.h"

/* Limits on what is read. The most that one picture can ask for at a time is PICTURE_MEMORY. */
#define PICTURE_FILE_BYTES ((size_t)64 << 20)
#define PICTURE_PIXELS ((size_t)50000000)
#define PICTURE_MEMORY ((size_t)256 << 20)
enum { PICTURE_SIDE = 65535 };

/* Shapes: pixels [height][width][channels]. */
struct cnn_picture {
    const char *format; /* "PNG" */
    size_t height, width, channels;
    unsigned orientation; /* what EXIF said, 1 .. 8; it is applied already */
    bool on_black;        /* what is transparent was laid on black: on white nothing would be seen */
    bool lossy;           /* the grey of its ground may be off by what compression left */
    uint8_t *pixels;
};

/* Reads a picture from a file's bytes; name stands in messages. channels: 1, grey, or 3, RGB.
 * Errors: FORMAT (no picture, damaged, cut short, too large, a format that is not read), MEMORY.
 * Owns: the caller, until cnn_picture_close. */
enum cnn_status picture_decode(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                               struct cnn_picture **picture, struct cnn_error *error);

/* One reader for each format: fills a zeroed picture, or leaves pixels to be freed. read_jpeg leaves the
 * picture as the camera held it, and orientation set. */
typedef enum cnn_status picture_reader(const char *name, const uint8_t *bytes, size_t n_bytes,
                                       size_t channels, struct cnn_picture *picture, struct cnn_error *error);
picture_reader read_png, read_jpeg, read_pnm;

/* Makes room for the pixels of a picture whose size a file tells. most_pixels: as many as that file can hold.
 * Errors: FORMAT (empty, above the limits, or more than the file can hold), MEMORY. */
enum cnn_status picture_make(const char *name, size_t height, size_t width, size_t channels,
                             uint64_t most_pixels, struct cnn_picture *picture, struct cnn_error *error);

/* Turns a picture as EXIF's orientation asks, 1 .. 8. Errors: MEMORY. */
enum cnn_status picture_turn(struct cnn_picture *picture, unsigned orientation, struct cnn_error *error);

/* Brightness as JPEG has it: Y = 0.299 R + 0.587 G + 0.114 B. Source: ITU-T T.871, in 16 binary places. */
static inline uint8_t picture_grey(unsigned red, unsigned green, unsigned blue)
{
    return (uint8_t)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}

#endif
