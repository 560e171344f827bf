/*
 * Layers: one row in layers.def and one file in layers/ each. A layer owns no memory: its weights lie in the
 * model's, its activations in the engine's. It sees them a block of sixteen samples at a time.
 */
#ifndef NN_LAYER_H
#define NN_LAYER_H

#include "base/random.h"
#include "cnn.h"
#include "kernels/kernels.h"

/* The shape of one sample: {h, w, c} with rank 3, {n} with rank 1. */
struct shape {
    size_t rank;
    size_t size[3];
};

static inline size_t shape_count(const struct shape *shape)
{
    size_t n = 1;
    for (size_t i = 0; i < shape->rank; i++)
        n *= shape->size[i];
    return n;
}

enum { MAX_LAYERS = 64, MAX_PARAMETERS = 4, MAX_ARGUMENTS = 4, MAX_SLOTS = 2 };

/* One array of weights. */
struct parameter {
    const char *name; /* "kernel", "bias", as Keras calls them */
    size_t rank, shape[4], count;
    double limit;           /* initial values are uniform in -limit .. limit; 0: all of them are initial */
    float initial;          /* 0 or 1 */
    bool trained;           /* false: no gradient, no update; see layer_type.commit */
    float *value;           /* [count] */
    float *slot[MAX_SLOTS]; /* what the optimizer remembers of it, each [count]; set while training */
};

/* Kernels are what L2 keeps small; biases, and the scale and shift of a normalisation, it leaves alone. */
static inline bool parameter_is_kernel(const struct parameter *p)
{
    return p->trained && p->rank > 1;
}

/* What stands for an argument in a layer's text. */
struct argument_value {
    size_t h, w; /* a number: both the same; a word that may be left out: 1 where it is there */
    double fraction;
};

/* What a layer does with a block. */
enum layer_work { LAYER_FORWARD, LAYER_BACKWARD, LAYER_GRADIENT, N_LAYER_WORKS };

/* What the numbers below a layer are, past layers that only keep or lay out what they see. */
enum layer_sight { SEES_IMAGE, SEES_MAPS, SEES_ROW };

struct layer {
    const struct layer_type *type;
    char name[32]; /* "conv2d_1" */
    size_t number; /* in its chain, from 0 */
    enum activation activation;
    enum cnn_compat compat; /* the version of Keras whose rules it trains by; the trainer sets it */
    struct argument_value argument[MAX_ARGUMENTS]; /* as the rows of its type say */
    struct shape in, out;
    enum layer_sight sight;
    size_t n_parameters;
    struct parameter parameter[MAX_PARAMETERS]; /* those that are trained first; together in memory */
    size_t n_trained;                           /* floats in those that are trained */
    size_t saved, share;                        /* floats a block: see struct block */
    size_t n_slices, slice_floats;              /* pieces of the gradient; the most floats in one */
    size_t n_shards, gathered;                  /* where the type has shards; floats for all blocks */
    size_t n_rows[N_LAYER_WORKS]; /* of a block: see struct block; 0: one thread does them all */
    double macs_forward;          /* multiplications with an addition for one sample */
};

/* ---- what a layer works on ------------------------------------------------------------------------ */

/* Whose numbers these are: what names the random numbers of a sample, and nothing else does. */
struct place {
    uint64_t seed, epoch;
    const uint32_t *image; /* [n]: number of each sample's image in its dataset; NULL: as they come */
};

/* Sixteen samples as a layer sees them. Views: a layer owns nothing. What is NULL nobody asks for. */
struct block {
    size_t number; /* of the block in its batch */
    size_t n;      /* samples in it, 1 .. 16; the lanes after them are padding, and count in nothing */

    const float *x;    /* like in */
    float *y, *slope;  /* like out; forward leaves act'(z) in slope, ones where it has no activation; slope is
                          NULL for softmax, whose dz the loss sets, and where nobody goes back */
    const float *dz;   /* backward: like out, the gradient of the loss by z; it lies where slope was */
    float *dx;         /* backward: like in; holds the slope of the layer below, becomes its dz */
    float *saved;      /* [layer->saved]: what forward leaves for backward: argmax, mask */
    float *share;      /* [layer->share]: what this block adds to the gradient by the weights */
    float *gathered;   /* [layer->gathered]: what shards leave for finish; the same for all blocks */
    struct range rows; /* those asked for, of the layer->n_rows that several threads share out where a batch
                          has fewer blocks than there are threads: of y forward, of dx backward, of the
                          weights for the gradient. No row may depend on who makes the others; 0, 0: all */
    struct place place; /* of its samples */
    bool training;      /* dropout drops, batch normalisation takes the mean of the batch */
};

/* All blocks of a batch as one layer sees them: block 0, and how far apart in floats the others lie. */
struct batch {
    size_t n, n_blocks; /* samples, blocks */
    struct block first;
    size_t x_stride, y_stride, saved_stride, share_stride; /* dx lies like x; slope and dz like y */
};

struct block batch_block(const struct batch *batch, size_t number);

