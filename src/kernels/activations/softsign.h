/* y = x / (1 + |x|), y' = 1 / (1 + |x|)^2. Source: Keras softsign. */
INLINE void activation_softsign(v x, v *y, v *slope)
{
    const v one = v_set1(1), size = vi_float_bits(vi_and(v_bits(x), vi_set1(0x7fffffff))); /* |x| */
    const v inverse = v_div(one, v_add(one, size));
    *y = v_mul(x, inverse);
    *slope = v_mul(inverse, inverse);
}
