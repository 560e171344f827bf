/*
 * dropout: in training each number is 0 with the probability RATE, or else divided by 1 - RATE, so that the
 * mean stays; otherwise all pass as they are. Which fall out is drawn anew for each image in each epoch, from
 * a stream that is named by seed, epoch, image and layer: neither its place in a batch nor the threads have a
 * say. What a number is multiplied by is its slope as well. Source: Srivastava et al., 2014; Keras Dropout.
 */
#include "nn/layer.h"

#include <math.h>
#include <string.h>

enum { RATE }; /* its argument */

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    (void)error;
    layer->out = layer->in;
    return CNN_OK;
}

/* What a number that stays is multiplied by. */
static float keep_factor(const struct layer *layer)
{
    return (float)(1 / (1 - layer->argument[RATE].fraction));
}

/* What each number is multiplied by: 0 or 1 / (1 - RATE), half of 64 random bits for each; 0 in lanes without
 * a sample. Shapes: mask like in. */
static void draw(const struct layer *layer, const struct block *b, float *mask)
{
    const double rate = layer->argument[RATE].fraction;
    const uint32_t drop = (uint32_t)(rate * 0x1p32);
    const float keep = keep_factor(layer);
    const size_t n = shape_count(&layer->in);
    struct random random[LANES];
    for (size_t lane = 0; lane < b->n; lane++)
        random[lane] = layer_random(layer, b, lane);
    for (size_t i = 0; i < n; i += 2)
        for (size_t lane = 0; lane < LANES; lane++) {
            const uint64_t bits = lane < b->n ? random_u64(&random[lane]) : 0;
            const bool used = lane < b->n;
            mask[i * LANES + lane] = used && (uint32_t)(bits >> 32) >= drop ? keep : 0;
            if (i + 1 < n)
                mask[(i + 1) * LANES + lane] = used && (uint32_t)bits >= drop ? keep : 0;
        }
}

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const size_t n = shape_count(&layer->in) * LANES;
    if (!b->training) {
        k->activate[ACTIVATION_linear](n, b->x, b->y, b->slope);
        return;
    }
    draw(layer, b, b->y);
    if (b->slope)
        memcpy(b->slope, b->y, n * sizeof *b->y);
    k->multiply(n, b->x, b->y);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    k->multiply(shape_count(&layer->in) * LANES, b->dz, b->dx);
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static double number(const struct layer *layer, const char *name)
{
    const double rate = layer->argument[RATE].fraction;
    const struct {
        const char *name;
        double value;
    } known[] = {{"rate", rate},
                 {"(1 - rate)", 1 - rate},
                 {"keep", (double)keep_factor(layer)},
                 {"percent", 100 * rate},
                 {"dropped", floor(rate * (double)shape_count(&layer->in) + 0.5)}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].value;
    return NAN;
}

static const struct layer_words words = {
    .english = "dropout",
    .korean = "드롭아웃",
    .text =
        {{TOPIC_PURPOSE,
          "While it learns, the network is disturbed on purpose: about {percent} % of the numbers are set to "
          "0 "
          "at random, others for each image each time. No single number can then be relied on, so that more "
          "of them learn something of use. The numbers that stay are scaled up, so that their mean stays.",
          "학습하는 동안 일부러 방해합니다. 이미지마다, 볼 때마다 새로 골라서 {percent} % 정도의 수를 "
          "무작위로 0으로 만듭니다. 그러면 수 하나에만 기댈 수 없으므로 신경망이 여러 수를 고루 쓰는 법을 "
          "배웁니다. 남은 수는 "
          "평균이 달라지지 않도록 그만큼 키웁니다."},
         {TOPIC_PURPOSE, "A trained network drops nothing: all numbers pass as they are.",
          "학습이 끝난 모델에서는 아무것도 버리지 않고 모든 수가 그대로 지나갑니다."},
         {TOPIC_SHAPE, "The shape stays as it is.", "모양은 그대로입니다."},
         {TOPIC_COUNT, "None: there is nothing to learn here.", "없습니다. 여기에는 학습할 것이 없습니다."},
         {TOPIC_WORK, "None: in a trained network nothing is computed.",
          "없습니다. 학습이 끝난 모델에서는 계산을 하지 않습니다."},
         {TOPIC_NUMBER, "Here x, the number at the same place below, passes as it is:",
          "여기서는 앞 층의 같은 자리에 있던 수 x가 그대로 지나갑니다."},
         {TOPIC_NUMBER, "y", .is = LINE_SAME, .of = {"x"}},
         {TOPIC_TRAINING,
          "In training lots are drawn for each number anew. With the probability {rate} it becomes 0: of the "
          "{N} numbers here about {dropped} for each image. One that stays is divided by 1 - {rate}; the "
          "program multiplies by keep instead:",
          "학습하는 동안에는 수마다 매번 새로 제비를 뽑아 {rate}의 확률로 0으로 만듭니다. 이미지 한 장에서 "
          "수 {N}개 가운데 {dropped}개쯤이 0이 됩니다. 남은 수는 1 - rate로 나눕니다(rate = {rate}). "
          "프로그램은 나누는 대신 keep을 곱합니다."},
         {TOPIC_TRAINING, "keep = 1 / (1 - {rate}) = {keep}", NULL},
         {TOPIC_TRAINING,
          "So an x like that above becomes 0, or:", "그러므로 위와 같은 x는 0이 되거나 다음 값이 됩니다."},
         {TOPIC_TRAINING, "y", .is = LINE_PRODUCT, .of = {"x", "keep"}},
         {TOPIC_TRAINING,
          "In the mean over many draws it is still x:", "여러 번 뽑아 평균을 내면 그대로 x입니다."},
         {TOPIC_TRAINING, "mean", .is = LINE_PRODUCTS, .of = {"rate", "0", "(1 - rate)", "y"}}},
    .number = number,
};

static void tell(const struct layer *layer, layer_told *told, void *context)
{
    static const char *const names[] = {"rate", "(1 - rate)", "keep"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        told(context, names[i], (double[]){number(layer, names[i])}, 1);
}

const struct layer_type layer_dropout = {
    .word = "dropout",
    .name = "dropout",
    .class_name = "Dropout",
    .usage = "dropout:RATE",
    .help =
        "while training, sets each number to 0 with the probability RATE, as 0.5, and scales up the others",
    .argument = {{"RATE", ARGUMENT_FRACTION, NULL}},
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .words = &words,
    .tell = tell,
};
