/*
 * Every kernel once on made-up numbers: a hash of all results, which must be the same for all sets. It needs
 * nothing but the kernels and src/base. test_left_out.c sees that no kernel is left out here.
 */
#ifndef KERNELS_TEST_EVERY_H
#define KERNELS_TEST_EVERY_H

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "kernels/kernels.h"

enum { N = 1 << 17, N_BLOCKS = 2 };

struct numbers {
    float *x, *w, *y, *d;
};

static void fill(struct random *random, float *to, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = 4 * random_float(random) - 2;
        if (i % 61 == 0)
            to[i] *= 0x1p-126F; /* denormal */
        if (i % 67 == 0)
            to[i] *= 1000;
    }
}

static uint64_t conv2d(const struct kernels *k, struct numbers m, struct conv2d_shape s, bool same,
                       enum activation a, uint64_t hash)
{
    s = conv2d_place(s, same);
    const size_t n_x = s.in_h * s.in_w * s.in_c * LANES, run = s.kernel_w * s.in_c;
    const size_t positions = s.out_h * s.out_w, n_z = positions * s.filters * LANES;
    k->conv2d_forward(&s, (struct range){0, s.out_h}, a, m.x, m.w, m.w + 7, m.y, m.d);
    hash = hash_bytes(hash_bytes(hash, m.y, n_z * sizeof(float)), m.d, n_z * sizeof(float));
    memcpy(m.d, m.x, n_x * sizeof(float));
    k->conv2d_backward(&s, (struct range){0, s.in_h}, m.y, m.w, m.d);
    hash = hash_bytes(hash, m.d, n_x * sizeof(float));
    s = conv2d_padded(s);
    k->conv2d_gradient(&s, (struct range){0, s.kernel_h * run}, m.x, m.w, m.y);
    hash = hash_bytes(hash, m.y, s.kernel_h * run * s.filters * sizeof(float));
    k->bias_gradient(positions, s.filters, m.x, m.y);
    return hash_bytes(hash, m.y, s.filters * sizeof(float));
}

/* Few different values, so that maxima are shared; and a NaN. */
static void make_ties(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(int)(x[i] * 1.5F);
    x[n / 2] = NAN;
}

static uint64_t maxpool2d(const struct kernels *k, struct numbers m, struct pool2d_shape s, bool ties,
                          uint64_t hash)
{
    const size_t n_x = s.in_h * s.in_w * s.channels * LANES, n_y = s.out_h * s.out_w * s.channels * LANES;
    float *x = m.d, *where = m.d + n_x, *slope = where + n_y, *dx = slope + n_y;
    memcpy(x, m.x, n_x * sizeof(float));
    memcpy(dx, m.w, n_x * sizeof(float));
    if (ties)
        make_ties(x, n_x);
    k->maxpool2d_forward(&s, (struct range){0, s.out_h}, x, m.y, slope, where);
    k->maxpool2d_backward(&s, (struct range){0, s.in_h}, m.w, where, dx);
    for (size_t i = 0; i < n_y; i++)
        m.y[i] = isnan(m.y[i]) ? -1 : m.y[i];
    hash = hash_bytes(hash_bytes(hash, m.y, n_y * sizeof(float)), where, n_y * sizeof(float));
    return hash_bytes(hash_bytes(hash, slope, n_y * sizeof(float)), dx, n_x * sizeof(float));
}

static uint64_t avgpool2d(const struct kernels *k, struct numbers m, struct pool2d_shape s, uint64_t hash)
{
    const size_t n_x = s.in_h * s.in_w * s.channels * LANES, n_y = s.out_h * s.out_w * s.channels * LANES;
    float *slope = m.d, *dx = m.d + n_y;
    memcpy(dx, m.w, n_x * sizeof(float));
    k->avgpool2d_forward(&s, (struct range){0, s.out_h}, m.x, m.y, slope);
    k->avgpool2d_backward(&s, (struct range){0, s.in_h}, m.w, dx);
    return hash_bytes(hash_bytes(hash, m.y, n_y * sizeof(float)), m.d, (n_x + n_y) * sizeof(float));
}

