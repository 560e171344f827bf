/* 0.2 x + 0.5 within 0 .. 1: what Keras 2 calls hard_sigmoid. */
INLINE void activation_hard_sigmoid(v x, v *y, v *slope)
{
    const v part = v_set1(0.2F), one = v_set1(1), line = v_fma(part, x, v_set1(0.5F));
    const vm low = v_lt(v_zero(), line), high = v_lt(line, one);
    *y = v_min(one, v_max(v_zero(), line));
    *slope = v_select(low, v_select(high, part, v_zero()), v_zero());
}
