#include "reference/chain.h"

#include "base/memory.h"
#include "reference/reference.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- layers: one function and one row each --------------------------------------------------------- */

/* Keras's rule for "same": the map is covered by windows that start stride apart; what is missing is added,
 * the smaller half of it before. */
static size_t padding_before(size_t n, size_t size, size_t stride, bool same)
{
    long missing = ((long)((n + stride - 1) / stride) - 1) * (long)stride + (long)size - (long)n;
    return same && missing > 0 ? (size_t)missing / 2 : 0;
}

static void conv2d(const struct chain_batch *b)
{
    const struct layer *l = b->layer;
    const struct argument_value size = l->argument[1], stride = l->argument[2];
    const bool same = l->argument[3].h != 0;
    struct conv2d_shape s = {.in_h = l->in.size[0],
                             .in_w = l->in.size[1],
                             .in_c = l->in.size[2],
                             .kernel_h = size.h,
                             .kernel_w = size.w,
                             .filters = l->argument[0].h,
                             .stride_h = stride.h,
                             .stride_w = stride.w,
                             .out_h = l->out.size[0],
                             .out_w = l->out.size[1],
                             .top = padding_before(l->in.size[0], size.h, stride.h, same),
                             .left = padding_before(l->in.size[1], size.w, stride.w, same)};
    for (size_t i = 0; i < b->n; i++)
        reference_conv2d_forward(&s, b->x + i * shape_count(&l->in), b->w[0], b->w[1],
                                 b->z + i * shape_count(&l->out));
}

static struct pool2d_shape pool_shape(const struct layer *l)
{
    const struct argument_value size = l->argument[0], stride = l->argument[1].h ? l->argument[1] : size;
    const bool same = l->argument[2].h != 0;
    return (struct pool2d_shape){.in_h = l->in.size[0],
                                 .in_w = l->in.size[1],
                                 .channels = l->in.size[2],
                                 .size_h = size.h,
                                 .size_w = size.w,
                                 .stride_h = stride.h,
                                 .stride_w = stride.w,
                                 .out_h = l->out.size[0],
                                 .out_w = l->out.size[1],
                                 .top = padding_before(l->in.size[0], size.h, stride.h, same),
                                 .left = padding_before(l->in.size[1], size.w, stride.w, same)};
}

static void maxpool2d(const struct chain_batch *b)
{
    struct pool2d_shape s = pool_shape(b->layer);
    for (size_t i = 0; i < b->n; i++)
        reference_maxpool2d_forward(&s, b->x + i * shape_count(&b->layer->in),
                                    b->z + i * shape_count(&b->layer->out));
}

static void avgpool2d(const struct chain_batch *b)
{
    struct pool2d_shape s = pool_shape(b->layer);
    for (size_t i = 0; i < b->n; i++)
        reference_avgpool2d_forward(&s, b->x + i * shape_count(&b->layer->in),
                                    b->z + i * shape_count(&b->layer->out));
}

static void globalavgpool2d(const struct chain_batch *b)
{
    const size_t c = b->layer->in.size[2], places = b->layer->in.size[0] * b->layer->in.size[1];
    for (size_t i = 0; i < b->n * c; i++) {
        b->z[i] = 0;
        for (size_t p = 0; p < places; p++)
            b->z[i] += b->x[(i / c * places + p) * c + i % c] / (double)places;
    }
}

/* In training by mean and variance of the batch, over all that it has in a channel. */
static void batchnorm(const struct chain_batch *b)
{
    const size_t c = b->layer->in.size[b->layer->in.rank - 1], n = b->n * shape_count(&b->layer->in) / c;
    for (size_t k = 0; k < c; k++) {
        double mean = 0, variance = 0;
        for (size_t i = 0; i < n; i++)
            mean += b->x[i * c + k] / (double)n;
        for (size_t i = 0; i < n; i++)
            variance += (b->x[i * c + k] - mean) * (b->x[i * c + k] - mean) / (double)n;
        if (!b->training)
            mean = b->w[2][k], variance = b->w[3][k];
        for (size_t i = 0; i < n; i++)
            b->z[i * c + k] = b->w[0][k] * (b->x[i * c + k] - mean) / sqrt(variance + 1e-3) + b->w[1][k];
    }
}

