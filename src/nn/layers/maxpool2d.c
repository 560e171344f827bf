/*
 * maxpool2d: the largest value under a window that slides over each channel of the feature map below.
 *     y[i][j][c] = max over h, w of x[i * stride + h][j * stride + w][c]
 * On the way back the gradient goes to the first of the largest, row by row. Source: Keras MaxPooling2D.
 */
#include "base/status.h"
#include "nn/layer.h"

enum { SIZE, STRIDE, SAME }; /* its arguments */

static struct pool2d_shape kernel_shape(const struct layer *layer)
{
    const struct argument_value size = layer->argument[SIZE], given = layer->argument[STRIDE],
                                stride = given.h ? given : size;
    const bool same = layer->argument[SAME].h;
    const struct window h = window_over(layer->in.size[0], size.h, stride.h, same),
                        w = window_over(layer->in.size[1], size.w, stride.w, same);
    return (struct pool2d_shape){.in_h = layer->in.size[0],
                                 .in_w = layer->in.size[1],
                                 .channels = layer->in.size[2],
                                 .size_h = size.h,
                                 .size_w = size.w,
                                 .stride_h = stride.h,
                                 .stride_w = stride.w,
                                 .out_h = h.out,
                                 .out_w = w.out,
                                 .top = h.before,
                                 .left = w.before};
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    const size_t most = (size_t)1 << 24; /* places in a window that a float can count */
    if (layer->in.rank != 3)
        return error_set(error, CNN_ERROR_USAGE,
                         "maxpool2d needs a feature map (height, width, channels) below it, not a vector");
    struct pool2d_shape s = kernel_shape(layer);
    if (s.out_h == 0 || s.out_w == 0 || s.size_h * s.size_w > most) {
        error_set(error, CNN_ERROR_USAGE, "a window of %zu x %zu does not fit in a feature map of %zu x %zu",
                  s.size_h, s.size_w, s.in_h, s.in_w);
        return error_hint(error, CNN_ERROR_USAGE, "use a smaller SIZE, or \"same\" for padding at the edges");
    }
    layer->out = (struct shape){3, {s.out_h, s.out_w, s.channels}};
    layer->saved = shape_count(&layer->out) * LANES;
    return CNN_OK;
}

/* saved: where in its window each maximum is. */
static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct pool2d_shape s = kernel_shape(layer);
    k->maxpool2d_forward(&s, b->x, b->y, b->slope, b->saved);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct pool2d_shape s = kernel_shape(layer);
    k->maxpool2d_backward(&s, b->dz, b->saved, b->dx);
}

const struct layer_type layer_maxpool2d = {
    .word = "maxpool2d",
    .name = "max_pooling2d",
    .class_name = "MaxPooling2D",
    .usage = "maxpool2d:SIZE[,stride=S][,same]",
    .help =
        "the largest value under a window of SIZE x SIZE (or HxW), which moves by its size or by S; same: "
        "padded at the edges",
    .argument = {{"SIZE", ARGUMENT_SIZE, NULL}, {"stride", ARGUMENT_SIZE, ""}, {"same", ARGUMENT_WORD, ""}},
    .plan = plan,
    .forward = forward,
    .backward = backward,
};
