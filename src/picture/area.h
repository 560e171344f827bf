/* Another size by area: each pixel pours what it holds into the pixels that it covers. Exact, in whole
 * numbers. */
#ifndef PICTURE_AREA_H
#define PICTURE_AREA_H

#include <stddef.h>
#include <stdint.h>

/* One direction: n_in pixels of in_units each lie on n_out pixels of out_units each, the first edges
 * together. What lies past the last of either counts as 0. Both units are below 2^16. */
struct axis {
    size_t n_in, n_out, in_units, out_units;
};

/* sums[Y][X][c] = in[y][x][c] times the area, in units, that pixel (y, x) shares with pixel (Y, X).
 * Shapes: in [y.n_in] rows of stride bytes, [x.n_in][channels] in each; column_sums [x.n_in * channels]. */
void area_sums(const uint8_t *in, size_t stride, size_t channels, const struct axis *y, const struct axis *x,
               uint32_t *column_sums, uint64_t *sums);

#endif
