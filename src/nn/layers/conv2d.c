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
    return conv2d_valid((struct conv2d_shape){.in_h = layer->in.size[0],
                                              .in_w = layer->in.size[1],
                                              .in_c = layer->in.size[2],
                                              .kernel_h = layer->argument[SIZE].h,
                                              .kernel_w = layer->argument[SIZE].w,
                                              .filters = layer->argument[FILTERS].h});
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    if (layer->in.rank != 3)
        return error_set(error, CNN_ERROR_USAGE,
                         "conv2d needs a feature map (height, width, channels) below it, not a vector");
    struct conv2d_shape s = kernel_shape(layer);
    if (s.out_h == 0 || s.out_w == 0) {
        error_set(error, CNN_ERROR_USAGE, "a kernel of %zu x %zu does not fit in a feature map of %zu x %zu",
                  s.kernel_h, s.kernel_w, s.in_h, s.in_w);
        return error_hint(error, CNN_ERROR_USAGE,
                          "each valid convolution takes SIZE - 1 off each side: use a "
                          "smaller SIZE or fewer layers");
    }
    layer->out = (struct shape){3, {s.out_h, s.out_w, s.filters}};
    size_t area = s.kernel_h * s.kernel_w;
    layer_parameter(layer, "kernel", 4, (size_t[]){s.kernel_h, s.kernel_w, s.in_c, s.filters}, area * s.in_c,
                    area * s.filters);
    layer_parameter(layer, "bias", 1, (size_t[]){s.filters}, 0, 0);
    layer->macs_forward = (double)shape_count(&layer->out) * (double)(area * s.in_c);
    return CNN_OK;
}

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_forward(&s, layer->activation, b->x, layer->parameter[0].value, layer->parameter[1].value, b->y,
                      b->slope);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_backward(&s, b->dz, layer->parameter[0].value, b->dx);
}

static void gradient(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_gradient(&s, b->x, b->dz, b->share);
    k->bias_gradient(s.out_h * s.out_w, s.filters, b->dz, b->share + layer->parameter[0].count);
}

const struct layer_type layer_conv2d = {
    .word = "conv2d",
    .name = "conv2d",
    .class_name = "Conv2D",
    .usage = "conv2d:FILTERS,SIZE[,ACTIVATION]",
    .help = "looks for FILTERS patterns of SIZE x SIZE (or HxW) everywhere in the map below; no padding",
    .argument = {{"FILTERS", ARGUMENT_NUMBER, NULL}, {"SIZE", ARGUMENT_SIZE, NULL}},
    .has_activation = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
};
