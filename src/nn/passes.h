/* The engine from the inside: what engine.c lays out in memory, and passes.c runs. */
#ifndef NN_PASSES_H
#define NN_PASSES_H

#include "nn/engine.h"

/* What there is to do within a step: for one block, for one shard, for one slice of a layer. */
enum work {
    PACK,
    FORWARD,
    GATHER,
    FINISH,
    LOSS,
    GRADIENT,
    BACKWARD,
    GATHER_BACK,
    FINISH_BACK,
    UPDATE /* of all layers */
};

struct operation {
    enum work work;
    size_t layer;
};

/* Operations from .. to - 1, by all threads, each operation of a block after the one before it. */
struct pass {
    enum over { OVER_BLOCKS, OVER_BANDS, OVER_SHARDS, OVER_SLICES } over;
    size_t from, to;
};

enum { MAX_OPERATIONS = 5 * MAX_LAYERS + 3 };

/* What becomes of a gradient: it goes to values, unless that is NULL, and to the update of the weights,
 * unless that is NULL. */
struct target {
    enum optimizer optimizer;
    const struct update *update;
    float *values; /* laid out as model->weights */
};

struct engine {
    const struct cnn_model *model;
    const struct kernels *k;
    size_t batch_size, n_threads;
    double step_macs; /* arithmetic of a block's step, to tell small work from large */
    struct engine_listener listener;

    float *memory; /* everything in this paragraph lies in it */
    float *images; /* [blocks][input][16] */
    struct batch layer[MAX_LAYERS];
    float *dz;        /* [blocks][classes][16]: that of the last layer that computes, which the loss sets */
    float *loss;      /* [blocks][16] */
    uint8_t *correct; /* [blocks][16] */
    float *gradient;  /* [threads][slice_floats] */
    size_t slice_floats;

    /* Only where something needs all weights at once: pieces.h. */
    struct piece *piece; /* [n_pieces] */
    size_t n_pieces;
    struct engine_clip clip;
    float *whole; /* [n_weights]: the gradient, to be clipped; NULL: each slice is used as it is made */

    /* Of the batch at hand. */
    const struct engine_batch *batch;
    size_t n_blocks, n_bands, n_operations, n_passes; /* n_bands: of each block; 1: a block is one thread's */
    struct operation operation[MAX_OPERATIONS];
    struct pass pass[MAX_OPERATIONS];
};

/* Threads that the work of the batch at hand is enough for. */
size_t passes_threads(const struct engine *engine);

/* Makes the passes of a step for the batch at hand. */
void passes_plan(struct engine *engine);

/* Runs them. Threads: called by each of a team, or by one alone; all get loss and correct. */
void passes_run(const struct engine *engine, const struct target *target, double *loss, size_t *correct);

/* Over what the arithmetic of a layer goes. */
enum over passes_over(const struct engine *engine, enum layer_work work, size_t layer);

/* Of a phase of a layer, the part that the thread which has most of it does. */
double passes_busiest(const struct engine *engine, enum engine_phase phase, size_t layer);

/* Tells who listens. */
static inline void engine_report(const struct engine *e, enum engine_phase phase, size_t layer)
{
    if (e->listener.report)
        e->listener.report(e->listener.context, phase, layer);
}

#endif
