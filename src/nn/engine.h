/*
 * The engine runs a model over blocks of 16 samples. It owns the activations; nothing is allocated once it is
 * made.
 *
 * A training step is made of passes, each spread over threads, with a barrier between them:
 *   - over blocks, each on its own: pack, forward, loss, backward;
 *   - where a layer wants all blocks at once, over its shards instead: a large dense layer sums and hands
 * down with some of its weights at a time. A thread has the same shards in every step, so that these weights
 *     stay in its cache;
 *   - where there are more threads than blocks, over bands of blocks, for layers whose rows can be shared
 * out;
 *   - at the end over the slices of the gradients, each then used for the update.
 * Who does what never changes what is computed, so the result does not depend on the number of threads.
 *
 * Words
 *   block   sixteen samples, side by side in memory
 *   pass    what all threads do between two barriers
 *   band    some rows of a layer's work on one block
 *   shard   a piece of a layer's work that one thread does for all blocks
 *   slice   a piece of the gradient by a layer's weights, over the whole batch
 *   share   what one block adds to a layer's gradient
 *   slope   act'(z), until backward has multiplied it and it is dz, the gradient of the loss by z
 *   target  where a gradient goes: the update of the weights, or an array
 *   phase   what a thread has just done: what is timed
 *   tile    sums that registers hold at once (body/tile.h); tail: the lanes left over in its last vector
 */
#ifndef NN_ENGINE_H
#define NN_ENGINE_H

#include "nn/model.h"

struct engine;

/* What a step is made of; a caller fills it anew for each. */
struct engine_batch {
    const uint8_t *const *images; /* [n], each the pixels of one sample */
    const uint8_t *labels;        /* [n] */
    size_t n;                     /* 1 .. batch_size */
    struct place place;           /* whose they are, for layers that draw random numbers */
};

/* An engine that trains a model with batches of up to batch_size. Errors: MEMORY. Owns: the caller. */
enum cnn_status engine_create(const struct cnn_model *model, size_t batch_size, struct engine **engine,
                              struct cnn_error *error);
void engine_free(struct engine *engine);

/* How long a gradient may be: that of each array of weights on its own, or all of them as one vector. */
struct engine_clip {
    double norm; /* 0: as it comes */
    bool global;
};

/* From now on gradients are clipped; the update comes after all of the gradient then. Errors: MEMORY. */
enum cnn_status engine_set_clip(struct engine *engine, struct engine_clip clip, struct cnn_error *error);

/* One training step: loss and correct answers before the update, then the update of weights and slots. When
 * the loss is not finite nothing is updated: *loss says so. Shapes: loss is the sum over the batch, correct a
 * count; what the weights cost is in the loss, for each sample. */
void engine_step(struct engine *engine, const struct engine_batch *batch, enum optimizer optimizer,
                 const struct update *update, double *loss, size_t *correct);

/* A step without the update, with the gradients of all parameters, laid out as model->weights is; 0 for those
 * that are not trained. For tests and explanations. Shapes: gradient [model->n_weights]. */
void engine_gradient(struct engine *engine, const struct engine_batch *batch, float *gradient, double *loss,
                     size_t *correct);

/* Adds to the gradient of an image what L2 adds, as a step has it. Shapes: gradient [model->n_weights]. */
void gradient_add_cost(const struct cnn_model *model, float *gradient);

/* The length of a gradient by one array of weights, or by all of them where array is NULL, added up as
 * clipping does. Shapes: gradient [model->n_weights]. */
double gradient_norm(const struct cnn_model *model, const struct parameter *array, const float *gradient);

/* What a gradient of that length is multiplied by, where it may be at most so long. Source: tf.clip_by_norm,
 * tf.clip_by_global_norm. */
float gradient_clip_factor(double most, double norm);

/* What a thread has just done within a step; ENGINE_WAIT: waited for the others. */
enum engine_phase {
    ENGINE_START,
    ENGINE_PACK,
    ENGINE_FORWARD,
    ENGINE_LOSS,
    ENGINE_BACKWARD,
    ENGINE_WAIT,
    ENGINE_GRADIENT, /* with the update, where the layer does both in one */
    ENGINE_UPDATE,
    N_ENGINE_PHASES
};

/* Whoever measures a step is told by every thread after each phase of it; layer is 0 where it is of none. */
struct engine_listener {
    void (*report)(void *context, enum engine_phase phase, size_t layer);
    void *context;
};
void engine_listen(struct engine *engine, const struct engine_listener *listener);

/* Of a layer's forward, backward or gradient for n samples, the part that the thread which has most of it
 * does, from 1 / threads to 1: counted from the plan. The plan stays until the next step. */
double engine_busiest(struct engine *engine, size_t n, enum engine_phase phase, size_t layer);

/* The last batch as layer i has it: what it has gathered. */
const struct batch *engine_seen(const struct engine *engine, size_t i);

/* The output of layer i for sample n of the last batch, in Keras's order. Shapes: values [count of out]. */
void engine_output(const struct engine *engine, size_t i, size_t n, float *values);

#endif
