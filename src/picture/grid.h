/* How tiles stand in a terminal. */
#ifndef PICTURE_GRID_H
#define PICTURE_GRID_H

#include "picture/text.h"

enum {
    GRID_GAP = 2,       /* between tiles */
    GRID_MOST_WIDE = 3, /* characters of a cell, at most */
    GRID_NARROW = 12    /* a tile of so many cells is a small one */
};

/* How a band's tiles stand: a cell is `wide` characters wide, and half of that high; a number one high. */
struct grid {
    size_t wide, box, columns, label;
    bool numbers; /* -9 .. 9 in every cell */
};

/* How many tiles fit beside each other, at least 1, and the cells across the widest of a band. */
size_t grid_fit(const struct writer *w, const struct grid *grid);
size_t grid_widest(const struct band *band);

/* The lines of characters of a tile, and one of them. */
size_t grid_lines(const struct tile *tile, const struct grid *grid);
void grid_put_cells(struct writer *w, const struct band *band, const struct tile *tile,
                    const struct grid *grid, size_t line);

/* Tiles side by side, with their words; name is that of the row, or "". Shapes: tiles [n]. */
void grid_put_row(struct writer *w, const struct band *band, const struct tile *tiles, size_t n,
                  const struct grid *grid, const char *name);

#endif
