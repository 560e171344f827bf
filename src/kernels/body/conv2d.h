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

/* What goes in and out of one convolution, forward or backward. */
struct conv2d_work {
    const struct conv2d_shape *shape;
    const float *x, *w, *b; /* x: dz on the way back */
    float *y;               /* dx */
};

/* One axis of the map that is made: of the places asked for those in `whole` reach over a whole kernel, the
 * others over what the border leaves of it. Places a step apart see the same weights. */
struct conv2d_axis {
    struct range asked;
    size_t step;
    struct range whole;
};

static struct range conv2d_range(size_t from, size_t to, struct range asked)
{
    from = from > asked.from ? from : asked.from;
    to = to < asked.to ? to : asked.to;
    return from < to ? (struct range){from, to} : (struct range){asked.from, asked.from};
}

/* n places from (i, j) on, a step apart, that see the same weights: along the row, or down the column. */
typedef void conv2d_span(const struct conv2d_work *work, size_t i, size_t j, size_t n, bool down);

/* The whole places of row i. */
INLINE void conv2d_row(const struct conv2d_axis *w, const struct conv2d_work *work, conv2d_span *span,
                       size_t i)
{
    for (size_t j = w->whole.from; j < w->whole.to && j < w->whole.from + w->step; j++)
        span(work, i, j, (w->whole.to - j + w->step - 1) / w->step, false);
}

/* The columns at the left and right borders: there each place of a row sees other weights, so these go
 * downwards, and only the corners one by one. */
INLINE void conv2d_borders(const struct conv2d_axis *h, const struct conv2d_axis *w,
                           const struct conv2d_work *work, conv2d_span *span)
{
    for (size_t j = w->asked.from; j < w->asked.to; j++) {
        if (j == w->whole.from)
            j = w->whole.to;
        for (size_t i = h->asked.from; j < w->asked.to && i < h->asked.to; i++) {
            const bool whole = i >= h->whole.from && i < h->whole.to;
            if (!whole)
                span(work, i, j, 1, true);
            else if (i < h->whole.from + h->step)
                span(work, i, j, (h->whole.to - i + h->step - 1) / h->step, true);
        }
    }
}

/* ---- forward -------------------------------------------------------------------------------------- */

/* For a fixed output row and kernel line the inputs of a position are up to kernel_w * in_c vectors in a row.
 */
static void conv2d_forward_span(const struct conv2d_work *work, size_t oh, size_t ow, size_t n, bool down)
{
    const struct conv2d_shape *shape = work->shape;
    const size_t c = shape->in_c, f = shape->filters, x_row = shape->in_w * c * LANES;
    const struct range h = window_inside(oh, shape->in_h, shape->kernel_h, shape->stride_h, shape->top),
                       r = window_inside(ow, shape->in_w, shape->kernel_w, shape->stride_w, shape->left);
    const struct strides s = {
        .n_i = h.to - h.from,
        .n_j = 1,
        .n_k = (r.to - r.from) * c,
        .x_i = (ptrdiff_t)x_row,
        .x_k = LANES,
        .x_p = (ptrdiff_t)(down ? shape->stride_h * x_row : shape->stride_w * c * LANES),
        .w_i = (ptrdiff_t)(shape->kernel_w * c * f),
        .w_k = (ptrdiff_t)f,
        .w_q = 1,
        .y_p = (ptrdiff_t)((down ? shape->out_w : 1) * f * LANES),
        .y_q = LANES,
    };
    const size_t ih = oh * shape->stride_h + h.from - shape->top,
                 iw = ow * shape->stride_w + r.from - shape->left;
    conv2d_tiles(SET, &s, n, f, work->x + (ih * shape->in_w + iw) * c * LANES,
                 work->w + (h.from * shape->kernel_w + r.from) * c * f, work->b,
                 work->y + (oh * shape->out_w + ow) * f * LANES);
}

static struct conv2d_axis conv2d_outputs(size_t in, size_t kernel, size_t stride, size_t before,
                                         struct range asked)
{
    const size_t end = in + before < kernel ? 0 : (in + before - kernel) / stride + 1;
    return (struct conv2d_axis){asked, 1, conv2d_range((before + stride - 1) / stride, end, asked)};
}

