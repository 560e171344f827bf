/* A whole network in double, forward only: what the engine's losses, outputs and gradients are compared with.
 */
#ifndef REFERENCE_CHAIN_H
#define REFERENCE_CHAIN_H

#include "nn/model.h"

/* A batch on its way through one layer. Shapes: x [n][in], z [n][out]. */
struct chain_batch {
    const struct layer *layer;
    size_t n;
    const double *x;
    double *z;
    const double *w[MAX_PARAMETERS]; /* the layer's weights, one array each */
    struct place place;
    bool training;
};

/* The plain forward of a layer of the table, without activation; NULL for one that nobody has written down
 * here. */
typedef void chain_forward(const struct chain_batch *batch);
chain_forward *chain_layer(const struct layer_type *type);

/* The mean loss of a model on n samples in training, with weights laid out as model->weights is. When outputs
 * is not NULL it gets the output of layer i for the last sample at outputs[i] (logits for softmax). */
double chain_loss(const struct cnn_model *model, const double *weights, const uint8_t *const *images,
                  const uint8_t *labels, size_t n, double **outputs);

#endif