/* The random numbers of one sample of a block in this layer: named by seed, epoch, image and layer, not by
 * who draws, or when. */
struct random layer_random(const struct layer *layer, const struct block *block, size_t lane);

/* The rows of a block that a layer is asked for, where there are n. */
static inline struct range block_rows(const struct block *block, size_t n)
{
    return block->rows.to ? block->rows : (struct range){0, n};
}

/* ---- what a layer is ------------------------------------------------------------------------------- */

/* One block, forward, backward or gradient. */
typedef void layer_pass(const struct layer *layer, const struct kernels *k, const struct block *block);

/* One shard, for all blocks. */
typedef void layer_gather(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                          size_t shard);

/* A layer that wants all blocks at once: its work goes between two barriers by shards instead,
 * layer->n_shards of them. What a shard computes may not depend on who runs the others. */
struct layer_shards {
    size_t most_blocks;        /* a batch of more goes block by block all the same */
    layer_gather *gather;      /* forward: into gathered */
    layer_pass *finish;        /* then each block: y and slope */
    layer_gather *gather_back; /* backward, from dz of all blocks */
    layer_pass *finish_back;   /* then each block: dx; NULL: gather_back has made it */

    /* The slices of the gradient by weights that no other shard reads: made by the same thread, right after
     * gather_back. NULL: none. */
    struct range (*slices)(const struct layer *layer, size_t shard);
};

/* A gradient that is made in pieces over the whole batch, layer->n_slices of them. */
struct layer_slices {
    /* Returns which of the layer's weights g is the gradient by. Shapes: g [slice_floats]. */
    struct range (*gradient)(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                             size_t slice, float *g);

    /* The same, and the update of the weights by it, where the two in one are faster. */
    void (*update)(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                   size_t slice, float *g, enum optimizer optimizer, const struct update *update);
};

/* An argument in a layer's text. Those without a default come first, in order; the others in any order. */
enum argument_kind {
    ARGUMENT_NUMBER,   /* 8 */
    ARGUMENT_SIZE,     /* 3, 3x5 */
    ARGUMENT_FRACTION, /* 0.25: from 0 up to, not including, 1 */
    ARGUMENT_WORD      /* its own name, or nothing */
};

struct argument {
    const char *name; /* "FILTERS"; one with a default is written NAME=VALUE, "stride=2", a word as it is */
    enum argument_kind kind;
    const char *otherwise; /* the default as it would be written; "": plan chooses; NULL: must be given */
};

/* ---- what a layer says of itself, for src/explain ----------------------------------------------------- */

/* A paragraph, or a line of arithmetic where korean is NULL. In braces stand numbers of the layer, {H} {W}
 * {C} or {N} of its input, {OH} {OW} {OC} or {M} of its output, {P} parameters, {MACS} multiplications for
 * one image, and its arguments by name: {FILTERS}, {SIZE.h}, {SIZE.w}, {SIZE.h-1}; also those of number
 * below.
 *
 * A line that is something is worked out for one output: english is the name of its number, and `of` names
 * what that is made of: "x", the number below at the output's place; an array of weights, of which it is the
 * one for the output's channel; a line before it; what number or seen below give; or a number as it is
 * written, "1". Every operation is in single precision, rounded once. The last such line of TOPIC_NUMBER is
 * the output. */
struct layer_text {
    enum layer_topic {
        TOPIC_PURPOSE,
        TOPIC_SHAPE,
        TOPIC_COUNT,
        TOPIC_WORK,
        N_TOPICS,                /* that every layer speaks of */
        TOPIC_NUMBER = N_TOPICS, /* how one of its numbers comes about, where it has no steps */
        TOPIC_TRAINING,          /* what training makes of that number instead */
        TOPIC_STEP               /* how a step moves what is not trained; each line names an array */
    } topic;
    const char *english, *korean;
    bool (*holds)(const struct layer *layer); /* NULL: always */
    enum line_kind {
        LINE_NONE,
        LINE_SAME,        /* a */
        LINE_SUM,         /* a + b */
        LINE_DIFFERENCE,  /* a - b */
        LINE_PRODUCT,     /* a * b */
        LINE_QUOTIENT,    /* a / b */
        LINE_ROOT,        /* sqrt(a) */
        LINE_PRODUCT_SUM, /* a * b + c, rounded once */
        LINE_PRODUCTS,    /* a * b + c * d */
        N_LINE_KINDS
    } is;
    const char *of[4];
};

/* A step on the way to one output: x is a place in the input, w one in the weights, counted from the layer's
 * first. It is done in single precision, rounded once. */
struct layer_step {
    enum step_kind {
        STEP_START,   /* sum = w */
        STEP_PRODUCT, /* sum = x * w + sum */
        STEP_LARGEST, /* sum = the larger of x and sum; the first one is x */
        STEP_ADD,     /* sum = x + sum; the first one is x */
        STEP_DIVIDE   /* sum = sum / number */
    } kind;
    size_t x, w, group; /* group: steps that are shown as one, from 0 up */
    float number;
};

