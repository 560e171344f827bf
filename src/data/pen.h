/* A round pen that draws lines on a small grey canvas. */
#ifndef DATA_PEN_H
#define DATA_PEN_H

#include "base/random.h"

#include <stddef.h>
#include <stdint.h>

enum { PEN_SIDE = 28 };

/* The path of the pen: points in pixels, pixel centres at whole numbers; a line leads from each point to the
 * next unless lifted[i], radius is that of the pen there. */
struct pen_point {
    float x, y, radius;
    int lifted; /* no line from here */
};

/* Pixel = 255 times the pen's coverage: 1 inside the line, 0 outside, in between over an edge of edge pixels,
 * which strays by up to rough pixels. Shapes: pixels [28][28]. */
void pen_draw(const struct pen_point *path, size_t n, float edge, float rough, struct random *random,
              uint8_t *pixels);

#endif
