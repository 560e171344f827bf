/* Pooling of one block: windows that slide over each channel of a feature map. */
#ifndef KERNELS_BODY_POOL_H
#define KERNELS_BODY_POOL_H

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

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

static void maxpool2d_forward(const struct pool2d_shape *s, struct range asked, const float *x, float *y,
                              float *slope, float *where)
{
    const size_t n = s->channels * LANES;
    for (size_t oh = asked.from; oh < asked.to; oh++)
        for (size_t ow = 0; ow < s->out_w; ow++) {
            const struct range rows = window_inside(oh, s->in_h, s->size_h, s->stride_h, s->top),
                               columns = window_inside(ow, s->in_w, s->size_w, s->stride_w, s->left);
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
static void maxpool2d_backward(const struct pool2d_shape *s, struct range asked, const float *dz,
                               const float *where, float *dx)
{
    const size_t n = s->channels * LANES;
    dx += asked.from * s->in_w * n;
    for (size_t ih = asked.from; ih < asked.to; ih++)
        for (size_t iw = 0; iw < s->in_w; iw++) {
            const struct range rows = windows_at(ih, s->out_h, s->size_h, s->stride_h, s->top),
                               columns = windows_at(iw, s->out_w, s->size_w, s->stride_w, s->left);
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

/* The number of real places under window oh, ow. */
INLINE float avgpool2d_places(const struct pool2d_shape *s, size_t oh, size_t ow)
{
    const struct range rows = window_inside(oh, s->in_h, s->size_h, s->stride_h, s->top),
                       columns = window_inside(ow, s->in_w, s->size_w, s->stride_w, s->left);
    return (float)((rows.to - rows.from) * (columns.to - columns.from));
}

/* The sum under one window, row by row, from x on. */
INLINE v avgpool2d_window(const struct pool2d_shape *s, size_t n_rows, size_t n_columns, const float *x)
{
    const size_t column = s->channels * LANES, row = s->in_w * column;
    v sum = v_zero();
    for (size_t h = 0; h < n_rows; h++)
        for (size_t w = 0; w < n_columns; w++)
            sum = v_add(sum, v_load(x + h * row + w * column));
    return sum;
}

static void avgpool2d_forward(const struct pool2d_shape *s, struct range asked, const float *x, float *y,
                              float *slope)
{
    const size_t n = s->channels * LANES;
    for (size_t oh = asked.from; oh < asked.to; oh++)
        for (size_t ow = 0; ow < s->out_w; ow++) {
            const struct range rows = window_inside(oh, s->in_h, s->size_h, s->stride_h, s->top),
                               columns = window_inside(ow, s->in_w, s->size_w, s->stride_w, s->left);
            const size_t ih = oh * s->stride_h + rows.from - s->top,
                         iw = ow * s->stride_w + columns.from - s->left, to = (oh * s->out_w + ow) * n;
            const v places = v_set1(avgpool2d_places(s, oh, ow));
            for (size_t i = 0; i < n; i += V_LANES) {
                const v sum = avgpool2d_window(s, rows.to - rows.from, columns.to - columns.from,
                                               x + (ih * s->in_w + iw) * n + i);
                v_store(y + to + i, v_div(sum, places));
                if (slope)
                    v_store(slope + to + i, v_set1(1));
            }
        }
}

/* Each input gets its part of the dz of the windows that it lies under, in their order. */
static void avgpool2d_backward(const struct pool2d_shape *s, struct range asked, const float *dz, float *dx)
{
    const size_t n = s->channels * LANES;
    dx += asked.from * s->in_w * n;
    for (size_t ih = asked.from; ih < asked.to; ih++)
        for (size_t iw = 0; iw < s->in_w; iw++) {
            const struct range rows = windows_at(ih, s->out_h, s->size_h, s->stride_h, s->top),
                               columns = windows_at(iw, s->out_w, s->size_w, s->stride_w, s->left);
            for (size_t i = 0; i < n; i += V_LANES, dx += V_LANES) {
                v sum = v_zero();
                for (size_t oh = rows.from; oh < rows.to; oh++)
                    for (size_t ow = columns.from; ow < columns.to; ow++)
                        sum = v_fma(v_load(dz + (oh * s->out_w + ow) * n + i),
                                    v_set1(1 / avgpool2d_places(s, oh, ow)), sum);
                v_store(dx, v_mul(sum, v_load(dx)));
            }
        }
}

#endif