static void conv2d_forward(const struct conv2d_shape *shape, struct range rows, enum activation activation,
                           const float *x, const float *w, const float *b, float *y, float *slope)
{
    const struct conv2d_work work = {shape, x, w, b, y};
    const struct conv2d_axis down = conv2d_outputs(shape->in_h, shape->kernel_h, shape->stride_h, shape->top,
                                                   rows),
                             along = conv2d_outputs(shape->in_w, shape->kernel_w, shape->stride_w,
                                                    shape->left, (struct range){0, shape->out_w});
    const size_t y_row = shape->out_w * shape->filters * LANES;
    conv2d_borders(&down, &along, &work, conv2d_forward_span);
    for (size_t oh = rows.from; oh < rows.to; oh++) {
        conv2d_row(&along, &work, conv2d_forward_span, oh);
        activate[activation](y_row, y + oh * y_row, y + oh * y_row, slope ? slope + oh * y_row : NULL);
    }
}

/* ---- backward ------------------------------------------------------------------------------------- */

/* With a stride an input is reached through every stride_h-th line of the kernel alone. */
static void conv2d_backward_span(const struct conv2d_work *work, size_t ih, size_t iw, size_t n, bool down)
{
    const struct conv2d_shape *shape = work->shape;
    const size_t c = shape->in_c, f = shape->filters, out_w = shape->out_w;
    const struct range h = windows_at(ih, shape->out_h, shape->kernel_h, shape->stride_h, shape->top),
                       r = windows_at(iw, out_w, shape->kernel_w, shape->stride_w, shape->left);
    const size_t kh = ih + shape->top - h.from * shape->stride_h,
                 kw = iw + shape->left - r.from * shape->stride_w;
    const ptrdiff_t tap = (ptrdiff_t)(c * f), dz_row = (ptrdiff_t)(out_w * f * LANES);
    const struct strides s = {
        .n_i = h.to - h.from,
        .n_j = r.to - r.from,
        .n_k = f,
        .x_i = dz_row,
        .x_j = (ptrdiff_t)f * LANES,
        .x_k = LANES,
        .x_p = down ? dz_row : (ptrdiff_t)f * LANES,
        .w_i = -(ptrdiff_t)(shape->stride_h * shape->kernel_w) * tap,
        .w_j = -(ptrdiff_t)shape->stride_w * tap,
        .w_k = 1,
        .w_q = (ptrdiff_t)f,
        .y_p = (ptrdiff_t)((down ? shape->stride_h * shape->in_w : shape->stride_w) * c * LANES),
        .y_q = LANES,
    };
    conv2d_tiles(TIMES, &s, n, c, work->x + (h.from * out_w + r.from) * f * LANES,
                 work->w + (kh * shape->kernel_w + kw) * c * f, NULL,
                 work->y + (ih * shape->in_w + iw) * c * LANES);
}

static struct conv2d_axis conv2d_inputs(size_t kernel, size_t stride, size_t before, size_t out,
                                        struct range asked)
{
    const size_t from = kernel > stride + before ? kernel - stride - before : 0,
                 end = out * stride > before ? out * stride - before : 0;
    return (struct conv2d_axis){asked, stride, conv2d_range(from, end, asked)};
}

static void conv2d_backward(const struct conv2d_shape *shape, struct range rows, const float *dz,
                            const float *w, float *dx)
{
    const struct conv2d_work work = {shape, dz, w, NULL, dx};
    const struct conv2d_axis down = conv2d_inputs(shape->kernel_h, shape->stride_h, shape->top, shape->out_h,
                                                  rows),
                             along = conv2d_inputs(shape->kernel_w, shape->stride_w, shape->left,
                                                   shape->out_w, (struct range){0, shape->in_w});
    for (size_t ih = rows.from; ih < rows.to; ih++)
        conv2d_row(&along, &work, conv2d_backward_span, ih);
    conv2d_borders(&down, &along, &work, conv2d_backward_span);
}

#endif
