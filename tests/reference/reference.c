#include "reference/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- conv2d ---- */

/* Calls visit once for every product in the convolution, with the indices of x, w and z in it. */
struct product {
    size_t x, w, z, filter;
};

struct operands {
    const double *x, *w, *dz;
    double *out, *db;
};

static void for_each_product(const struct conv2d_shape *s, void (*visit)(struct product, struct operands *),
                             struct operands *operands)
{
    for (long oh = 0; oh < (long)s->out_h; oh++)
        for (long ow = 0; ow < (long)s->out_w; ow++)
            for (size_t kh = 0; kh < s->kernel_h; kh++)
                for (size_t kw = 0; kw < s->kernel_w; kw++) {
                    const long ih = oh * (long)s->stride_h + (long)kh - (long)s->top,
                               iw = ow * (long)s->stride_w + (long)kw - (long)s->left;
                    if (ih < 0 || iw < 0 || ih >= (long)s->in_h || iw >= (long)s->in_w)
                        continue;
                    for (size_t c = 0; c < s->in_c; c++)
                        for (size_t f = 0; f < s->filters; f++)
                            visit((struct product){.x = (size_t)(ih * (long)s->in_w + iw) * s->in_c + c,
                                                   .w = ((kh * s->kernel_w + kw) * s->in_c + c) * s->filters +
                                                        f,
                                                   .z = (size_t)(oh * (long)s->out_w + ow) * s->filters + f,
                                                   .filter = f},
                                  operands);
                }
}

static void add_to_z(struct product i, struct operands *o)
{
    o->out[i.z] += o->x[i.x] * o->w[i.w];
}

static void add_to_dx(struct product i, struct operands *o)
{
    o->out[i.x] += o->dz[i.z] * o->w[i.w];
}

static void add_to_dw(struct product i, struct operands *o)
{
    o->out[i.w] += o->dz[i.z] * o->x[i.x];
}

void reference_conv2d_forward(const struct conv2d_shape *shape, const double *x, const double *w,
                              const double *b, double *z)
{
    for (size_t i = 0; i < shape->out_h * shape->out_w * shape->filters; i++)
        z[i] = b[i % shape->filters];
    for_each_product(shape, add_to_z, &(struct operands){.x = x, .w = w, .out = z});
}

void reference_conv2d_backward(const struct conv2d_shape *shape, const double *dz, const double *w,
                               double *dx)
{
    for (size_t i = 0; i < shape->in_h * shape->in_w * shape->in_c; i++)
        dx[i] = 0;
    for_each_product(shape, add_to_dx, &(struct operands){.dz = dz, .w = w, .out = dx});
}

void reference_conv2d_gradient(const struct conv2d_shape *shape, const double *x, const double *dz,
                               double *dw, double *db)
{
    for_each_product(shape, add_to_dw, &(struct operands){.x = x, .dz = dz, .out = dw});
    for (size_t i = 0; i < shape->out_h * shape->out_w * shape->filters; i++)
        db[i % shape->filters] += dz[i];
}

/* ---- maxpool2d ---- */

/* Where the first of the largest under a window lies in x; -1 below every number where the window is empty.
 */
static long first_largest(const struct pool2d_shape *s, long oh, long ow, long c, const double *x)
{
    long best = -1;
    for (long h = 0; h < (long)s->size_h; h++)
        for (long w = 0; w < (long)s->size_w; w++) {
            long ih = oh * (long)s->stride_h + h - (long)s->top,
                 iw = ow * (long)s->stride_w + w - (long)s->left;
            if (ih < 0 || iw < 0 || ih >= (long)s->in_h || iw >= (long)s->in_w)
                continue;
            long at = (ih * (long)s->in_w + iw) * (long)s->channels + c;
            if (best < 0 || x[at] > x[best])
                best = at;
        }
    return best;
}

