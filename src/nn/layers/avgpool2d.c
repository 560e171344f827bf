/*
 * avgpool2d: the mean under a window that slides over each channel of the feature map below.
 *     y[i][j][c] = mean over h, w of x[i * stride + h][j * stride + w][c]
 * With "same" only the real pixels count, not the padding. Source: Keras AveragePooling2D.
 */
#include "nn/pool2d.h"

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    k->avgpool2d_forward(&s, block_rows(b, s.out_h), b->x, b->y, b->slope);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    k->avgpool2d_backward(&s, block_rows(b, s.in_h), b->dz, b->dx);
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool step(const struct layer *layer, size_t output, size_t i, struct layer_step *step)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    return pool2d_mean_step(&s, output, i, step);
}

static const struct layer_words words = {
    .english = "average pooling",
    .korean = "평균 풀링",
    .text =
        {{TOPIC_PURPOSE,
          "A window of {SIZE.h} x {SIZE.w} slides over each map by itself and keeps the mean of the numbers "
          "under it. The maps become smaller and smoother: every number has its say, where max-pooling hears "
          "only the largest.",
          "{SIZE.h} x {SIZE.w} 크기의 창이 특징맵마다 따로 움직이면서, 창 안에 있는 수의 평균을 남깁니다. "
          "특징맵은 작아지고 부드러워집니다. 최대 풀링은 가장 큰 수만 보지만, 평균 풀링은 모든 수를 봅니다."},
         {TOPIC_SHAPE,
          "The window moves by {STEP.h} downwards and {STEP.w} sideways and must not stick out (rounded "
          "down):",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 밖으로 나갈 수 없습니다(나머지는 버립니다).",
          pool2d_not_padded},
         {TOPIC_SHAPE, "({H} - {SIZE.h}) / {STEP.h} + 1 = {OH}", NULL, pool2d_not_padded},
         {TOPIC_SHAPE, "({W} - {SIZE.w}) / {STEP.w} + 1 = {OW}", NULL, pool2d_oblong_not_padded},
         {TOPIC_SHAPE,
          "The window moves by {STEP.h} downwards and {STEP.w} sideways and may stick out at the edges "
          "(rounded "
          "up); what sticks out does not count in the mean:",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 가장자리에서는 밖으로 나가도 됩니다(나머지는 "
          "올립니다). 밖으로 나간 자리는 평균에 넣지 않습니다.",
          pool2d_padded},
         {TOPIC_SHAPE, "{H} / {STEP.h} = {OH}", NULL, pool2d_padded},
         {TOPIC_SHAPE, "{W} / {STEP.w} = {OW}", NULL, pool2d_oblong_padded},
         {TOPIC_SHAPE, "Each of the {C} maps is pooled by itself, so there are still {OC}.",
          "특징맵 {C}개를 하나씩 따로 줄이므로 개수는 그대로 {OC}개입니다."},
         {TOPIC_COUNT, "None: there is nothing to learn here.", "없습니다. 여기에는 학습할 것이 없습니다."},
         {TOPIC_WORK, "None: numbers are only added up, and divided once.",
          "없습니다. 수를 더하고 한 번 나누기만 합니다."}},
    .number = pool2d_number,
    .step = step,
    .group_english = "row {G} of the window",
    .group_korean = "창의 {G}행",
};

const struct layer_type layer_avgpool2d = {
    .word = "avgpool2d",
    .name = "average_pooling2d",
    .class_name = "AveragePooling2D",
    .usage = "avgpool2d:SIZE[,stride=S][,same]",
    .help = "the mean under such a window; padding does not count",
    .argument = POOL2D_ARGUMENTS,
    .plan = pool2d_plan,
    .forward = forward,
    .backward = backward,
    .words = &words,
    .tell = pool2d_tell,
};