/* The random numbers are those of the layer: what is checked here is what becomes of them. */
static void dropout(const struct chain_batch *b)
{
    const size_t n = shape_count(&b->layer->in);
    const double rate = b->layer->argument[0].fraction;
    for (size_t i = 0; i < b->n; i++) {
        const struct block block = {.number = i / LANES, .n = LANES, .place = b->place};
        struct random random = layer_random(b->layer, &block, i % LANES);
        uint64_t bits = 0;
        for (size_t k = 0; k < n; k++) {
            bits = k % 2 ? bits << 32 : random_u64(&random);
            const bool keep = (double)(bits >> 32) >= floor(rate * 0x1p32);
            b->z[i * n + k] = !b->training ? b->x[i * n + k] : keep ? b->x[i * n + k] / (1 - rate) : 0;
        }
    }
}

/* The activation itself is what every layer has. */
static void same(const struct chain_batch *b)
{
    memcpy(b->z, b->x, b->n * shape_count(&b->layer->in) * sizeof *b->z);
}

static void dense(const struct chain_batch *b)
{
    struct dense_shape s = {b->layer->in.size[0], b->layer->argument[0].h};
    for (size_t i = 0; i < b->n; i++)
        reference_dense_forward(&s, b->x + i * s.in, b->w[0], b->w[1], b->z + i * s.out);
}

static const struct {
    const struct layer_type *type;
    chain_forward *forward;
} rows[] = {
    {&layer_conv2d, conv2d},       {&layer_maxpool2d, maxpool2d},
    {&layer_avgpool2d, avgpool2d}, {&layer_globalavgpool2d, globalavgpool2d},
    {&layer_flatten, same},        {&layer_batchnorm, batchnorm},
    {&layer_dropout, dropout},     {&layer_activation, same},
    {&layer_dense, dense},
};

chain_forward *chain_layer(const struct layer_type *type)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].type == type)
            return rows[i].forward;
    return NULL;
}

/* ---- the chain ------------------------------------------------------------------------------------- */

static double *alloc_doubles(size_t n)
{
    return memory_alloc(n, sizeof(double));
}

static void activate(const struct layer *layer, size_t n, double *z)
{
    const struct reference_activation *activation = reference_activation(layer->activation);
    for (size_t k = 0; layer->activation != ACTIVATION_softmax && k < n; k++)
        z[k] = activation->f(z[k]);
}

/* All samples through the chain; the result is freed by the caller. */
static double *run(const struct cnn_model *model, const double *weights, const uint8_t *const *images,
                   size_t n, double **outputs)
{
    size_t n_in = shape_count(&model->input);
    double *x = alloc_doubles(n * n_in);
    for (size_t i = 0; i < n * n_in; i++)
        x[i] = images[i / n_in][i % n_in] / (model->scale ? 255.0 : 1.0);
    for (size_t i = 0; i < model->n_layers; i++) {
        const struct layer *layer = &model->layer[i];
        size_t n_out = shape_count(&layer->out);
        struct chain_batch batch = {
            .layer = layer, .n = n, .x = x, .z = alloc_doubles(n * n_out), .training = true};
        for (size_t k = 0; k < layer->n_parameters; k++)
            batch.w[k] = weights + (layer->parameter[k].value - model->weights);
        chain_layer(layer->type)(&batch);
        activate(layer, n * n_out, batch.z);
        if (outputs)
            memcpy(outputs[i], batch.z + (n - 1) * n_out, n_out * sizeof *batch.z);
        memory_free(x);
        x = batch.z;
    }
    return x;
}

static double sample_loss(const struct cnn_model *model, const double *z, size_t label)
{
    const struct objective *o = &model->objective;
    reference_loss *loss = !model_gives_probabilities(model) ? reference_output_error
                           : o->loss == LOSS_MSE             ? reference_squared_error
                                                             : reference_cross_entropy;
    return loss(model_classes(model), z, label, o->label_smoothing, NULL);
}

/* What L2 adds: l2 w^2 for each weight of a kernel. */
static double cost(const struct cnn_model *model, const double *weights)
{
    double sum = 0;
    const struct parameter *p;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++)
        for (size_t k = 0; strcmp(p->name, "kernel") == 0 && k < p->count; k++)
            sum += pow(weights[(size_t)(p->value - model->weights) + k], 2);
    return model->objective.l2 * sum;
}

double chain_loss(const struct cnn_model *model, const double *weights, const uint8_t *const *images,
                  const uint8_t *labels, size_t n, double **outputs)
{
    double loss = 0, *z = run(model, weights, images, n, outputs);
    for (size_t i = 0; i < n; i++)
        loss += sample_loss(model, z + i * model_classes(model), labels[i]);
    memory_free(z);
    return loss / (double)n + cost(model, weights);
}
