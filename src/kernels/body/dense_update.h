/* The gradient of a dense layer and the update by it in one: while one tile is summed, the weights of the
 * rows before it are updated. The bits are those of dense_gradient and update in turn. */
#ifndef KERNELS_BODY_DENSE_UPDATE_H
#define KERNELS_BODY_DENSE_UPDATE_H

#include "kernels/body/dense.h"
#include "kernels/body/update.h"
#include "kernels/kernels.h"

#ifdef DENSE_UPDATES_BESIDE
/* The tile of dense_gradient with an update after every step: the division and the square root, which the
 * processor does beside the sums, cost next to nothing then. */
INLINE void update_tile(const int np, const int nq, const enum ending ending, const struct strides *s,
                        size_t tail, const float *x, const float *w, float *y, const enum optimizer optimizer,
                        const struct update *u, struct pending *pending)
{
    const struct strides one = {.n_k = 1, .x_k = s->x_k, .x_p = s->x_p, .w_k = s->w_k, .w_q = s->w_q};
    v acc[TILE_MAX];
    UNROLLED(i, np * nq)
        acc[i] = v_zero();
    for (size_t i = 0; i < s->n_i; i++)
        for (size_t k = 0; k < s->n_k; k++) {
            tile_run(np, nq, ending, &one, x + (ptrdiff_t)i * s->x_i + (ptrdiff_t)k * s->x_k,
                     w + (ptrdiff_t)i * s->w_i + (ptrdiff_t)k * s->w_k, acc);
            if (pending->n >= V_LANES)
                update_next(optimizer, u, pending);
        }
    tile_end(np, nq, ending, s, tail, acc, y);
}

/* nq rows of the gradient, beside which those before are used. */
INLINE void update_rows(const int nq, const struct dense_shape *shape, const struct strides *s,
                        const float *x, const float *dzt, float *dw, const enum optimizer optimizer,
                        const struct update *u, struct pending *pending)
{
#define CASE(np)                                                                                             \
    case np:                                                                                                 \
        if (tail <= V_LOW_LANES)                                                                             \
            update_tile(np, nq, SET_LOW, s, tail, dzt + o, x, dw + o, optimizer, u, pending);                \
        else                                                                                                 \
            update_tile(np, nq, SET_TAIL, s, tail, dzt + o, x, dw + o, optimizer, u, pending);               \
        break;
    for (size_t o = 0, np; o < shape->out; o += np * V_LANES) {
        np = dense_gradient_np(shape->out - o, DENSE_UPDATE_NP);
        const size_t tail = shape->out - o < np * V_LANES ? shape->out - o - (np - 1) * V_LANES : V_LANES;
        switch (np) {
            CASE(1)
            CASE(2)
            CASE(3)
            CASE(4)
            CASE(5)
            CASE(6)
        }
    }
#undef CASE
}

#endif

INLINE void dense_gradient_update(const struct dense_shape *shape, size_t n_blocks, const float *x,
                                  size_t x_stride, const float *dzt, size_t row, size_t n_rows, float *dw,
                                  const enum optimizer optimizer, const struct update *update, float *w,
                                  float *slot_0, float *slot_1)
{
    const struct update u = *update;
    struct pending pending = {0, dw, w, slot_0, slot_1};
#ifdef DENSE_UPDATES_BESIDE
    const struct strides s = dense_gradient_strides(shape, n_blocks, x_stride);
    for (size_t i = 0, nq; i < n_rows; i += nq) {
        const float *x_at = x + (row + i) * LANES;
        float *dw_at = dw + i * shape->out;
        nq = n_rows - i < DENSE_UPDATE_NQ ? 1 : DENSE_UPDATE_NQ;
        if (nq == 1)
            update_rows(1, shape, &s, x_at, dzt, dw_at, optimizer, &u, &pending);
        else
            update_rows(DENSE_UPDATE_NQ, shape, &s, x_at, dzt, dw_at, optimizer, &u, &pending);
        pending.n += nq * shape->out;
    }
#else
    dense_gradient(shape, n_blocks, x, x_stride, dzt, row, n_rows, dw);
    pending.n = n_rows * shape->out;
#endif
    while (pending.n > 0)
        update_next(optimizer, &u, &pending);
}

#define OPTIMIZER_ROW(name, ...)                                                                             \
    static void dense_gradient_update_##name(const struct dense_shape *shape, size_t n_blocks,               \
                                             const float *x, size_t x_stride, const float *dzt, size_t row,  \
                                             size_t n_rows, float *dw, const struct update *update,          \
                                             float *w, float *slot_0, float *slot_1)                         \
    {                                                                                                        \
        dense_gradient_update(shape, n_blocks, x, x_stride, dzt, row, n_rows, dw, OPTIMIZER_##name, update,  \
                              w, slot_0, slot_1);                                                            \
    }
OPTIMIZERS(OPTIMIZER_ROW)
#undef OPTIMIZER_ROW

#endif
