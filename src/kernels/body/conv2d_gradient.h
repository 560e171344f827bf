/* Gradients that sum over lanes: of the convolution's weights, and of a bias. */
#ifndef KERNELS_BODY_CONV2D_GRADIENT_H
#define KERNELS_BODY_CONV2D_GRADIENT_H

#include "kernels/body/tile.h"
#include "kernels/kernels.h"

/* Adds up the lanes of n sums: lane i + 8 onto i, then 4, 2, 1. Shapes: lanes [n][16], sum [n]. */
INLINE void sum_lanes(size_t n, const float *lanes, float *sum)
{
    for (size_t k = 0; k < n; k++, lanes += LANES) {
        float eight[8], four[4];
        for (size_t i = 0; i < 8; i++)
            eight[i] = lanes[i] + lanes[i + 8];
        for (size_t i = 0; i < 4; i++)
            four[i] = eight[i] + eight[i + 4];
        sum[k] = (four[0] + four[2]) + (four[1] + four[3]);
    }
}

/* Tiles as pairs CASE(filters, rows). How many filters to take next when n are left. */
#if V_REGISTERS == 32
#define GRADIENT_TILES(CASE) CASE(8, 3) CASE(6, 4) CASE(5, 4) CASE(4, 5) CASE(3, 5) CASE(2, 5) CASE(1, 5)
static size_t gradient_filters(size_t n)
{
    return n % 8 == 0 ? 8 : n >= 6 ? 6 : n;
}
#else
#define GRADIENT_TILES(CASE) CASE(3, 4) CASE(2, 5) CASE(1, 5)
static size_t gradient_filters(size_t n)
{
    return n > 1 && n % 3 == 1 ? 2 : n >= 3 ? 3 : n;
}
#endif

/* Rows of weights and filters summed in one pass over the positions. A tile goes through so much of x and dz
 * before the next has its turn that the next finds it in a cache: a part of an output line, or some lines.
 * With few registers a tile needs more from memory for each product, so it must be the first-level cache.
 * With many the second level is fast enough, and a tile that takes longer fetches and puts away its sums less
 * often.
 */
enum {
    GRADIENT_ROWS_MAX = 48,
    GRADIENT_FILTERS_MAX = V_REGISTERS == 32 ? 8 : 16,
    GRADIENT_CACHE_BYTES = (V_REGISTERS == 32 ? 128 : 16) * 1024
};

/* Some output lines of a block. Distances are in floats. */
struct gradient_lines {
    size_t n, n_ow;
    size_t x_line, x_ow, dz_line, dz_ow;
};

/* acc[r][q] += x[r] * dz[q]. The fewer are loaded first and held in registers, the others one at a time. */
INLINE void gradient_step(const int nr, const int nq, const float *x, const float *dz, v *acc)
{
    v held[TILE_MAX];
    if (nr <= nq) {
        UNROLLED(r, nr)
            held[r] = v_keep(v_load(x + r * LANES));
        UNROLLED(q, nq) {
            v vector = v_keep(v_load(dz + q * LANES));
            UNROLLED(r, nr)
                acc[r * nq + q] = v_fma(held[r], vector, acc[r * nq + q]);
        }
    } else {
        UNROLLED(q, nq)
            held[q] = v_keep(v_load(dz + q * LANES));
        UNROLLED(r, nr) {
            v vector = v_keep(v_load(x + r * LANES));
            UNROLLED(q, nq)
                acc[r * nq + q] = v_fma(vector, held[q], acc[r * nq + q]);
        }
    }
}

/* sum[r][q] += sum over the lines and ow of x[ow][r] * dz[ow][q], by lane. Shapes: sum [nr][nq][16]. */
INLINE void gradient_tile(const int nr, const int nq, const struct gradient_lines *lines, const float *x,
                          const float *dz, float *sum)
{
    v acc[TILE_MAX];
    UNROLLED(i, nr * nq)
        acc[i] = v_load(sum + i * LANES);
    for (size_t line = 0; line < lines->n; line++) {
        const float *x_at = x + line * lines->x_line, *dz_at = dz + line * lines->dz_line;
        for (size_t n = lines->n_ow; n > 0; n--, x_at += lines->x_ow, dz_at += lines->dz_ow)
            gradient_step(nr, nq, x_at, dz_at, acc);
    }
    UNROLLED(i, nr * nq)
        v_store(sum + i * LANES, acc[i]);
}

/* The same for any number of rows, in tiles of at most nr, as even as can be. */
INLINE void gradient_rows(const int nr, const int nq, size_t n_rows, const struct gradient_lines *lines,
                          const float *x, const float *dz, float *sum)
{
#define GRADIENT_TILE(size)                                                                                  \
    case size:                                                                                               \
        gradient_tile(size <= nr ? size : 1, nq, lines, x, dz, sum);                                         \
        break;
    for (size_t rows; n_rows > 0; n_rows -= rows, x += rows * LANES, sum += rows * (size_t)nq * LANES) {
        const size_t tiles = (n_rows + (size_t)nr - 1) / (size_t)nr;
        rows = (n_rows + tiles - 1) / tiles;
        switch (rows) {
            GRADIENT_TILE(1)
            GRADIENT_TILE(2)
            GRADIENT_TILE(3)
            GRADIENT_TILE(4)
            GRADIENT_TILE(5)
        }
    }
#undef GRADIENT_TILE
}

/* Some lines, n_filters filters, all lanes. The sums of each tile of filters lie together. Inlined into the
 * loops around it, its tiles get too few registers: 55 instead of 85 % of the peak on AVX2. */
