/*
 * Same seed, same bits: every network below is trained a few steps with every instruction set that this
 * machine has and with 1, 2, 3, 4 and 7 threads; every weight must be the same after every step. The first
 * difference is named by step and layer. The fingerprints of the weights at the end are written down, so that
 * another compiler, another level of optimisation or another processor that computes something else is found
 * out as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "nn/engine.h"
#include "table.h"
#include "train/optimizer.h"

enum { SIDE = 12, CHANNELS = 2, PIXELS = SIDE * SIDE * CHANNELS, BATCH = 150, STEPS = 6, N_IMAGES = 160 };

/* fingerprint: of the weights after the last step. */
static const struct network {
    const char *arch, *optimizer;
    enum cnn_compat compat;
    bool scale;
    uint64_t fingerprint;
    struct objective objective;
    struct engine_clip clip;
} networks[] = {
    {"conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax",
     "rmsprop",
     CNN_KERAS2,
     false,
     UINT64_C(0xf76143ad2cbbb4ef),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax",
     "rmsprop",
     CNN_KERAS3,
     true,
     UINT64_C(0x6c44d4d9eb0f03c8),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"conv2d:6,3x5,tanh conv2d:16,3,sigmoid flatten dense:21,tanh dense:7,softmax",
     "sgd:0.9",
     CNN_KERAS2,
     true,
     UINT64_C(0x365e3d7083adb6f9),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"conv2d:33,3,relu conv2d:18,3,linear flatten dense:17,relu dense:3,softmax",
     "adam",
     CNN_KERAS2,
     true,
     UINT64_C(0x0ab229a9e1cae362),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"flatten dense:128,relu dense:33,sigmoid dense:10,softmax",
     "sgd",
     CNN_KERAS2,
     true,
     UINT64_C(0x6749c765aa5c7fca),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"conv2d:1,1,swish conv2d:1,12 flatten dense:2,softmax",
     "adam:0.5,0.9",
     CNN_KERAS2,
     false,
     UINT64_C(0x9ffb9cf050d27b91),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"conv2d:3,5,swish flatten dense:84,swish dense:10,softmax",
     "adamw",
     CNN_KERAS2,
     true,
     UINT64_C(0x402acd3a93ddce6e),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0.1, 0.01},
     {0.05, true}},
    {"conv2d:33,3,relu flatten dense:17,tanh dense:3,softmax",
     "sgd:0.9,nesterov",
     CNN_KERAS2,
     true,
     UINT64_C(0x85e173692c96884e),
     {LOSS_MSE, 0, 0.001},
     {0.01, false}},
    {"flatten dense:128,relu dense:10,softmax",
     "rmsprop",
     CNN_KERAS3,
     true,
     UINT64_C(0x74141395eb406b88),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0.3, 0.02},
     {0, false}},
    {"conv2d:6,3,same,swish batchnorm activation:relu avgpool2d:2 dropout:0.25 conv2d:5,3,stride=2,same "
     "maxpool2d:2,same flatten dense:9 batchnorm activation:tanh dropout:0.5 dense:5 activation:softmax",
     "adam",
     CNN_KERAS2,
     true,
     UINT64_C(0x290003184273a4db),
     {LOSS_CATEGORICAL_CROSSENTROPY, 0, 0},
     {0, false}},
    {"conv2d:3,5,swish maxpool2d:2 flatten dense:84,swish dense:10 batchnorm activation:sigmoid",
     "sgd:0.9",
     CNN_KERAS2,
     true,
     UINT64_C(0xb335604dc9365439),
     {LOSS_MSE, 0, 0.001},
     {0, false}},
};
enum { N_NETWORKS = sizeof networks / sizeof networks[0] };

/* What a run leaves: the hash of every layer's weights after every step. */
struct trace {
    uint64_t layer[STEPS][MAX_LAYERS];
    uint64_t loss[STEPS];
    uint64_t fingerprint;
};

static uint8_t images[N_IMAGES][PIXELS], labels[N_IMAGES];

/* Pale images with strokes: many zeros, as in MNIST. */
static int draw_images(void **state)
{
    (void)state;
    struct random random = random_stream(11, 0);
    for (size_t i = 0; i < N_IMAGES; i++) {
        labels[i] = (uint8_t)random_below(&random, 2);
        for (size_t k = 0; k < PIXELS; k++)
            images[i][k] = random_below(&random, 4) ? 0 : (uint8_t)random_below(&random, 256);
    }
    return 0;
}

static void note_step(const struct cnn_model *model, size_t step, double loss, struct trace *trace)
{
    for (size_t i = 0; i < model->n_layers; i++) {
        trace->layer[step][i] = HASH_START;
        for (size_t k = 0; k < model->layer[i].n_parameters; k++)
            trace->layer[step][i] = hash_bytes(trace->layer[step][i], model->layer[i].parameter[k].value,
                                               model->layer[i].parameter[k].count * sizeof(float));
    }
    trace->loss[step] = hash_bytes(HASH_START, &loss, sizeof loss);
}

static void give_slots(struct cnn_model *model, float *slots)
{
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++)
        for (size_t s = 0; s < MAX_SLOTS; s++)
            p->slot[s] = slots + s * model->n_weights + (p->value - model->weights);
}

