/*
 * globalavgpool2d: the mean of each channel of the feature map below, as a vector: y[c] = mean over i, j of
 * x[i][j][c]. Source: Keras GlobalAveragePooling2D.
 */
#include "nn/pool2d.h"

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    const enum cnn_status status = pool2d_check(layer, error);
    layer->out = (struct shape){1, {layer->in.size[2], 1, 1}};
    return status;
}

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct pool2d_shape s = pool2d_whole(layer);
    k->avgpool2d_forward(&s, block_rows(b, s.out_h), b->x, b->y, b->slope);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct pool2d_shape s = pool2d_whole(layer);
    k->avgpool2d_backward(&s, block_rows(b, s.in_h), b->dz, b->dx);
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool step(const struct layer *layer, size_t output, size_t i, struct layer_step *step)
{
    const struct pool2d_shape s = pool2d_whole(layer);
    return pool2d_mean_step(&s, output, i, step);
}

static const struct layer_words words = {
    .english = "global average pooling",
    .korean = "전역 평균 풀링",
    .text = {{TOPIC_PURPOSE,
              "Of each map only the mean of all its numbers is left: how much of the feature there is in the "
              "whole picture, and no longer where. It takes the place of flatten, and the dense layer above "
              "becomes small.",
              "특징맵마다 모든 수의 평균 하나만 남깁니다. 특징이 이미지 전체에 얼마나 있는지는 남고, 어디에 "
              "있는지는 사라집니다. 펼치기 대신 쓰며, 그러면 다음 밀집층이 작아집니다."},
             {TOPIC_SHAPE, "One number for each of the {C} maps.", "특징맵 {C}개에서 수가 하나씩 나옵니다."},
             {TOPIC_COUNT, "None: there is nothing to learn here.",
              "없습니다. 여기에는 학습할 것이 없습니다."},
             {TOPIC_WORK, "None: numbers are only added up, and divided once.",
              "없습니다. 수를 더하고 한 번 나누기만 합니다."}},
    .step = step,
    .group_english = "row {G} of the map",
    .group_korean = "특징맵의 {G}행",
};

const struct layer_type layer_globalavgpool2d = {
    .word = "globalavgpool2d",
    .name = "global_average_pooling2d",
    .class_name = "GlobalAveragePooling2D",
    .usage = "globalavgpool2d",
    .help = "the mean of each channel of the map below: a vector, in the place of flatten",
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .words = &words,
};
