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

/* The kernel's gradient is made in pieces of some rows (kw, c) of one kernel line (kh). */
static size_t line_rows(const struct layer *layer)
{
    return layer->argument[SIZE][1] * layer->in.size[2];
}

static size_t units_per_line(const struct layer *layer)
{
    return (line_rows(layer) + CONV2D_GRADIENT_ROWS - 1) / CONV2D_GRADIENT_ROWS;
}

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
    layer->n_units = s.kernel_h * units_per_line(layer) + 1;
    layer->unit_count = CONV2D_GRADIENT_ROWS * s.filters;
    layer->macs_forward = (double)shape_count(&layer->out) * (double)(area * s.in_c);
    return CNN_OK;
}

static void forward(const struct layer *layer, const struct kernels *k, const float *x, float *y, float *d)
{
    struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_forward(&s, layer->activation, x, layer->parameter[0].value, layer->parameter[1].value, y, d);
}

static void backward(const struct layer *layer, const struct kernels *k, const float *dz, float *scratch,
                     float *dx)
{
    (void)scratch;
    struct conv2d_shape s = kernel_shape(layer);
    if (dx)
        k->conv2d_backward(&s, dz, layer->parameter[0].value, dx);
}

static struct gradient_slice gradient(const struct layer *layer, const struct kernels *k,
                                      const struct gradient_view *v, size_t unit, float *g)
{
    struct conv2d_shape s = kernel_shape(layer);
    if (layer_unit_is_bias(layer, unit)) {
        k->bias_gradient(layer->out.size[0] * layer->out.size[1], s.filters, v->n_blocks, v->dz, v->dz_stride,
                         g);
        return (struct gradient_slice){1, 0, s.filters};
    }
    size_t rows = line_rows(layer), per_line = units_per_line(layer);
    size_t first = unit % per_line * CONV2D_GRADIENT_ROWS;
    size_t n = rows - first < CONV2D_GRADIENT_ROWS ? rows - first : CONV2D_GRADIENT_ROWS;
    size_t row = unit / per_line * rows + first;
    k->conv2d_gradient(&s, v->n_blocks, v->x, v->x_stride, v->dz, v->dz_stride, row, n, g);
    return (struct gradient_slice){0, row * s.filters, n * s.filters};
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
    .gradient = gradient,
};
