/* The page's pen in C, the definition of right: a round pen that draws straight lines on 280 x 280 pixels, in
 * whole numbers; and strokes for each digit, as the program writes them. src/export/page/pen.js draws the
 * same. */
#ifndef EXPORT_TEST_STROKES_H
#define EXPORT_TEST_STROKES_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cnn.h"
#include "data/glyphs.h"

enum { STROKES_SIDE = 280, STROKES_PEN = 11 };

/* Every pixel whose distance from the line a b is at most radius becomes value. */
static inline void strokes_line(uint8_t *plane, const int64_t a[2], const int64_t b[2], int64_t radius,
                                uint8_t value)
{
    const int64_t dx = b[0] - a[0], dy = b[1] - a[1], length2 = dx * dx + dy * dy, reach2 = radius * radius;
    for (int64_t y = 0; y < STROKES_SIDE; y++)
        for (int64_t x = 0; x < STROKES_SIDE; x++) {
            const int64_t ax = x - a[0], ay = y - a[1], bx = x - b[0], by = y - b[1];
            const int64_t along = ax * dx + ay * dy, across = ax * dy - ay * dx;
            const int near = along <= 0         ? ax * ax + ay * ay <= reach2
                             : along >= length2 ? bx * bx + by * by <= reach2
                                                : across * across <= reach2 * length2;
            if (near)
                plane[y * STROKES_SIDE + x] = value;
        }
}

/* Draws a digit's strokes on plane, and prints them as [[[x,y],...],...]. */
static inline void strokes_digit(const struct glyph *glyph, FILE *out, uint8_t *plane)
{
    int64_t last[2] = {0, 0};
    int down = 0, any = 0;
    fputs("[[", out);
    for (int i = 0; i < GLYPH_POINTS; i++) {
        const struct glyph_point g = glyph->points[i];
        const int64_t at[2] = {12 + 2 * g.x, 12 + 2 * g.y};
        if (g.x == 0) {
            down = 0;
            continue;
        }
        fprintf(out, "%s[%" PRId64 ",%" PRId64 "]", down ? "," : any ? "],[" : "", at[0], at[1]);
        strokes_line(plane, down ? last : at, at, STROKES_PEN, 255);
        memcpy(last, at, sizeof last);
        down = any = 1;
    }
    fputs("]]", out);
}

/* [{digit, strokes, pixels: hexadecimal}, ...]. Returns an exit status. */
static inline int strokes_print(FILE *out)
{
    static uint8_t plane[STROKES_SIDE * STROKES_SIDE];
    fputs("[\n", out);
    for (unsigned digit = 0; digit < 10; digit++) {
        struct cnn_picture *picture;
        struct cnn_cleaned cleaned;
        memset(plane, 0, sizeof plane);
        fprintf(out, "{\"digit\": %u, \"strokes\": ", digit);
        strokes_digit(glyph_pick(digit, 0), out, plane);
        if (cnn_picture_create(plane, STROKES_SIDE, STROKES_SIDE, 1, &picture, NULL) != CNN_OK ||
            cnn_picture_clean(picture, NULL, NULL, &cleaned, NULL) != CNN_OK)
            return 1;
        cnn_picture_close(picture);
        fputs(", \"pixels\": \"", out);
        for (size_t i = 0; i < sizeof cleaned.pixels; i++)
            fprintf(out, "%02x", cleaned.pixels[i]);
        fprintf(out, "\"}%s\n", digit < 9 ? "," : "");
    }
    fputs("]\n", out);
    return 0;
}

#endif
