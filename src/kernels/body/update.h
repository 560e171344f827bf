/* The optimizers over whole arrays, and along with the gradient of a dense layer. */
#ifndef KERNELS_BODY_UPDATE_H
#define KERNELS_BODY_UPDATE_H

#include "kernels/body/dense.h"
#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

/* 0 for x smaller than 2^-100, about 1e-30. That is too small to move a weight; but a slot that gets no more
 * gradients would shrink into denormal numbers and stay there, and with those a processor is several times
 * slower. */
INLINE v flush_tiny(v x)
{
    v size = vi_float_bits(vi_and(v_bits(x), vi_set1(0x7fffffff)));
    return v_select(v_lt(size, v_set1(0x1p-100F)), v_zero(), x);
}

/* decay m + (1 - decay) x */
INLINE v running_mean(float decay, v m, v x)
{
    return flush_tiny(v_fma(v_set1(decay), m, v_mul(v_set1(1 - decay), x)));
}

#include "kernels/optimizers/adam.h"
#include "kernels/optimizers/rmsprop.h"
#include "kernels/optimizers/sgd.h"

/* Weights that wait for their update by gradients g that are ready. */
struct waiting {
    size_t n;
    const float *g;
    float *w, *slot_0, *slot_1;
};

/* Updates the next vector of them, with the optimizer of the name. Only the row's slots are touched. */
#define OPTIMIZER_ROW(name, slots, ...)                                                                      \
    INLINE void update_next_##name(const struct update *u, struct waiting *at)                               \
    {                                                                                                        \
        const size_t n = at->n < V_LANES ? at->n : V_LANES;                                                  \
        v w = load_first(at->w, n), m = v_zero(), mm = v_zero();                                             \
        if (slots > 0)                                                                                       \
            m = load_first(at->slot_0, n);                                                                   \
        if (slots > 1)                                                                                       \
            mm = load_first(at->slot_1, n);                                                                  \
        optimizer_##name(u, load_first(at->g, n), &w, &m, &mm);                                              \
        store_first(at->w, w, n);                                                                            \
        if (slots > 0)                                                                                       \
            store_first(at->slot_0, m, n), at->slot_0 += n;                                                  \
        if (slots > 1)                                                                                       \
            store_first(at->slot_1, mm, n), at->slot_1 += n;                                                 \
        at->n -= n, at->g += n, at->w += n;                                                                  \
    }
OPTIMIZERS(OPTIMIZER_ROW)
#undef OPTIMIZER_ROW

INLINE void update_next(const enum optimizer optimizer, const struct update *u, struct waiting *at)
{
#define OPTIMIZER_ROW(name, ...)                                                                             \
    case OPTIMIZER_##name:                                                                                   \
        update_next_##name(u, at);                                                                           \
        break;
    switch (optimizer) {
        OPTIMIZERS(OPTIMIZER_ROW)
    default:
        break;
    }
#undef OPTIMIZER_ROW
}

#if V_REGISTERS == 32
/* The tile of dense_gradient with an update after every step: the division and the square root, which the
 * processor does beside the sums, cost next to nothing then. */
INLINE void update_tile(const int np, const int nq, const enum ending ending, const struct sums *s,
                        size_t part, const float *x, const float *w, float *y, const enum optimizer optimizer,
                        const struct update *u, struct waiting *waiting)
{
    const struct sums one = {.n_k = 1, .x_k = s->x_k, .x_p = s->x_p, .w_k = s->w_k, .w_q = s->w_q};
    v acc[TILE_MAX];
    UNROLL
    for (int i = 0; i < np * nq; i++)
        acc[i] = v_zero();
    for (size_t i = 0; i < s->n_i; i++)
        for (size_t k = 0; k < s->n_k; k++) {
            sums_run(np, nq, ending, &one, x + (ptrdiff_t)i * s->x_i + (ptrdiff_t)k * s->x_k,
                     w + (ptrdiff_t)i * s->w_i + (ptrdiff_t)k * s->w_k, acc);
            if (waiting->n >= V_LANES)
                update_next(optimizer, u, waiting);
        }
    sums_end(np, nq, ending, s, part, acc, y);
}

/* nq rows of the gradient, beside which those before are used. */
INLINE void update_rows(const int nq, const struct dense_shape *shape, const struct sums *s, const float *x,
                        const float *dzt, float *dw, const enum optimizer optimizer, const struct update *u,
                        struct waiting *waiting)
{
#define CASE(np)                                                                                             \
    case np:                                                                                                 \
        if (part <= V_LOW_LANES)                                                                             \
            update_tile(np, nq, SET_LOW, s, part, dzt + o, x, dw + o, optimizer, u, waiting);                \
        else                                                                                                 \
            update_tile(np, nq, SET_PART, s, part, dzt + o, x, dw + o, optimizer, u, waiting);               \
        break;
    for (size_t o = 0, np; o < shape->out; o += np * V_LANES) {
        np = dense_gradient_np(shape->out - o, DENSE_UPDATE_NP);
        const size_t part = shape->out - o < np * V_LANES ? shape->out - o - (np - 1) * V_LANES : V_LANES;
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
    struct waiting waiting = {0, dw, w, slot_0, slot_1};
#if V_REGISTERS == 32
    const struct sums s = dense_gradient_sums(shape, n_blocks, x_stride);
    for (size_t i = 0, nq; i < n_rows; i += nq) {
        const float *x_at = x + (row + i) * LANES;
        float *dw_at = dw + i * shape->out;
        nq = n_rows - i < DENSE_UPDATE_NQ ? 1 : DENSE_UPDATE_NQ;
        if (nq == 1)
            update_rows(1, shape, &s, x_at, dzt, dw_at, optimizer, &u, &waiting);
        else
            update_rows(DENSE_UPDATE_NQ, shape, &s, x_at, dzt, dw_at, optimizer, &u, &waiting);
        waiting.n += nq * shape->out;
    }
#else /* too few registers for both at once */
    dense_gradient(shape, n_blocks, x, x_stride, dzt, row, n_rows, dw);
    waiting.n = n_rows * shape->out;
#endif
    while (waiting.n > 0)
        update_next(optimizer, &u, &waiting);
}

#define OPTIMIZER_ROW(name, ...)                                                                             \
    static void update_##name(const struct update *update, size_t n, const float *g, float *w,               \
                              float *slot_0, float *slot_1)                                                  \
    {                                                                                                        \
        const struct update u = *update;                                                                     \
        struct waiting waiting = {n, g, w, slot_0, slot_1};                                                  \
        while (waiting.n > 0)                                                                                \
            update_next_##name(&u, &waiting);                                                                \
    }                                                                                                        \
                                                                                                             \
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
