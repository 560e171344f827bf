/* A digit enlarged as programs for pictures do it. */
#ifndef TESTS_PICTURE_ENLARGE_H
#define TESTS_PICTURE_ENLARGE_H

#include <stddef.h>
#include <stdint.h>

/* By the nearest pixel, which is repetition where the side is a multiple of 28; by straight lines between
 * pixels; by cubics with a = -0.5 (Pillow, ImageMagick's Catrom) and a = -0.75 (OpenCV); by Lanczos's window
 * of three. Source: Keys 1981; checked against Pillow 13 to one grey level. */
enum enlarging {
    ENLARGE_NEAREST,
    ENLARGE_LINEAR,
    ENLARGE_CUBIC,
    ENLARGE_CUBIC_SHARP,
    ENLARGE_LANCZOS,
    N_ENLARGINGS
};

/* The grey that 0 and 255 of the digit become; what a kernel overshoots ends at 0 and 255. */
struct paint {
    int ground, ink;
};

/* Shapes: digit [28][28], pixels [side][side]. */
void enlarge(const uint8_t *digit, size_t side, enum enlarging how, struct paint paint, uint8_t *pixels);

#endif
