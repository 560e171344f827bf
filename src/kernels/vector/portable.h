/* vector.h in plain C: 4 lanes as a struct-free vector of the compiler, lane by lane where C has no operator.
 */
#include <math.h>

#include "base/denormals.h"

#define V_LANES 4
#define V_REGISTERS 16
#define V_LOW_LANES 0

typedef float v __attribute__((vector_size(16)));
typedef uint32_t vi __attribute__((vector_size(16)));
typedef int32_t vm __attribute__((vector_size(16)));

/* 0 of the same sign for a denormal number, where the processor cannot be told to do that. */
INLINE v flushed(v a)
{
#if DENORMALS_BY_HAND
    const float least = 0x1p-126F;
    const vi sign = {0x80000000, 0x80000000, 0x80000000, 0x80000000};
    vm normal =
        (a >= (v){least, least, least, least}) | (a <= (v){-least, -least, -least, -least}) | (a != a);
    return (v)(((vi)normal | sign) & (vi)a);
#else
    return a;
#endif
}

INLINE v v_load(const float *p)
{
    v a;
    memcpy(&a, p, sizeof a);
    return flushed(a);
}
INLINE void v_store(float *p, v a)
{
    memcpy(p, &a, sizeof a);
}
INLINE v v_load_tail(const float *p, size_t n)
{
    v a = {0};
    memcpy(&a, p, n * sizeof *p);
    return flushed(a);
}
INLINE void v_store_tail(float *p, v a, size_t n)
{
    memcpy(p, &a, n * sizeof *p);
}

INLINE v v_keep(v a)
{
    return a;
}

INLINE v v_set1(float a)
{
    return flushed((v){a, a, a, a});
}
INLINE v v_zero(void)
{
    return (v){0};
}
INLINE v v_add(v a, v b)
{
    return flushed(a + b);
}
INLINE v v_sub(v a, v b)
{
    return flushed(a - b);
}
INLINE v v_mul(v a, v b)
{
    return flushed(a * b);
}
INLINE v v_div(v a, v b)
{
    return flushed(a / b);
}
INLINE v v_fma(v a, v b, v c)
{
    return flushed(
        (v){fmaf(a[0], b[0], c[0]), fmaf(a[1], b[1], c[1]), fmaf(a[2], b[2], c[2]), fmaf(a[3], b[3], c[3])});
}
INLINE v v_fma_low(v a, v b, v c)
{
    return v_fma(a, b, c);
}
INLINE v v_sqrt(v a)
{
    return (v){sqrtf(a[0]), sqrtf(a[1]), sqrtf(a[2]), sqrtf(a[3])};
}

INLINE vm v_lt(v a, v b)
{
    return (vm)(a < b);
}
INLINE vm v_eq(v a, v b)
{
    return (vm)(a == b);
}
INLINE v v_select(vm m, v a, v b)
{
    return (v)((m & (vm)a) | (~m & (vm)b));
}
INLINE v v_max(v a, v b)
{
    return v_select(v_lt(b, a), a, b);
}
INLINE v v_min(v a, v b)
{
    return v_select(v_lt(a, b), a, b);
}

INLINE vi v_bits(v a)
{
    return (vi)a;
}
INLINE v vi_float_bits(vi a)
{
    return (v)a;
}
INLINE vi vi_load(const uint32_t *p)
{
    vi a;
    memcpy(&a, p, sizeof a);
    return a;
}
INLINE vi vi_set1(uint32_t a)
{
    return (vi){a, a, a, a};
}
INLINE vi vi_add(vi a, vi b)
{
    return a + b;
}
INLINE vi vi_and(vi a, vi b)
{
    return a & b;
}
INLINE vi vi_or(vi a, vi b)
{
    return a | b;
}
INLINE vi vi_left(vi a, unsigned n)
{
    return a << n;
}
INLINE vi vi_right(vi a, unsigned n)
{
    return a >> n;
}
INLINE vi vi_sign(vi a)
{
    return -(a >> 31);
}
INLINE v vi_to_float(vi a)
{
    return __builtin_convertvector((vm)a, v);
}
