/*
 * maxpool2d: the largest value under a window that slides over each channel of the feature map below.
 *     y[i][j][c] = max over h, w of x[i * stride + h][j * stride + w][c]
 * On the way back the gradient goes to the first of the largest, row by row. Source: Keras MaxPooling2D.
 */
#include "nn/pool2d.h"

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    const enum cnn_status status = pool2d_plan(layer, error);
    layer->saved = shape_count(&layer->out) * LANES;
    return status;
}

/* saved: where in its window each maximum is. */
static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    k->maxpool2d_forward(&s, block_rows(b, s.out_h), b->x, b->y, b->slope, b->saved);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    k->maxpool2d_backward(&s, block_rows(b, s.in_h), b->dz, b->saved, b->dx);
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool step(const struct layer *layer, size_t output, size_t i, struct layer_step *step)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    return pool2d_step(&s, output, i, STEP_LARGEST, step);
}

static const struct layer_words words = {
    .english = "max-pooling",
    .korean = "최대 풀링",
    .text =
        {{TOPIC_PURPOSE,
          "A window of {SIZE.h} x {SIZE.w} slides over each map by itself and keeps only the largest number "
          "under it. The maps become smaller and keep what matters: that the feature is there. Just where in "
          "the window it was, is forgotten, so that a small shift changes little.",
          "{SIZE.h} x {SIZE.w} 크기의 창이 특징맵마다 따로 움직이면서, 창 안에서 가장 큰 수만 남깁니다. "
          "특징맵은 "
          "작아지지만 중요한 것, 곧 특징이 있다는 사실은 남습니다. 창 안 어디에 있었는지는 잊어버립니다. "
          "그래서 이미지가 조금 "
          "밀려도 결과는 크게 달라지지 않습니다."},
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
          "up):",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 가장자리에서는 밖으로 나가도 됩니다(나머지는 "
          "올립니다).",
          pool2d_padded},
         {TOPIC_SHAPE, "{H} / {STEP.h} = {OH}", NULL, pool2d_padded},
         {TOPIC_SHAPE, "{W} / {STEP.w} = {OW}", NULL, pool2d_oblong_padded},
         {TOPIC_SHAPE, "Each of the {C} maps is pooled by itself, so there are still {OC}.",
          "특징맵 {C}개를 하나씩 따로 줄이므로 개수는 그대로 {OC}개입니다."},
         {TOPIC_COUNT, "None: there is nothing to learn here.", "없습니다. 여기에는 학습할 것이 없습니다."},
         {TOPIC_WORK, "None: numbers are only compared.", "없습니다. 수를 비교하기만 합니다."}},
    .number = pool2d_number,
    .step = step,
    .group_english = "row {G} of the window",
    .group_korean = "창의 {G}행",
};

const struct layer_type layer_maxpool2d = {
    .word = "maxpool2d",
    .name = "max_pooling2d",
    .class_name = "MaxPooling2D",
    .usage = "maxpool2d:SIZE[,stride=S][,same]",
    .help =
        "the largest value under a window of SIZE x SIZE (or HxW), which moves by its size or by S; same: "
        "padded at the edges",
    .argument = POOL2D_ARGUMENTS,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .words = &words,
    .tell = pool2d_tell,
};