void reference_maxpool2d_forward(const struct pool2d_shape *s, const double *x, double *z)
{
    for (size_t oh = 0; oh < s->out_h; oh++)
        for (size_t ow = 0; ow < s->out_w; ow++)
            for (size_t c = 0; c < s->channels; c++)
                z[(oh * s->out_w + ow) * s->channels + c] =
                    x[first_largest(s, (long)oh, (long)ow, (long)c, x)];
}

void reference_maxpool2d_backward(const struct pool2d_shape *s, const double *x, const double *dz, double *dx)
{
    for (size_t i = 0; i < s->in_h * s->in_w * s->channels; i++)
        dx[i] = 0;
    for (size_t oh = 0; oh < s->out_h; oh++)
        for (size_t ow = 0; ow < s->out_w; ow++)
            for (size_t c = 0; c < s->channels; c++)
                dx[first_largest(s, (long)oh, (long)ow, (long)c, x)] +=
                    dz[(oh * s->out_w + ow) * s->channels + c];
}

/* ---- avgpool2d ---- */

struct under {
    size_t n, x[4096]; /* the places of a window that lie in the map */
};

static struct under places_under(const struct pool2d_shape *s, long oh, long ow, size_t c)
{
    struct under u = {0};
    for (long h = 0; h < (long)s->size_h; h++)
        for (long w = 0; w < (long)s->size_w; w++) {
            long ih = oh * (long)s->stride_h + h - (long)s->top,
                 iw = ow * (long)s->stride_w + w - (long)s->left;
            if (ih >= 0 && iw >= 0 && ih < (long)s->in_h && iw < (long)s->in_w)
                u.x[u.n++] = (size_t)(ih * (long)s->in_w + iw) * s->channels + c;
        }
    return u;
}

void reference_avgpool2d_forward(const struct pool2d_shape *s, const double *x, double *z)
{
    for (size_t i = 0; i < s->out_h * s->out_w * s->channels; i++) {
        const size_t o = i / s->channels;
        const struct under u = places_under(s, (long)(o / s->out_w), (long)(o % s->out_w), i % s->channels);
        z[i] = 0;
        for (size_t k = 0; k < u.n; k++)
            z[i] += x[u.x[k]] / (double)u.n;
    }
}

void reference_avgpool2d_backward(const struct pool2d_shape *s, const double *dz, double *dx)
{
    for (size_t i = 0; i < s->in_h * s->in_w * s->channels; i++)
        dx[i] = 0;
    for (size_t i = 0; i < s->out_h * s->out_w * s->channels; i++) {
        const size_t o = i / s->channels;
        const struct under u = places_under(s, (long)(o / s->out_w), (long)(o % s->out_w), i % s->channels);
        for (size_t k = 0; k < u.n; k++)
            dx[u.x[k]] += dz[i] / (double)u.n;
    }
}

/* ---- dense ---- */

void reference_dense_forward(const struct dense_shape *shape, const double *x, const double *w,
                             const double *b, double *z)
{
    for (size_t o = 0; o < shape->out; o++) {
        z[o] = b[o];
        for (size_t i = 0; i < shape->in; i++)
            z[o] += x[i] * w[i * shape->out + o];
    }
}

void reference_dense_backward(const struct dense_shape *shape, const double *dz, const double *w, double *dx)
{
    for (size_t i = 0; i < shape->in; i++) {
        dx[i] = 0;
        for (size_t o = 0; o < shape->out; o++)
            dx[i] += dz[o] * w[i * shape->out + o];
    }
}

void reference_dense_gradient(const struct dense_shape *shape, const double *x, const double *dz, double *dw,
                              double *db)
{
    for (size_t i = 0; i < shape->in; i++)
        for (size_t o = 0; o < shape->out; o++)
            dw[i * shape->out + o] += x[i] * dz[o];
    for (size_t o = 0; o < shape->out; o++)
        db[o] += dz[o];
}

/* ---- activations ---- */

static double linear(double z)
{
    return z;
}

static double linear_derivative(double z)
{
    (void)z;
    return 1;
}

static double sigmoid(double z)
{
    return 1 / (1 + exp(-z));
}

static double sigmoid_derivative(double z)
{
    return sigmoid(z) * sigmoid(-z);
}

