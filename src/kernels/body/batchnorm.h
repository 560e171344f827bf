/* Batch normalisation of one block: sums by channel, and what becomes of each number. */
#ifndef KERNELS_BODY_BATCHNORM_H
#define KERNELS_BODY_BATCHNORM_H

#include <math.h>

#include "kernels/body/conv2d_gradient.h" /* sum_lanes */

/* A tile is so many channels of one vector of lanes, at all positions in turn. CHANNEL_TILES(CALL, n) makes
 * CALL(n) with a constant of as many. */
enum { CHANNELS_MAX = 4 };
#define CHANNEL_TILES(CALL, n)                                                                               \
    switch (n) {                                                                                             \
    case 1:                                                                                                  \
        CALL(1);                                                                                             \
        break;                                                                                               \
    case 2:                                                                                                  \
        CALL(2);                                                                                             \
        break;                                                                                               \
    case 3:                                                                                                  \
        CALL(3);                                                                                             \
        break;                                                                                               \
    default:                                                                                                 \
        CALL(4);                                                                                             \
    }

/* Which of the lanes from `lane` on hold one of the n samples. */
INLINE vm lanes_in_use(size_t lane, size_t n)
{
    float number[V_LANES];
    for (size_t i = 0; i < V_LANES; i++)
        number[i] = (float)(lane + i);
    return v_lt(v_load(number), v_set1((float)n));
}

INLINE v one_deviation(float variance, float epsilon)
{
    return v_div(v_set1(1), v_sqrt(v_add(v_set1(variance), v_set1(epsilon))));
}

/* ---- sums ------------------------------------------------------------------------------------------ */

/* By lane: the sum of x - mean, of its square, or of its product with dz. */
enum channel_sum { SUM, SUM_SQUARES, SUM_PRODUCTS };

INLINE void channel_tile(const int nc, const enum channel_sum kind, size_t positions, size_t channels, vm use,
                         const float *x, const float *dz, const float *mean, float *sum)
{
    v acc[CHANNELS_MAX], middle[CHANNELS_MAX];
    UNROLLED(c, nc)
        acc[c] = v_zero(), middle[c] = mean ? v_set1(mean[c]) : v_zero();
    for (size_t p = 0; p < positions; p++)
        UNROLLED(c, nc) {
            const size_t at = (p * channels + (size_t)c) * LANES;
            const v a = v_sub(v_load(x + at), middle[c]);
            const v term = kind == SUM ? a : kind == SUM_SQUARES ? v_mul(a, a) : v_mul(a, v_load(dz + at));
            acc[c] = v_add(acc[c], v_select(use, term, v_zero()));
        }
    UNROLLED(c, nc)
        v_store(sum + c * LANES, acc[c]);
}

/* Channels some.from .. some.to - 1. Shapes: sum [some]. */
INLINE void channel_range(const enum channel_sum kind, size_t positions, size_t channels, struct range some,
                          size_t n, const float *x, const float *dz, const float *mean, float *sum)
{
    float lanes[CHANNELS_MAX * LANES];
    for (size_t c = some.from, nc; c < some.to; c += nc, sum += nc) {
        nc = some.to - c < CHANNELS_MAX ? some.to - c : CHANNELS_MAX;
        for (size_t lane = 0; lane < LANES; lane += V_LANES) {
            const vm use = lanes_in_use(lane, n);
            const size_t at = c * LANES + lane;
#define CALL(nc)                                                                                             \
    channel_tile(nc, kind, positions, channels, use, x + at, dz ? dz + at : NULL, mean ? mean + c : NULL,    \
                 lanes + lane)
            CHANNEL_TILES(CALL, nc)
#undef CALL
        }
        sum_lanes(nc, lanes, sum);
    }
}

static void channel_sum(size_t positions, size_t channels, struct range some, size_t n, const float *x,
                        float *sum)
{
    channel_range(SUM, positions, channels, some, n, x, NULL, NULL, sum);
}

