/*
 * flatten: a feature map as a vector, row by row: y[(i * w + j) * c + k] = x[i][j][k]. In the layout of
 * kernels.h these are the same numbers in the same places, so there is nothing to compute. Source: Keras
 * Flatten.
 */
#include "nn/layer.h"

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    (void)error;
    layer->out = (struct shape){1, {shape_count(&layer->in), 1, 1}};
    return CNN_OK;
}

const struct layer_type layer_flatten = {
    .word = "flatten",
    .name = "flatten",
    .class_name = "Flatten",
    .usage = "flatten",
    .help = "lays a feature map out as one vector",
    .plan = plan,
};
