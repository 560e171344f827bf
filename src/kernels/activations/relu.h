INLINE void activation_relu(v x, v *y, v *d)
{
    *y = v_max(v_zero(), x);
    *d = v_select(v_lt(v_zero(), x), v_set1(1), v_zero());
}