static uint64_t batchnorm(const struct kernels *k, struct numbers m, size_t positions, size_t channels,
                          size_t n, uint64_t hash)
{
    const size_t n_x = positions * channels * LANES;
    float *mean = m.d, *variance = mean + channels, *dgamma = variance + channels, *dbeta = dgamma + channels,
          *slope = dbeta + channels, *dx = slope + n_x;
    struct batchnorm b = {channels, mean, variance, m.w, m.w + channels, 1e-3F};
    const struct range all = {0, channels}, some = {channels / 2, channels};
    k->channel_sum(positions, channels, all, n, m.x, mean);
    k->channel_squares(positions, channels, all, n, m.x, mean, variance);
    k->channel_sum(positions, channels, some, n, m.x, mean);
    k->batchnorm_forward(positions, &b, m.x, m.y, slope);
    k->batchnorm_gradient(positions, &b, n, m.x, m.w, dgamma, dbeta);
    memcpy(dx, m.w, n_x * sizeof(float));
    k->batchnorm_backward(positions, &b, n, m.x, m.y, dgamma, dbeta, dx);
    k->multiply(n_x, m.x, m.y);
    hash = hash_bytes(hash, m.y, n_x * sizeof(float));
    return hash_bytes(hash, m.d, (4 * channels + 2 * n_x) * sizeof(float));
}

static uint64_t activate(const struct kernels *k, struct numbers m, enum activation a, uint64_t hash)
{
    const size_t n = 64 * LANES;
    memcpy(m.y, m.w, n * sizeof(float));
    k->multiply(n, m.x, m.y); /* what comes out of a kernel is not denormal */
    k->activate[a](n, m.y, m.y, m.d);
    return hash_bytes(hash_bytes(hash, m.y, n * sizeof(float)), m.d, n * sizeof(float));
}

static uint64_t dense(const struct kernels *k, struct numbers m, struct dense_shape s, enum activation a,
                      uint64_t hash)
{
    k->dense_forward(&s, a, m.x, m.w, m.w + 5, m.y, m.d);
    hash =
        hash_bytes(hash_bytes(hash, m.y, s.out * LANES * sizeof(float)), m.d, s.out * LANES * sizeof(float));
    memcpy(m.d, m.x, s.in * LANES * sizeof(float));
    k->dense_backward(&s, 1, m.y, 0, m.w, m.d, 0);
    hash = hash_bytes(hash, m.d, s.in * LANES * sizeof(float));
    for (size_t i = 0; i < N_BLOCKS; i++)
        k->dense_transpose(s.out, m.w + i * LANES, m.d + i * LANES * whole_lanes(s.out));
    k->dense_gradient(&s, N_BLOCKS, m.x, LANES, m.d, 0, s.in, m.y);
    hash = hash_bytes(hash, m.y, s.in * s.out * sizeof(float));
    if (dense_shards(&s) > 1) {
        for (size_t shard = 0; shard < dense_shards(&s); shard++)
            k->dense_shard_sum(&s, shard, 1, m.x, 0, m.w, m.d + shard * s.out * LANES, 0);
        k->dense_finish(&s, a, m.d, m.w + 5, m.y, NULL);
        hash = hash_bytes(hash, m.y, s.out * LANES * sizeof(float));
    }
    const uint8_t *labels = (const uint8_t *)"\0\1\0\1\0\1\0";
    for (int i = 0; i < 3; i++) {
        if (i == 2)
            k->softmax_squared_error(s.out, labels, 7, 0.125F, m.x, m.d, m.y, (uint8_t *)(m.y + LANES));
        else
            k->softmax_cross_entropy(s.out, labels, 7, 0.25F * (float)i, 0.125F, m.x, m.d, m.y,
                                     (uint8_t *)(m.y + LANES));
        hash = hash_bytes(hash_bytes(hash, m.y, LANES * (sizeof(float) + 1)), m.d,
                          s.out * LANES * sizeof(float));
    }
    memcpy(m.d, m.w, s.out * LANES * sizeof(float));
    k->squared_error(s.out, labels, 7, 0.125F, m.x, m.d, m.y, (uint8_t *)(m.y + LANES));
    hash = hash_bytes(hash_bytes(hash, m.y, LANES * (sizeof(float) + 1)), m.d, s.out * LANES * sizeof(float));
    k->softmax(s.out, m.x, m.y);
    return hash_bytes(hash, m.y, s.out * LANES * sizeof(float));
}

