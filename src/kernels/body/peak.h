/* Fused multiply-adds alone: what the other kernels are measured against. */
#ifndef KERNELS_BODY_PEAK_H
#define KERNELS_BODY_PEAK_H

#include "kernels/vector/vector.h"

/* Chains that do not wait for each other: enough to fill units x latency, which is at most 16. */
enum { PEAK_CHAINS = V_REGISTERS == 32 ? 24 : 12 };

/* chain = chain / 2 + start, which nears 2 start; the chains begin apart, for equal ones would be made one.
 */
static size_t fma_peak(size_t n, float *sum)
{
    const v half = v_set1(0.5F), start = v_set1(*sum);
    v chain[PEAK_CHAINS], total = v_zero();
    UNROLLED(i, PEAK_CHAINS)
        chain[i] = v_set1(*sum + (float)i);
    for (size_t round = 0; round < n; round++) {
        UNROLLED(i, PEAK_CHAINS)
            chain[i] = v_fma(chain[i], half, start);
    }
    UNROLLED(i, PEAK_CHAINS)
        total = v_add(total, chain[i]);
    float lanes[V_LANES];
    v_store(lanes, total);
    *sum = lanes[0] / (2 * PEAK_CHAINS);
    return n * PEAK_CHAINS * V_LANES;
}

#endif