static double swish(double z)
{
    return z * sigmoid(z);
}

static double swish_derivative(double z)
{
    return sigmoid(z) * (1 + z * sigmoid(-z));
}

static double relu(double z)
{
    return z > 0 ? z : 0;
}

static double relu_derivative(double z)
{
    return z > 0 ? 1 : 0;
}

static double tanh_derivative(double z)
{
    return 1 / (cosh(z) * cosh(z));
}

static double leaky_relu(double z)
{
    return z > 0 ? z : (double)0.2F * z;
}

static double leaky_relu_derivative(double z)
{
    return z > 0 ? 1 : (double)0.2F;
}

static double elu(double z)
{
    return z > 0 ? z : expm1(z);
}

static double elu_derivative(double z)
{
    return z > 0 ? 1 : exp(z);
}

static double gelu(double z)
{
    return 0.5 * z * erfc(-z / sqrt(2));
}

static double gelu_derivative(double z)
{
    return 0.5 * erfc(-z / sqrt(2)) + (fabs(z) < 40 ? z * exp(-z * z / 2) / sqrt(2 * acos(-1)) : 0);
}

static double softplus(double z)
{
    return z > 0 ? z + log1p(exp(-z)) : log1p(exp(z));
}

static double softsign(double z)
{
    return z / (1 + fabs(z));
}

static double softsign_derivative(double z)
{
    return 1 / ((1 + fabs(z)) * (1 + fabs(z)));
}

static double hard_swish(double z)
{
    return z < -3 ? 0 : z > 3 ? z : z * (z + 3) / 6;
}

static double hard_swish_derivative(double z)
{
    return z < -3 ? 0 : z > 3 ? 1 : (2 * z + 3) / 6;
}

static double clipped(double line)
{
    return line < 0 ? 0 : line > 1 ? 1 : line;
}

static double hard_sigmoid(double z)
{
    return clipped((double)0.2F * z + 0.5);
}

static double hard_sigmoid_derivative(double z)
{
    return fabs(z) < 2.5 ? (double)0.2F : 0;
}

static double hard_sigmoid3(double z)
{
    return clipped((z + 3) / 6);
}

static double hard_sigmoid3_derivative(double z)
{
    return fabs(z) < 3 ? 1.0 / 6 : 0;
}

const struct reference_activation *reference_activation(enum activation activation)
{
#define ACTIVATION_NAME(name, formula) #name,
    static const char *const names[N_ACTIVATIONS] = {ACTIVATIONS(ACTIVATION_NAME)};
    static const struct reference_activation activations[N_ACTIVATIONS] = {
        [ACTIVATION_linear] = {linear, linear_derivative},
        [ACTIVATION_softmax] = {linear, linear_derivative}, /* not elementwise: see reference_softmax */
        [ACTIVATION_swish] = {swish, swish_derivative},
        [ACTIVATION_relu] = {relu, relu_derivative},
        [ACTIVATION_tanh] = {tanh, tanh_derivative},
        [ACTIVATION_leaky_relu] = {leaky_relu, leaky_relu_derivative},
        [ACTIVATION_elu] = {elu, elu_derivative},
        [ACTIVATION_gelu] = {gelu, gelu_derivative},
        [ACTIVATION_softplus] = {softplus, sigmoid},
        [ACTIVATION_softsign] = {softsign, softsign_derivative},
        [ACTIVATION_hard_swish] = {hard_swish, hard_swish_derivative},
        [ACTIVATION_hard_sigmoid] = {hard_sigmoid, hard_sigmoid_derivative},
        [ACTIVATION_hard_sigmoid3] = {hard_sigmoid3, hard_sigmoid3_derivative},
        [ACTIVATION_sigmoid] = {sigmoid, sigmoid_derivative},
    };
    if (!activations[activation].f) {
        fprintf(stderr, "activation %s has no reference: add one to tests/reference/reference.c\n",
                names[activation]);
        abort();
    }
    return &activations[activation];
}

/* ---- loss ---- */

