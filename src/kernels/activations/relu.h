INLINE void activation_relu(v x, v *y, v *slope)
{
    *y = v_max(v_zero(), x);
    *slope = v_select(v_lt(v_zero(), x), v_set1(1), v_zero());
}
