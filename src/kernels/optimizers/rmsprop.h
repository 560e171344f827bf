/* v = rho v + (1 - rho) g^2; w -= lr g / (sqrt(v) + eps), or / sqrt(v + eps). slot_0 is v.
 * Source: Keras RMSprop (Tieleman and Hinton, 2012). */
INLINE void optimizer_rmsprop(const struct update *u, v g, v *w, v *slot_0, v *slot_1)
{
    (void)slot_1;
    v epsilon = v_set1(u->epsilon);
    v mean = running_mean(u->decay, *slot_0, v_mul(g, g));
    v root = u->epsilon_inside_root ? v_sqrt(v_add(mean, epsilon)) : v_add(v_sqrt(mean), epsilon);
    *slot_0 = mean;
    *w = v_sub(*w, v_div(v_mul(v_set1(u->learning_rate), g), root));
}
