/*
 * Every layer of the table, as its arguments allow and with every activation, inside a whole network: the
 * engine's loss, outputs and gradients against a network in double and its finite differences, and the same
 * with every instruction set, to the bit. A new row takes part by itself; one without a reference in
 * tests/reference/ fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "nn/engine.h"
#include "reference/chain.h"
#include "table.h"

enum { N = LANES + 1, SIDE = 7, PIXELS = SIDE * SIDE * 2 }; /* a whole block and one sample */

struct sample {
    uint8_t pixels[N][PIXELS];
    const uint8_t *images[N];
    uint8_t labels[N];
};

static void draw_samples(struct sample *s, size_t classes)
{
    struct random random = random_stream(5, 0);
    for (size_t i = 0; i < N; i++) {
        for (size_t k = 0; k < PIXELS; k++)
            s->pixels[i][k] = (uint8_t)random_below(&random, 256);
        s->images[i] = s->pixels[i];
        s->labels[i] = (uint8_t)random_below(&random, (uint32_t)classes);
    }
}

/* What the models below are to make small. */
static struct objective objective;

/* A model with biases that are not zero. */
static struct cnn_model *make_model(const char *arch)
{
    struct cnn_model *model;
    struct cnn_error error;
    if (cnn_model_create(
            &(struct cnn_model_options){
                .arch = arch, .height = SIDE, .width = SIDE, .channels = 2, .scale = true, .seed = 3},
            &model, &error) != CNN_OK)
        fail_msg("%s: %s", arch, error.message);
    model->objective = objective;
    struct random random = random_stream(6, 0);
    for (size_t i = 0; i < model->n_layers; i++)
        for (size_t k = 0; k < model->layer[i].n_parameters; k++)
            for (size_t n = 0;
                 model->layer[i].parameter[k].limit == 0 && n < model->layer[i].parameter[k].count; n++)
                model->layer[i].parameter[k].value[n] = random_float(&random) - 0.5f;
    return model;
}

/* The slope of the loss in double by one weight, by differences on either side. */
static double slope(const struct cnn_model *model, double *weights, size_t i, const struct sample *s,
                    size_t n)
{
    double h = 1e-5, was = weights[i];
    weights[i] = was + h;
    double above = chain_loss(model, weights, s->images, s->labels, n, NULL);
    weights[i] = was - h;
    double below = chain_loss(model, weights, s->images, s->labels, n, NULL);
    weights[i] = was;
    return (above - below) / (2 * h);
}

/* Compares one parameter's whole gradient: distance within 1e-4 of the norm, and with several samples the
 * norm is not zero. */
static void compare_gradient(const char *arch, const struct cnn_model *model, const struct layer *layer,
                             const struct parameter *p, double *weights, const float *gradient,
                             const struct sample *s, size_t n)
{
    size_t first = (size_t)(p->value - model->weights);
    double norm = 0, distance = 0;
    for (size_t i = first; i < first + p->count; i++) {
        double expected = slope(model, weights, i, s, n), difference = expected - (double)gradient[i];
        norm += expected * expected;
        distance += difference * difference;
    }
    if (n > 1 && !(norm > 1e-12))
        fail_msg("%s: %s/%s: the gradient is zero", arch, layer->name, p->name);
    if (!(sqrt(distance) <= 1e-4 * sqrt(norm) + 1e-9))
        fail_msg("%s: %s/%s: off by %g of the norm", arch, layer->name, p->name, sqrt(distance / norm));
}

static void compare_outputs(const char *arch, const struct cnn_model *model, const struct engine *engine,
                            double **expected, size_t n_samples)
{
    for (size_t i = 0; i < model->n_layers; i++) {
        size_t n = shape_count(&model->layer[i].out);
        float *found = memory_alloc(n, sizeof *found);
        double norm = 0, distance = 0;
        engine_output(engine, i, n_samples - 1, found);
        for (size_t k = 0; k < n; k++) {
            norm += expected[i][k] * expected[i][k];
            distance += (expected[i][k] - (double)found[k]) * (expected[i][k] - (double)found[k]);
        }
        memory_free(found);
        if (!(sqrt(distance) <= 1e-5 * sqrt(norm)))
            fail_msg("%s: output of %s: off by %g of the norm", arch, model->layer[i].name,
                     sqrt(distance / norm));
    }
}

