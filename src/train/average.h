/* The mean of the weights over the steps, the later ones counting more, which the model holds in the end.
 * Source: Keras use_ema. */
#ifndef TRAIN_AVERAGE_H
#define TRAIN_AVERAGE_H

#include "nn/model.h"

struct average {
    float *values; /* [n_weights], laid out as model->weights; NULL: nothing is averaged */
    float momentum;
    bool
        first_copies; /* the first step's weights are the mean so far (Keras 3); else those before it count */
    bool in_model;    /* the model holds the mean, and values the weights to go on with */
};

/* Errors: MEMORY. Owns: the caller, until average_free. */
enum cnn_status average_create(struct average *average, const struct cnn_model *model,
                               const struct cnn_train_options *options, struct cnn_error *error);
void average_free(struct average *average);

/* After step, counted from 0: mean = momentum mean + (1 - momentum) w. Weights that are not trained are not
 * averaged either. */
void average_step(struct average *average, const struct cnn_model *model, size_t step);

/* The model gets the mean, or back what it had. */
void average_swap(struct average *average, struct cnn_model *model);

#endif
