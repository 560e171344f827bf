/*
 * The sum that conv2d_forward, conv2d_backward, dense_forward, dense_backward and dense_gradient all are:
 *     y[p][q] = b[q] + sum over i < n_i, j < n_j, k < n_k of x[i][j][k][p] * w[i][j][k][q]
 * where every x and y is a vector and every w a number. They differ only in how far apart in memory the
 * neighbours along i, j, k, p and q lie: struct strides.
 *
 * A tile is np x nq of these sums, accumulators in registers: np + nq loads for np * nq operations.
 *
 *                w[0]    w[1]    w[2]  ..  nq numbers      each step of k brings the next np vectors and
 *       x[0]     acc     acc     acc                       nq numbers, and adds their products to the
 *       x[1]     acc     acc     acc                       np * nq accumulators
 *        :
 *       np vectors
 *
 * np, nq and ending are constants wherever the functions below are inlined: each call is a loop nest of its
 * own, whose inner loops are unrolled whole and whose conditions on these three are decided by the compiler.
 *
 * Tiles do not change the result: whichever tile an element falls into, it adds the same products in the same
 * order, k innermost.
 */
#ifndef KERNELS_BODY_TILE_H
#define KERNELS_BODY_TILE_H

#include <stdbool.h>

#include "kernels/vector/vector.h"

/* How long the sum is along i, j and k, and how far apart the neighbours are, in floats. */
struct strides {
    size_t n_i, n_j, n_k;
    ptrdiff_t x_i, x_j, x_k, x_p;
    ptrdiff_t w_i, w_j, w_k, w_q;
    ptrdiff_t y_p, y_q;
    bool resume; /* the sums so far lie in y: go on from them, not from b */

    /* At step k the line of the cache at w + prefetch + k * prefetch_k is asked for; 0: none. */
    ptrdiff_t prefetch, prefetch_k;
};

/* What becomes of a sum. */
enum ending {
    SET,      /* y = sum */
    TIMES,    /* y *= sum */
    SET_TAIL, /* y = sum, but of the last vector along p only the first `tail` lanes */
    SET_LOW   /* the same where tail is at most V_LOW_LANES: that vector needs only a cheaper operation */
};

enum { TILE_MAX = 32 };

INLINE v tile_fma(const bool low, v a, v b, v c)
{
    return low ? v_fma_low(a, b, c) : v_fma(a, b, c);
}

/* The innermost loop. Of vectors and numbers, the kind of which a tile has fewer is loaded first and held in
 * registers; the others are loaded one at a time. */
INLINE void tile_run(const int np, const int nq, const enum ending ending, const struct strides *s,
                     const float *x, const float *w, v *acc)
{
    const float *soon = w + s->prefetch;
    for (size_t k = 0; k < s->n_k; k++, x += s->x_k, w += s->w_k, soon += s->prefetch_k) {
        if (s->prefetch)
            prefetch(soon);
        v held[TILE_MAX];
        if (np <= nq) {
            UNROLLED(p, np)
                held[p] = v_load(x + p * s->x_p);
            UNROLLED(q, nq) {
                v weight = v_set1(w[q * s->w_q]);
                UNROLLED(p, np)
                    acc[p * nq + q] =
                        tile_fma(ending == SET_LOW && p == np - 1, held[p], weight, acc[p * nq + q]);
            }
        } else {
            UNROLLED(q, nq)
                held[q] = v_set1(w[q * s->w_q]);
            UNROLLED(p, np) {
                v vector = v_keep(v_load(x + p * s->x_p));
                UNROLLED(q, nq)
                    acc[p * nq + q] =
                        tile_fma(ending == SET_LOW && p == np - 1, vector, held[q], acc[p * nq + q]);
            }
        }
    }
}

INLINE void tile_end(const int np, const int nq, const enum ending ending, const struct strides *s,
                     size_t tail, const v *acc, float *y)
{
    UNROLLED(p, np)
        UNROLLED(q, nq) {
            float *to = y + p * s->y_p + q * s->y_q;
            if ((ending == SET_TAIL || ending == SET_LOW) && p == np - 1 && tail < V_LANES)
                v_store_tail(to, acc[p * nq + q], tail);
            else if (ending == TIMES)
                v_store(to, v_mul(acc[p * nq + q], v_load(to)));
            else
                v_store(to, acc[p * nq + q]);
        }
}

/* One tile; b NULL stands for zeros. */
INLINE void tile_product(const int np, const int nq, const enum ending ending, const struct strides *s,
                         size_t tail, const float *x, const float *w, const float *b, float *y)
{
    v acc[TILE_MAX];
    UNROLLED(p, np)
        UNROLLED(q, nq)
            acc[p * nq + q] = s->resume ? v_load(y + p * s->y_p + q * s->y_q) : b ? v_set1(b[q]) : v_zero();
    for (size_t i = 0; i < s->n_i; i++)
        for (size_t j = 0; j < s->n_j; j++)
            tile_run(np, nq, ending, s, x + (ptrdiff_t)i * s->x_i + (ptrdiff_t)j * s->x_j,
                     w + (ptrdiff_t)i * s->w_i + (ptrdiff_t)j * s->w_j, acc);
    tile_end(np, nq, ending, s, tail, acc, y);
}

/* n_p positions of nq outputs each, in tiles of np; what is left over in smaller ones. */
INLINE void tile_positions(const int np, const int nq, const enum ending ending, const struct strides *s,
                           size_t n_p, const float *x, const float *w, const float *b, float *y)
{
#define TILE_PRODUCT(size)                                                                                   \
    {                                                                                                        \
        tile_product(size, nq, ending, s, 0, x, w, b, y);                                                    \
        n_p -= (size_t)(size);                                                                               \
        x += (size)*s->x_p;                                                                                  \
        y += (size)*s->y_p;                                                                                  \
    }
    while (n_p >= (size_t)np)
        TILE_PRODUCT(np)
    if (np >= 4 && n_p >= (size_t)np / 2)
        TILE_PRODUCT(np / 2)
    if (np >= 8 && n_p >= (size_t)np / 4)
        TILE_PRODUCT(np / 4)
    while (n_p > 0)
        TILE_PRODUCT(1)
#undef TILE_PRODUCT
}

#endif