APART void gradient_tiles(const struct gradient_lines *lines, size_t n_filters, size_t n_rows, const float *x,
                          const float *dz, float *sum)
{
#define CASE(filters, rows)                                                                                  \
    case filters:                                                                                            \
        gradient_rows(rows, filters, n_rows, lines, x + lane, dz + q * LANES + lane, sum + lane);            \
        break;
    for (size_t q = 0, nq; q < n_filters; q += nq, sum += n_rows * nq * LANES) {
        nq = gradient_filters(n_filters - q);
        for (size_t lane = 0; lane < LANES; lane += V_LANES)
            switch (nq) {
                GRADIENT_TILES(CASE)
            }
    }
#undef CASE
}

/* One block: sum[r][q] over all output positions. */
static void gradient_block(const struct conv2d_shape *shape, size_t n_filters, size_t n_rows, const float *x,
                           const float *dz, float *sum)
{
    const size_t out_h = shape->out_h, out_w = shape->out_w;
    struct gradient_lines lines = {
        .x_line = shape->stride_h * shape->in_w * shape->in_c * LANES,
        .x_ow = shape->stride_w * shape->in_c * LANES,
        .dz_line = out_w * shape->filters * LANES,
        .dz_ow = shape->filters * LANES,
    };
    const size_t bytes = (n_filters + (n_rows < shape->in_c ? n_rows : shape->in_c)) * LANES * sizeof *x;
    const size_t most = GRADIENT_CACHE_BYTES / bytes + 1, lines_max = most < out_w ? 1 : most / out_w;
    memset(sum, 0, n_rows * n_filters * LANES * sizeof *sum);
    for (size_t oh = 0; oh < out_h; oh += lines.n) {
        lines.n = out_h - oh < lines_max ? out_h - oh : lines_max;
        for (size_t ow = 0; ow < out_w; ow += lines.n_ow) {
            lines.n_ow = out_w - ow < most ? out_w - ow : most;
            gradient_tiles(&lines, n_filters, n_rows, x + oh * lines.x_line + ow * lines.x_ow,
                           dz + oh * lines.dz_line + ow * lines.dz_ow, sum);
        }
    }
}

/* Adds up lanes and puts the sums where they belong. */
static void gradient_finish(size_t n_filters, size_t n_rows, const float *sum, size_t filters, float *dw)
{
    float total[GRADIENT_ROWS_MAX * GRADIENT_FILTERS_MAX];
    sum_lanes(n_rows * n_filters, sum, total);
    const float *from = total;
    for (size_t q = 0, nq; q < n_filters; q += nq) {
        nq = gradient_filters(n_filters - q);
        for (size_t r = 0; r < n_rows; r++)
            for (size_t k = 0; k < nq; k++)
                dw[r * filters + q + k] = *from++;
    }
}

/* n_rows rows of w that lie within one line of the kernel, all filters. */
static void gradient_line_rows(const struct conv2d_shape *shape, size_t n_rows, const float *x,
                               const float *dz, float *dw)
{
    float sum[GRADIENT_ROWS_MAX * GRADIENT_FILTERS_MAX * LANES];
    const size_t f = shape->filters;
    for (size_t q = 0, n; q < f; q += n) {
        n = f - q < GRADIENT_FILTERS_MAX ? f - q : GRADIENT_FILTERS_MAX;
        gradient_block(shape, n, n_rows, x, dz + q * LANES, sum);
        gradient_finish(n, n_rows, sum, f, dw + q);
    }
}

/* A line of the kernel counts as kernel_w * in_c rows of filters weights each, as it lies in memory. */
static void conv2d_gradient(const struct conv2d_shape *shape, struct range rows, const float *x,
                            const float *dz, float *dw)
{
    const size_t run = shape->kernel_w * shape->in_c;
    for (size_t row = rows.from, n; row < rows.to; row += n) {
        const size_t line = row / run, end = (line + 1) * run < rows.to ? (line + 1) * run : rows.to;
        n = end - row < GRADIENT_ROWS_MAX ? end - row : GRADIENT_ROWS_MAX;
        gradient_line_rows(shape, n, x + (line * shape->in_w * shape->in_c + row % run) * LANES, dz,
                           dw + row * shape->filters);
    }
}

/* Filters whose bias is summed in one pass over the positions, all lanes: eight chains of additions at once.
 */
enum { BIAS_FILTERS = 8 * V_LANES / LANES };

/* sum[q] = sum over positions of dz[q], by lane. */
INLINE void bias_tile(const int nq, size_t positions, size_t features, const float *dz, float *sum)
{
    v acc[TILE_MAX];
    const int n = nq * LANES / V_LANES;
    UNROLLED(i, n)
        acc[i] = v_zero();
    for (size_t at = 0; at < positions; at++, dz += features * LANES)
        UNROLLED(i, n)
            acc[i] = v_add(acc[i], v_load(dz + i * V_LANES));
    UNROLLED(i, n)
        v_store(sum + i * V_LANES, acc[i]);
}

static void bias_gradient(size_t positions, size_t features, const float *dz, float *db)
{
#define CASE(size)                                                                                           \
    case size:                                                                                               \
        bias_tile(size <= BIAS_FILTERS ? size : 1, positions, features, dz + q * LANES, sum);                \
        break;
    float sum[BIAS_FILTERS * LANES];
    for (size_t q = 0, nq; q < features; q += nq) {
        nq = features - q < BIAS_FILTERS ? features - q : BIAS_FILTERS;
        switch (nq) {
            CASE(1)
            CASE(2)
            CASE(3)
            CASE(4)
            CASE(5)
            CASE(6)
            CASE(7)
            CASE(8)
        }
        sum_lanes(nq, sum, db + q);
    }
#undef CASE
}

#endif
