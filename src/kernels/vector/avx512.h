/* vector.h for AVX-512: 16 lanes, 32 registers. */
#include <immintrin.h>

#define V_LANES 16
#define V_REGISTERS 32
#define V_LOW_LANES 8

typedef __m512 v;
typedef __m512i vi;
typedef __mmask16 vm;

INLINE v v_load(const float *p)
{
    return _mm512_loadu_ps(p);
}
INLINE void v_store(float *p, v a)
{
    _mm512_storeu_ps(p, a);
}
INLINE __mmask16 v_first(size_t n)
{
    return (__mmask16)((1U << n) - 1);
}
INLINE v v_load_tail(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps(v_first(n), p);
}
INLINE void v_store_tail(float *p, v a, size_t n)
{
    _mm512_mask_storeu_ps(p, v_first(n), a);
}

INLINE v v_keep(v a)
{
    __asm__("" : "+v"(a));
    return a;
}

INLINE v v_set1(float a)
{
    return _mm512_set1_ps(a);
}
INLINE v v_zero(void)
{
    return _mm512_setzero_ps();
}
INLINE v v_add(v a, v b)
{
    return _mm512_add_ps(a, b);
}
INLINE v v_sub(v a, v b)
{
    return _mm512_sub_ps(a, b);
}
INLINE v v_mul(v a, v b)
{
    return _mm512_mul_ps(a, b);
}
INLINE v v_div(v a, v b)
{
    return _mm512_div_ps(a, b);
}
INLINE v v_fma(v a, v b, v c)
{
    return _mm512_fmadd_ps(a, b, c);
}
INLINE v v_fma_low(v a, v b, v c)
{
    return _mm512_castps256_ps512(
        _mm256_fmadd_ps(_mm512_castps512_ps256(a), _mm512_castps512_ps256(b), _mm512_castps512_ps256(c)));
}
INLINE v v_sqrt(v a)
{
    return _mm512_sqrt_ps(a);
}
INLINE v v_max(v a, v b)
{
    return _mm512_max_ps(a, b);
}
INLINE v v_min(v a, v b)
{
    return _mm512_min_ps(a, b);
}

INLINE vm v_lt(v a, v b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}
INLINE vm v_eq(v a, v b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}
INLINE v v_select(vm m, v a, v b)
{
    return _mm512_mask_blend_ps(m, b, a);
}

INLINE vi v_bits(v a)
{
    return _mm512_castps_si512(a);
}
INLINE v vi_float_bits(vi a)
{
    return _mm512_castsi512_ps(a);
}
INLINE vi vi_load(const uint32_t *p)
{
    return _mm512_loadu_si512(p);
}
INLINE vi vi_set1(uint32_t a)
{
    return _mm512_set1_epi32((int)a);
}
INLINE vi vi_add(vi a, vi b)
{
    return _mm512_add_epi32(a, b);
}
INLINE vi vi_and(vi a, vi b)
{
    return _mm512_and_si512(a, b);
}
INLINE vi vi_or(vi a, vi b)
{
    return _mm512_or_si512(a, b);
}
INLINE vi vi_left(vi a, unsigned n)
{
    return _mm512_slli_epi32(a, n);
}
INLINE vi vi_right(vi a, unsigned n)
{
    return _mm512_srli_epi32(a, n);
}
INLINE vi vi_sign(vi a)
{
    return _mm512_srai_epi32(a, 31);
}
INLINE v vi_to_float(vi a)
{
    return _mm512_cvtepi32_ps(a);
}
