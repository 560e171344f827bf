/* What the tests of kernels share: buffers that end at a guard page, numbers to fill them with, comparisons.
 */
#ifndef KERNELS_TEST_SUPPORT_H
#define KERNELS_TEST_SUPPORT_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "reference/reference.h"

/* Rows made in parts, the last first; whoever makes them, they are the same. */
enum { PARTS = 3 };

static inline struct range part_of(size_t rows, size_t i)
{
    return (struct range){rows * (PARTS - 1 - i) / PARTS, rows * (PARTS - i) / PARTS};
}

/* A buffer whose first byte after the last may not be touched, nor the page before it; filled with 0x5a. */
struct guarded {
    void *data;
    void *map;
    size_t map_bytes;
};

static inline struct guarded guarded_alloc(size_t bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), body = (bytes + page - 1) / page * page;
    struct guarded g = {.map_bytes = body + 2 * page};
    g.map = mmap(NULL, g.map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.map != MAP_FAILED);
    if (body)
        assert_int_equal(mprotect((char *)g.map + page, body, PROT_READ | PROT_WRITE), 0);
    g.data = (char *)g.map + page + body - bytes;
    memset(g.data, 0x5a, bytes);
    return g;
}

static inline void guarded_free(struct guarded g)
{
    munmap(g.map, g.map_bytes);
}

static inline float *guarded_floats(struct guarded *g, size_t n)
{
    *g = guarded_alloc(n * sizeof(float));
    return g->data;
}

/* What to fill with: ordinary numbers; or with zeros, denormals, tiny and large ones among them. */
enum fill { FILL_ORDINARY, FILL_EXTREME, N_FILLS };

static inline float random_number(struct random *random, enum fill fill)
{
    float x = 2 * random_float(random) - 1;
    if (fill == FILL_ORDINARY)
        return x;
    static const float scales[] = {0, 0x1p-149F, 0x1p-130F, 1e-20F, 1e-5F, 1, 1, 1, 100, 1e4F, 1e8F};
    float scale = scales[random_below(random, sizeof scales / sizeof *scales)];
    return scale == 0x1p-149F ? 3 * scale : x * scale;
}

static inline void fill_floats(struct random *random, enum fill fill, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = random_number(random, fill);
}

/* Every 16th number of an array with lanes, in double. */
static inline void take_lane(const float *x, size_t n, size_t lane, double *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = x[i * LANES + lane];
}

static inline double *doubles(size_t n)
{
    double *x = calloc(n ? n : 1, sizeof *x);
    assert_non_null(x);
    return x;
}

static inline double *doubles_of(const float *x, size_t n)
{
    double *y = doubles(n);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i];
    return y;
}

static inline double *absolute(const double *x, size_t n)
{
    double *y = doubles(n);
    for (size_t i = 0; i < n; i++)
        y[i] = fabs(x[i]);
    return y;
}

/* found against expected, allowing for n_terms roundings of a sum whose terms are size in all. */
static inline void assert_sum(double found, double expected, double size, size_t n_terms)
{
    double allowed = size * (double)(n_terms + 4) * 0x1p-24 + (double)(n_terms + 4) * 0x1p-149;
    if (!(fabs(found - expected) <= allowed))
        fail_msg("found %.9g, expected %.9g within %.3g", found, expected, allowed);
}

#endif
