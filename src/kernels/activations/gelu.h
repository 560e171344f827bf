/* x P(x), where P is the share of a normal distribution below x, (1 + erf(x / sqrt 2)) / 2; y' = P + x times
 * its density. Both are as good as constant beyond 20, where x is held: no 0 * inf. Source: Hendrycks and
 * Gimpel, 2016; Keras with approximate=False. */
INLINE void activation_gelu(v x, v *y, v *slope)
{
    const v half = v_set1(0.5F), from_below = v_max(v_set1(-20), x), held = v_min(v_set1(20), from_below);
    const v share = v_fma(half, v_erf(v_mul(held, v_set1(0x1.6a09e6p-1F))), half);
    const v density = v_mul(v_exp(v_mul(v_mul(held, held), v_set1(-0.5F))), v_set1(0x1.988454p-2F));
    *y = v_mul(from_below, share);
    *slope = v_fma(held, density, share);
}
