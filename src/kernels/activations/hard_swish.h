/* 0 up to -3, x from 3 on, x (x + 3) / 6 between. Source: Howard et al., "Searching for MobileNetV3", 2019.
 */
INLINE void activation_hard_swish(v x, v *y, v *slope)
{
    const v three = v_set1(3), six = v_set1(6), one = v_set1(1);
    const vm below = v_lt(x, v_set1(-3)), above = v_lt(three, x);
    *y = v_select(above, x, v_select(below, v_zero(), v_div(v_mul(x, v_add(x, three)), six)));
    *slope = v_select(above, one, v_select(below, v_zero(), v_div(v_fma(v_set1(2), x, three), six)));
}
