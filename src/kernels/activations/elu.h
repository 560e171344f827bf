/* x above 0, e^x - 1 below: near 0 by its series, so that small results keep their digits. y' = e^x. Source:
 * Clevert, Unterthiner, Hochreiter, 2016; alpha is 1. */
INLINE void activation_elu(v x, v *y, v *slope)
{
    const v one = v_set1(1), low = v_min(v_zero(), x), e = v_exp(low);
    v p = v_set1(1.0F / 40320);
    p = v_fma(p, low, v_set1(1.0F / 5040));
    p = v_fma(p, low, v_set1(1.0F / 720));
    p = v_fma(p, low, v_set1(1.0F / 120));
    p = v_fma(p, low, v_set1(1.0F / 24));
    p = v_fma(p, low, v_set1(1.0F / 6));
    p = v_fma(p, low, v_set1(0.5F));
    const v near = v_fma(v_mul(low, low), p, low), far = v_sub(e, one);
    const vm above = v_lt(v_zero(), x);
    *y = v_select(above, x, v_select(v_lt(v_set1(-0.4F), low), near, far));
    *slope = v_select(above, one, e);
}
