INLINE void activation_linear(v x, v *y, v *slope)
{
    *y = x;
    *slope = v_set1(1);
}
