/*
 * Denormal numbers count as 0 in a training step and in what layers show, and in nothing that the caller
 * does. Where they did not, one processor would be several times slower than another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "nn/engine.h"

static const float first = 0x1p-80F, second = 0x1p-65F; /* a pixel times both is denormal */

/* Every weight is small enough that the logits, were they summed, would be denormal. */
static struct cnn_model *make_model(void)
{
    const struct cnn_model_options options = {.arch = "flatten dense:1,linear dense:2,softmax"};
    struct cnn_model *model;
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    for (size_t layer = 1; layer < model->n_layers; layer++) {
        struct parameter *kernel = &model->layer[layer].parameter[0];
        for (size_t i = 0; i < kernel->count; i++)
            kernel->value[i] = layer == 1 ? first : second;
    }
    return model;
}

static void assert_denormals_are_the_callers(void)
{
    volatile float a = first, b = second;
    assert_true(a * b > 0);
}

static void test_step(void **state)
{
    (void)state;
    static const uint8_t pixels[28 * 28] = {100}, label = 0;
    struct cnn_model *model = make_model();
    struct engine *engine;
    float gradient[28 * 28 + 1 + 2 + 2], z[2];
    double loss;
    size_t correct;
    assert_int_equal(engine_create(model, 1, &engine, NULL), CNN_OK);
    engine_gradient(engine,
                    &(struct engine_batch){.images = (const uint8_t *[]){pixels}, .labels = &label, .n = 1},
                    gradient, &loss, &correct);
    engine_output(engine, 2, 0, z);
    assert_true(z[0] == 0 && z[1] == 0);
    assert_denormals_are_the_callers();
    engine_free(engine);
    cnn_model_free(model);
}

static void test_activations(void **state)
{
    (void)state;
    struct cnn_model *model = make_model();
    struct cnn_dataset *data;
    float y[1], z[2], p[2];
    assert_int_equal(cnn_dataset_open("synth:3", CNN_TRAIN, 0, 1, &data, NULL), CNN_OK);
    assert_int_equal(cnn_model_activations(model, data, 0, 2, CNN_AFTER_ACTIVATION, y, NULL), CNN_OK);
    assert_int_equal(cnn_model_activations(model, data, 0, 3, CNN_BEFORE_ACTIVATION, z, NULL), CNN_OK);
    assert_true(y[0] > 0);
    assert_true(z[0] == 0 && z[1] == 0);
    assert_denormals_are_the_callers();
    assert_int_equal(cnn_model_predict(model, data, p, NULL), CNN_OK);
    assert_denormals_are_the_callers();
    cnn_dataset_close(data);
    cnn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_step), cmocka_unit_test(test_activations)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
