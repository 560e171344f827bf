/* The colours of pictures as a table, so that a byte says which one a dot has. */
#ifndef PICTURE_COLOURS_H
#define PICTURE_COLOURS_H

#include "picture/canvas.h"

enum { COLOURS_MOST = 256, COLOURS_PLACES = 1024 };

struct colours {
    size_t n;
    struct colour colour[COLOURS_MOST];
    uint16_t place[COLOURS_PLACES]; /* where a colour is looked for: its number + 1, 0 for none */
};

/* Adds the colours of a canvas to a table, which begins as {0}. false: it would have more than 256. */
bool colours_add(struct colours *colours, const struct canvas *canvas);

/* The number of a dot's colour, which is there. Shapes: dot [3]. */
uint8_t colours_number(const struct colours *colours, const uint8_t *dot);

#endif
