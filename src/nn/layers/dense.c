/*
 * dense: every output looks at every input.
 *     y[o] = act(b[o] + sum over i of x[i] * w[i][o])
 * Source: Keras Dense.
 */
#include "base/status.h"
#include "nn/layer.h"

#include <string.h>

enum { UNITS }; /* its argument */

static struct dense_shape kernel_shape(const struct layer *layer)
{
    return (struct dense_shape){.in = layer->in.size[0], .out = layer->argument[UNITS][0]};
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    if (layer->in.rank != 1) {
        error_set(error, CNN_ERROR_USAGE, "dense needs a vector below it, not a feature map");
        return error_hint(error, CNN_ERROR_USAGE, "put flatten before the first dense");
    }
    struct dense_shape s = kernel_shape(layer);
    layer->out = (struct shape){1, {s.out, 1, 1}};
    layer_parameter(layer, "kernel", 2, (size_t[]){s.in, s.out}, s.in, s.out);
    layer_parameter(layer, "bias", 1, (size_t[]){s.out}, 0, 0);
    layer->n_slices = dense_slices(&s) + 1;
    layer->n_shards = dense_shards(&s);
    layer->slice_floats = DENSE_SLICE_ROWS * s.out;
    layer->share = LANES * whole_lanes(s.out);
    layer->macs_forward = (double)s.in * (double)s.out;
    return CNN_OK;
}

static void forward(const struct layer *layer, const struct kernels *k, const float *x, float *y, float *d)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_forward(&s, layer->activation, x, layer->parameter[0].value, layer->parameter[1].value, y, d);
}

static void backward(const struct layer *layer, const struct kernels *k, const float *dz, float *dx)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_backward(&s, dz, layer->parameter[0].value, dx);
}

static void shard_forward(const struct layer *layer, const struct kernels *k, const struct batch_view *v,
                          size_t shard, float *sums, size_t stride)
{
    struct dense_shape s = kernel_shape(layer);
    for (size_t i = 0; i < v->n_blocks; i++)
        k->dense_shard_sum(&s, shard, v->x + i * v->x_stride, layer->parameter[0].value,
                           sums + i * stride + shard * s.out * LANES);
}

static void shard_finish(const struct layer *layer, const struct kernels *k, const float *sums, float *y,
                         float *d)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_finish(&s, layer->activation, sums, layer->parameter[1].value, y, d);
}

/* The shard's rows are a dense layer of their own. */
static void shard_backward(const struct layer *layer, const struct kernels *k, const struct batch_view *v,
                           size_t shard)
{
    struct dense_shape s = kernel_shape(layer);
    struct range rows = dense_rows(&s, dense_shard(&s, shard));
    size_t row = rows.from;
    s.in = rows.to - row;
    for (size_t i = 0; i < v->n_blocks; i++)
        k->dense_backward(&s, v->dz + i * v->dz_stride, layer->parameter[0].value + row * s.out,
                          v->dx + i * v->x_stride + row * LANES);
}

/* share: dz by samples. */
static void block_gradient(const struct layer *layer, const struct kernels *k, const float *x,
                           const float *dz, float *share)
{
    (void)x;
    struct dense_shape s = kernel_shape(layer);
    k->dense_transpose(s.out, dz, share);
}

/* The gradient by the bias: the sum of dz over all samples, in order. */
static void sum_samples(size_t n, size_t out, const float *dzt, float *db)
{
    memset(db, 0, out * sizeof *db);
    for (size_t i = 0; i < n; i++, dzt += whole_lanes(out))
        for (size_t o = 0; o < out; o++)
            db[o] += dzt[o];
}

/* The rows of the kernel that a slice makes: those from row on. */
static size_t slice_rows(const struct layer *layer, size_t slice, size_t *row)
{
    struct dense_shape s = kernel_shape(layer);
    struct range rows = dense_rows(&s, (struct range){slice, slice + 1});
    *row = rows.from;
    return rows.to - rows.from;
}

static struct gradient_slice gradient(const struct layer *layer, const struct kernels *k,
                                      const struct batch_view *v, size_t slice, float *g)
{
    struct dense_shape s = kernel_shape(layer);
    if (layer_slice_is_bias(layer, slice)) {
        sum_samples(v->n_blocks * LANES, s.out, v->share, g);
        return (struct gradient_slice){1, 0, s.out};
    }
    size_t row, n = slice_rows(layer, slice, &row);
    k->dense_gradient(&s, v->n_blocks, v->x, v->x_stride, v->share, row, n, g);
    return (struct gradient_slice){0, row * s.out, n * s.out};
}

static void gradient_update(const struct layer *layer, const struct kernels *k, const struct batch_view *v,
                            size_t slice, float *g, enum optimizer optimizer, const struct update *update)
{
    struct dense_shape s = kernel_shape(layer);
    const struct parameter *p = &layer->parameter[0];
    size_t row, n = slice_rows(layer, slice, &row), offset = row * s.out;
    k->dense_gradient_update[optimizer](&s, v->n_blocks, v->x, v->x_stride, v->share, row, n, g, update,
                                        p->value + offset, parameter_slot(p, 0, offset),
                                        parameter_slot(p, 1, offset));
}

const struct layer_type layer_dense = {
    .word = "dense",
    .class_name = "Dense",
    .usage = "dense:UNITS[,ACTIVATION]",
    .help = "UNITS weighted sums of everything in the vector below",
    .arguments = {"UNITS"},
    .has_activation = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .shard_forward = shard_forward,
    .shard_finish = shard_finish,
    .shard_backward = shard_backward,
    .block_gradient = block_gradient,
    .gradient = gradient,
    .gradient_update = gradient_update,
};
