/*
 * Denormal numbers, those below 2^-126. Many processors take a hundred times as long over one of them as over
 * any other number, and a network whose units are far out in the flat part of their activation makes
 * millions. While the kernels run they count as 0, as operands and as results. Source: Intel, "Setting the
 * FTZ and DAZ Flags"; TensorFlow runs its threads in the same way (ScopedFlushDenormal).
 */
#ifndef BASE_DENORMALS_H
#define BASE_DENORMALS_H

#include <stdint.h>

/* Where the processor has no such flags, or a test will not use them, vector/portable.h does it. */
#if defined(CNN_DENORMALS_BY_HAND) || !(defined(__SSE2__) || defined(__aarch64__))
#define DENORMALS_BY_HAND 1
#else
#define DENORMALS_BY_HAND 0
#endif

#if DENORMALS_BY_HAND

static inline uint64_t denormals_flush(void)
{
    return 0;
}

static inline void denormals_restore(uint64_t before)
{
    (void)before;
}

#elif defined(__SSE2__)

#include <xmmintrin.h>

/* The flags of the calling thread as they are, for denormals_restore; from here on denormals are 0. */
static inline uint64_t denormals_flush(void)
{
    const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040;
    unsigned before = _mm_getcsr();
    _mm_setcsr(before | flush_to_zero | denormals_are_zero);
    return before;
}

static inline void denormals_restore(uint64_t before)
{
    _mm_setcsr((unsigned)before);
}

#else

static inline uint64_t denormals_flush(void)
{
    const uint64_t flush_to_zero = UINT64_C(1) << 24;
    uint64_t before;
    __asm__ __volatile__("mrs %0, fpcr" : "=r"(before));
    __asm__ __volatile__("msr fpcr, %0" : : "r"(before | flush_to_zero));
    return before;
}

static inline void denormals_restore(uint64_t before)
{
    __asm__ __volatile__("msr fpcr, %0" : : "r"(before));
}

#endif

#endif
