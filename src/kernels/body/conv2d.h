/* Convolution of one block: forward and backward. The gradient is in conv2d_gradient.h. */
#ifndef KERNELS_BODY_CONV2D_H
#define KERNELS_BODY_CONV2D_H

#include "kernels/body/elementwise.h"
#include "kernels/body/tile.h"

/* Tiles as pairs CASE(outputs, positions), about as many accumulators as the registers hold. How many outputs
 * to take next when n are left: so that all tiles are wide. */
#if V_REGISTERS == 32
#define CONV2D_TILES(CASE) CASE(8, 3) CASE(6, 4) CASE(5, 4) CASE(4, 6) CASE(3, 8) CASE(2, 8) CASE(1, 8)
static size_t conv2d_tile(size_t n)
{
    return n % 8 == 0 ? 8 : n >= 6 ? 6 : n;
}
#else
#define CONV2D_TILES(CASE) CASE(4, 3) CASE(3, 4) CASE(2, 6) CASE(1, 6)
static size_t conv2d_tile(size_t n)
{
    return n % 3 == 0 ? 3 : n >= 4 ? 4 : n;
}
#endif

/* n_q outputs at each of n_p positions, for all lanes. */
INLINE void conv2d_tiles(const enum ending ending, const struct strides *s, size_t n_p, size_t n_q,
                         const float *x, const float *w, const float *b, float *y)
{
#define CASE(nq, np)                                                                                         \
    case nq:                                                                                                 \
        tile_positions(np, nq, ending, s, n_p, x + lane, w + (ptrdiff_t)q * s->w_q, b ? b + q : NULL,        \
                       y + (ptrdiff_t)q * s->y_q + lane);                                                    \
        break;
    for (size_t lane = 0; lane < LANES; lane += V_LANES)
        for (size_t q = 0, nq; q < n_q; q += nq) {
            nq = conv2d_tile(n_q - q);
            switch (nq) {
                CONV2D_TILES(CASE)
            }
        }
#undef CASE
}

/* For a fixed output row and kernel line the inputs of a position are kernel_w * in_c vectors in a row. */
static void conv2d_forward(const struct conv2d_shape *shape, enum activation activation, const float *x,
                           const float *w, const float *b, float *y, float *slope)
{
    const size_t c = shape->in_c, f = shape->filters, run = shape->kernel_w * c;
    const size_t out_h = shape->out_h, out_w = shape->out_w;
    const size_t x_row = shape->in_w * c * LANES, y_row = out_w * f * LANES;
    const struct strides s = {
        .n_i = shape->kernel_h,
        .n_j = 1,
        .n_k = run,
        .x_i = (ptrdiff_t)x_row,
        .x_k = LANES,
        .x_p = (ptrdiff_t)c * LANES,
        .w_i = (ptrdiff_t)(run * f),
        .w_k = (ptrdiff_t)f,
        .w_q = 1,
        .y_p = (ptrdiff_t)f * LANES,
        .y_q = LANES,
    };
    for (size_t oh = 0; oh < out_h; oh++) {
        conv2d_tiles(SET, &s, out_w, f, x + oh * x_row, w, b, y + oh * y_row);
        activate[activation](y_row, y + oh * y_row, slope ? slope + oh * y_row : NULL);
    }
}

/* The output coordinates that input coordinate i reaches through a kernel of n taps: first .. last. */
struct reach {
    size_t first, last;
};

static struct reach conv2d_reach(size_t i, size_t n, size_t out)
{
    return (struct reach){i + 1 > n ? i + 1 - n : 0, i < out ? i : out - 1};
}

/* n inputs from (ih, iw) on, all reaching over the same kernel window: along the row, or down the column. */
static void conv2d_backward_span(const struct conv2d_shape *shape, size_t ih, size_t iw, size_t n, bool down,
                                 const float *dz, const float *w, float *dx)
{
    const size_t c = shape->in_c, f = shape->filters;
    const size_t out_w = shape->out_w;
    const struct reach h = conv2d_reach(ih, shape->kernel_h, shape->out_h),
                       r = conv2d_reach(iw, shape->kernel_w, out_w);
    const ptrdiff_t tap = (ptrdiff_t)(c * f), dz_row = (ptrdiff_t)(out_w * f * LANES);
    const struct strides s = {
        .n_i = h.last - h.first + 1,
        .n_j = r.last - r.first + 1,
        .n_k = f,
        .x_i = dz_row,
        .x_j = (ptrdiff_t)f * LANES,
        .x_k = LANES,
        .x_p = down ? dz_row : (ptrdiff_t)f * LANES,
        .w_i = -(ptrdiff_t)shape->kernel_w * tap,
        .w_j = -tap,
        .w_k = 1,
        .w_q = (ptrdiff_t)f,
        .y_p = (ptrdiff_t)((down ? shape->in_w : 1) * c * LANES),
        .y_q = LANES,
    };
    conv2d_tiles(TIMES, &s, n, c, dz + (h.first * out_w + r.first) * f * LANES,
                 w + ((ih - h.first) * shape->kernel_w + iw - r.first) * c * f, NULL,
                 dx + (ih * shape->in_w + iw) * c * LANES);
}

/* Inputs at least a kernel away from the left and right borders go in rows. In the columns at the borders
 * each has a window of its own, so these go downwards, and only the corners one by one. */
static void conv2d_backward(const struct conv2d_shape *shape, const float *dz, const float *w, float *dx)
{
    const size_t in_h = shape->in_h, in_w = shape->in_w, edge_h = shape->kernel_h - 1,
                 edge_w = shape->kernel_w - 1;
    const bool wide = in_w > 2 * edge_w, high = in_h > 2 * edge_h;
    for (size_t ih = 0; ih < in_h && wide; ih++)
        conv2d_backward_span(shape, ih, edge_w, in_w - 2 * edge_w, false, dz, w, dx);
    for (size_t iw = 0; iw < in_w; iw++) {
        if (wide && iw == edge_w)
            iw = in_w - edge_w;
        if (iw == in_w)
            break;
        for (size_t ih = 0; ih < in_h; ih++) {
            bool inside = high && ih == edge_h;
            size_t n = inside ? in_h - 2 * edge_h : 1;
            conv2d_backward_span(shape, ih, iw, n, true, dz, w, dx);
            ih += n - 1;
        }
    }
}

#endif
