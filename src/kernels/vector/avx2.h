/* vector.h for AVX2 with FMA: 8 lanes, 16 registers. */
#include <immintrin.h>

#define V_LANES 8
#define V_REGISTERS 16
#define V_LOW_LANES 0

typedef __m256 v;
typedef __m256i vi;
typedef __m256 vm;

INLINE v v_load(const float *p)
{
    return _mm256_loadu_ps(p);
}
INLINE void v_store(float *p, v a)
{
    _mm256_storeu_ps(p, a);
}
INLINE __m256i v_first(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
INLINE v v_load_tail(const float *p, size_t n)
{
    return _mm256_maskload_ps(p, v_first(n));
}
/* In halves: a store under a mask is a program of forty steps inside some AMD processors. */
INLINE void v_store_tail(float *p, v a, size_t n)
{
    __m128 four = _mm256_castps256_ps128(a);
    if (n & 4) {
        _mm_storeu_ps(p, four);
        four = _mm256_extractf128_ps(a, 1), p += 4;
    }
    if (n & 2) {
        _mm_storel_pi((__m64 *)p, four);
        four = _mm_movehl_ps(four, four), p += 2;
    }
    if (n & 1)
        _mm_store_ss(p, four);
}

INLINE v v_keep(v a)
{
    __asm__("" : "+x"(a));
    return a;
}

INLINE v v_set1(float a)
{
    return _mm256_set1_ps(a);
}
INLINE v v_zero(void)
{
    return _mm256_setzero_ps();
}
INLINE v v_add(v a, v b)
{
    return _mm256_add_ps(a, b);
}
INLINE v v_sub(v a, v b)
{
    return _mm256_sub_ps(a, b);
}
INLINE v v_mul(v a, v b)
{
    return _mm256_mul_ps(a, b);
}
INLINE v v_div(v a, v b)
{
    return _mm256_div_ps(a, b);
}
INLINE v v_fma(v a, v b, v c)
{
    return _mm256_fmadd_ps(a, b, c);
}
INLINE v v_fma_low(v a, v b, v c)
{
    return v_fma(a, b, c);
}
INLINE v v_sqrt(v a)
{
    return _mm256_sqrt_ps(a);
}
INLINE v v_max(v a, v b)
{
    return _mm256_max_ps(a, b);
}
INLINE v v_min(v a, v b)
{
    return _mm256_min_ps(a, b);
}

INLINE vm v_lt(v a, v b)
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}
INLINE vm v_eq(v a, v b)
{
    return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}
INLINE v v_select(vm m, v a, v b)
{
    return _mm256_blendv_ps(b, a, m);
}

INLINE vi v_bits(v a)
{
    return _mm256_castps_si256(a);
}
INLINE v vi_float_bits(vi a)
{
    return _mm256_castsi256_ps(a);
}
INLINE vi vi_load(const uint32_t *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}
INLINE vi vi_set1(uint32_t a)
{
    return _mm256_set1_epi32((int)a);
}
INLINE vi vi_add(vi a, vi b)
{
    return _mm256_add_epi32(a, b);
}
INLINE vi vi_and(vi a, vi b)
{
    return _mm256_and_si256(a, b);
}
INLINE vi vi_or(vi a, vi b)
{
    return _mm256_or_si256(a, b);
}
INLINE vi vi_left(vi a, unsigned n)
{
    return _mm256_slli_epi32(a, (int)n);
}
INLINE vi vi_right(vi a, unsigned n)
{
    return _mm256_srli_epi32(a, (int)n);
}
INLINE vi vi_sign(vi a)
{
    return _mm256_srai_epi32(a, 31);
}
INLINE v vi_to_float(vi a)
{
    return _mm256_cvtepi32_ps(a);
}
