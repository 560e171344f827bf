/* (x + 3) / 6 within 0 .. 1: what Keras 3 calls hard_sigmoid. */
INLINE void activation_hard_sigmoid3(v x, v *y, v *slope)
{
    const v six = v_set1(6), line = v_add(x, v_set1(3));
    const vm low = v_lt(v_zero(), line), high = v_lt(line, six);
    *y = v_div(v_min(six, v_max(v_zero(), line)), six);
    *slope = v_select(low, v_select(high, v_set1(1.0F / 6), v_zero()), v_zero());
}
