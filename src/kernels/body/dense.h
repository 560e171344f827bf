/* The dense layer of one block: forward, backward and the gradient. */
#ifndef KERNELS_BODY_DENSE_H
#define KERNELS_BODY_DENSE_H

#include "kernels/body/elementwise.h"
#include "kernels/body/tile.h"

/* Tiles of NP vectors of lanes by as many outputs (forward) or inputs (backward) as CASE says, widest first;
 * gradient tiles of GRADIENT_NP vectors of outputs by GRADIENT_NQ inputs. Where a block is one vector, a tile
 * over two blocks loads each number once for both: 14 loads for 24 products instead of 9 for 8, of which a
 * processor does two of each in a cycle. */
#if V_REGISTERS == 32 && V_LANES == 16
#define DENSE_TILES(CASE) CASE(8) CASE(4) CASE(2) CASE(1)
#define DENSE_PAIR_TILES(CASE) CASE(12) CASE(6) CASE(3) CASE(1)
#define DENSE_UPDATES_BESIDE
enum { DENSE_NP = 1, DENSE_WIDEST = 12, DENSE_GRADIENT_NQ = 4 };
#elif V_REGISTERS == 32
#define DENSE_TILES(CASE) CASE(6) CASE(4) CASE(2) CASE(1)
#define DENSE_UPDATES_BESIDE
enum { DENSE_NP = 4, DENSE_WIDEST = 6, DENSE_GRADIENT_NQ = 4 };
#else /* too few registers for an update beside a gradient */
#define DENSE_TILES(CASE) CASE(6) CASE(4) CASE(2) CASE(1)
enum { DENSE_NP = 2, DENSE_WIDEST = 6, DENSE_GRADIENT_NQ = 2 };
#endif
enum { DENSE_GRADIENT_NP = 6, DENSE_UPDATE_NP = 6, DENSE_UPDATE_NQ = 3 };

INLINE void dense_tiles(const enum ending ending, const struct strides *s, size_t n_q, const float *x,
                        const float *w, const float *b, float *y)
{
#define CASE(nq)                                                                                             \
    for (; q + nq <= n_q; q += nq)                                                                           \
        tile_product(DENSE_NP, nq, ending, s, 0, x + lane, w + (ptrdiff_t)q * s->w_q, b ? b + q : NULL,      \
                     y + q * LANES + lane);
    for (size_t lane = 0; lane < LANES; lane += DENSE_NP * V_LANES) {
        size_t q = 0;
        DENSE_TILES(CASE)
    }
#undef CASE
}

/* How far apart in floats the blocks lie that a sum is made for, and how many there are. */
struct dense_blocks {
    size_t n, x_stride, y_stride;
};

/* The same sums for some blocks. */
INLINE void dense_tiles_of(const struct dense_blocks *blocks, const enum ending ending,
                           const struct strides *s, size_t n_q, const float *x, const float *w,
                           const float *b, float *y)
{
    size_t block = 0;
#ifdef DENSE_PAIR_TILES
#define CASE(nq)                                                                                             \
    for (; q + nq <= n_q; q += nq)                                                                           \
        tile_product(2, nq, ending, &pair, 0, x, w + (ptrdiff_t)q * s->w_q, b ? b + q : NULL, y + q * LANES);
    struct strides pair = *s;
    pair.x_p = (ptrdiff_t)blocks->x_stride, pair.y_p = (ptrdiff_t)blocks->y_stride;
    for (; block + 2 <= blocks->n; block += 2, x += 2 * blocks->x_stride, y += 2 * blocks->y_stride) {
        size_t q = 0;
        DENSE_PAIR_TILES(CASE)
    }
#undef CASE
#endif
    for (; block < blocks->n; block++, x += blocks->x_stride, y += blocks->y_stride)
        dense_tiles(ending, s, n_q, x, w, b, y);
}

/* So many inputs at a time go through all outputs: the weights of a large layer are read from memory once, in
 * the order in which they lie there. */
