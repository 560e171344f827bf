/* exp and log, and the activations built on them. */
#ifndef KERNELS_BODY_ELEMENTWISE_H
#define KERNELS_BODY_ELEMENTWISE_H

#include <math.h>

#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

/* e^x, within 1 ulp; 0 below -87.7, infinity above 88.3, NaN of NaN. x = n ln 2 + r with |r| <= ln 2 / 2, and
 * e^x = 2^n e^r. Adding 1.5 * 2^23 + 127 to x / ln 2 rounds it to n and leaves n + 127 in the low bits of the
 * sum, which moved up by 23 are the float 2^n (0 for n = -127, infinity for n = 128). */
INLINE v v_exp(v x)
{
    const float round_up = 0x1.8p23F + 127;
    x = v_min(v_set1(88.7F), v_max(v_set1(-88), x));
    v shifted = v_fma(x, v_set1(0x1.715476p0F), v_set1(round_up));
    v n = v_sub(shifted, v_set1(round_up));
    v r = v_fma(n, v_set1(-0x1.62e43p-1F), x);
    r = v_fma(n, v_set1(0x1.05c61p-29F), r);

    v p = v_set1(0x1.6a2434p-10F);
    p = v_fma(p, r, v_set1(0x1.1239e2p-7F));
    p = v_fma(p, r, v_set1(0x1.5558f2p-5F));
    p = v_fma(p, r, v_set1(0x1.555492p-3F));
    p = v_fma(p, r, v_set1(0x1.fffffcp-2F));
    p = v_fma(p, r, v_set1(1));
    p = v_fma(p, r, v_set1(1));
    return v_mul(p, vi_float_bits(vi_left(v_bits(shifted), 23)));
}

/* log x, within 2 ulp; -infinity at 0, NaN below. x = 2^n m with m from sqrt(1/2) to sqrt(2), and
 * log m = 2 atanh s = 2 s + s^3 P(s^2) with s = (m - 1) / (m + 1). */
INLINE v v_log(v x)
{
    const uint32_t root_half = 0x3f3504f3, one = 0x3f800000;
    vm small = v_lt(x, v_set1(0x1p-126F)); /* denormal: as if 2^23 times as large */
    v scaled = v_select(small, v_mul(x, v_set1(0x1p23F)), x);
    vi bits = vi_add(v_bits(scaled), vi_set1(one - root_half));
    v n = v_sub(vi_to_float(vi_right(bits, 23)), v_select(small, v_set1(127 + 23), v_set1(127)));
    v m = vi_float_bits(vi_add(vi_and(bits, vi_set1(0x007fffff)), vi_set1(root_half)));

    v s = v_div(v_sub(m, v_set1(1)), v_add(m, v_set1(1)));
    v z = v_mul(s, s);
    v p = v_fma(v_set1(0x1.31e138p-2F), z, v_set1(0x1.995eccp-2F));
    p = v_fma(p, z, v_set1(0x1.55557ap-1F));
    v log_m = v_fma(v_mul(p, z), s, v_add(s, s));
    v y = v_fma(n, v_set1(0x1.62e43p-1F), v_fma(n, v_set1(-0x1.05c61p-29F), log_m));

    y = v_select(v_lt(x, v_set1(INFINITY)), y, x); /* infinity and NaN stay */
    y = v_select(v_eq(x, v_zero()), v_set1(-INFINITY), y);
    return v_select(v_lt(x, v_zero()), v_set1(NAN), y);
}

/* log(1 + x) for x from 0 to 1, within 2 ulp: with s = x / (2 + x) and h = x^2 / 2 it is 2 atanh s =
 * x - (h - s (h + R)), where R = s^2 (2/3 + 2/5 s^2 + ...). */
INLINE v v_log1p(v x)
{
    const v s = v_div(x, v_add(v_set1(2), x)), z = v_mul(s, s), h = v_mul(v_mul(x, x), v_set1(0.5F));
    v p = v_set1(2.0F / 13);
    p = v_fma(p, z, v_set1(2.0F / 11));
    p = v_fma(p, z, v_set1(2.0F / 9));
    p = v_fma(p, z, v_set1(2.0F / 7));
    p = v_fma(p, z, v_set1(2.0F / 5));
    p = v_fma(p, z, v_set1(2.0F / 3));
    return v_sub(x, v_sub(h, v_mul(s, v_fma(p, z, h))));
}

/* erf x, within 2 ulp; 1 from 4 on. |x| < 0.927734375: x + x P(x^2); else 1 - e^Q(|x|) with the sign of x.
 * Source: N. Juffa's polynomials, with fused multiply-adds. */
