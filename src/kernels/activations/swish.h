/* y = x s, y' = s + y (1 - s), s = sigmoid(x). s is 0 below -89, where x is held at -89, and 1 - s is 0 above
 * 88, where y is held at 88: no 0 * inf. Source: Ramachandran, Zoph, Le, "Searching for Activation
 * Functions", 2017. */
INLINE void activation_swish(v x, v *y, v *slope)
{
    v from_below = v_max(v_set1(-89), x);
    v s = sigmoid(from_below);
    *y = v_mul(from_below, s);
    *slope = v_fma(v_min(v_set1(88), *y), v_sub(v_set1(1), s), s);
}
