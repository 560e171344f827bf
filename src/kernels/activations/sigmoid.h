/* s = 1 / (1 + e^-x), s' = s (1 - s). */
INLINE v sigmoid(v x)
{
    v one = v_set1(1);
    return v_div(one, v_add(one, v_exp(v_mul(x, v_set1(-1)))));
}

INLINE void activation_sigmoid(v x, v *y, v *slope)
{
    *y = sigmoid(x);
    *slope = v_mul(*y, v_sub(v_set1(1), *y));
}
