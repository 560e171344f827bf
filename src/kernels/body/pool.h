/* Pooling of one block: windows that slide over each channel of a feature map. */
#ifndef KERNELS_BODY_POOL_H
#define KERNELS_BODY_POOL_H

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

/* The places of window o, counted within it, that lie inside the map: from .. to - 1. */
INLINE struct range pool_inside(size_t o, size_t n, size_t size, size_t stride, size_t before)
{
    const size_t start = o * stride, end = n + before - start;
    return (struct range){before > start ? before - start : 0, end < size ? end : size};
}

/* The windows that hold place i of the map: from .. to - 1. */
INLINE struct range pool_windows(size_t i, size_t out, size_t size, size_t stride, size_t before)
{
    const size_t at = i + before, to = at / stride + 1;
    return (struct range){at < size ? 0 : (at - size) / stride + 1, to < out ? to : out};
}

/* The maximum of one window, from x on, and where it is: the first of equal ones. A NaN comes through. */
INLINE void maxpool2d_window(const struct pool2d_shape *s, struct range rows, struct range columns,
                             const float *x, v *max, v *where)
{
    const size_t column = s->channels * LANES, row = s->in_w * column;
    *max = v_set1(-INFINITY);
    *where = v_set1((float)(rows.from * s->size_w + columns.from));
    for (size_t h = rows.from; h < rows.to; h++)
        for (size_t w = columns.from; w < columns.to; w++) {
            const v value = v_load(x + (h - rows.from) * row + (w - columns.from) * column);
            const v index = v_set1((float)(h * s->size_w + w));
            const vm larger = v_lt(*max, value), number = v_eq(value, value);
            *where = v_select(larger, index, *where);
            *max = v_select(number, v_select(larger, value, *max), value);
        }
    *max = v_fma(*max, v_set1(1), v_zero()); /* what was only selected may be denormal still: now it is 0 */
}

static void maxpool2d_forward(const struct pool2d_shape *s, const float *x, float *y, float *slope,
                              float *where)
{
    const size_t n = s->channels * LANES;
    for (size_t oh = 0; oh < s->out_h; oh++)
        for (size_t ow = 0; ow < s->out_w; ow++) {
            const struct range rows = pool_inside(oh, s->in_h, s->size_h, s->stride_h, s->top),
                               columns = pool_inside(ow, s->in_w, s->size_w, s->stride_w, s->left);
            const size_t ih = oh * s->stride_h + rows.from - s->top,
                         iw = ow * s->stride_w + columns.from - s->left, to = (oh * s->out_w + ow) * n;
            for (size_t i = 0; i < n; i += V_LANES) {
                v max, at;
                maxpool2d_window(s, rows, columns, x + (ih * s->in_w + iw) * n + i, &max, &at);
                v_store(y + to + i, max);
                if (where)
                    v_store(where + to + i, at);
                if (slope)
                    v_store(slope + to + i, v_set1(1));
            }
        }
}

/* Each input gets the dz of the windows whose maximum it is, in their order; 0 where it is none's. */
static void maxpool2d_backward(const struct pool2d_shape *s, const float *dz, const float *where, float *dx)
{
    const size_t n = s->channels * LANES;
    for (size_t ih = 0; ih < s->in_h; ih++)
        for (size_t iw = 0; iw < s->in_w; iw++) {
            const struct range rows = pool_windows(ih, s->out_h, s->size_h, s->stride_h, s->top),
                               columns = pool_windows(iw, s->out_w, s->size_w, s->stride_w, s->left);
            for (size_t i = 0; i < n; i += V_LANES, dx += V_LANES) {
                v sum = v_zero();
                for (size_t oh = rows.from; oh < rows.to; oh++)
                    for (size_t ow = columns.from; ow < columns.to; ow++) {
                        const size_t at = (oh * s->out_w + ow) * n + i, h = ih + s->top - oh * s->stride_h,
                                     w = iw + s->left - ow * s->stride_w;
                        const vm here = v_eq(v_load(where + at), v_set1((float)(h * s->size_w + w)));
                        sum = v_add(sum, v_select(here, v_load(dz + at), v_zero()));
                    }
                v_store(dx, v_mul(sum, v_load(dx)));
            }
        }
}

#endif