static void channel_squares(size_t positions, size_t channels, struct range some, size_t n, const float *x,
                            const float *mean, float *sum)
{
    channel_range(SUM_SQUARES, positions, channels, some, n, x, NULL, mean, sum);
}

static void batchnorm_gradient(size_t positions, const struct batchnorm *b, size_t n, const float *x,
                               const float *dz, float *dgamma, float *dbeta)
{
    const struct range all = {0, b->channels};
    channel_range(SUM_PRODUCTS, positions, b->channels, all, n, x, dz, b->mean, dgamma);
    for (size_t c = 0; c < b->channels; c++)
        dgamma[c] = dgamma[c] / sqrtf(b->variance[c] + b->epsilon);
    channel_range(SUM, positions, b->channels, all, n, dz, NULL, NULL, dbeta);
}

/* ---- forward and backward --------------------------------------------------------------------------- */

/* So many channels go together, position by position as they lie in memory: what is the same for all of a
 * channel is computed once for each. */
enum { CHANNELS_TOGETHER = 64 };

static size_t channels_together(size_t channels, size_t first)
{
    return channels - first < CHANNELS_TOGETHER ? channels - first : CHANNELS_TOGETHER;
}

static void batchnorm_forward(size_t positions, const struct batchnorm *b, const float *x, float *y,
                              float *slope)
{
    for (size_t first = 0, n; first < b->channels; first += n) {
        v factor[CHANNELS_TOGETHER];
        n = channels_together(b->channels, first);
        for (size_t c = 0; c < n; c++)
            factor[c] = v_mul(v_set1(b->gamma[first + c]), one_deviation(b->variance[first + c], b->epsilon));
        for (size_t p = 0; p < positions; p++)
            for (size_t c = 0; c < n; c++) {
                const v mean = v_set1(b->mean[first + c]), beta = v_set1(b->beta[first + c]);
                const size_t from = (p * b->channels + first + c) * LANES;
                for (size_t at = from; at < from + LANES; at += V_LANES) {
                    v_store(y + at, v_fma(v_sub(v_load(x + at), mean), factor[c], beta));
                    if (slope)
                        v_store(slope + at, v_set1(1));
                }
            }
    }
}

/* dx *= gamma / deviation * (dz - mean of dz - (x - mean) / deviation * mean of dz (x - mean) / deviation).
 */
static void batchnorm_backward(size_t positions, const struct batchnorm *b, size_t n_samples, const float *x,
                               const float *dz, const float *mean_dgamma, const float *mean_dbeta, float *dx)
{
    vm use[LANES / V_LANES];
    for (size_t i = 0; i < LANES / V_LANES; i++)
        use[i] = lanes_in_use(i * V_LANES, n_samples);
    for (size_t first = 0, n; first < b->channels; first += n) {
        v factor[CHANNELS_TOGETHER], along[CHANNELS_TOGETHER];
        n = channels_together(b->channels, first);
        for (size_t c = 0; c < n; c++) {
            const v one = one_deviation(b->variance[first + c], b->epsilon);
            factor[c] = v_mul(v_set1(b->gamma[first + c]), one);
            along[c] = v_mul(v_set1(-mean_dgamma[first + c]), one);
        }
        for (size_t p = 0; p < positions; p++)
            for (size_t c = 0; c < n; c++) {
                const v mean = v_set1(b->mean[first + c]), off = v_set1(mean_dbeta[first + c]);
                for (size_t i = 0; i < LANES / V_LANES; i++) {
                    const size_t at = (p * b->channels + first + c) * LANES + i * V_LANES;
                    const v rest = v_fma(v_sub(v_load(x + at), mean), along[c], v_sub(v_load(dz + at), off));
                    const v dy = v_mul(factor[c], rest);
                    v_store(dx + at, v_select(use[i], v_mul(dy, v_load(dx + at)), v_zero()));
                }
            }
    }
}

#endif
