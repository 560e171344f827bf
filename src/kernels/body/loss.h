/* Softmax and the cross-entropy on it. */
#ifndef KERNELS_BODY_LOSS_H
#define KERNELS_BODY_LOSS_H

#include "kernels/body/elementwise.h"

/* The largest of z by lane. A NaN may win or lose here; it comes through in the sum of exp. */
INLINE v largest(size_t classes, const float *z)
{
    v max = v_load(z);
    for (size_t c = 1; c < classes; c++)
        max = v_max(v_load(z + c * LANES), max);
    return max;
}

/* The sum of e^(z - max), and the terms to e where it is not NULL. */
INLINE v sum_exp(size_t classes, const float *z, v max, float *e)
{
    v sum = v_zero();
    for (size_t c = 0; c < classes; c++) {
        v term = v_exp(v_sub(v_load(z + c * LANES), max));
        sum = v_add(sum, term);
        if (e)
            v_store(e + c * LANES, term);
    }
    return sum;
}

static void softmax(size_t classes, const float *z, float *p)
{
    for (size_t lane = 0; lane < LANES; lane += V_LANES) {
        v sum = sum_exp(classes, z + lane, largest(classes, z + lane), p + lane);
        for (size_t c = 0; c < classes; c++)
            v_store(p + c * LANES + lane, v_div(v_load(p + c * LANES + lane), sum));
    }
}

/* The logit at the label of each lane; and whether the first largest is there, by lane 1 or 0. */
INLINE v at_label(size_t classes, const float *z, v label, v max, v *correct)
{
    v value = v_zero();
    *correct = v_zero();
    for (size_t c = classes; c-- > 0;) {
        v x = v_load(z + c * LANES);
        v here = v_select(v_eq(v_set1((float)c), label), v_set1(1), v_zero());
        *correct = v_select(v_eq(x, max), here, *correct);
        value = v_select(v_eq(v_set1((float)c), label), x, value);
    }
    return value;
}

/* dz = (e / sum - onehot) * scale; e lies in dz. scale is 0 in the lanes without a sample. */
INLINE void softmax_gradient(size_t classes, v sum, v label, v scale, float *dz)
{
    for (size_t c = 0; c < classes; c++) {
        v p = v_div(v_load(dz + c * LANES), sum);
        p = v_sub(p, v_select(v_eq(v_set1((float)c), label), v_set1(1), v_zero()));
        v_store(dz + c * LANES, v_select(v_eq(scale, v_zero()), v_zero(), v_mul(p, scale)));
    }
}

static void softmax_cross_entropy(size_t classes, const uint8_t *labels, size_t n_valid, float inverse_batch,
                                  const float *z, float *dz, float *loss, uint8_t *correct)
{
    float label[LANES], scale[LANES], hit[LANES];
    for (size_t i = 0; i < LANES; i++) {
        label[i] = i < n_valid ? (float)labels[i] : -1;
        scale[i] = i < n_valid ? inverse_batch : 0;
    }
    for (size_t lane = 0; lane < LANES; lane += V_LANES) {
        v max = largest(classes, z + lane), right;
        v true_z = at_label(classes, z + lane, v_load(label + lane), max, &right);
        v sum = sum_exp(classes, z + lane, max, dz ? dz + lane : NULL);
        v_store(loss + lane, v_sub(v_log(sum), v_sub(true_z, max)));
        v_store(hit + lane, right);
        if (dz)
            softmax_gradient(classes, sum, v_load(label + lane), v_load(scale + lane), dz + lane);
    }
    for (size_t i = 0; i < LANES; i++) {
        correct[i] = i < n_valid && hit[i] != 0;
        loss[i] = i < n_valid ? loss[i] : 0;
    }
}

#endif
