/* Pooling of one block: windows that slide over each channel of a feature map. */
#ifndef KERNELS_BODY_POOL_H
#define KERNELS_BODY_POOL_H

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

/* A single window, as where they do not overlap: said in a way that the compiler makes no loops over it. */
INLINE bool is_one(struct range windows)
{
    return windows.to == windows.from + 1;
}

INLINE struct range one_of(struct range windows)
{
    return (struct range){windows.from, windows.from + 1};
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

/* All channels of one output. */
INLINE void maxpool2d_output(const struct pool2d_shape *s, struct range rows, struct range columns,
                             const float *x, float *y, float *slope, float *where)
{
    for (size_t i = 0; i < s->channels * LANES; i += V_LANES) {
        v max, at;
        maxpool2d_window(s, rows, columns, x + i, &max, &at);
        v_store(y + i, max);
        if (where)
            v_store(where + i, at);
        if (slope)
            v_store(slope + i, v_set1(1));
    }
}

static bool is_whole_2x2(const struct pool2d_shape *s, struct range rows, struct range columns)
{
    return s->size_h == 2 && s->size_w == 2 && rows.to - rows.from == 2 && columns.to - columns.from == 2;
}

static void maxpool2d_forward(const struct pool2d_shape *s, struct range asked, const float *x, float *y,
                              float *slope, float *where)
{
    const size_t n = s->channels * LANES;
    for (size_t oh = asked.from; oh < asked.to; oh++)
        for (size_t ow = 0; ow < s->out_w; ow++) {
            const struct range rows = window_inside(oh, s->in_h, s->size_h, s->stride_h, s->top),
                               columns = window_inside(ow, s->in_w, s->size_w, s->stride_w, s->left),
                               two = {0, 2};
            const size_t ih = oh * s->stride_h + rows.from - s->top,
                         iw = ow * s->stride_w + columns.from - s->left, to = (oh * s->out_w + ow) * n;
            const float *from = x + (ih * s->in_w + iw) * n;
            float *slope_to = slope ? slope + to : NULL, *where_to = where ? where + to : NULL;
            if (is_whole_2x2(s, rows, columns)) /* constants: unrolled */
                maxpool2d_output(s, two, two, from, y + to, slope_to, where_to);
            else
                maxpool2d_output(s, rows, columns, from, y + to, slope_to, where_to);
        }
}

/* All channels of input ih, iw, through some windows. */
INLINE void maxpool2d_input(const struct pool2d_shape *s, size_t ih, size_t iw, struct range rows,
                            struct range columns, const float *dz, const float *where, float *dx)
{
    const size_t n = s->channels * LANES;
    for (size_t i = 0; i < n; i += V_LANES) {
        v sum = v_zero();
        for (size_t oh = rows.from; oh < rows.to; oh++)
            for (size_t ow = columns.from; ow < columns.to; ow++) {
                const size_t at = (oh * s->out_w + ow) * n + i, h = ih + s->top - oh * s->stride_h,
                             w = iw + s->left - ow * s->stride_w;
                const vm here = v_eq(v_load(where + at), v_set1((float)(h * s->size_w + w)));
                sum = v_add(sum, v_select(here, v_load(dz + at), v_zero()));
            }
        v_store(dx + i, v_mul(sum, v_load(dx + i)));
    }
}

/* Each input gets the dz of the windows whose maximum it is, in their order; 0 where it is none's. */
static void maxpool2d_backward(const struct pool2d_shape *s, struct range asked, const float *dz,
                               const float *where, float *dx)
{
    dx += asked.from * s->in_w * s->channels * LANES;
    for (size_t ih = asked.from; ih < asked.to; ih++)
        for (size_t iw = 0; iw < s->in_w; iw++, dx += s->channels * LANES) {
            const struct range rows = windows_at(ih, s->out_h, s->size_h, s->stride_h, s->top),
                               columns = windows_at(iw, s->out_w, s->size_w, s->stride_w, s->left);
            if (is_one(rows) && is_one(columns))
                maxpool2d_input(s, ih, iw, one_of(rows), one_of(columns), dz, where, dx);
            else
                maxpool2d_input(s, ih, iw, rows, columns, dz, where, dx);
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

INLINE void avgpool2d_input(const struct pool2d_shape *s, struct range rows, struct range columns,
                            const float *dz, float *dx)
{
    const size_t n = s->channels * LANES;
    for (size_t i = 0; i < n; i += V_LANES) {
        v sum = v_zero();
        for (size_t oh = rows.from; oh < rows.to; oh++)
            for (size_t ow = columns.from; ow < columns.to; ow++)
                sum = v_fma(v_load(dz + (oh * s->out_w + ow) * n + i),
                            v_set1(1 / avgpool2d_places(s, oh, ow)), sum);
        v_store(dx + i, v_mul(sum, v_load(dx + i)));
    }
}

/* Each input gets its part of the dz of the windows that it lies under, in their order. */
static void avgpool2d_backward(const struct pool2d_shape *s, struct range asked, const float *dz, float *dx)
{
    dx += asked.from * s->in_w * s->channels * LANES;
    for (size_t ih = asked.from; ih < asked.to; ih++)
        for (size_t iw = 0; iw < s->in_w; iw++, dx += s->channels * LANES) {
            const struct range rows = windows_at(ih, s->out_h, s->size_h, s->stride_h, s->top),
                               columns = windows_at(iw, s->out_w, s->size_w, s->stride_w, s->left);
            if (is_one(rows) && is_one(columns))
                avgpool2d_input(s, one_of(rows), one_of(columns), dz, dx);
            else
                avgpool2d_input(s, rows, columns, dz, dx);
        }
}

#endif
