/* m = beta_1 m + (1 - beta_1) g; v = beta_2 v + (1 - beta_2) g^2; w -= lr m / (sqrt(v) + eps), the correction
 * of the bias being part of lr. slot_0 is m, slot_1 is v. Source: Keras Adam (Kingma and Ba, 2014). */
INLINE void optimizer_adam(const struct update *u, v g, v *w, v *slot_0, v *slot_1)
{
    *slot_0 = running_mean(u->decay, *slot_0, g);
    *slot_1 = running_mean(u->second_decay, *slot_1, v_mul(g, g));
    v root = v_add(v_sqrt(*slot_1), v_set1(u->epsilon));
    *w = v_sub(*w, v_div(v_mul(v_set1(u->learning_rate), *slot_0), root));
}
