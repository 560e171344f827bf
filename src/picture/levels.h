/* How dark ground and ink are in a picture of ink, 0 .. 255, whose ground is about one value. */
#ifndef PICTURE_LEVELS_H
#define PICTURE_LEVELS_H

#include "picture/plane.h"

struct levels {
    unsigned ground, ink; /* what most of the ground and of the ink is */
    unsigned threshold;   /* at least this is ink */
};

/* false: there is nothing that stands out from the ground and its noise. */
bool levels_find(const struct plane *ink, struct levels *levels);

/* Ink as MNIST has it, 0 .. 255: none and all of it well off the ends, since the source was black and white.
 */
uint8_t levels_grey(const struct levels *levels, unsigned ink);

/* The value that half of the pixels do not exceed. */
unsigned levels_median(const struct plane *plane);

#endif
