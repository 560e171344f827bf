/* m = momentum m - lr g; w += m. slot_0 is m, unused where momentum is 0: w -= lr g. Source: Keras SGD. */
INLINE void optimizer_sgd(const struct update *u, v g, v *w, v *slot_0, v *slot_1)
{
    (void)slot_1;
    v step = v_mul(v_set1(-u->learning_rate), g);
    if (u->decay != 0) {
        step = flush_tiny(v_fma(v_set1(u->decay), *slot_0, step));
        *slot_0 = step;
    }
    *w = v_add(*w, step);
}
