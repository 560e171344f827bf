/* Fused multiply-adds alone: what the others are measured against. Part of body.h. */

/* Chains that wait for nothing but themselves: latency times units is at most 16 on the machines of today. */
enum { PEAK_CHAINS = V_REGISTERS == 32 ? 24 : 12 };

static size_t fma_peak(size_t n, float *sum)
{
    const v half = v_set1(0.5F), start = v_set1(*sum);
    v chain[PEAK_CHAINS];
    UNROLL
    for (int i = 0; i < PEAK_CHAINS; i++)
        chain[i] = start;
    for (size_t round = 0; round < n; round++) {
        UNROLL
        for (int i = 0; i < PEAK_CHAINS; i++)
            chain[i] = v_fma(chain[i], half, start);
    }
    float lanes[V_LANES];
    for (int i = 0; i < PEAK_CHAINS; i++) {
        v_store(lanes, chain[i]);
        *sum += lanes[i % V_LANES];
    }
    return n * PEAK_CHAINS * V_LANES;
}
