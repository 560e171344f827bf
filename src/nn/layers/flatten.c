/*
 * flatten: a feature map as a vector, row by row: y[(i * w + j) * c + k] = x[i][j][k]. In the layout of
 * kernels.h these are the same numbers in the same places, so there is nothing to compute. Source: Keras
 * Flatten.
 */
#include "nn/layer.h"

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    (void)error;
    layer->out = (struct shape){1, {shape_count(&layer->in), 1, 1}};
    return CNN_OK;
}

static const struct layer_words words = {
    .english = "flattening",
    .korean = "펼치기",
    .text =
        {{TOPIC_PURPOSE,
          "The feature maps are laid out as one long row of numbers: row by row, place by place, at each "
          "place "
          "the numbers of all maps one after the other. Nothing is computed. The layers above need one row; "
          "which numbers were neighbours in the picture they are not told.",
          "특징맵을 한 줄로 길게 펼칩니다. 위에서 아래로, 왼쪽에서 오른쪽으로 가면서 자리마다 모든 특징맵의 "
          "수를 차례로 "
          "늘어놓습니다. 계산은 하지 않습니다. 다음 층이 한 줄로 된 수를 받기 때문에 필요합니다. 이미지에서 "
          "어떤 수들이 서로 "
          "이웃이었는지는 다음 층에 전해지지 않습니다."},
         {TOPIC_SHAPE, "All numbers are still there:", "수는 하나도 빠지지 않습니다."},
         {TOPIC_SHAPE, "{H}*{W}*{C} = {M}", NULL},
         {TOPIC_COUNT, "None: there is nothing to learn here.", "없습니다. 여기에는 학습할 것이 없습니다."},
         {TOPIC_WORK, "None: nothing is computed.", "없습니다. 계산을 하지 않습니다."}},
};

const struct layer_type layer_flatten = {
    .word = "flatten",
    .name = "flatten",
    .class_name = "Flatten",
    .usage = "flatten",
    .help = "lays a feature map out as one vector",
    .plan = plan,
    .words = &words,
};
