/*
 * conv2d: looks for one small pattern per filter at every place of the feature map below, over all its
 * channels. y[i][j][f] = act(b[f] + sum over kh, kw, c of x[i + kh][j + kw][c] * w[kh][kw][c][f]) Source:
 * Keras Conv2D with padding="valid", strides=1.
 */
#include "base/status.h"
#include "nn/layer.h"

enum { FILTERS, SIZE }; /* its arguments */

static struct conv2d_shape kernel_shape(const struct layer *layer)
{
    return (struct conv2d_shape){.in_h = layer->in.size[0],
                                 .in_w = layer->in.size[1],
                                 .in_c = layer->in.size[2],
                                 .kernel_h = layer->argument[SIZE][0],
                                 .kernel_w = layer->argument[SIZE][1],
                                 .filters = layer->argument[FILTERS][0]};
}

/* Most weights in a piece of the kernel's gradient. */
enum { SLICE_FLOATS = 2048 };

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    const struct shape *in = &layer->in;
    if (in->rank != 3)
        return error_set(error, CNN_ERROR_USAGE,
                         "conv2d needs a feature map (height, width, channels) below it, not a vector");
    struct conv2d_shape s = kernel_shape(layer);
    if (s.kernel_h > s.in_h || s.kernel_w > s.in_w) {
        error_set(error, CNN_ERROR_USAGE, "a kernel of %zu x %zu does not fit in a feature map of %zu x %zu",
                  s.kernel_h, s.kernel_w, s.in_h, s.in_w);
        return error_hint(error, CNN_ERROR_USAGE,
                          "each valid convolution takes SIZE - 1 off each side: use a "
                          "smaller SIZE or fewer layers");
    }
    layer->out = (struct shape){3, {s.in_h - s.kernel_h + 1, s.in_w - s.kernel_w + 1, s.filters}};
    size_t area = s.kernel_h * s.kernel_w;
    layer_parameter(layer, "kernel", 4, (size_t[]){s.kernel_h, s.kernel_w, s.in_c, s.filters}, area * s.in_c,
                    area * s.filters);
    layer_parameter(layer, "bias", 1, (size_t[]){s.filters}, 0, 0);
    size_t weights = layer->parameter[0].count;
    layer->n_slices = (weights + SLICE_FLOATS - 1) / SLICE_FLOATS + 1;
    layer->slice_floats = SLICE_FLOATS > s.filters ? SLICE_FLOATS : s.filters;
    layer->share = weights + s.filters;
    layer->macs_forward = (double)shape_count(&layer->out) * (double)(area * s.in_c);
    return CNN_OK;
}

static void forward(const struct layer *layer, const struct kernels *k, const float *x, float *y, float *d)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_forward(&s, layer->activation, x, layer->parameter[0].value, layer->parameter[1].value, y, d);
}

static void backward(const struct layer *layer, const struct kernels *k, const float *dz, float *dx)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_backward(&s, dz, layer->parameter[0].value, dx);
}

/* share: the block's gradient by kernel and bias, while its x and dz are in the cache. */
static void block_gradient(const struct layer *layer, const struct kernels *k, const float *x,
                           const float *dz, float *share)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_gradient(&s, x, dz, share);
    k->bias_gradient(layer->out.size[0] * layer->out.size[1], s.filters, dz,
                     share + layer->parameter[0].count);
}

static struct gradient_slice gradient(const struct layer *layer, const struct kernels *k,
                                      const struct batch_view *v, size_t slice, float *g)
{
    (void)k;
    size_t weights = layer->parameter[0].count, first = slice * SLICE_FLOATS;
    struct gradient_slice s = {0, first, weights - first < SLICE_FLOATS ? weights - first : SLICE_FLOATS};
    if (layer_slice_is_bias(layer, slice)) {
        s = (struct gradient_slice){1, 0, layer->parameter[1].count};
        first = weights;
    }
    layer_sum_blocks(v, first, s.count, g);
    return s;
}

const struct layer_type layer_conv2d = {
    .word = "conv2d",
    .class_name = "Conv2D",
    .usage = "conv2d:FILTERS,SIZE[,ACTIVATION]",
    .help = "looks for FILTERS patterns of SIZE x SIZE (or HxW) everywhere in the map below; no padding",
    .arguments = {"FILTERS", "SIZE"},
    .has_activation = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .block_gradient = block_gradient,
    .gradient = gradient,
};
