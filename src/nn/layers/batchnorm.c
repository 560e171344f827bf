/*
 * batchnorm: each channel with the mean 0 and variance 1 over the batch, then scaled and shifted as it learns
 * to. y = gamma (x - mean) / sqrt(variance + 0.001) + beta In training mean and variance (biased) are those
 * of the batch, over all its samples and positions; otherwise they are the moving averages, which each step
 * moves by a hundredth. Mean and variance are sums over the whole batch: channels are shared out between two
 * barriers, a few to a shard. Lanes of padding count in nothing. Source: Ioffe and Szegedy, 2015; Keras
 * BatchNormalization.
 */
#include "nn/layer.h"

#include <math.h>
#include <string.h>

static const float epsilon = 1e-3F, momentum = 0.99F;

enum { SHARD_CHANNELS = 4 };
enum { GAMMA, BETA, MOVING_MEAN, MOVING_VARIANCE }; /* its parameters */

static size_t channels_of(const struct layer *layer)
{
    return layer->in.size[layer->in.rank - 1];
}

static size_t positions_of(const struct layer *layer)
{
    return shape_count(&layer->in) / channels_of(layer);
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    (void)error;
    const size_t channels = channels_of(layer);
    layer->out = layer->in;
    layer_parameter(layer, "gamma", 1, &channels, 0, 0)->initial = 1;
    layer_parameter(layer, "beta", 1, &channels, 0, 0);
    layer_parameter(layer, "moving_mean", 1, &channels, 0, 0)->trained = false;
    struct parameter *variance = layer_parameter(layer, "moving_variance", 1, &channels, 0, 0);
    variance->trained = false;
    variance->initial = 1;
    layer->n_shards = (channels + SHARD_CHANNELS - 1) / SHARD_CHANNELS;
    layer->gathered = 4 * channels;
    return CNN_OK;
}

/* ---- what is gathered of the batch, [4][channels] --------------------------------------------------- */

struct gathered {
    float *mean, *variance; /* of x */
    float *mean_dgamma,
        *mean_dbeta; /* the gradients by gamma and beta, divided by the numbers in a channel */
};

static struct gathered gathered_at(const struct layer *layer, float *p)
{
    const size_t c = channels_of(layer);
    return (struct gathered){p, p + c, p + 2 * c, p + 3 * c};
}

static struct batchnorm numbers(const struct layer *layer, const float *mean, const float *variance)
{
    return (struct batchnorm){.channels = channels_of(layer),
                              .mean = mean,
                              .variance = variance,
                              .gamma = layer->parameter[GAMMA].value,
                              .beta = layer->parameter[BETA].value,
                              .epsilon = epsilon};
}

static struct batchnorm of_batch(const struct layer *layer, const struct block *b)
{
    const struct gathered g = gathered_at(layer, b->gathered);
    return numbers(layer, g.mean, g.variance);
}

static struct range shard_channels(const struct layer *layer, size_t shard)
{
    const size_t from = shard * SHARD_CHANNELS, to = from + SHARD_CHANNELS, all = channels_of(layer);
    return (struct range){from, to < all ? to : all};
}

/* Numbers in a channel of a batch. */
static double count_of(const struct layer *layer, const struct batch *batch)
{
    return (double)positions_of(layer) * (double)batch->n;
}

/* ---- forward --------------------------------------------------------------------------------------- */

/* The sum over all blocks, of squares of the distance to mean where there is one. */
static void sum_blocks(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                       struct range some, const float *mean, double *total)
{
    float sum[SHARD_CHANNELS];
    for (size_t i = 0; i < batch->n_blocks; i++) {
        const struct block b = batch_block(batch, i);
        if (mean)
            k->channel_squares(positions_of(layer), channels_of(layer), some, b.n, b.x, mean, sum);
        else
            k->channel_sum(positions_of(layer), channels_of(layer), some, b.n, b.x, sum);
        for (size_t c = 0; c < some.to - some.from; c++)
            total[c] += (double)sum[c];
    }
}

