/* clang-format off */
/*
 * The arithmetic. One body of code (body.h) over a vector type, compiled once per instruction set; the best
 * that the machine has is chosen when it is first asked for. Whatever is chosen, the bits are the same.
 *
 * Layout
 *   Activations of one block of 16 samples: [h][w][c][16], samples innermost ("lanes"). A vector of n values is
 *   [n][16], so that a flattened feature map is the feature map itself. The blocks of a batch follow each other
 *   at a stride given in floats. Weights are as Keras stores them: conv2d (kh, kw, in, out), dense (in, out).
 *   All buffers are aligned to 64 bytes, except w, b and their gradients, which may start anywhere.
 *
 * Order of sums
 *   Set by shape alone. A sum over lanes adds lane i + 8 to lane i, then 4, 2, 1.
 *
 * Padding
 *   A last block with fewer than 16 samples is filled with zero images by pack; the loss gives them a zero
 *   gradient; nothing else looks at it.
 */
/* clang-format on */
#ifndef KERNELS_KERNELS_H
#define KERNELS_KERNELS_H

#include "cnn.h"
#include "kernels/activations/table.h"
#include "kernels/optimizers/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LANES = 16 };

/* Blocks of samples, or vectors of all lanes, that hold n. */
static inline size_t whole_blocks(size_t n)
{
    return (n + LANES - 1) / LANES;
}

/* n rounded up to whole vectors of all lanes. */
static inline size_t whole_lanes(size_t n)
{
    return whole_blocks(n) * LANES;
}

/* Where a window of size places comes to rest when it slides over n, stride apart: at `out` places, the first
 * of them `before` places ahead of the map. valid: only inside the map. same: at n / stride places, rounded
 * up; what is missing is padding, as much before as after, an odd one after. Source: Keras. */
struct window {
    size_t out, before;
};

static inline struct window window_over(size_t n, size_t size, size_t stride, bool same)
{
    if (!same)
        return (struct window){n < size ? 0 : (n - size) / stride + 1, 0};
    const size_t out = (n + stride - 1) / stride, reach = (out - 1) * stride + size;
    return (struct window){out, reach > n ? (reach - n) / 2 : 0};
}

/* from .. to - 1 of whatever there is a row of. */
struct range {
    size_t from, to;
};

/* The places of window o, counted within it, that lie inside the map. */
static inline struct range window_inside(size_t o, size_t n, size_t size, size_t stride, size_t before)
{
    const size_t start = o * stride, end = n + before - start;
    return (struct range){before > start ? before - start : 0, end < size ? end : size};
}

/* The windows, `out` of them, that hold place i of the map. */
static inline struct range windows_at(size_t i, size_t out, size_t size, size_t stride, size_t before)
{
    const size_t at = i + before, to = at / stride + 1;
    return (struct range){at < size ? 0 : (at - size) / stride + 1, to < out ? to : out};
}

/* top and left: rows and columns of padding before the map. */
struct conv2d_shape {
    size_t in_h, in_w, in_c;
    size_t kernel_h, kernel_w, filters;
    size_t stride_h, stride_w;
    size_t out_h, out_w, top, left;
};

/* With out_h, out_w, top and left as the rest has them; no output where the kernel does not fit. */
static inline struct conv2d_shape conv2d_place(struct conv2d_shape shape, bool same)
{
    const struct window h = window_over(shape.in_h, shape.kernel_h, shape.stride_h, same),
                        w = window_over(shape.in_w, shape.kernel_w, shape.stride_w, same);
    shape.out_h = h.out, shape.top = h.before;
    shape.out_w = w.out, shape.left = w.before;
    return shape;
}

/* The same convolution of the map with its padding around it: that map has none. */
static inline struct conv2d_shape conv2d_padded(struct conv2d_shape shape)
{
    const size_t reach_h = (shape.out_h - 1) * shape.stride_h + shape.kernel_h,
                 reach_w = (shape.out_w - 1) * shape.stride_w + shape.kernel_w;
    shape.in_h = shape.in_h + shape.top < reach_h ? reach_h : shape.in_h + shape.top;
    shape.in_w = shape.in_w + shape.left < reach_w ? reach_w : shape.in_w + shape.left;
    shape.top = shape.left = 0;
    return shape;
}

/* Windows of size, stride apart, over each channel; top and left: rows and columns of padding before the map.
 */
struct pool2d_shape {
    size_t in_h, in_w, channels;
    size_t size_h, size_w, stride_h, stride_w;
    size_t out_h, out_w, top, left;
};

/* The numbers of a batch normalisation, each [channels]. */
struct batchnorm {
    size_t channels;
    const float *mean, *variance, *gamma, *beta;
    float epsilon;
};

struct dense_shape {
    size_t in, out;
};

/* The gradient of a dense layer is made in slices of so many rows of its weights: enough to fill the
 * registers, few enough that the slices of a small network keep several threads busy. */
enum { DENSE_SLICE_ROWS = 24, MAX_DENSE_SHARDS = 16 };

static inline size_t dense_slices(const struct dense_shape *shape)
{
    return (shape->in + DENSE_SLICE_ROWS - 1) / DENSE_SLICE_ROWS;
}

