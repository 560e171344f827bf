/* clang-format off */
/*
 * A vector of V_LANES floats, as wide as the instruction set has them, and what can be done with it. Exactly
 * one of vector/NAME.h is included per isa_NAME.c, by way of VECTOR_HEADER.
 *
 *   v_load, v_store                 anywhere in memory
 *   v_load_tail, v_store_tail       the first n lanes; the others are 0, or are left alone
 *   v_set1, v_zero                  the same number in every lane
 *   v_add, v_sub, v_mul, v_div, v_sqrt    rounded once, as IEEE 754 has it
 *   v_fma(a, b, c)                  a * b + c, rounded once: the only fused operation
 *   v_max(a, b), v_min(a, b)        a > b ? a : b and a < b ? a : b, so that a NaN in b comes through
 *   v_lt, v_eq -> vm; v_select(m, a, b)   m ? a : b
 *   v_bits, vi_float_bits; vi_*     the bits of a float as 32-bit integers, and back
 *   vi_sign                         all bits set where the highest is, else none
 *
 * All of it gives the same bits on every instruction set (but for the sign and payload of a NaN).
 */
/* clang-format on */
#ifndef KERNELS_VECTOR_VECTOR_H
#define KERNELS_VECTOR_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define APART static __attribute__((noinline))

/* UNROLLED(i, n) statement: a loop over i = 0 .. n - 1, n a constant, over an array of vectors; unrolled
 * whole, so that these stay in registers. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif
#define UNROLLED(i, n) UNROLL for (int i = 0; i < (n); i++)

#include VECTOR_HEADER

/* Has the line at p brought into the second-level cache. p may be anywhere, past the end too. */
INLINE void prefetch(const float *p)
{
    __builtin_prefetch(p, 0, 2);
}

/* Has it brought into the first-level cache, to be written. */
INLINE void prefetch_to_write(const float *p)
{
    __builtin_prefetch(p, 1, 3);
}

/* The first n lanes, or all. */
INLINE v load_first(const float *p, size_t n)
{
    return n < V_LANES ? v_load_tail(p, n) : v_load(p);
}

INLINE void store_first(float *p, v a, size_t n)
{
    if (n < V_LANES)
        v_store_tail(p, a, n);
    else
        v_store(p, a);
}

#endif