static void gather(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                   size_t shard)
{
    const struct gathered g = gathered_at(layer, batch->first.gathered);
    const struct range some = shard_channels(layer, shard);
    double sum[SHARD_CHANNELS] = {0}, squares[SHARD_CHANNELS] = {0};
    sum_blocks(layer, k, batch, some, NULL, sum);
    for (size_t c = some.from; c < some.to; c++)
        g.mean[c] = (float)(sum[c - some.from] / count_of(layer, batch));
    sum_blocks(layer, k, batch, some, g.mean, squares);
    for (size_t c = some.from; c < some.to; c++)
        g.variance[c] = (float)(squares[c - some.from] / count_of(layer, batch));
}

static void finish(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct batchnorm n = of_batch(layer, b);
    k->batchnorm_forward(positions_of(layer), &n, b->x, b->y, b->slope);
}

/* Not in training: by the moving averages. */
static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct batchnorm n =
        numbers(layer, layer->parameter[MOVING_MEAN].value, layer->parameter[MOVING_VARIANCE].value);
    k->batchnorm_forward(positions_of(layer), &n, b->x, b->y, b->slope);
}

/* ---- backward -------------------------------------------------------------------------------------- */

/* share: this block's part of the gradients by gamma and beta. */
static void gradient(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct batchnorm n = of_batch(layer, b);
    k->batchnorm_gradient(positions_of(layer), &n, b->n, b->x, b->dz, b->share, b->share + n.channels);
}

static void gather_back(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                        size_t shard)
{
    (void)k;
    const struct gathered g = gathered_at(layer, batch->first.gathered);
    const struct range some = shard_channels(layer, shard);
    for (size_t c = some.from; c < some.to; c++) {
        double dgamma = 0, dbeta = 0;
        for (size_t i = 0; i < batch->n_blocks; i++) {
            const float *share = batch->first.share + i * batch->share_stride;
            dgamma += (double)share[c];
            dbeta += (double)share[channels_of(layer) + c];
        }
        g.mean_dgamma[c] = (float)(dgamma / count_of(layer, batch));
        g.mean_dbeta[c] = (float)(dbeta / count_of(layer, batch));
    }
}

static void finish_back(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct gathered g = gathered_at(layer, b->gathered);
    const struct batchnorm n = of_batch(layer, b);
    k->batchnorm_backward(positions_of(layer), &n, b->n, b->x, b->dz, g.mean_dgamma, g.mean_dbeta, b->dx);
}

/* ---- moving averages ------------------------------------------------------------------------------- */

/* What the batch's variance counts as: of a feature map Keras 2 takes the unbiased one, n / (n - 1) times it.
 */
static double unbiased(const struct layer *layer, const struct batch *batch)
{
    const double n = count_of(layer, batch);
    return layer->compat == CNN_KERAS2 && layer->in.rank == 3 && n > 1 ? n / (n - 1) : 1;
}

