/* How people write the ten digits: pen strokes through control points, several ways for each digit. */
#ifndef DATA_GLYPHS_H
#define DATA_GLYPHS_H

#include <stdint.h>

enum { GLYPH_POINTS = 28 };

/* x to the right, y down, 1 .. 127, about 100 high. x = 0 lifts the pen, and is what follows the last point.
 * A point given twice is a corner; elsewhere the curve through the points is smooth. */
struct glyph {
    uint8_t digit;
    uint8_t weight; /* how often, beside the other ways to write this digit */
    struct glyph_point {
        uint8_t x, y;
    } points[GLYPH_POINTS];
};

/* One of the ways to write digit 0 .. 9: the one that pick, 0 .. 2^32 - 1 and uniform, falls on. */
const struct glyph *glyph_pick(unsigned digit, uint32_t pick);

#endif