/* A large dense layer is summed in shards, each over the inputs of some slices in a row, and these sums are
 * added up in order: thus threads can share a sum, and each keeps its shard of the weights in its cache.
 * Other layers are one shard. */
static inline size_t dense_shards(const struct dense_shape *shape)
{
    const size_t large = 16384, most = MAX_DENSE_SHARDS, slices = dense_slices(shape);
    return shape->in * shape->out < large ? 1 : slices < most ? slices : most;
}

/* The slices of a shard. */
static inline struct range dense_shard(const struct dense_shape *shape, size_t shard)
{
    const size_t slices = dense_slices(shape), shards = dense_shards(shape);
    return (struct range){slices * shard / shards, slices * (shard + 1) / shards};
}

/* The rows of weights, one per input, of some slices. */
static inline struct range dense_rows(const struct dense_shape *shape, struct range slices)
{
    const size_t from = slices.from * DENSE_SLICE_ROWS, to = slices.to * DENSE_SLICE_ROWS;
    return (struct range){from < shape->in ? from : shape->in, to < shape->in ? to : shape->in};
}

struct kernels {
    const char *name; /* "avx512" */

    /* x[i][lane] = images[lane][i] as a number, divided by 255 where scale is set; lanes from n_valid on are
     * 0. Shapes: images n_valid pointers to n bytes; x [n][16]. */
    void (*pack)(const uint8_t *const *images, size_t n_valid, size_t n, bool scale, float *x);

    /* Some rows of one block forward: z = cross-correlation of x with w, plus b; y = act(z), slope =
     * act'(z). slope may be NULL: nobody will go back. Shapes: rows of y; x [in_h][in_w][in_c][16], y and
     * slope [out_h][out_w][filters][16]. */
    void (*conv2d_forward)(const struct conv2d_shape *shape, struct range rows, enum activation activation,
                           const float *x, const float *w, const float *b, float *y, float *slope);

    /* Some rows of one block backward, in place: on entry dx holds act'(z) of the layer below, on return that
     * times the gradient of the loss by x: the dz of the layer below. Shapes: rows of dx; dz like y, dx like
     * x. */
    void (*conv2d_backward)(const struct conv2d_shape *shape, struct range rows, const float *dz,
                            const float *w, float *dx);

    /* What one block adds to the gradient by some rows of w, filters numbers each; the shape has no padding
     * (conv2d_padded). Shapes: x and dz as above, dw like w, its rows set, not added to. */
    void (*conv2d_gradient)(const struct conv2d_shape *shape, struct range rows, const float *x,
                            const float *dz, float *dw);

    /* What one block adds to the gradient by the bias: the sum of dz over positions and lanes.
     * Shapes: dz [positions][features][16]; db [features], set. */
    void (*bias_gradient)(size_t positions, size_t features, const float *dz, float *db);

    /* Some rows of one block forward: y = the largest under each window, padding left out; where = the place
     * of the first of the largest within the window, size_w to a row; slope = 1. where and slope may be NULL.
     * And backward, dx as for conv2d. Shapes: x and dx [in_h][in_w][channels][16], the others
     * [out_h][out_w][channels][16]. */
    void (*maxpool2d_forward)(const struct pool2d_shape *shape, struct range rows, const float *x, float *y,
                              float *slope, float *where);
    void (*maxpool2d_backward)(const struct pool2d_shape *shape, struct range rows, const float *dz,
                               const float *where, float *dx);

    /* The same with the mean under each window of the places that are no padding. */
    void (*avgpool2d_forward)(const struct pool2d_shape *shape, struct range rows, const float *x, float *y,
                              float *slope);
    void (*avgpool2d_backward)(const struct pool2d_shape *shape, struct range rows, const float *dz,
                               float *dx);

    /* Sums by channel over the positions and the first n lanes of a block: of x, and of (x - mean)^2. Shapes:
     * x [positions][channels][16], mean [channels], sum [some.to - some.from]. */
    void (*channel_sum)(size_t positions, size_t channels, struct range some, size_t n, const float *x,
                        float *sum);
    void (*channel_squares)(size_t positions, size_t channels, struct range some, size_t n, const float *x,
                            const float *mean, float *sum);

    /* One block forward: y = gamma (x - mean) / sqrt(variance + epsilon) + beta; slope = 1, or NULL. */
    void (*batchnorm_forward)(size_t positions, const struct batchnorm *numbers, const float *x, float *y,
                              float *slope);

    /* What one block adds to the gradients by gamma and beta, from its first n lanes. And backward, dx as for
     * conv2d, where mean and variance are those of the batch: mean_dgamma and mean_dbeta are the gradients of
     * all blocks, divided by the numbers in a channel; lanes from n on become 0. Shapes: [channels]. */
    void (*batchnorm_gradient)(size_t positions, const struct batchnorm *numbers, size_t n, const float *x,
                               const float *dz, float *dgamma, float *dbeta);
    void (*batchnorm_backward)(size_t positions, const struct batchnorm *numbers, size_t n, const float *x,
                               const float *dz, const float *mean_dgamma, const float *mean_dbeta, float *dx);