static void commit(const struct layer *layer, const struct kernels *k, const struct batch *batch)
{
    (void)k;
    const struct gathered g = gathered_at(layer, batch->first.gathered);
    const float scale = (float)unbiased(layer, batch), part = 1 - momentum;
    float *mean = layer->parameter[MOVING_MEAN].value, *variance = layer->parameter[MOVING_VARIANCE].value;
    for (size_t c = 0; c < channels_of(layer); c++) {
        mean[c] = momentum * mean[c] + part * g.mean[c];
        variance[c] = momentum * variance[c] + part * (scale * g.variance[c]);
    }
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool on_map(const struct layer *layer)
{
    return layer->in.rank == 3;
}

static bool on_vector(const struct layer *layer)
{
    return !on_map(layer);
}

static bool counts_unbiased(const struct layer *layer)
{
    return layer->compat == CNN_KERAS2 && on_map(layer);
}

static bool counts_biased(const struct layer *layer)
{
    return !counts_unbiased(layer);
}

static double number(const struct layer *layer, const char *name)
{
    (void)layer;
    return strcmp(name, "epsilon") == 0          ? (double)epsilon
           : strcmp(name, "momentum") == 0       ? (double)momentum
           : strcmp(name, "(1 - momentum)") == 0 ? (double)(1 - momentum)
                                                 : NAN;
}

static float seen(const struct layer *layer, const struct batch *batch, size_t output, const char *name)
{
    const struct gathered g = gathered_at(layer, batch->first.gathered);
    const size_t c = output % channels_of(layer);
    return strcmp(name, "mean") == 0          ? g.mean[c]
           : strcmp(name, "variance") == 0    ? g.variance[c]
           : strcmp(name, "n / (n - 1)") == 0 ? (float)unbiased(layer, batch)
                                              : NAN;
}

static const struct layer_words words = {
    .english = "batch normalisation",
    .korean = "배치 정규화",
    .text =
        {{TOPIC_PURPOSE,
          "From each channel the mean of the batch is taken off, and what remains is divided by its standard "
          "deviation: whatever the layers below do, the layers above see numbers of the same size. Then each "
          "channel is scaled by a gamma and shifted by a beta, which the computer learns.",
          "채널마다 배치의 평균을 빼고 표준편차로 나눕니다. 앞 층이 무엇을 하든 다음 층은 늘 비슷한 크기의 "
          "수를 받게 됩니다. 그다음 채널마다 감마를 곱하고 베타를 더하는데, 이 둘은 컴퓨터가 학습합니다."},
         {TOPIC_PURPOSE,
          "A trained network has no batch to look at, so it uses averages instead that training has kept: "
          "after each step they move by a hundredth towards the batch's mean and variance.",
          "학습이 끝난 모델에는 배치가 없으므로 학습하는 동안 모아 둔 평균을 대신 씁니다. 이 이동 평균은 "
          "스텝마다 배치의 평균과 분산 쪽으로 100분의 1씩 다가갑니다."},
         {TOPIC_SHAPE, "The shape stays as it is.", "모양은 그대로입니다."},
         {TOPIC_COUNT,
          "A gamma, a beta, a moving mean and a moving variance for each channel; the last two are not "
          "trained:",
          "채널마다 감마, 베타, 이동 평균, 이동 분산이 하나씩 있습니다. 뒤의 둘은 학습하지 않습니다."},
         {TOPIC_COUNT, "4*{C} = {P}", NULL, on_map},
         {TOPIC_COUNT, "4*{N} = {P}", NULL, on_vector},
         {TOPIC_WORK, "One multiplication for each number, which is not counted.",
          "수마다 한 번씩 곱하지만 여기서는 세지 않습니다."},
         {TOPIC_NUMBER,
          "It is made of x, the number at the same place below. Gamma, beta, moving mean and moving variance "
          "are those of its channel: each map has its own, the same at all places.",
          "앞 층의 같은 자리에 있던 수 x로 구합니다. 감마, 베타, 이동 평균, 이동 분산은 채널, 곧 특징맵마다 "
          "하나씩 있고 특징맵의 모든 자리에서 똑같이 씁니다.",
          on_map},
         {TOPIC_NUMBER,
          "It is made of x, the number of the same unit below. Each unit is a channel, with a gamma, a beta, "
          "a moving mean and a moving variance of its own.",
          "앞 층의 같은 유닛에서 나온 수 x로 구합니다. 유닛 하나하나가 채널이고, 감마, 베타, 이동 평균, 이동 "
          "분산이 유닛마다 하나씩 있습니다.",
          on_vector},
         {TOPIC_NUMBER, "y = (x - moving_mean) / sqrt(moving_variance + epsilon) * gamma + beta", NULL},
         {TOPIC_NUMBER,
          "What has nothing to do with x is computed once for the whole channel. Epsilon sees to it that "
          "nothing is divided by 0; the root is the standard deviation; gamma times its inverse is a factor. "
          "Every result is rounded to single precision:",
          "x와 상관없는 것은 채널마다 한 번만 계산합니다. epsilon은 0으로 나누는 일을 막습니다. 제곱근이 "
          "표준편차(deviation)이고, 감마에 그 역수(inverse)를 곱한 것이 배율(factor)입니다. 결과는 그때마다 "
          "단정밀도로 반올림합니다."},
         {TOPIC_NUMBER, "s", .is = LINE_SUM, .of = {"moving_variance", "epsilon"}},
         {TOPIC_NUMBER, "deviation", .is = LINE_ROOT, .of = {"s"}},
         {TOPIC_NUMBER, "inverse", .is = LINE_QUOTIENT, .of = {"1", "deviation"}},
         {TOPIC_NUMBER, "factor", .is = LINE_PRODUCT, .of = {"gamma", "inverse"}},
         {TOPIC_NUMBER,
          "Then x: how far it lies from the mean, times the factor, and beta added. Product and addition are "
          "rounded once, together (fused multiply-add):",
          "그다음은 x입니다. 평균에서 떨어진 거리(distance)에 배율을 곱하고 베타를 더합니다. 곱하고 더한 "
          "다음에 한 번만 반올림합니다(FMA)."},
         {TOPIC_NUMBER, "distance", .is = LINE_DIFFERENCE, .of = {"x", "moving_mean"}},
         {TOPIC_NUMBER, "y", .is = LINE_PRODUCT_SUM, .of = {"distance", "factor", "beta"}},
         {TOPIC_STEP,
          "Moving mean and moving variance are not trained: no gradient reaches them. In training a number "
          "is "
          "normalised by mean and variance of its batch, and after each step the moving ones are moved a "
          "hundredth of the way to those: 1 - {momentum}, which is {(1 - momentum)} in single precision.",
          "이동 평균과 이동 분산은 기울기로 학습하는 값이 아닙니다. 학습할 때는 배치의 평균(mean)과 "
          "분산(variance)으로 정규화하고, 스텝이 끝날 때마다 이동 평균과 이동 분산을 그쪽으로 100분의 1만큼 "
          "옮깁니다. 100분의 1은 1 - {momentum}이고, 단정밀도로는 {(1 - momentum)}입니다."},
         {TOPIC_STEP,
          "If this image alone were the batch, they would be the mean and variance of the map's {H}*{W} "
          "numbers:",
          "이 이미지 한 장이 배치라면 특징맵에 있는 수 {H}*{W}개의 평균과 분산입니다.", on_map},
         {TOPIC_STEP,
          "If this image alone were the batch, there would be a single number here, which is the mean, with "
          "the variance 0:",
          "이 이미지 한 장이 배치라면 여기에는 수가 하나뿐이므로 그 수가 평균이고 분산은 0입니다.",
          on_vector},
         {TOPIC_STEP, "moving_mean", .is = LINE_PRODUCTS,
          .of = {"momentum", "moving_mean", "(1 - momentum)", "mean"}},
         {TOPIC_STEP,
          "The variance of a few numbers comes out a little smaller than that of all images. Keras 2 makes "
          "up for it on maps by n / (n - 1), n being how many numbers there are:",
          "수 몇 개로 구한 분산은 이미지 전체의 분산보다 조금 작게 나오기 쉽습니다. 그래서 Keras 2는 "
          "특징맵의 분산을 n / (n - 1)배로 칩니다. n은 수의 개수입니다.",
          counts_unbiased},
         {TOPIC_STEP, "unbiased", NULL, counts_unbiased, LINE_PRODUCT, {"n / (n - 1)", "variance"}},
         {TOPIC_STEP,
          "moving_variance",
          NULL,
          counts_unbiased,
          LINE_PRODUCTS,
          {"momentum", "moving_variance", "(1 - momentum)", "unbiased"}},
         {TOPIC_STEP,
          "moving_variance",
          NULL,
          counts_biased,
          LINE_PRODUCTS,
          {"momentum", "moving_variance", "(1 - momentum)", "variance"}}},
    .number = number,
    .seen = seen,
};

static const struct layer_shards shards = {.most_blocks = SIZE_MAX,
                                           .gather = gather,
                                           .finish = finish,
                                           .gather_back = gather_back,
                                           .finish_back = finish_back};

static void tell(const struct layer *layer, layer_told *told, void *context)
{
    told(context, "epsilon", (double[]){number(layer, "epsilon")}, 1);
}

const struct layer_type layer_batchnorm = {
    .word = "batchnorm",
    .name = "batch_normalization",
    .class_name = "BatchNormalization",
    .usage = "batchnorm",
    .help = "each channel with mean 0 and variance 1 over the batch, then a scale and shift that it learns",
    .plan = plan,
    .forward = forward,
    .gradient = gradient,
    .shards = &shards,
    .commit = commit,
    .words = &words,
    .tell = tell,
};