/* Loss, outputs and gradients of n samples with the instruction set in use, against double. */
static void check_samples(const char *arch, const struct cnn_model *model, const struct sample *s, size_t n,
                          float *gradient)
{
    struct engine *engine;
    size_t correct;
    double loss, *weights = memory_alloc(model->n_weights, sizeof *weights), *outputs[MAX_LAYERS];
    for (size_t i = 0; i < model->n_weights; i++)
        weights[i] = (double)model->weights[i];
    for (size_t i = 0; i < model->n_layers; i++)
        outputs[i] = memory_alloc(shape_count(&model->layer[i].out), sizeof(double));
    assert_int_equal(engine_create(model, n, &engine, NULL), CNN_OK);
    engine_gradient(engine, &(struct engine_batch){.images = s->images, .labels = s->labels, .n = n},
                    gradient, &loss, &correct);
    double expected = chain_loss(model, weights, s->images, s->labels, n, outputs);
    if (!(fabs(loss / (double)n - expected) <= 1e-5 * fabs(expected)))
        fail_msg("%s: loss: expected %g, found %g", arch, expected, loss / (double)n);
    compare_outputs(arch, model, engine, outputs, n);
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; (p = model_parameter(model, i, &layer)); i++)
        if (p->trained)
            compare_gradient(arch, model, layer, p, weights, gradient, s, n);
    for (size_t i = 0; i < model->n_layers; i++)
        memory_free(outputs[i]);
    engine_free(engine);
    memory_free(weights);
}

/* Every other set gives the same gradient, to the bit, and thus has had the same outputs. */
static void check_sets(const char *arch, const struct cnn_model *model, const struct sample *s, size_t n,
                       const float *expected)
{
    struct engine *engine;
    double loss;
    size_t correct;
    float *found = memory_alloc(model->n_weights, sizeof *found);
    for (size_t i = 1; kernels_available(i); i++) {
        setenv("CNN_CPU", kernels_available(i)->name, 1);
        assert_int_equal(engine_create(model, n, &engine, NULL), CNN_OK);
        engine_gradient(engine, &(struct engine_batch){.images = s->images, .labels = s->labels, .n = n},
                        found, &loss, &correct);
        engine_free(engine);
        const struct parameter *p;
        const struct layer *layer;
        for (size_t k = 0; (p = model_parameter(model, k, &layer)); k++)
            if (memcmp(found + (p->value - model->weights), expected + (p->value - model->weights),
                       p->count * sizeof *found) != 0)
                fail_msg("%s: %zu samples: the gradient by %s/%s: %s has other bits than %s", arch, n,
                         layer->name, p->name, kernels_available(i)->name, kernels_available(0)->name);
    }
    unsetenv("CNN_CPU");
    memory_free(found);
}

/* One sample more than a block, and a single one. */
static void check_network(const char *arch)
{
    static const size_t samples[] = {N, 1};
    struct cnn_model *model = make_model(arch);
    for (size_t i = 0; i < model->n_layers; i++)
        if (!chain_layer(model->layer[i].type))
            fail_msg("%s has no reference: add one to tests/reference/chain.c", model->layer[i].type->word);
    struct sample s;
    float *gradient = memory_alloc(model->n_weights, sizeof *gradient);
    draw_samples(&s, model_classes(model));
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        check_samples(arch, model, &s, samples[i], gradient);
        check_sets(arch, model, &s, samples[i], gradient);
    }
    memory_free(gradient);
    cnn_model_free(model);
}

static void every_layer_with_every_activation(void **state)
{
    (void)state;
    char text[MAX_NETWORK_TEXT];
    each_network(SIDE, 2, check_network);
    for (size_t i = 0; layer_type_at(i); i++) { /* none has been left out as unfit */
        layer_text(layer_type_at(i), 0, "linear", text);
        char map[2 * MAX_NETWORK_TEXT], vector[2 * MAX_NETWORK_TEXT];
        snprintf(map, sizeof map, "conv2d:2,3,tanh %s flatten dense:4,softmax", text);
        snprintf(vector, sizeof vector, "conv2d:2,3,tanh flatten %s dense:4,softmax", text);
        if (!network_fits(map, SIDE, 2) && !network_fits(vector, SIDE, 2))
            fail_msg("%s fits nowhere: tests/nn/table.h should have a network for it", text);
    }
}

static void shapes_off_the_beaten_track(void **state)
{
    (void)state;
    check_network("flatten dense:3,softmax");
    check_network("conv2d:5,3,swish batchnorm activation:relu dropout:0.25 maxpool2d:2,same flatten "
                  "dense:9,swish batchnorm "
                  "activation:tanh dense:3,softmax");
    check_network("batchnorm conv2d:5,3,stride=2,same,swish globalavgpool2d dense:3 activation:softmax");
    check_network("conv2d:1,7 flatten dense:2,softmax");
    check_network("conv2d:17,2x5,swish conv2d:5,1,sigmoid flatten dense:18,tanh dense:17,softmax");
    check_network("conv2d:3,1x7,relu conv2d:3,7x1,tanh flatten dense:33,swish dense:1,tanh dense:5,softmax");
}

