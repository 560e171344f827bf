/* Curves: one row of numbers for each run, over the epochs. The same places on a page, in a terminal and in
 * SVG. */
#ifndef PICTURE_CURVES_H
#define PICTURE_CURVES_H

#include "picture/sheet.h"

/* A scale with round numbers: from low to high in steps. */
struct axis {
    double low, high, step;
};

/* Around the numbers of a band; low and high are multiples of step. */
struct axis curves_axis(const struct band *band);

/* Where point k of a curve lies, and how many places the band's curves take. */
size_t curves_place(const struct curve *curve, size_t k);
size_t curves_points(const struct band *band);

/* The number of whole epochs among the points, and the place where each of them ends, counted from 1. */
size_t curves_epochs(const struct band *band);
size_t curves_epoch_end(const struct band *band, size_t epoch);

/* A number of an axis as it is written: as few digits as its steps need. Shapes: text [SHEET_LABEL]. */
void curves_number(const struct axis *axis, double value, char *text);

/* The colour of a run: those of Okabe and Ito, which everybody tells apart, over and over. */
struct colour curves_colour(size_t run, bool dark);

/* The letter that a run has in plots: 'a', 'b', ... */
char curves_letter(size_t run);

/* Moves words at the ends of curves up and down, as little as may be, until all are `apart`. Shapes: y [n].
 */
void curves_spread(int *y, size_t n, int apart);

enum { CURVES_HEIGHT = 420, CURVES_MOST = 64 };

/* Draws a band's curves, width dots wide and CURVES_HEIGHT high. */
void curves_draw(struct canvas *canvas, const struct band *band, int left, int top, int width, bool dark);

/* Which curve passes through each cell of a grid: its number + 1, 0 for none; a later one over an earlier,
 * and of a dashed one every other two. Shapes: cells [height][width]. */
void curves_trace(const struct band *band, size_t width, size_t height, uint8_t *cells);

/* All curves of a sheet as an SVG drawing. Errors: USAGE (there are none), MEMORY. Owns: the caller
 * (memory_free). */
enum cnn_status curves_svg(const struct cnn_sheet *sheet, bool dark, char **text, size_t *n_bytes,
                           struct cnn_error *error);

#endif
