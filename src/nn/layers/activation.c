/*
 * activation: an activation as a layer of its own, for where something stands between it and the weighted
 * sums, as in "conv2d:8,3 batchnorm activation:relu". Source: Keras Activation.
 */
#include "nn/layer.h"

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    (void)error;
    layer->out = layer->in;
    return CNN_OK;
}

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    k->activate[layer->activation](shape_count(&layer->in) * LANES, b->x, b->y, b->slope);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    k->multiply(shape_count(&layer->in) * LANES, b->dz, b->dx);
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static const struct layer_words words = {
    .english = "activation",
    .korean = "활성화",
    .text =
        {{TOPIC_PURPOSE,
          "An activation bends each number by itself. Without one between them, two layers of weighted sums "
          "are no more than one. Here it is a layer of its own because something stands between it and the "
          "weighted sums, as a normalisation.",
          "활성화 함수는 수 하나하나를 따로 변환합니다. 가중합을 내는 층 사이에 활성화 함수가 없으면 층이 "
          "둘이어도 하나와 다를 것이 없습니다. 여기서는 가중합과 활성화 함수 사이에 정규화 같은 층이 "
          "있으므로 활성화 함수를 따로 한 층으로 두었습니다."},
         {TOPIC_SHAPE, "The shape stays as it is.", "모양은 그대로입니다."},
         {TOPIC_COUNT, "None: there is nothing to learn here.", "없습니다. 여기에는 학습할 것이 없습니다."},
         {TOPIC_WORK, "None that is counted: each number is looked at by itself.",
          "곱셈으로 세는 것은 없습니다. 수를 하나씩 따로 계산합니다."}},
};

const struct layer_type layer_activation = {
    .word = "activation",
    .name = "activation",
    .class_name = "Activation",
    .usage = "activation:ACTIVATION",
    .help = "an activation as a layer of its own, as after batchnorm",
    .has_activation = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .words = &words,
};