enum { DENSE_FORWARD_INPUTS = 128 };
/* The sums of a layer with shards are made for so many outputs at a time. */
enum { DENSE_SUM_OUTPUTS = 128 };

/* n_q outputs from q on, over the inputs of a shard: y = b + sum, b NULL standing for zeros. */
static void dense_sum(const struct dense_shape *shape, size_t shard, size_t q, size_t n_q,
                      const struct dense_blocks *blocks, const float *x, const float *w, const float *b,
                      float *y)
{
    const struct range rows = dense_rows(shape, dense_shard(shape, shard));
    struct strides s = {
        .n_i = 1,
        .n_j = 1,
        .x_k = LANES,
        .x_p = V_LANES,
        .w_k = (ptrdiff_t)shape->out,
        .w_q = 1,
        .y_p = V_LANES,
        .y_q = LANES,
        .prefetch = (ptrdiff_t)(DENSE_FORWARD_INPUTS * shape->out),
        .prefetch_k = (ptrdiff_t)shape->out,
    };
    for (size_t row = rows.from; row < rows.to; row += s.n_k, s.resume = true) {
        s.n_k = rows.to - row < DENSE_FORWARD_INPUTS ? rows.to - row : DENSE_FORWARD_INPUTS;
        dense_tiles_of(blocks, SET, &s, n_q, x + row * LANES, w + row * shape->out + q, b, y);
    }
}

static void dense_shard_sum(const struct dense_shape *shape, size_t shard, size_t n_blocks, const float *x,
                            size_t x_stride, const float *w, float *sum, size_t sum_stride)
{
    const struct dense_blocks blocks = {n_blocks, x_stride, sum_stride};
    dense_sum(shape, shard, 0, shape->out, &blocks, x, w, NULL, sum);
}

static const struct dense_blocks one_block = {.n = 1};

INLINE void set_bias(size_t n, const float *b, float *y)
{
    for (size_t q = 0; q < n; q++)
        for (size_t lane = 0; lane < LANES; lane += V_LANES)
            v_store(y + q * LANES + lane, v_set1(b[q]));
}

INLINE void add_sum(size_t n, const float *sum, float *y)
{
    for (size_t i = 0; i < n * LANES; i += V_LANES)
        v_store(y + i, v_add(v_load(y + i), v_load(sum + i)));
}

static void dense_finish(const struct dense_shape *shape, enum activation activation, const float *sums,
                         const float *b, float *y, float *slope)
{
    set_bias(shape->out, b, y);
    for (size_t shard = 0; shard < dense_shards(shape); shard++)
        add_sum(shape->out, sums + shard * shape->out * LANES, y);
    activate[activation](shape->out * LANES, y, y, slope);
}

/* Some outputs of a layer with shards. */
static void dense_forward_shards(const struct dense_shape *shape, size_t q, size_t n_q, const float *x,
                                 const float *w, const float *b, float *y)
{
    float sum[DENSE_SUM_OUTPUTS * LANES];
    set_bias(n_q, b + q, y + q * LANES);
    for (size_t shard = 0; shard < dense_shards(shape); shard++) {
        dense_sum(shape, shard, q, n_q, &one_block, x, w, NULL, sum);
        add_sum(n_q, sum, y + q * LANES);
    }
}

static void dense_forward(const struct dense_shape *shape, enum activation activation, const float *x,
                          const float *w, const float *b, float *y, float *slope)
{
    if (dense_shards(shape) == 1)
        dense_sum(shape, 0, 0, shape->out, &one_block, x, w, b, y);
    else
        for (size_t q = 0, n; q < shape->out; q += n) {
            n = shape->out - q < DENSE_SUM_OUTPUTS ? shape->out - q : DENSE_SUM_OUTPUTS;
            dense_forward_shards(shape, q, n, x, w, b, y);
        }
    activate[activation](shape->out * LANES, y, y, slope);
}

