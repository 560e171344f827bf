/* |x| < 0.625: x + x^3 P(x^2), so that small results keep their digits; else 1 - 2 / (1 + e^2|x|) with the
 * sign of x. tanh' = 1 - tanh^2. */
INLINE void activation_tanh(v x, v *y, v *slope)
{
    vi sign = vi_and(v_bits(x), vi_set1(0x80000000));
    v size = vi_float_bits(vi_and(v_bits(x), vi_set1(0x7fffffff)));
    v one = v_set1(1), square = v_mul(x, x);

    v p = v_set1(-0x1.75da26p-8F);
    p = v_fma(p, square, v_set1(0x1.5224f6p-6F));
    p = v_fma(p, square, v_set1(-0x1.b83c1cp-5F));
    p = v_fma(p, square, v_set1(0x1.110726p-3F));
    p = v_fma(p, square, v_set1(-0x1.555532p-2F));
    v near = v_fma(v_mul(p, square), x, x);

    v e = v_exp(v_add(size, size));
    v far = v_fma(v_set1(-2), v_div(one, v_add(one, e)), one);
    far = vi_float_bits(vi_or(v_bits(far), sign));

    *y = v_select(v_lt(size, v_set1(0.625F)), near, far);
    *slope = v_fma(v_mul(*y, v_set1(-1)), *y, one);
}
