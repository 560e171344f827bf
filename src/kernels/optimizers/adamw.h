/* Adam on weights that are first drawn towards 0: w -= lr decay w, by themselves and not through the
 * gradient. Source: Keras AdamW (Loshchilov and Hutter, 2017). */
INLINE void optimizer_adamw(const struct update *u, v g, v *w, v *slot_0, v *slot_1)
{
    *w = v_sub(*w, v_mul(v_set1(u->weight_decay), *w));
    optimizer_adam(u, g, w, slot_0, slot_1);
}