static void dense_backward(const struct dense_shape *shape, size_t n_blocks, const float *dz,
                           size_t dz_stride, const float *w, float *dx, size_t dx_stride)
{
    const struct dense_blocks blocks = {n_blocks, dz_stride, dx_stride};
    const struct strides s = {
        .n_i = 1,
        .n_j = 1,
        .n_k = shape->out,
        .x_k = LANES,
        .x_p = V_LANES,
        .w_k = 1,
        .w_q = (ptrdiff_t)shape->out,
        .y_p = V_LANES,
        .y_q = LANES,
        .prefetch = 2 * DENSE_WIDEST * (ptrdiff_t)shape->out, /* the rows of the tile after the next: */
        .prefetch_k = DENSE_WIDEST,                           /* a step's share of them */
    };
    dense_tiles_of(&blocks, TIMES, &s, shape->in, dz, w, NULL, dx);
}

static void dense_transpose(size_t out, const float *dz, float *dzt)
{
    size_t padded = whole_lanes(out);
    for (size_t lane = 0; lane < LANES; lane++) {
        for (size_t o = 0; o < out; o++)
            dzt[lane * padded + o] = dz[o * LANES + lane];
        for (size_t o = out; o < padded; o++)
            dzt[lane * padded + o] = 0;
    }
}

/* How many vectors of outputs to take next when n outputs are left: at most max, tiles as even as can be. */
static size_t dense_gradient_np(size_t n, size_t max)
{
    const size_t vectors = (n + V_LANES - 1) / V_LANES, tiles = (vectors + max - 1) / max;
    return (vectors + tiles - 1) / tiles;
}

/* Here the vectors lie along the outputs, and the sum goes over samples: nothing is left to add up across
 * lanes. */
INLINE struct strides dense_gradient_strides(const struct dense_shape *shape, size_t n_blocks,
                                             size_t x_stride)
{
    const size_t padded = whole_lanes(shape->out);
    return (struct strides){
        .n_i = n_blocks,
        .n_j = 1,
        .n_k = LANES,
        .x_i = (ptrdiff_t)(padded * LANES),
        .x_k = (ptrdiff_t)padded,
        .x_p = V_LANES,
        .w_i = (ptrdiff_t)x_stride,
        .w_k = 1,
        .w_q = LANES,
        .y_p = V_LANES,
        .y_q = (ptrdiff_t)shape->out,
    };
}

/* nq rows of dw from row x on. */
INLINE void dense_gradient_rows(const int nq, const struct dense_shape *shape, const struct strides *s,
                                const float *x, const float *dzt, float *dw)
{
#define CASE(np)                                                                                             \
    case np:                                                                                                 \
        if (tail <= V_LOW_LANES)                                                                             \
            tile_product(np, nq, SET_LOW, s, tail, dzt + o, x, NULL, dw + o);                                \
        else                                                                                                 \
            tile_product(np, nq, SET_TAIL, s, tail, dzt + o, x, NULL, dw + o);                               \
        break;
    for (size_t o = 0, np; o < shape->out; o += np * V_LANES) {
        np = dense_gradient_np(shape->out - o, DENSE_GRADIENT_NP);
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

static void dense_gradient(const struct dense_shape *shape, size_t n_blocks, const float *x, size_t x_stride,
                           const float *dzt, size_t row, size_t n_rows, float *dw)
{
    const struct strides s = dense_gradient_strides(shape, n_blocks, x_stride);
    size_t i = 0;
    for (; i + DENSE_GRADIENT_NQ <= n_rows; i += DENSE_GRADIENT_NQ)
        dense_gradient_rows(DENSE_GRADIENT_NQ, shape, &s, x + (row + i) * LANES, dzt, dw + i * shape->out);
    for (; i < n_rows; i++)
        dense_gradient_rows(1, shape, &s, x + (row + i) * LANES, dzt, dw + i * shape->out);
}

#endif
