/*
 * dense: every output looks at every input.
 *     y[o] = act(b[o] + sum over i of x[i] * w[i][o])
 * Source: Keras Dense.
 *
 * The gradient by w is made in slices over the whole batch: samples are what it sums over. To move the
 * weights of a large layer costs more than to compute with them; where the batch is small, they stay with the
 * threads, in shards.
 */
#include "base/status.h"
#include "nn/layer.h"

#include <string.h>

enum { UNITS }; /* its argument */

/* With more blocks the work on them is more than the moving of weights. */
enum { SHARD_BLOCKS = 8 };

static struct dense_shape kernel_shape(const struct layer *layer)
{
    return (struct dense_shape){.in = layer->in.size[0], .out = layer->argument[UNITS].h};
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    if (layer->in.rank != 1) {
        error_set(error, CNN_ERROR_USAGE, "dense needs a vector below it, not a feature map");
        return error_hint(error, CNN_ERROR_USAGE, "put flatten before the first dense");
    }
    struct dense_shape s = kernel_shape(layer);
    layer->out = (struct shape){1, {s.out, 1, 1}};
    layer_parameter(layer, "kernel", 2, (size_t[]){s.in, s.out}, s.in, s.out);
    layer_parameter(layer, "bias", 1, (size_t[]){s.out}, 0, 0);
    layer->share = LANES * whole_lanes(s.out);
    layer->n_slices = dense_slices(&s) + 1;
    layer->slice_floats = DENSE_SLICE_ROWS * s.out;
    if (dense_shards(&s) > 1) {
        layer->n_shards = dense_shards(&s);
        layer->gathered = SHARD_BLOCKS * layer->n_shards * s.out * LANES;
    }
    layer->macs_forward = (double)s.in * (double)s.out;
    return CNN_OK;
}

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_forward(&s, layer->activation, b->x, layer->parameter[0].value, layer->parameter[1].value, b->y,
                     b->slope);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_backward(&s, 1, b->dz, 0, layer->parameter[0].value, b->dx, 0);
}

/* share: dz by samples, [16][out rounded up to lanes]. */
static void gradient(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    k->dense_transpose(layer->out.size[0], b->dz, b->share);
}

/* ---- slices: some rows of w each, the bias in the last --------------------------------------------- */

/* The gradient by the bias: the sum of dz over all samples, in order. */
static void sum_samples(size_t n, size_t out, const float *dzt, float *db)
{
    memset(db, 0, out * sizeof *db);
    for (size_t i = 0; i < n; i++, dzt += whole_lanes(out))
        for (size_t o = 0; o < out; o++)
            db[o] += dzt[o];
}

static struct range slice_gradient(const struct layer *layer, const struct kernels *k,
                                   const struct batch *batch, size_t slice, float *g)
{
    struct dense_shape s = kernel_shape(layer);
    struct range rows = dense_rows(&s, (struct range){slice, slice + 1});
    if (rows.from == s.in) {
        sum_samples(batch->n_blocks * LANES, s.out, batch->first.share, g);
        return (struct range){s.in * s.out, (s.in + 1) * s.out};
    }
    k->dense_gradient(&s, batch->n_blocks, batch->first.x, batch->x_stride, batch->first.share, rows.from,
                      rows.to - rows.from, g);
    return (struct range){rows.from * s.out, rows.to * s.out};
}

static void slice_update(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                         size_t slice, float *g, enum optimizer optimizer, const struct update *update)
{
    struct dense_shape s = kernel_shape(layer);
    struct range rows = dense_rows(&s, (struct range){slice, slice + 1});
    size_t from = rows.from * s.out;
    if (rows.from == s.in)
        layer_update(layer, k, slice_gradient(layer, k, batch, slice, g), g, optimizer, update);
    else
        k->dense_gradient_update[optimizer](&s, batch->n_blocks, batch->first.x, batch->x_stride,
                                            batch->first.share, rows.from, rows.to - rows.from, g, update,
                                            layer->parameter[0].value + from, layer_slot(layer, 0, from),
                                            layer_slot(layer, 1, from));
}

static const struct layer_slices slices = {slice_gradient, slice_update};

/* ---- shards: the inputs of some slices each -------------------------------------------------------- */

/* The sums over a shard's inputs, [blocks][shards][out][16]. */
static void gather(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                   size_t shard)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_shard_sum(&s, shard, batch->n_blocks, batch->first.x, batch->x_stride, layer->parameter[0].value,
                       batch->first.gathered + shard * s.out * LANES, layer->n_shards * s.out * LANES);
}

static void finish(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct dense_shape s = kernel_shape(layer);
    k->dense_finish(&s, layer->activation, b->gathered + b->number * layer->n_shards * s.out * LANES,
                    layer->parameter[1].value, b->y, b->slope);
}

