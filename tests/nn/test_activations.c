/*
 * What a layer makes of an image, through the public interface: every layer against a network in double,
 * before and after its activation; weights by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cnn.h"
#include "reference/chain.h"
#include "reference/reference.h"

enum { IMAGES = 19, IMAGE = 17 }; /* a whole block and a part of one; the image looked at is in the second */

static struct cnn_dataset *data;

static int open_data(void **state)
{
    (void)state;
    return cnn_dataset_open("synth:3", CNN_TRAIN, 0, IMAGES, &data, NULL) == CNN_OK ? 0 : -1;
}

static int close_data(void **state)
{
    (void)state;
    cnn_dataset_close(data);
    return 0;
}

static struct cnn_model *make_model(const char *arch, bool scale)
{
    struct cnn_model *model;
    struct cnn_error error;
    struct cnn_weights w;
    if (cnn_model_create(&(struct cnn_model_options){.arch = arch, .scale = scale, .seed = 3}, &model,
                         &error) != CNN_OK)
        fail_msg("%s: %s", arch, error.message);
    for (size_t i = 0; (w = cnn_model_weights_at(model, i)).rank; i++) /* biases that are not zero */
        if (w.rank == 1) {
            float *bias = malloc(w.count * sizeof *bias);
            for (size_t k = 0; k < w.count; k++)
                bias[k] = 0.25f - 0.125f * (float)(k % 5);
            assert_int_equal(cnn_model_set_weights(model, w.name, bias, w.count, &error), CNN_OK);
            free(bias);
        }
    return model;
}

static size_t layer_count(const struct cnn_model *model, size_t layer)
{
    struct cnn_layer_info info = cnn_model_layer(model, layer);
    return info.shape[0] * info.shape[1] * info.shape[2];
}

/* Owns: the caller frees it. */
static float *activations(const struct cnn_model *model, const struct cnn_dataset *images, size_t image,
                          size_t layer, enum cnn_stage stage)
{
    struct cnn_error error = {0};
    float *values = malloc(layer_count(model, layer) * sizeof *values);
    if (cnn_model_activations(model, images, image, layer, stage, values, &error) != CNN_OK)
        fail_msg("layer %zu: %s", layer, error.message);
    return values;
}

/* The outputs of a network in double, the last one logits. Shapes: outputs [layers], freed by the caller. */
static void reference_outputs(const struct cnn_model *model, double **outputs)
{
    const uint8_t *pixels = cnn_dataset_image(data, IMAGE);
    const uint8_t label = 0;
    double *weights = malloc(model->n_weights * sizeof *weights);
    for (size_t i = 0; i < model->n_weights; i++)
        weights[i] = (double)model->weights[i];
    for (size_t i = 0; i < model->n_layers; i++)
        outputs[i] = malloc(layer_count(model, i + 1) * sizeof **outputs);
    chain_loss(model, weights, &pixels, &label, 1, outputs);
    free(weights);
}

static void same(const char *what, const float *found, const double *expected, size_t n, double relative)
{
    double norm = 0, distance = 0;
    for (size_t i = 0; i < n; i++) {
        norm += expected[i] * expected[i];
        distance += ((double)found[i] - expected[i]) * ((double)found[i] - expected[i]);
    }
    if (!(norm > 0 && sqrt(distance) <= relative * sqrt(norm)))
        fail_msg("%s: off by %g of the norm", what, sqrt(distance / norm));
}

static void check_layer(const struct cnn_model *model, size_t i, const double *expected)
{
    const struct layer *layer = &model->layer[i];
    bool softmax = layer->activation == ACTIVATION_softmax;
    size_t n = layer_count(model, i + 1);
    float *y = activations(model, data, IMAGE, i + 1, softmax ? CNN_BEFORE_ACTIVATION : CNN_AFTER_ACTIVATION);
    same(layer->name, y, expected, n, 1e-5);
    float *z = activations(model, data, IMAGE, i + 1, CNN_BEFORE_ACTIVATION);
    double *again = malloc(n * sizeof *again);
    for (size_t k = 0; k < n; k++)
        again[k] = softmax ? (double)z[k] : reference_activation(layer->activation)->f((double)z[k]);
    same("f(z)", y, again, n, 1e-6);
    bool differs = memcmp(y, z, n * sizeof *y) != 0;
    assert_int_equal(differs,
                     layer->type->has_activation && !softmax && layer->activation != ACTIVATION_linear);
    free(y);
    free(z);
    free(again);
}

