/* vector.h for NEON of 64-bit ARM: 4 lanes, 32 registers. v_max and v_min are spelt out because the
 * instructions treat NaN and zero differently from x86. */
#include <arm_neon.h>

#define V_LANES 4
#define V_REGISTERS 32
#define V_LOW_LANES 0

typedef float32x4_t v;
typedef uint32x4_t vi;
typedef uint32x4_t vm;

INLINE v v_load(const float *p)
{
    return vld1q_f32(p);
}
INLINE void v_store(float *p, v a)
{
    vst1q_f32(p, a);
}
INLINE v v_load_tail(const float *p, size_t n)
{
    float tail[V_LANES] = {0};
    memcpy(tail, p, n * sizeof *p);
    return v_load(tail);
}
INLINE void v_store_tail(float *p, v a, size_t n)
{
    float tail[V_LANES];
    v_store(tail, a);
    memcpy(p, tail, n * sizeof *p);
}

INLINE v v_keep(v a)
{
    __asm__("" : "+w"(a));
    return a;
}

INLINE v v_set1(float a)
{
    return vdupq_n_f32(a);
}
INLINE v v_zero(void)
{
    return vdupq_n_f32(0);
}
INLINE v v_add(v a, v b)
{
    return vaddq_f32(a, b);
}
INLINE v v_sub(v a, v b)
{
    return vsubq_f32(a, b);
}
INLINE v v_mul(v a, v b)
{
    return vmulq_f32(a, b);
}
INLINE v v_div(v a, v b)
{
    return vdivq_f32(a, b);
}
INLINE v v_fma(v a, v b, v c)
{
    return vfmaq_f32(c, a, b);
}
INLINE v v_fma_low(v a, v b, v c)
{
    return v_fma(a, b, c);
}
INLINE v v_sqrt(v a)
{
    return vsqrtq_f32(a);
}

INLINE vm v_lt(v a, v b)
{
    return vcltq_f32(a, b);
}
INLINE vm v_eq(v a, v b)
{
    return vceqq_f32(a, b);
}
INLINE v v_select(vm m, v a, v b)
{
    return vbslq_f32(m, a, b);
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
    return vreinterpretq_u32_f32(a);
}
INLINE v vi_float_bits(vi a)
{
    return vreinterpretq_f32_u32(a);
}
INLINE vi vi_load(const uint32_t *p)
{
    return vld1q_u32(p);
}
INLINE vi vi_set1(uint32_t a)
{
    return vdupq_n_u32(a);
}
INLINE vi vi_add(vi a, vi b)
{
    return vaddq_u32(a, b);
}
INLINE vi vi_and(vi a, vi b)
{
    return vandq_u32(a, b);
}
INLINE vi vi_or(vi a, vi b)
{
    return vorrq_u32(a, b);
}
INLINE vi vi_left(vi a, unsigned n)
{
    return vshlq_u32(a, vdupq_n_s32((int)n));
}
INLINE vi vi_right(vi a, unsigned n)
{
    return vshlq_u32(a, vdupq_n_s32(-(int)n));
}
INLINE vi vi_sign(vi a)
{
    return vreinterpretq_u32_s32(vshrq_n_s32(vreinterpretq_s32_u32(a), 31));
}
INLINE v vi_to_float(vi a)
{
    return vcvtq_f32_s32(vreinterpretq_s32_u32(a));
}
