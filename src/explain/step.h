/* The step of one weight: what it follows from, found by step.c and put in words by step_words.c. */
#ifndef EXPLAIN_STEP_H
#define EXPLAIN_STEP_H

#include "explain/explain.h"
#include "train/optimizer.h"

/* A weight and everything that its next value follows from. */
struct weight_step {
    const struct layer *layer;
    struct worked seen; /* of its layer by the rules of the run's Keras, what the batch has shown */
    size_t at;          /* counted from the layer's first weight */
    float w, g;         /* now, and the gradient that the optimizer is given */
    float image_g;      /* of it the part of the image, before L2 and clipping */
    float whole_g;      /* before clipping */
    double clipnorm, global_clipnorm, norm; /* norm: of the gradient that is clipped */
    double ema;
    bool mean_in_model; /* the model is the mean of the weights, which training does not go on from */
    bool has_mean;
    float mean;
    bool otherwise; /* in training the network's numbers for this image are others */
    float slot[MAX_SLOTS], new_w, new_slot[MAX_SLOTS];
    bool has_run; /* else the optimizer is what cnn train begins with */
    struct optimizer_setting setting;
    char optimizer[MAX_OPTIMIZER_TEXT];
    enum cnn_compat compat;
    double learning_rate;
    uint64_t step; /* counted from 1 */
    struct place place;
    struct update update;
};

/* The array of a layer that its weight `at` is in, and where. */
const struct parameter *parameter_at(const struct layer *layer, size_t at, size_t *within);

void tell_weight_step(struct explanation *e, const struct weight_step *s);

#endif
