/*
 * Layers: one row in layers.def and one file in layers/ each. A layer owns no memory: its weights lie in the
 * model's, its activations in the engine's.
 */
#ifndef NN_LAYER_H
#define NN_LAYER_H

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

enum { MAX_PARAMETERS = 2, MAX_ARGUMENTS = 2, MAX_SLOTS = 2 };

/* One array of weights. */
struct parameter {
    const char *name; /* "kernel", "bias", as Keras calls them */
    size_t rank, shape[4], count;
    double limit;           /* initial values are uniform in -limit .. limit; 0: zeros */
    float *value;           /* [count] */
    float *slot[MAX_SLOTS]; /* what the optimizer remembers of it, each [count]; set while training */
};

/* Where a slot's elements from offset on lie; NULL where the optimizer has no such slot. */
static inline float *parameter_slot(const struct parameter *p, size_t slot, size_t offset)
{
    return p->slot[slot] ? p->slot[slot] + offset : NULL;
}

struct layer {
    const struct layer_type *type;
    char name[32]; /* "conv2d_1" */
    enum activation activation;
    size_t argument[MAX_ARGUMENTS]
                   [2]; /* the numbers of its text, each N or NxM (then [1] = M, else [1] = N) */
    struct shape in, out;
    size_t n_parameters;
    struct parameter parameter[MAX_PARAMETERS];
    size_t n_slices;     /* pieces that the gradient by its weights is made in */
    size_t slice_floats; /* most floats in a piece */
    size_t n_shards;     /* more than one: shard_forward and shard_backward do the work, each on all blocks */
    size_t share;        /* floats a block that block_gradient leaves for gradient */
    double macs_forward; /* multiplications with an addition for one sample */
};

/* All blocks of a batch as a layer sees them; strides are floats from one block to the next. */
struct batch_view {
    size_t n_blocks;
    const float *x, *dz, *share;
    float *dx;                                /* NULL where nobody below wants it */
    size_t x_stride, dz_stride, share_stride; /* dx lies like x */
};

/* Where a slice's result belongs: elements offset .. offset + count - 1 of a parameter. */
struct gradient_slice {
    size_t parameter, offset, count;
};

struct layer_type {
    const char *word;       /* in architecture texts: "conv2d" */
    const char *class_name; /* in Keras: "Conv2D" */
    const char *usage, *help;
    const char *arguments[MAX_ARGUMENTS]; /* names of the numbers it takes, NULL past the last */
    bool has_activation;

    /* From in and argument: out, parameters, slices, share. Errors: USAGE where it does not fit. */
    enum cnn_status (*plan)(struct layer *layer, struct cnn_error *error);

    /* One block. NULL for all four: the layer only looks at the same numbers in another shape.
     * Shapes: x like in, y and d (act', or NULL) like out. */
    void (*forward)(const struct layer *layer, const struct kernels *k, const float *x, float *y, float *d);

    /* One block: multiplies dx, which holds act' of the layer below, by the gradient. Shapes: dz like out,
     * dx like in. */
    void (*backward)(const struct layer *layer, const struct kernels *k, const float *dz, float *dx);

    /* One block: what it adds to the gradient by the weights, as far as it can be told from this block alone.
     * Shapes: x like in, dz like out, share as planned. */
    void (*block_gradient)(const struct layer *layer, const struct kernels *k, const float *x,
                           const float *dz, float *share);

    /* A layer with shards. Forward: what a shard adds to the sums, for all blocks, then one block's y and d
     * from all of them; to the same bits as forward. Backward: the shard's share of dx, for all blocks.
     * Shapes: sums [n_shards][out][16] per block, at stride; sums of finish one block's. */
    void (*shard_forward)(const struct layer *layer, const struct kernels *k, const struct batch_view *view,
                          size_t shard, float *sums, size_t stride);
    void (*shard_finish)(const struct layer *layer, const struct kernels *k, const float *sums, float *y,
                         float *d);
    void (*shard_backward)(const struct layer *layer, const struct kernels *k, const struct batch_view *view,
                           size_t shard);

    /* One piece of the gradient by the weights, over the whole batch. Shapes: g [slice.count]. */
    struct gradient_slice (*gradient)(const struct layer *layer, const struct kernels *k,
                                      const struct batch_view *view, size_t slice, float *g);

    /* The same, with the update of the weights by it, where the two in one are faster; NULL: nowhere. Called
     * for every slice but the bias. */
    void (*gradient_update)(const struct layer *layer, const struct kernels *k, const struct batch_view *view,
                            size_t slice, float *g, enum optimizer optimizer, const struct update *update);
};

#define LAYER(name) extern const struct layer_type layer_##name;
#include "nn/layers.def"
#undef LAYER

/* Row i of the table; NULL past its end. */
const struct layer_type *layer_type_at(size_t i);

/* Makes parameter i of a layer: its shape, and the limit of Glorot uniform for the fans, sqrt(6 / (fan_in +
 * fan_out)); fans of 0 mean zeros. Source: Glorot and Bengio, 2010; Keras GlorotUniform. */
void layer_parameter(struct layer *layer, const char *name, size_t rank, const size_t *shape, size_t fan_in,
                     size_t fan_out);

/* g[i] = the sum over blocks, in order, of share[offset + i]. Shapes: g [count]. */
void layer_sum_blocks(const struct batch_view *view, size_t offset, size_t count, float *g);

/* The first slice of a shard; for the shard after the last the one that holds the bias. */
static inline size_t layer_shard_slice(const struct layer *layer, size_t shard)
{
    return (layer->n_slices - 1) * shard / layer->n_shards;
}

/* The slice that holds the bias: the last one of every layer that has one. */
static inline bool layer_slice_is_bias(const struct layer *layer, size_t slice)
{
    return slice + 1 == layer->n_slices;
}

#endif
