/* Numbers as colours. Zero is neutral, and each side goes one way in lightness: above 0 to blue, below 0 to
 * orange, which those who see red and green alike tell apart too (tests/picture/test_palette.c). */
#ifndef PICTURE_PALETTE_H
#define PICTURE_PALETTE_H

#include "picture/canvas.h"

enum scale_kind {
    SCALE_INK, /* a picture's own grey values: 0 is paper, the limit is ink (on a dark ground 0 is black) */
    SCALE_SIGNED,   /* -limit .. 0 .. limit */
    SCALE_FROM_ZERO /* 0 .. limit; all that is below 0 has one tint */
};

/* How the numbers of a band are turned into colours. */
struct scale {
    enum scale_kind kind;
    float limit; /* > 0 */
    int steps;   /* > 0: so many colours to each side of 0, and none between */
};

/* What surrounds the numbers. */
struct theme {
    struct colour ground, text, faint, frame, mark;
};

const struct theme *theme_of(bool dark);

/* The colour of a value; one past a limit has the colour of the limit, one that is no number that of the
 * ground. */
struct colour palette_colour(struct scale scale, float value, bool dark);

/* Black or white, whichever is easier to read on a colour. */
struct colour palette_on(struct colour ground);

/* The nearest of the 256 colours of a terminal, 16 .. 255: a cube of 6 x 6 x 6 and 24 greys. */
int palette_256(struct colour colour);

#endif