INLINE v v_erf(v x)
{
    const v size = v_min(v_set1(4), vi_float_bits(vi_and(v_bits(x), vi_set1(0x7fffffff))));
    const v square = v_mul(size, size);
    v p = v_set1(-0x1.38e000p-11F);
    p = v_fma(p, square, v_set1(0x1.471a58p-8F));
    p = v_fma(p, square, v_set1(-0x1.b691b2p-6F));
    p = v_fma(p, square, v_set1(0x1.ce1c44p-4F));
    p = v_fma(p, square, v_set1(-0x1.812700p-2F));
    p = v_fma(p, square, v_set1(0x1.06eba8p-3F));
    const v near = v_fma(p, size, size);

    v q = v_fma(v_set1(-0x1.220000p-16F), size, v_set1(0x1.91cfb2p-12F));
    q = v_fma(q, square, v_fma(v_set1(-0x1.fd1438p-9F), size, v_set1(0x1.8d6342p-6F)));
    q = v_fma(q, size, v_set1(-0x1.b55cb8p-4F));
    q = v_fma(q, size, v_set1(-0x1.450aa0p-1F));
    q = v_fma(q, size, v_set1(-0x1.079d0cp-3F));
    q = v_fma(q, size, v_sub(v_zero(), size));
    const v far = v_sub(v_set1(1), v_exp(q));
    const v y = v_select(v_lt(size, v_set1(0.927734375F)), near, far);
    return vi_float_bits(vi_or(v_bits(y), vi_and(v_bits(x), vi_set1(0x80000000))));
}

#include "kernels/activations/elu.h"
#include "kernels/activations/gelu.h"
#include "kernels/activations/hard_sigmoid.h"
#include "kernels/activations/hard_sigmoid3.h"
#include "kernels/activations/hard_swish.h"
#include "kernels/activations/leaky_relu.h"
#include "kernels/activations/linear.h"
#include "kernels/activations/relu.h"
#include "kernels/activations/sigmoid.h"
#include "kernels/activations/softmax.h"
#include "kernels/activations/softplus.h"
#include "kernels/activations/softsign.h"
#include "kernels/activations/swish.h"
#include "kernels/activations/tanh.h"

/* One vector after the other waits for the divider and for itself: so several go side by side. GCC mixes
 * their operations only where it is told to; told for a whole file, it takes the registers from the tiles on
 * AVX2. */
enum { ACTIVATED_AT_ONCE = 4 };
#if defined(__GNUC__) && !defined(__clang__)
#define SCHEDULED __attribute__((optimize("schedule-insns", "sched-pressure", "fp-contract=off")))
#else
#define SCHEDULED
#endif

/* y = f(x) and slope = f'(x) over n floats, a multiple of 16; y may be x, slope may be NULL. */
#define ACTIVATION_ROW(name, formula)                                                                        \
    INLINE void activate_vectors_##name(const int count, const float *x, float *y, float *slope)             \
    {                                                                                                        \
        v value[ACTIVATED_AT_ONCE], derivative[ACTIVATED_AT_ONCE];                                           \
        UNROLLED(i, count)                                                                                   \
            activation_##name(v_load(x + i * V_LANES), &value[i], &derivative[i]);                           \
        UNROLLED(i, count)                                                                                   \
            v_store(y + i * V_LANES, value[i]);                                                              \
        if (slope)                                                                                           \
            UNROLLED(i, count)                                                                               \
                v_store(slope + i * V_LANES, derivative[i]);                                                 \
    }                                                                                                        \
    SCHEDULED static void activate_##name(size_t n, const float *x, float *y, float *slope)                  \
    {                                                                                                        \
        const size_t many = ACTIVATED_AT_ONCE * V_LANES;                                                     \
        size_t i = 0;                                                                                        \
        for (; i + many <= n; i += many)                                                                     \
            activate_vectors_##name(ACTIVATED_AT_ONCE, x + i, y + i, slope ? slope + i : NULL);              \
        for (; i < n; i += V_LANES)                                                                          \
            activate_vectors_##name(1, x + i, y + i, slope ? slope + i : NULL);                              \
    }
ACTIVATIONS(ACTIVATION_ROW)
#undef ACTIVATION_ROW
#undef SCHEDULED

#define ACTIVATION_ENTRY(name, formula) activate_##name,
static void (*const activate[N_ACTIVATIONS])(size_t n, const float *x, float *y,
                                             float *slope) = {ACTIVATIONS(ACTIVATION_ENTRY)};
#undef ACTIVATION_ENTRY

static inline void multiply(size_t n, const float *x, float *y)
{
    for (size_t i = 0; i < n; i += V_LANES)
        v_store(y + i, v_mul(v_load(x + i), v_load(y + i)));
}

#endif
