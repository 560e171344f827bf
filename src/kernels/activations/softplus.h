/* log(1 + e^x) = max(x, 0) + log(1 + e^-|x|), y' = sigmoid(x). */
INLINE void activation_softplus(v x, v *y, v *slope)
{
    const v negative = vi_float_bits(vi_or(v_bits(x), vi_set1(0x80000000))); /* -|x| */
    *y = v_add(v_max(v_zero(), x), v_log1p(v_exp(negative)));
    *slope = sigmoid(x);
}
