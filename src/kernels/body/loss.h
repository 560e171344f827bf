/* Softmax, and the losses. */
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

/* 1 where c is the label, else 0. */
INLINE v onehot(size_t c, v label)
{
    return v_select(v_eq(v_set1((float)c), label), v_set1(1), v_zero());
}

/* The logit at the label of each lane; and whether the first largest is there, by lane 1 or 0. */
INLINE v at_label(size_t classes, const float *z, v label, v max, v *correct)
{
    v value = v_zero();
    *correct = v_zero();
    for (size_t c = classes; c-- > 0;) {
        v x = v_load(z + c * LANES);
        *correct = v_select(v_eq(x, max), onehot(c, label), *correct);
        value = v_select(v_eq(v_set1((float)c), label), x, value);
    }
    return value;
}

/* Which lanes hold a sample, its label and what it counts. */
struct truth {
    float label[LANES]; /* -1: none */
    float scale[LANES]; /* 0: none */
    float hit[LANES];   /* set to 1 where the answer is right */
};

INLINE void truth_read(const uint8_t *labels, size_t n_valid, float inverse_batch, struct truth *t)
{
    for (size_t i = 0; i < LANES; i++) {
        t->label[i] = i < n_valid ? (float)labels[i] : -1;
        t->scale[i] = i < n_valid ? inverse_batch : 0;
    }
}

INLINE void truth_tell(const struct truth *t, size_t n_valid, float *loss, uint8_t *correct)
{
    for (size_t i = 0; i < LANES; i++) {
        correct[i] = i < n_valid && t->hit[i] != 0;
        loss[i] = i < n_valid ? loss[i] : 0;
    }
}

/* x * scale, and 0 in the lanes without a sample, whatever x is there. */
INLINE v scaled(v x, v scale)
{
    return v_select(v_eq(scale, v_zero()), v_zero(), v_mul(x, scale));
}

/* ---- cross-entropy -------------------------------------------------------------------------------- */

/* What the truth gives the true class beyond what it gives every class. */
struct smoothing {
    float each, true_class;
};

/* dz = (e / sum - t) * scale; e lies in dz. */
INLINE void softmax_gradient(size_t classes, v sum, v label, const struct smoothing *s, v scale, float *dz)
{
    for (size_t c = 0; c < classes; c++) {
        v p = v_div(v_load(dz + c * LANES), sum);
        p = v_sub(p, v_select(v_eq(v_set1((float)c), label), v_set1(s->true_class), v_set1(s->each)));
        v_store(dz + c * LANES, scaled(p, scale));
    }
}

/* The sum of t (z - max): what the logits give the truth. */
INLINE v truth_logit(size_t classes, const float *z, v true_z, v max, const struct smoothing *s)
{
    v true_part = v_sub(true_z, max), all = v_zero();
    if (s->each == 0)
        return true_part;
    for (size_t c = 0; c < classes; c++)
        all = v_add(all, v_sub(v_load(z + c * LANES), max));
    return v_fma(v_set1(s->each), all, v_mul(v_set1(s->true_class - s->each), true_part));
}

static void softmax_cross_entropy(size_t classes, const uint8_t *labels, size_t n_valid, float smoothing,
                                  float inverse_batch, const float *z, float *dz, float *loss,
                                  uint8_t *correct)
{
    const float each = smoothing / (float)classes;
    const struct smoothing s = {each, 1 - smoothing + each};
    struct truth t;
    truth_read(labels, n_valid, inverse_batch, &t);
    for (size_t lane = 0; lane < LANES; lane += V_LANES) {
        v max = largest(classes, z + lane), label = v_load(t.label + lane), right;
        v true_z = at_label(classes, z + lane, label, max, &right);
        v true_part = truth_logit(classes, z + lane, true_z, max, &s);
        v sum = sum_exp(classes, z + lane, max, dz ? dz + lane : NULL);
        v_store(loss + lane, v_sub(v_log(sum), true_part));
        v_store(t.hit + lane, right);
        if (dz)
            softmax_gradient(classes, sum, label, &s, v_load(t.scale + lane), dz + lane);
    }
    truth_tell(&t, n_valid, loss, correct);
}

/* ---- squared error -------------------------------------------------------------------------------- */

/* The distance of probability c from the truth, and the probability itself. */
INLINE v distance(const float *z, size_t c, v max, v sum, v label, v *p)
{
    *p = v_div(v_exp(v_sub(v_load(z + c * LANES), max)), sum);
    return v_sub(*p, onehot(c, label));
}

/* dz = p (d - mean) * scale, mean being the sum of d p. */
INLINE void squared_error_gradient(size_t classes, const float *z, v max, v sum, v label, v mean, v scale,
                                   float *dz)
{
    for (size_t c = 0; c < classes; c++) {
        v p, d = distance(z, c, max, sum, label, &p);
        v_store(dz + c * LANES, scaled(v_mul(p, v_sub(d, mean)), scale));
    }
}

static void softmax_squared_error(size_t classes, const uint8_t *labels, size_t n_valid, float inverse_batch,
                                  const float *z, float *dz, float *loss, uint8_t *correct)
{
    struct truth t;
    truth_read(labels, n_valid, 2 * inverse_batch / (float)classes, &t);
    for (size_t lane = 0; lane < LANES; lane += V_LANES) {
        v max = largest(classes, z + lane), label = v_load(t.label + lane), right;
        at_label(classes, z + lane, label, max, &right);
        v sum = sum_exp(classes, z + lane, max, NULL), squares = v_zero(), mean = v_zero();
        for (size_t c = 0; c < classes; c++) {
            v p, d = distance(z + lane, c, max, sum, label, &p);
            squares = v_fma(d, d, squares);
            mean = v_fma(d, p, mean);
        }
        v_store(loss + lane, v_div(squares, v_set1((float)classes)));
        v_store(t.hit + lane, right);
        if (dz)
            squared_error_gradient(classes, z + lane, max, sum, label, mean, v_load(t.scale + lane),
                                   dz + lane);
    }
    truth_tell(&t, n_valid, loss, correct);
}

/* dz *= (y - onehot) * scale */
INLINE void output_gradient(size_t classes, const float *y, v label, v scale, float *dz)
{
    for (size_t c = 0; c < classes; c++) {
        v d = v_sub(v_load(y + c * LANES), onehot(c, label));
        v_store(dz + c * LANES, scaled(v_mul(d, v_load(dz + c * LANES)), scale));
    }
}

static void squared_error(size_t classes, const uint8_t *labels, size_t n_valid, float inverse_batch,
                          const float *y, float *dz, float *loss, uint8_t *correct)
{
    struct truth t;
    truth_read(labels, n_valid, 2 * inverse_batch / (float)classes, &t);
    for (size_t lane = 0; lane < LANES; lane += V_LANES) {
        v max = largest(classes, y + lane), label = v_load(t.label + lane), right, squares = v_zero();
        at_label(classes, y + lane, label, max, &right);
        for (size_t c = 0; c < classes; c++) {
            v d = v_sub(v_load(y + c * LANES + lane), onehot(c, label));
            squares = v_fma(d, d, squares);
        }
        v_store(loss + lane, v_div(squares, v_set1((float)classes)));
        v_store(t.hit + lane, right);
        if (dz)
            output_gradient(classes, y + lane, label, v_load(t.scale + lane), dz + lane);
    }
    truth_tell(&t, n_valid, loss, correct);
}

#endif