enum { LAYER_TEXTS = 32 };

struct layer_words {
    const char *english, *korean; /* what it is called: "convolution" */
    struct layer_text text[LAYER_TEXTS];
    double (*number)(const struct layer *layer, const char *name); /* what {name} stands for, beside those */

    /* Of a batch that has gone through in training, what {name} of TOPIC_STEP stands for; NAN: number says.
     */
    float (*seen)(const struct layer *layer, const struct batch *batch, size_t output, const char *name);

    /* Step i to an output; false past the last. NULL: outputs are inputs, or there are lines to them. */
    bool (*step)(const struct layer *layer, size_t output, size_t i, struct layer_step *step);
    const char *group_english, *group_korean;     /* "row {G} of the window" */
    bool (*by_groups)(const struct layer *layer); /* each group is summed from 0, then added; NULL: never */
};

/* Numbers of a layer that an export needs beside its shapes and weights, by name. */
typedef void layer_told(void *context, const char *name, const double *values, size_t n);

/* NULL anywhere below: there is nothing to do. */
struct layer_type {
    const char *word;       /* in architecture texts: "maxpool2d" */
    const char *name;       /* what Keras calls the first of its kind: "max_pooling2d" */
    const char *class_name; /* in Keras: "MaxPooling2D" */
    const char *usage, *help;
    struct argument argument[MAX_ARGUMENTS];
    bool has_activation;

    /* From in and argument: out, parameters, saved, macs_forward, and what slices and shards need.
     * Errors: USAGE where it does not fit. */
    enum cnn_status (*plan)(struct layer *layer, struct cnn_error *error);

    layer_pass *forward;  /* y, slope and saved from x; NULL: the same numbers in another shape */
    layer_pass *backward; /* dx from dz */
    layer_pass *gradient; /* share from x and dz */

    /* How much there is to do for one row, against the others; NULL: as much for each. */
    size_t (*row_work)(const struct layer *layer, enum layer_work work, size_t row);

    const struct layer_slices
        *slices; /* NULL: the sum of the blocks' shares, which are laid out as the weights */
    const struct layer_shards *shards; /* NULL: block by block; always so where training is false */

    /* After a step whose loss is finite: what becomes of weights that are not trained (moving averages).
     * Threads: called by one, when all blocks have gone forward and backward. */
    void (*commit)(const struct layer *layer, const struct kernels *k, const struct batch *batch);

    const struct layer_words *words; /* never NULL: a test sees to it */
    /* Tells what its script, layers/NAME.js, reads by these names: windows, the order of sums. */
    void (*tell)(const struct layer *layer, layer_told *told, void *context);
};

#define LAYER(name) extern const struct layer_type layer_##name;
#include "nn/layers.def"
#undef LAYER

/* Row i of the table; NULL past its end. */
const struct layer_type *layer_type_at(size_t i);

/* Its words; NULL past the end. */
const struct cnn_word *layer_word(size_t i);

/* Whether a layer has numbers of its own, and does not only look at those below in another shape. */
static inline bool layer_computes(const struct layer *layer)
{
    return layer->type->forward != NULL;
}

/* Plans a layer of a type with given arguments on what is below it. Errors: USAGE where it does not fit. */
enum cnn_status layer_plan(struct layer *layer, struct cnn_error *error);

/* One block through a layer: the way of training, evaluation and prediction alike. */
static inline void layer_forward(const struct layer *layer, const struct kernels *k,
                                 const struct block *block)
{
    if (layer_computes(layer))
        layer->type->forward(layer, k, block);
}

/* Band i of n of a block's rows, each of about as much work. */
struct range layer_band(const struct layer *layer, enum layer_work work, size_t i, size_t n);

/* The part of a block's work that some of its rows are, from 0 to 1. */
double layer_part(const struct layer *layer, enum layer_work work, struct range rows);

/* How its gradient is made: as its type says, or as the sum of the blocks' shares, in order. */
const struct layer_slices *layer_slices(const struct layer *layer);

/* Updates some of its weights by their gradient. Shapes: g as long as the range. */
void layer_update(const struct layer *layer, const struct kernels *k, struct range range, const float *g,
                  enum optimizer optimizer, const struct update *update);

/* Where what the optimizer remembers of its weight i lies; NULL where it has no such slot. */
static inline float *layer_slot(const struct layer *layer, size_t slot, size_t i)
{
    float *first = layer->parameter[0].slot[slot];
    return first ? first + i : NULL;
}

/* ---- for plan ------------------------------------------------------------------------------------- */

/* Adds an array of weights that is trained: its shape, and the limit of Glorot uniform for the fans,
 * sqrt(6 / (fan_in + fan_out)); fans of 0 mean zeros. Source: Glorot and Bengio, 2010; Keras GlorotUniform.
 */
struct parameter *layer_parameter(struct layer *layer, const char *name, size_t rank, const size_t *shape,
                                  size_t fan_in, size_t fan_out);

#endif
