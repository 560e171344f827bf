/* x above 0, 0.2 x below: the slope that Keras's activation has; its layer LeakyReLU has 0.3. */
INLINE void activation_leaky_relu(v x, v *y, v *slope)
{
    const v part = v_set1(0.2F);
    const vm above = v_lt(v_zero(), x);
    *y = v_select(above, x, v_mul(x, part));
    *slope = v_select(above, v_set1(1), part);
}
