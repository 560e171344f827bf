INLINE void activation_linear(v x, v *y, v *d)
{
    *y = x;
    *d = v_set1(1);
}