static void every_layer_as_in_double(void **state)
{
    (void)state;
    static const char *const archs[] = {
        "lesson",
        "conv2d:3,9x7,relu conv2d:2,5,tanh flatten dense:9,sigmoid dense:7,linear dense:10,softmax"};
    for (size_t a = 0; a < sizeof archs / sizeof archs[0]; a++) {
        struct cnn_model *model = make_model(archs[a], true);
        double *outputs[MAX_LAYERS];
        reference_outputs(model, outputs);
        for (size_t i = 0; i < model->n_layers; i++) {
            check_layer(model, i, outputs[i]);
            free(outputs[i]);
        }
        cnn_model_free(model);
    }
}

static void the_input_as_it_goes_in(void **state)
{
    (void)state;
    for (int scale = 0; scale < 2; scale++) {
        struct cnn_model *model = make_model("lesson", scale);
        float *x = activations(model, data, IMAGE, 0, CNN_AFTER_ACTIVATION);
        double pixels[28 * 28];
        for (size_t i = 0; i < 28 * 28; i++)
            pixels[i] = cnn_dataset_image(data, IMAGE)[i] / (scale ? 255.0 : 1.0);
        same("input", x, pixels, 28 * 28, 1e-7);
        free(x);
        cnn_model_free(model);
    }
}

static void the_last_layer_is_the_prediction_to_the_bit(void **state)
{
    (void)state;
    struct cnn_model *model = make_model("lesson", true);
    float p[IMAGES][10];
    assert_int_equal(cnn_model_predict(model, data, p[0], NULL), CNN_OK);
    for (size_t i = 0; i < IMAGES; i++) {
        float *y = activations(model, data, i, 5, CNN_AFTER_ACTIVATION);
        assert_memory_equal(y, p[i], sizeof p[i]);
        free(y);
    }
    cnn_model_free(model);
}

static void what_is_not_there_is_refused(void **state)
{
    (void)state;
    struct cnn_error error;
    struct cnn_model *model = make_model("lesson", true), *other;
    float values[28 * 28 * 3];
    assert_int_equal(cnn_model_activations(model, data, IMAGES, 1, 0, values, &error), CNN_ERROR_USAGE);
    assert_string_equal(error.message, "synth:3: image 19 is past the end; expected 0 to 18");
    assert_int_equal(cnn_model_activations(model, data, 0, 6, 0, values, &error), CNN_ERROR_USAGE);
    assert_string_equal(error.message, "there is no layer 6; expected 0 to 5");
    struct cnn_model_options options = {.arch = "flatten dense:2,softmax", .height = 3};
    assert_int_equal(cnn_model_create(&options, &other, NULL), CNN_OK);
    assert_int_equal(cnn_model_activations(other, data, 0, 1, 0, values, &error), CNN_ERROR_MISMATCH);
    cnn_model_free(other);
    cnn_model_free(model);
}

/* ---- weights -------------------------------------------------------------------------------------- */