static uint64_t update(const struct kernels *k, struct numbers m, enum optimizer o, bool nesterov,
                       uint64_t hash)
{
    const struct update u = {0.001F, 0.9F, 0.999F, 1e-7F, false, nesterov, 0.002F};
    memcpy(m.y, m.w, 3003 * sizeof(float));
    memset(m.d, 0, 6006 * sizeof(float));
    for (int step = 0; step < 3; step++)
        k->update[o](&u, 3003, m.x + step, m.y, m.d, m.d + 3003);
    hash = hash_bytes(hash_bytes(hash, m.y, 3003 * sizeof(float)), m.d, 6006 * sizeof(float));
    const struct dense_shape s = {31, 41};
    const size_t n = s.in * s.out;
    memcpy(m.y, m.w, n * sizeof(float));
    memset(m.d, 0, 3 * n * sizeof(float));
    k->dense_gradient_update[o](&s, N_BLOCKS, m.x, s.in * LANES, m.w, 2, 24, m.d + 2 * n, &u, m.y, m.d,
                                m.d + n);
    return hash_bytes(hash_bytes(hash, m.y, n * sizeof(float)), m.d, 3 * n * sizeof(float));
}

static uint64_t everything(const struct kernels *k, struct numbers m)
{
    static const struct conv2d_shape conv2ds[] = {{12, 13, 3, 5, 5, 6, 1, 1, 0, 0, 0, 0},
                                                  {9, 9, 1, 5, 5, 3, 1, 2, 0, 0, 0, 0},
                                                  {6, 5, 8, 3, 3, 17, 2, 1, 0, 0, 0, 0},
                                                  {4, 4, 2, 4, 4, 8, 3, 3, 0, 0, 0, 0}};
    static const struct dense_shape denses[] = {{100, 84}, {84, 10}, {7, 2}, {400, 41}};
    static const struct pool2d_shape pools[] = {{8, 8, 3, 2, 2, 2, 2, 4, 4, 0, 0},
                                                {7, 5, 2, 3, 2, 2, 1, 3, 4, 0, 0},
                                                {7, 6, 1, 3, 3, 1, 1, 7, 6, 1, 1},
                                                {5, 9, 5, 2, 4, 3, 5, 2, 2, 0, 0},
                                                {4, 3, 2, 4, 4, 2, 2, 2, 2, 1, 1}};
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < 4; i++)
        for (enum activation a = 0; a < N_ACTIVATIONS; a++)
            for (int same = 0; same < 2; same++)
                hash = dense(k, m, denses[i], a, conv2d(k, m, conv2ds[i], same, a, hash));
    for (size_t i = 0; i < 5; i++)
        for (int ties = 0; ties < 2; ties++)
            hash = maxpool2d(k, m, pools[i], ties, avgpool2d(k, m, pools[i], hash));
    for (size_t channels = 1; channels < 12; channels++)
        hash = batchnorm(k, m, 5 * channels, channels, channels + 5, hash);
    for (enum activation a = 0; a < N_ACTIVATIONS; a++)
        hash = activate(k, m, a, hash);
    for (enum optimizer o = 0; o < N_OPTIMIZERS; o++)
        hash = update(k, m, o, true, update(k, m, o, false, hash));
    float peak = 1;
    size_t n_peak = k->fma_peak(7, &peak); /* how many differs from set to set */
    hash = hash_bytes(hash, &(int){n_peak > 0}, sizeof(int));
    const uint8_t *images[3] = {(const uint8_t *)m.w, (const uint8_t *)m.w + 99, (const uint8_t *)m.w + 1003};
    k->pack(images, 3, 99, true, m.y);
    return hash_bytes(hash, m.y, 99 * LANES * sizeof(float));
}

static bool numbers_make(struct numbers *m)
{
    *m = (struct numbers){memory_alloc(N, sizeof(float)), memory_alloc(N, sizeof(float)),
                          memory_alloc(N, sizeof(float)), memory_alloc(N, sizeof(float))};
    if (!m->x || !m->w || !m->y || !m->d)
        return false;
    struct random random = random_stream(1, 1);
    fill(&random, m->x, N);
    fill(&random, m->w, N);
    return true;
}

static void numbers_free(struct numbers *m)
{
    memory_free(m->x), memory_free(m->w), memory_free(m->y), memory_free(m->d);
}

#endif