static void train(const struct network *network, const char *set, size_t threads, struct trace *trace)
{
    struct cnn_model *model;
    struct optimizer_setting setting;
    struct engine *engine;
    setenv("CNN_CPU", set, 1);
    assert_int_equal(cnn_set_threads(threads, NULL), CNN_OK);
    assert_int_equal(optimizer_parse(network->optimizer, &setting, NULL), CNN_OK);
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.arch = network->arch,
                                                                  .height = SIDE,
                                                                  .width = SIDE,
                                                                  .channels = CHANNELS,
                                                                  .scale = network->scale,
                                                                  .seed = 1},
                                      &model, NULL),
                     CNN_OK);
    model->objective = network->objective;
    assert_int_equal(engine_create(model, BATCH, &engine, NULL), CNN_OK);
    if (network->clip.norm > 0)
        assert_int_equal(engine_set_clip(engine, network->clip, NULL), CNN_OK);
    float *slots = memory_alloc(model->n_weights, MAX_SLOTS * sizeof *slots);
    give_slots(model, slots);
    for (size_t step = 0; step < STEPS; step++) {
        const uint8_t *batch[BATCH];
        size_t correct, sizes[STEPS] = {45, 45, 16, 7, BATCH, 45}, n = sizes[step];
        double loss;
        for (size_t i = 0; i < n; i++)
            batch[i] = images[(step * 37 + i) % N_IMAGES];
        struct update update =
            optimizer_update(&setting, setting.default_learning_rate, network->compat, step + 1);
        engine_step(engine, &(struct engine_batch){.images = batch, .labels = labels + step, .n = n},
                    setting.kind, &update, &loss, &correct);
        note_step(model, step, loss, trace);
    }
    trace->fingerprint = cnn_model_fingerprint(model);
    memory_free(slots);
    engine_free(engine);
    cnn_model_free(model);
}

static void compare(const struct network *network, const char *set, size_t threads,
                    const struct trace *expected, const struct trace *found)
{
    for (size_t step = 0; step < STEPS; step++) {
        if (found->loss[step] != expected->loss[step])
            fail_msg("%s, %s, %zu threads: the loss of step %zu is the first that differs", network->arch,
                     set, threads, step + 1);
        for (size_t i = 0; i < MAX_LAYERS; i++)
            if (found->layer[step][i] != expected->layer[step][i])
                fail_msg("%s, %s, %zu threads: layer %zu after step %zu is the first that differs",
                         network->arch, set, threads, i + 1, step + 1);
    }
}

/* The same with a set and each of these numbers of threads. */
static void check_again(const struct network *network, size_t set, const size_t *threads,
                        const struct trace *expected)
{
    for (; *threads; threads++) {
        struct trace found = {0};
        train(network, kernels_available(set)->name, *threads, &found);
        compare(network, kernels_available(set)->name, *threads, expected, &found);
    }
}

static void same_bits_everywhere(void **state)
{
    (void)state;
    bool same = true;
    for (size_t n = 0; n < N_NETWORKS; n++) {
        struct trace expected = {0};
        train(&networks[n], kernels_available(0)->name, 1, &expected);
        if (expected.fingerprint != networks[n].fingerprint) {
            print_error("%s, %s: expected %016llx, found %016llx\n", networks[n].arch, networks[n].optimizer,
                        (unsigned long long)networks[n].fingerprint,
                        (unsigned long long)expected.fingerprint);
            same = false;
        }
        check_again(&networks[n], 0, (const size_t[]){2, 3, 4, 7, 0}, &expected);
        for (size_t i = 1; kernels_available(i); i++)
            check_again(&networks[n], i, (const size_t[]){1, 4, 7, 0}, &expected);
    }
    assert_true(same);
}

/* Networks of the table of layers, with the optimizers in turn; what they come to is written down nowhere. */
static void check_table_network(const char *arch)
{
    static size_t count;
    struct network network = {
        .arch = arch, .optimizer = optimizer_word(count++ % N_OPTIMIZERS)->word, .scale = true};
    struct trace expected = {0};
    train(&network, kernels_available(0)->name, 1, &expected);
    check_again(&network, 0, (const size_t[]){2, 7, 0}, &expected);
    for (size_t i = 1; kernels_available(i); i++)
        check_again(&network, i, (const size_t[]){4, 0}, &expected);
}

static void same_bits_for_every_layer_and_optimizer(void **state)
{
    (void)state;
    assert_true(each_network(SIDE, CHANNELS, check_table_network) >= N_OPTIMIZERS);
}

/* The lesson itself: one epoch on the 60,000 drawn digits, seed 1. A sanitizer, an emulator or the portable
 * set takes minutes for it; the small networks above stand for it there. */
static void lesson_has_its_fingerprint(void **state)
{
    (void)state;
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
    unsetenv("CNN_CPU");
    if (strcmp(kernels_available(0)->name, "portable") == 0)
        skip();
    struct cnn_dataset *digits;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    assert_int_equal(cnn_set_threads(0, NULL), CNN_OK);
    assert_int_equal(cnn_dataset_open("synth", CNN_TRAIN, 0, 0, &digits, NULL), CNN_OK);
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.seed = 1}, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, digits, &(struct cnn_train_options){.epochs = 1, .seed = 1},
                                        &trainer, NULL),
                     CNN_OK);
    while (!at.done)
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
    assert_int_equal(cnn_model_fingerprint(model), UINT64_C(0x210a78768d846ecf));
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(digits);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits_everywhere),
        cmocka_unit_test(same_bits_for_every_layer_and_optimizer),
        cmocka_unit_test(lesson_has_its_fingerprint),
    };
    return cmocka_run_group_tests(tests, draw_images, NULL);
}
