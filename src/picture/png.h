/* Pictures as PNG files, in memory. Source: PNG Specification, third edition (which has animations). */
#ifndef PICTURE_PNG_H
#define PICTURE_PNG_H

#include "picture/canvas.h"

/* A line of a file's text chunks, in UTF-8. */
struct png_line {
    const char *key, *text; /* "Title", "what is seen"; a NULL text is left out */
};

/* A picture at 300 dots an inch, in sRGB. Errors: MEMORY. Owns: the caller (memory_free). */
enum cnn_status png_encode(const struct canvas *canvas, const struct png_line *lines, size_t n_lines,
                           uint8_t **bytes, size_t *n_bytes, struct cnn_error *error);

/* The same as a film that goes on for ever: n > 0 canvases of one size, shown for delay_ms each, the last for
 * last_ms. */
enum cnn_status png_encode_film(const struct canvas *frames, size_t n, unsigned delay_ms, unsigned last_ms,
                                const struct png_line *lines, size_t n_lines, uint8_t **bytes,
                                size_t *n_bytes, struct cnn_error *error);

#endif