static void weights_have_keras_names_and_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t layer, rank, shape[4];
    } expected[] = {
        {"conv2d/kernel", 1, 4, {5, 5, 1, 3}},    {"conv2d/bias", 1, 1, {3, 1, 1, 1}},
        {"conv2d_1/kernel", 2, 4, {5, 5, 3, 6}},  {"conv2d_1/bias", 2, 1, {6, 1, 1, 1}},
        {"dense/kernel", 4, 2, {2400, 84, 1, 1}}, {"dense/bias", 4, 1, {84, 1, 1, 1}},
        {"dense_1/kernel", 5, 2, {84, 10, 1, 1}}, {"dense_1/bias", 5, 1, {10, 1, 1, 1}},
    };
    struct cnn_model *model = make_model("lesson", true);
    struct cnn_weights w, named;
    size_t n = 0, numbers = 0;
    for (; (w = cnn_model_weights_at(model, n)).rank; n++) {
        assert_string_equal(w.name, expected[n].name);
        assert_int_equal(w.layer, expected[n].layer);
        assert_int_equal(w.rank, expected[n].rank);
        assert_memory_equal(w.shape, expected[n].shape, sizeof w.shape);
        assert_int_equal(cnn_model_weights(model, w.name, &named, NULL), CNN_OK);
        assert_ptr_equal(named.values, w.values);
        numbers += w.count;
    }
    assert_int_equal(n, sizeof expected / sizeof expected[0]);
    assert_int_equal(numbers, cnn_model_info(model).parameters);
    assert_null(cnn_model_weights_at(model, SIZE_MAX).values);
    cnn_model_free(model);
}

static void weights_set_are_the_ones_at_work(void **state)
{
    (void)state;
    struct cnn_model *model = make_model("flatten dense:3,softmax", false);
    float *kernel = calloc(28 * 28 * 3, sizeof *kernel);
    const float bias[3] = {1, 2, 3};
    kernel[(14 * 28 + 14) * 3 + 1] = 2; /* output 1 sees the pixel in the middle, twice */
    assert_int_equal(cnn_model_set_weights(model, "dense/kernel", kernel, 28 * 28 * 3, NULL), CNN_OK);
    assert_int_equal(cnn_model_set_weights(model, "dense/bias", bias, 3, NULL), CNN_OK);
    float *z = activations(model, data, IMAGE, 2, CNN_BEFORE_ACTIVATION);
    float pixel = cnn_dataset_image(data, IMAGE)[14 * 28 + 14];
    assert_true(z[0] == 1 && z[1] == 2 + 2 * pixel && z[2] == 3);
    free(z);
    free(kernel);
    cnn_model_free(model);
}

static void weights_that_cannot_be_meant_are_refused(void **state)
{
    (void)state;
    struct cnn_model *model = make_model("flatten dense:3,softmax", false);
    uint64_t before = cnn_model_fingerprint(model);
    struct cnn_error error;
    struct cnn_weights w;
    assert_int_equal(cnn_model_weights(model, "dense/weights", &w, &error), CNN_ERROR_USAGE);
    assert_string_equal(error.message,
                        "no weights are called \"dense/weights\"; expected one of: dense/kernel, dense/bias");
    assert_int_equal(cnn_model_weights(model, NULL, &w, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_model_set_weights(model, "dense", (float[]){1}, 1, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_model_set_weights(model, "dense/bias", (float[]){1, 2}, 2, &error),
                     CNN_ERROR_MISMATCH);
    assert_string_equal(error.message, "dense/bias: expected 3 numbers, found 2");
    assert_int_equal(cnn_model_set_weights(model, "dense/bias", (float[]){1, 2, NAN}, 3, &error),
                     CNN_ERROR_NUMERIC);
    assert_string_equal(error.message, "dense/bias: value 2 is not a finite number");
    assert_int_equal(cnn_model_fingerprint(model), before);
    cnn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layer_as_in_double),
        cmocka_unit_test(the_input_as_it_goes_in),
        cmocka_unit_test(the_last_layer_is_the_prediction_to_the_bit),
        cmocka_unit_test(what_is_not_there_is_refused),
        cmocka_unit_test(weights_have_keras_names_and_shapes),
        cmocka_unit_test(weights_set_are_the_ones_at_work),
        cmocka_unit_test(weights_that_cannot_be_meant_are_refused),
    };
    return cmocka_run_group_tests(tests, open_data, close_data);
}