/* Each loss, and what L2 adds to it, where gradients are made in slices and as sums of shares. */
static void every_loss(void **state)
{
    (void)state;
    static const struct objective objectives[] = {{.label_smoothing = 0.1},
                                                  {.l2 = 0.3},
                                                  {.label_smoothing = 0.5, .l2 = 0.01},
                                                  {.loss = LOSS_MSE},
                                                  {.loss = LOSS_MSE, .l2 = 0.01}};
    for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++) {
        objective = objectives[i];
        check_network("conv2d:2,5,swish flatten dense:26,swish dense:4,softmax");
    }
    objective = (struct objective){0};
}

/* Networks without softmax, whatever their last layer: outputs are compared with the truth as they are. */
static void every_last_layer(void **state)
{
    (void)state;
    static const char *const archs[] = {
        "conv2d:2,5,swish flatten dense:26,swish dense:4,sigmoid",
        "flatten dense:9,tanh dense:4",
        "flatten dense:9 activation:tanh",
        "conv2d:3,3,relu globalavgpool2d",
        "conv2d:4,7,softplus flatten",
        "flatten dense:6,swish batchnorm",
        "flatten dense:6,swish dropout:0.25",
    };
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        objective = (struct objective){.loss = LOSS_MSE, .l2 = i % 2 ? 0.01 : 0};
        check_network(archs[i]);
    }
    objective = (struct objective){0};
}

/* The mean gradient of 16 samples, taken times times over. */
static float *repeated_gradient(const struct cnn_model *model, const struct sample *s, size_t times,
                                double *loss)
{
    const uint8_t *images[9 * LANES];
    uint8_t labels[9 * LANES];
    struct engine *engine;
    size_t correct;
    float *gradient = memory_alloc(model->n_weights, sizeof *gradient);
    for (size_t i = 0; i < times * LANES; i++) {
        images[i] = s->images[i % LANES];
        labels[i] = s->labels[i % LANES];
    }
    assert_int_equal(engine_create(model, times * LANES, &engine, NULL), CNN_OK);
    engine_gradient(engine, &(struct engine_batch){.images = images, .labels = labels, .n = times * LANES},
                    gradient, loss, &correct);
    engine_free(engine);
    return gradient;
}

/* A large dense layer goes by shards in a small batch and by blocks in a large one, to the same effect. */
static void compare_ways(const char *arch)
{
    struct cnn_model *model = make_model(arch);
    struct sample s;
    double once, nine_times, distance = 0, norm = 0;
    draw_samples(&s, 3);
    assert_int_equal(model->layer[2].n_shards, 6);
    assert_true(model->n_layers == 3 || model->layer[3].n_shards == 0);
    float *by_shards = repeated_gradient(model, &s, 1, &once),
          *by_blocks = repeated_gradient(model, &s, 9, &nine_times);
    assert_true(fabs(nine_times / 9 - once) <= 1e-6 * once);
    for (size_t i = 0; i < model->n_weights; i++) {
        distance += pow((double)by_shards[i] - (double)by_blocks[i], 2);
        norm += pow((double)by_shards[i], 2);
    }
    assert_true(norm > 0 && sqrt(distance) <= 1e-6 * sqrt(norm));
    memory_free(by_shards);
    memory_free(by_blocks);
    cnn_model_free(model);
}

static void by_shards_as_by_blocks(void **state)
{
    (void)state;
    compare_ways("conv2d:5,3,swish flatten dense:140,swish dense:3,softmax");
    objective = (struct objective){.loss = LOSS_MSE};
    compare_ways("conv2d:5,3,swish flatten dense:140,swish"); /* as the last layer */
    objective = (struct objective){0};
}

/* Each band of a block has as many products: rows at the border have fewer. */
static void bands_are_of_as_much_work(void **state)
{
    (void)state;
    static const struct range backward[] = {{0, 7}, {7, 12}, {12, 17}, {17, 24}};
    struct cnn_model *model;
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.arch = "lesson"}, &model, NULL), CNN_OK);
    for (size_t i = 0; i < 4; i++) {
        const struct range band = layer_band(&model->layer[1], LAYER_BACKWARD, i, 4),
                           rows = layer_band(&model->layer[1], LAYER_FORWARD, i, 4),
                           one = layer_band(&model->layer[1], LAYER_GRADIENT, i + 100, 200);
        assert_int_equal(band.from, backward[i].from);
        assert_int_equal(band.to, backward[i].to);
        assert_true(layer_part(&model->layer[1], LAYER_BACKWARD, band) == 0.25);
        assert_int_equal(rows.from, 5 * i);
        assert_int_equal(rows.to, 5 * (i + 1));
        assert_true(one.to - one.from <= 1); /* more bands than rows */
    }
    cnn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_with_every_activation),
        cmocka_unit_test(shapes_off_the_beaten_track),
        cmocka_unit_test(every_loss),
        cmocka_unit_test(every_last_layer),
        cmocka_unit_test(by_shards_as_by_blocks),
        cmocka_unit_test(bands_are_of_as_much_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
