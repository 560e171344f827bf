/* Grey pictures, and what is done to all pixels of one. */
#ifndef PICTURE_PLANE_H
#define PICTURE_PLANE_H

#include "cnn.h"

/* Owns: pixels [height][width], where plane_make or plane_reduce made it (memory_free). */
struct plane {
    size_t height, width;
    uint8_t *pixels;
};

/* A black one. Errors: MEMORY. */
enum cnn_status plane_make(struct plane *plane, size_t height, size_t width, struct cnn_error *error);

/* The same picture by area, no side longer than most; a copy where none is. Errors: MEMORY. */
enum cnn_status plane_reduce(const struct plane *in, size_t most, struct plane *out, struct cnn_error *error);

void plane_invert(struct plane *plane);

/* The middle one of each pixel and its eight neighbours: noise goes, edges stay. Pixels at the edge stay as
 * they are. Shapes: out as in. */
void plane_median(const struct plane *in, struct plane *out);

/* The mean, rounded down, of the square of 2 radius + 1 pixels around each, as far as it lies in the picture.
 * Shapes: out as in. Errors: MEMORY. */
enum cnn_status plane_mean(const struct plane *in, size_t radius, struct plane *out, struct cnn_error *error);

/* The brightest (darkest) pixel of that square. Errors: MEMORY. */
enum cnn_status plane_brightest(struct plane *plane, size_t radius, struct cnn_error *error);
enum cnn_status plane_darkest(struct plane *plane, size_t radius, struct cnn_error *error);

/* The side of the largest square without a black pixel. Errors: MEMORY. */
enum cnn_status plane_widest_square(const struct plane *plane, size_t *side, struct cnn_error *error);

#endif
