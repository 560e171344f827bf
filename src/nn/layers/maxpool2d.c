/*
 * maxpool2d: the largest value under a window that slides over each channel of the feature map below.
 *     y[i][j][c] = max over h, w of x[i * stride + h][j * stride + w][c]
 * On the way back the gradient goes to the first of the largest, row by row. Source: Keras MaxPooling2D.
 */
#include "base/status.h"
#include "nn/layer.h"

#include <string.h>

enum { SIZE, STRIDE, SAME }; /* its arguments */

static struct pool2d_shape kernel_shape(const struct layer *layer)
{
    return pool2d_place(&layer->in, layer->argument[SIZE], layer->argument[STRIDE], layer->argument[SAME].h);
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    if (layer->in.rank != 3)
        return error_set(error, CNN_ERROR_USAGE,
                         "maxpool2d needs a feature map (height, width, channels) below it, not a vector");
    enum cnn_status status = pool2d_plan(layer, kernel_shape(layer), error);
    layer->saved = shape_count(&layer->out) * LANES;
    return status;
}

/* saved: where in its window each maximum is. */
static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct pool2d_shape s = kernel_shape(layer);
    k->maxpool2d_forward(&s, block_rows(b, s.out_h), b->x, b->y, b->slope, b->saved);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    struct pool2d_shape s = kernel_shape(layer);
    k->maxpool2d_backward(&s, block_rows(b, s.in_h), b->dz, b->saved, b->dx);
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool padded(const struct layer *layer)
{
    return layer->argument[SAME].h;
}

static bool not_padded(const struct layer *layer)
{
    return !padded(layer);
}

static bool oblong(const struct layer *layer)
{
    const struct pool2d_shape s = kernel_shape(layer);
    return s.in_h != s.in_w || s.size_h != s.size_w || s.stride_h != s.stride_w;
}

static bool oblong_padded(const struct layer *layer)
{
    return padded(layer) && oblong(layer);
}

static bool oblong_not_padded(const struct layer *layer)
{
    return not_padded(layer) && oblong(layer);
}

static size_t number(const struct layer *layer, const char *name)
{
    const struct pool2d_shape s = kernel_shape(layer);
    return strcmp(name, "STEP.h") == 0 ? s.stride_h : s.stride_w;
}

/* The places of the window that lie inside the map, row by row; group: the row. */
static bool step(const struct layer *layer, size_t output, size_t i, struct layer_step *step)
{
    const struct pool2d_shape s = kernel_shape(layer);
    const size_t c = output % s.channels, ow = output / s.channels % s.out_w,
                 oh = output / s.channels / s.out_w;
    for (size_t h = 0; h < s.size_h; h++)
        for (size_t w = 0; w < s.size_w; w++) {
            const size_t y = oh * s.stride_h + h - s.top, x = ow * s.stride_w + w - s.left; /* or huge */
            if (y >= s.in_h || x >= s.in_w || i-- > 0)
                continue;
            *step = (struct layer_step){STEP_LARGEST, .x = (y * s.in_w + x) * s.channels + c, .group = h};
            return true;
        }
    return false;
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
          "The window moves by {STEP.h} rows and {STEP.w} columns and must not stick out (rounded down):",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 밖으로 나갈 수 없습니다(나머지는 버립니다).",
          not_padded},
         {TOPIC_SHAPE, "({H} - {SIZE.h}) / {STEP.h} + 1 = {OH}", NULL, not_padded},
         {TOPIC_SHAPE, "({W} - {SIZE.w}) / {STEP.w} + 1 = {OW}", NULL, oblong_not_padded},
         {TOPIC_SHAPE,
          "The window moves by {STEP.h} rows and {STEP.w} columns and may stick out at the edges (rounded "
          "up):",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 가장자리에서는 밖으로 나가도 됩니다(나머지는 "
          "올립니다).",
          padded},
         {TOPIC_SHAPE, "{H} / {STEP.h} = {OH}", NULL, padded},
         {TOPIC_SHAPE, "{W} / {STEP.w} = {OW}", NULL, oblong_padded},
         {TOPIC_SHAPE, "Each of the {C} maps is pooled by itself, so there are still {OC}.",
          "특징맵 {C}개를 하나씩 따로 줄이므로 개수는 그대로 {OC}개입니다."},
         {TOPIC_COUNT, "None: there is nothing to learn here.", "없습니다. 여기에는 학습할 것이 없습니다."},
         {TOPIC_WORK, "None: numbers are only compared.", "없습니다. 수를 비교하기만 합니다."}},
    .number = number,
    .step = step,
    .group_english = "row {G} of the window",
    .group_korean = "창의 {G}행",
};

static void tell(const struct layer *layer, layer_told *told, void *context)
{
    struct pool2d_shape s = kernel_shape(layer);
    told(context, "window", (double[]){(double)s.size_h, (double)s.size_w}, 2);
    told(context, "stride", (double[]){(double)s.stride_h, (double)s.stride_w}, 2);
    told(context, "padding", (double[]){(double)s.top, (double)s.left}, 2);
}

const struct layer_type layer_maxpool2d = {
    .word = "maxpool2d",
    .name = "max_pooling2d",
    .class_name = "MaxPooling2D",
    .usage = "maxpool2d:SIZE[,stride=S][,same]",
    .help =
        "the largest value under a window of SIZE x SIZE (or HxW), which moves by its size or by S; same: "
        "padded at the edges",
    .argument = {{"SIZE", ARGUMENT_SIZE, NULL}, {"stride", ARGUMENT_SIZE, ""}, {"same", ARGUMENT_WORD, ""}},
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .words = &words,
    .tell = tell,
};