static double log_sum_exp(size_t classes, const double *z)
{
    double max = z[0], sum = 0;
    for (size_t i = 1; i < classes; i++)
        max = z[i] > max ? z[i] : max;
    for (size_t i = 0; i < classes; i++)
        sum += exp(z[i] - max);
    return max + log(sum);
}

void reference_softmax(size_t classes, const double *z, double *p)
{
    double all = log_sum_exp(classes, z);
    for (size_t i = 0; i < classes; i++)
        p[i] = exp(z[i] - all);
}

static double truth(size_t classes, size_t label, double smoothing, size_t c)
{
    return (c == label ? 1 - smoothing : 0) + smoothing / (double)classes;
}

double reference_cross_entropy(size_t classes, const double *z, size_t label, double smoothing, double *dz)
{
    double loss = 0, all = log_sum_exp(classes, z);
    for (size_t c = 0; c < classes; c++) {
        double t = truth(classes, label, smoothing, c);
        loss += t * (all - z[c]);
        if (dz)
            dz[c] = exp(z[c] - all) - t;
    }
    return loss;
}

/* d p_k / d z_c = p_k ([k = c] - p_c) */
double reference_squared_error(size_t classes, const double *z, size_t label, double smoothing, double *dz)
{
    double loss = 0, all = log_sum_exp(classes, z);
    for (size_t c = 0; dz && c < classes; c++)
        dz[c] = 0;
    for (size_t k = 0; k < classes; k++) {
        double p = exp(z[k] - all), distance = p - truth(classes, label, smoothing, k);
        loss += distance * distance / (double)classes;
        for (size_t c = 0; dz && c < classes; c++)
            dz[c] += 2 * distance / (double)classes * p * ((k == c) - exp(z[c] - all));
    }
    return loss;
}

double reference_output_error(size_t classes, const double *y, size_t label, double smoothing, double *dz)
{
    double loss = 0;
    for (size_t c = 0; c < classes; c++) {
        double distance = y[c] - truth(classes, label, smoothing, c);
        loss += distance * distance / (double)classes;
        if (dz)
            dz[c] = 2 * distance / (double)classes;
    }
    return loss;
}

/* ---- optimizers ---- */

static void rmsprop(const struct reference_update *u, double g, double *w, double *slot_0, double *slot_1)
{
    (void)slot_1;
    *slot_0 = u->decay * *slot_0 + (1 - u->decay) * g * g;
    *w -= u->learning_rate * g /
          (u->epsilon_inside_root ? sqrt(*slot_0 + u->epsilon) : sqrt(*slot_0) + u->epsilon);
}

static void sgd(const struct reference_update *u, double g, double *w, double *slot_0, double *slot_1)
{
    (void)slot_1;
    if (u->decay == 0) {
        *w -= u->learning_rate * g;
        return;
    }
    *slot_0 = u->decay * *slot_0 - u->learning_rate * g;
    *w += u->nesterov ? u->decay * *slot_0 - u->learning_rate * g : *slot_0;
}

static void adam(const struct reference_update *u, double g, double *w, double *slot_0, double *slot_1)
{
    *slot_0 = u->decay * *slot_0 + (1 - u->decay) * g;
    *slot_1 = u->second_decay * *slot_1 + (1 - u->second_decay) * g * g;
    *w -= u->learning_rate * *slot_0 / (sqrt(*slot_1) + u->epsilon);
}

static void adamw(const struct reference_update *u, double g, double *w, double *slot_0, double *slot_1)
{
    *w -= u->weight_decay * *w;
    adam(u, g, w, slot_0, slot_1);
}

reference_optimizer *reference_update(enum optimizer optimizer)
{
    static reference_optimizer *const optimizers[N_OPTIMIZERS] = {
        [OPTIMIZER_rmsprop] = rmsprop,
        [OPTIMIZER_sgd] = sgd,
        [OPTIMIZER_adam] = adam,
        [OPTIMIZER_adamw] = adamw,
    };
    return optimizers[optimizer];
}
