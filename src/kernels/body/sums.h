/*
 * The sum that conv2d_forward, conv2d_backward, dense_forward, dense_backward and dense_gradient all are:
 *     y[p][q] = b[q] + sum over i < n_i, j < n_j, k < n_k of x[i][j][k][p] * w[i][j][k][q]
 * where every x and y is a vector and every w a number, and they differ only in how far apart in memory the
 * neighbours along i, j, k, p and q lie.
 *
 * A tile computes np x nq of them at once, accumulators in registers: np + nq loads for np * nq operations.
 * Tiles do not change the result: whichever tile an element falls into, it adds the same products in the same
 * order, k innermost.
 */
#ifndef KERNELS_BODY_SUMS_H
#define KERNELS_BODY_SUMS_H

#include <stdbool.h>

#include "kernels/vector/vector.h"

/* Distances are in floats. */
struct sums {
    size_t n_i, n_j, n_k;
    ptrdiff_t x_i, x_j, x_k, x_p;
    ptrdiff_t w_i, w_j, w_k, w_q;
    ptrdiff_t y_p, y_q;
    bool resume;              /* the sums so far lie in y: go on from them, not from b */
    ptrdiff_t ahead, ahead_k; /* along k, the line at w + ahead + k * ahead_k will be needed soon; 0: none */
};

/* What becomes of a sum: it is stored; it is multiplied to what is there; it is stored, and of the last
 * vector along p only the first lanes, which are at most V_LOW_LANES for SET_LOW. */
enum ending { SET, TIMES, SET_PART, SET_LOW };

enum { TILE_MAX = 32 };

INLINE v sums_fma(const bool low, v a, v b, v c)
{
    return low ? v_fma_low(a, b, c) : v_fma(a, b, c);
}

/* The innermost loop. The fewer of the two kinds of operand are held, the others pass by. */
INLINE void sums_run(const int np, const int nq, const enum ending ending, const struct sums *s,
                     const float *x, const float *w, v *acc)
{
    const float *soon = w + s->ahead;
    for (size_t k = 0; k < s->n_k; k++, x += s->x_k, w += s->w_k, soon += s->ahead_k) {
        if (s->ahead)
            prefetch(soon);
        v held[TILE_MAX];
        if (np <= nq) {
            UNROLL
            for (int p = 0; p < np; p++)
                held[p] = v_load(x + p * s->x_p);
            UNROLL
            for (int q = 0; q < nq; q++) {
                v weight = v_set1(w[q * s->w_q]);
                UNROLL
                for (int p = 0; p < np; p++)
                    acc[p * nq + q] =
                        sums_fma(ending == SET_LOW && p == np - 1, held[p], weight, acc[p * nq + q]);
            }
        } else {
            UNROLL
            for (int q = 0; q < nq; q++)
                held[q] = v_set1(w[q * s->w_q]);
            UNROLL
            for (int p = 0; p < np; p++) {
                v vector = v_keep(v_load(x + p * s->x_p));
                UNROLL
                for (int q = 0; q < nq; q++)
                    acc[p * nq + q] =
                        sums_fma(ending == SET_LOW && p == np - 1, vector, held[q], acc[p * nq + q]);
            }
        }
    }
}

INLINE void sums_end(const int np, const int nq, const enum ending ending, const struct sums *s, size_t part,
                     const v *acc, float *y)
{
    UNROLL
    for (int p = 0; p < np; p++)
        UNROLL
    for (int q = 0; q < nq; q++) {
        float *to = y + p * s->y_p + q * s->y_q;
        if ((ending == SET_PART || ending == SET_LOW) && p == np - 1 && part < V_LANES)
            v_store_part(to, acc[p * nq + q], part);
        else if (ending == TIMES)
            v_store(to, v_mul(acc[p * nq + q], v_load(to)));
        else
            v_store(to, acc[p * nq + q]);
    }
}

/* One tile; b NULL stands for zeros. */
INLINE void sums_tile(const int np, const int nq, const enum ending ending, const struct sums *s, size_t part,
                      const float *x, const float *w, const float *b, float *y)
{
    v acc[TILE_MAX];
    UNROLL
    for (int p = 0; p < np; p++)
        UNROLL
    for (int q = 0; q < nq; q++)
        acc[p * nq + q] = s->resume ? v_load(y + p * s->y_p + q * s->y_q) : b ? v_set1(b[q]) : v_zero();
    for (size_t i = 0; i < s->n_i; i++)
        for (size_t j = 0; j < s->n_j; j++)
            sums_run(np, nq, ending, s, x + (ptrdiff_t)i * s->x_i + (ptrdiff_t)j * s->x_j,
                     w + (ptrdiff_t)i * s->w_i + (ptrdiff_t)j * s->w_j, acc);
    sums_end(np, nq, ending, s, part, acc, y);
}

/* n_p positions of nq outputs each, in tiles of np; what is left over in smaller ones. */
INLINE void sums_positions(const int np, const int nq, const enum ending ending, const struct sums *s,
                           size_t n_p, const float *x, const float *w, const float *b, float *y)
{
#define SUMS_TILE(size)                                                                                      \
    {                                                                                                        \
        sums_tile(size, nq, ending, s, 0, x, w, b, y);                                                       \
        n_p -= (size_t)(size);                                                                               \
        x += (size)*s->x_p;                                                                                  \
        y += (size)*s->y_p;                                                                                  \
    }
    while (n_p >= (size_t)np)
        SUMS_TILE(np)
    if (np >= 4 && n_p >= (size_t)np / 2)
        SUMS_TILE(np / 2)
    if (np >= 8 && n_p >= (size_t)np / 4)
        SUMS_TILE(np / 4)
    while (n_p > 0)
        SUMS_TILE(1)
#undef SUMS_TILE
}

#endif