/* The shard's rows are a dense layer of their own. */
static void gather_back(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                        size_t shard)
{
    struct dense_shape s = kernel_shape(layer);
    struct range rows = dense_rows(&s, dense_shard(&s, shard));
    s.in = rows.to - rows.from;
    k->dense_backward(&s, batch->n_blocks, batch->first.dz, batch->y_stride,
                      layer->parameter[0].value + rows.from * s.out, batch->first.dx + rows.from * LANES,
                      batch->x_stride);
}

static struct range shard_slices(const struct layer *layer, size_t shard)
{
    struct dense_shape s = kernel_shape(layer);
    return dense_shard(&s, shard);
}

static const struct layer_shards shards = {.most_blocks = SHARD_BLOCKS,
                                           .gather = gather,
                                           .finish = finish,
                                           .gather_back = gather_back,
                                           .slices = shard_slices};

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool in_shards(const struct layer *layer)
{
    const struct dense_shape s = kernel_shape(layer);
    return dense_shards(&s) > 1;
}

static bool sees_image(const struct layer *layer)
{
    return layer->sight == SEES_IMAGE;
}

static bool sees_maps(const struct layer *layer)
{
    return layer->sight == SEES_MAPS;
}

static bool sees_row(const struct layer *layer)
{
    return layer->sight == SEES_ROW;
}

/* Input by input; group: the shard. */
static bool step(const struct layer *layer, size_t output, size_t i, struct layer_step *step)
{
    const struct dense_shape s = kernel_shape(layer);
    if (i > s.in)
        return false;
    *step = (struct layer_step){STEP_START, .w = layer->parameter[0].count + output};
    if (i == 0)
        return true;
    size_t shard = 0;
    while (dense_rows(&s, dense_shard(&s, shard)).to < i)
        shard++;
    *step = (struct layer_step){STEP_PRODUCT, .x = i - 1, .w = (i - 1) * s.out + output, .group = shard};
    return true;
}

static const struct layer_words words = {
    .english = "fully connected",
    .korean = "밀집층",
    .text =
        {{TOPIC_PURPOSE,
          "Each of the {UNITS} units looks at all {N} numbers below, multiplies each by a weight of its own, "
          "and adds everything up.",
          "유닛 {UNITS}개가 저마다 앞 층의 수 {N}개를 모두 봅니다. 수마다 자기 가중치를 곱한 다음 전부 "
          "더합니다."},
         {TOPIC_PURPOSE, "Here everything comes together: one unit weighs up what was found where.",
          "여기서 모든 것이 한데 모입니다. 어디에서 무엇이 나타났는지를 유닛마다 나름대로 따져 보는 "
          "것입니다.",
          sees_maps},
         {TOPIC_PURPOSE, "So one unit sees the whole image at once and weighs up each pixel by its place.",
          "유닛마다 이미지 전체를 한꺼번에 보면서, 자리마다 픽셀값이 얼마인지를 나름대로 따져 보는 것입니다.",
          sees_image},
         {TOPIC_PURPOSE, "So one unit weighs up all that the layers below have found.",
          "앞의 층들이 찾아낸 것을 유닛마다 나름대로 따져 보는 것입니다.", sees_row},
         {TOPIC_SHAPE, "Each unit gives one number, so there are {UNITS}.",
          "유닛 하나가 수 하나를 내므로 모두 {UNITS}개입니다."},
         {TOPIC_COUNT, "A weight from each number below to each unit, and a bias for each unit:",
          "앞 층의 수와 유닛을 하나씩 짝지을 때마다 가중치가 하나씩 있고, 유닛마다 편향이 하나씩 있습니다."},
         {TOPIC_COUNT, "{N}*{UNITS} + {UNITS} = {P}", NULL},
         {TOPIC_WORK, "Each weight is used once:", "가중치를 저마다 한 번씩 씁니다."},
         {TOPIC_WORK, "{N}*{UNITS} = {MACS}", NULL}},
    .step = step,
    .group_english = "part {G}",
    .group_korean = "{G}번 부분",
    .by_groups = in_shards,
};

/* Where the shards of its sum begin, and the end of the last: in what order a sum is made is part of its
 * bits. */
static void tell(const struct layer *layer, layer_told *told, void *context)
{
    struct dense_shape s = kernel_shape(layer);
    double rows[MAX_DENSE_SHARDS + 1] = {0};
    for (size_t i = 0; i < dense_shards(&s); i++)
        rows[i + 1] = (double)dense_rows(&s, dense_shard(&s, i)).to;
    told(context, "rows", rows, dense_shards(&s) + 1);
}

const struct layer_type layer_dense = {
    .word = "dense",
    .name = "dense",
    .class_name = "Dense",
    .usage = "dense:UNITS[,ACTIVATION]",
    .help = "UNITS weighted sums of everything in the vector below",
    .argument = {{"UNITS", ARGUMENT_NUMBER, NULL}},
    .has_activation = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
    .slices = &slices,
    .shards = &shards,
    .words = &words,
    .tell = tell,
};
