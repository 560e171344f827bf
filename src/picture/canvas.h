/* A picture made of rectangles and text. Every place and size is a whole number of dots, so that it is the
 * same on every machine; what would lie outside is left out. */
#ifndef PICTURE_CANVAS_H
#define PICTURE_CANVAS_H

#include "cnn.h"

struct colour {
    uint8_t r, g, b;
};

struct canvas {
    int width, height;
    uint8_t *rgb; /* [height][width][3] */
};

/* A canvas of one colour. Errors: MEMORY. Owns: the caller, until canvas_free, which takes an empty one. */
enum cnn_status canvas_create(int width, int height, struct colour ground, struct canvas *canvas,
                              struct cnn_error *error);
void canvas_free(struct canvas *canvas);

void canvas_fill(struct canvas *canvas, int x, int y, int width, int height, struct colour colour);

/* A frame of lines that are `thick` dots wide; its outer edge is x, y, width, height. */
void canvas_frame(struct canvas *canvas, int x, int y, int width, int height, int thick,
                  struct colour colour);

/* The sizes that the font comes in, named by the height of a line. */
enum font { FONT_16, FONT_24, FONT_32 };

int font_height(enum font font);
int font_width(enum font font); /* of one character: all are as wide */

/* Writes a text whose upper left corner is x, y. ASCII and the signs for degree, plus-minus, middle dot and
 * times are known; any other character becomes '?'. */
void canvas_text(struct canvas *canvas, enum font font, int x, int y, const char *text, struct colour colour);

#endif