    /* y = act(x) and slope = act'(x) over n floats, a multiple of 16; y may be x, slope may be NULL.
     * x is what a kernel has put out, so no number in it is denormal. */
    void (*activate[N_ACTIVATIONS])(size_t n, const float *x, float *y, float *slope);

    /* y *= x over n floats, a multiple of 16. */
    void (*multiply)(size_t n, const float *x, float *y);

    /* As for conv2d: y = act(x w + b). Shapes: x [in][16], w [in][out], y and slope [out][16], dz like y, dx
     * like x. */
    void (*dense_forward)(const struct dense_shape *shape, enum activation activation, const float *x,
                          const float *w, const float *b, float *y, float *slope);
    void (*dense_backward)(const struct dense_shape *shape, size_t n_blocks, const float *dz,
                           size_t dz_stride, const float *w, float *dx, size_t dx_stride);

    /* dense_forward of a layer with shards in two steps, to the same bits: the sum over a shard's inputs, for
     * each shard, and then y and slope from all of them. Shapes: sum [out][16], set; sums
     * [dense_shards][out][16]. */
    void (*dense_shard_sum)(const struct dense_shape *shape, size_t shard, size_t n_blocks, const float *x,
                            size_t x_stride, const float *w, float *sum, size_t sum_stride);
    void (*dense_finish)(const struct dense_shape *shape, enum activation activation, const float *sums,
                         const float *b, float *y, float *slope);

    /* dz of one block with samples outermost, as dense_gradient wants it.
     * Shapes: dz [out][16], dzt [16][whole_lanes(out)], its padding set to 0. */
    void (*dense_transpose)(size_t out, const float *dz, float *dzt);

    /* Rows row .. row + n_rows - 1 of the gradient by w: dw[i][o] = sum over samples of x[i] dz[o], in order.
     * Shapes: dzt [n_blocks * 16][whole_lanes(out)], dw [n_rows][out], set. */
    void (*dense_gradient)(const struct dense_shape *shape, size_t n_blocks, const float *x, size_t x_stride,
                           const float *dzt, size_t row, size_t n_rows, float *dw);

    /* Probabilities of one block from logits; p may be z. Shapes: z and p [classes][16]. */
    void (*softmax)(size_t classes, const float *z, float *p);

    /* Softmax and categorical cross-entropy of one block, in one step on the logits. The truth t is
     * onehot (1 - smoothing) + smoothing / classes. loss[lane] = log sum exp z - sum of t z; correct[lane] =
     * 1 where the first largest logit is the label's; dz = (softmax - t) * inverse_batch. dz may be NULL, or
     * z. Lanes from n_valid on get 0 everywhere. Shapes: z and dz [classes][16]; labels n_valid; loss and
     * correct [16]. */
    void (*softmax_cross_entropy)(size_t classes, const uint8_t *labels, size_t n_valid, float smoothing,
                                  float inverse_batch, const float *z, float *dz, float *loss,
                                  uint8_t *correct);

    /* The same for the mean over the classes of (p - onehot)^2, p = softmax(z). With s = 2 / classes,
     * dz = s p (d - sum of d p) * inverse_batch, d = p - onehot: through the whole Jacobian of softmax. */
    void (*softmax_squared_error)(size_t classes, const uint8_t *labels, size_t n_valid, float inverse_batch,
                                  const float *z, float *dz, float *loss, uint8_t *correct);

    /* The same for the mean over the classes of (y - onehot)^2 of outputs as they are; correct by the first
     * largest output. dz holds the slope y' by z and becomes s (y - onehot) y' * inverse_batch; not y here.
     */
    void (*squared_error)(size_t classes, const uint8_t *labels, size_t n_valid, float inverse_batch,
                          const float *y, float *dz, float *loss, uint8_t *correct);

    /* One update of n weights by the gradient g, for each optimizer of the table; slots as it counts them. */
    void (*update[N_OPTIMIZERS])(const struct update *update, size_t n, const float *g, float *w,
                                 float *slot_0, float *slot_1);

    /* n rounds of fused multiply-adds that do not wait for each other, for measuring. Returns how many there
     * were, each lane counted. sum goes in as a number and comes out as another, so that none is left out. */
    size_t (*fma_peak)(size_t n, float *sum);

    /* dense_gradient and update in one, in less time: dw is set, and the rows' w and slots are updated by it.
     * w and the slots point to the first of the rows; the bits are those of the two in turn. */
    void (*dense_gradient_update[N_OPTIMIZERS])(const struct dense_shape *shape, size_t n_blocks,
                                                const float *x, size_t x_stride, const float *dzt, size_t row,
                                                size_t n_rows, float *dw, const struct update *update,
                                                float *w, float *slot_0, float *slot_1);
};

/* The kernels in use. Errors: USAGE (CNN_CPU names an unknown set, or one that this machine lacks). */
enum cnn_status kernels_choose(const struct kernels **kernels, struct cnn_error *error);

/* Every set that was compiled in and that this machine can run, best first, "portable" last; NULL past the
 * end. */
const struct kernels *kernels_available(size_t i);

#endif
