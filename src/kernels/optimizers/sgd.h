/* m = momentum m - lr g; w += m, or with Nesterov's look ahead w += momentum m - lr g. slot_0 is m, unused
 * where momentum is 0: w -= lr g. Source: Keras SGD. */
INLINE void optimizer_sgd(const struct update *u, v g, v *w, v *slot_0, v *slot_1)
{
    (void)slot_1;
    v step = v_mul(v_set1(-u->learning_rate), g);
    if (u->decay != 0) {
        v velocity = flush_tiny(v_fma(v_set1(u->decay), *slot_0, step));
        step = u->nesterov ? v_fma(v_set1(u->decay), velocity, step) : velocity;
        *slot_0 = velocity;
    }
    *w = v_add(*w, step);
}
