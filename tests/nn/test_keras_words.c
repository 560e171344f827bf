/* What is said of words that Keras has: a word that the program knows under any of its names is never denied,
 * one that it lacks is named as missing, whatever layers there are. */
#include "nn/keras_words.h"
#include "nn/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct shape input = {3, {28, 28, 1}};

/* The hint about a word that stands where a layer should. */
static void layer_hint(const char *word, char hint[384])
{
    char text[96];
    struct layer layers[MAX_LAYERS];
    size_t n;
    struct cnn_error error = {0};
    snprintf(text, sizeof text, "%s:3 flatten dense:10,softmax", word);
    spec_parse(text, &input, layers, &n, &error);
    strcpy(hint, error.hint);
}

static void test_known_layers_are_never_denied(void **state)
{
    (void)state;
    const struct layer_type *type;
    char hint[384], expected[64];
    for (size_t i = 0; (type = layer_type_at(i)); i++) {
        const char *const names[] = {type->name, type->class_name};
        snprintf(expected, sizeof expected, "did you mean %s?", type->word);
        for (size_t k = 0; k < 2; k++) {
            layer_hint(names[k], hint);
            if (strcmp(names[k], type->word) != 0)
                assert_string_equal(hint, expected);
        }
    }
}

static void test_layers_of_keras(void **state)
{
    (void)state;
    static const char *const names[] = {"Dropout",   "dropout", "max_pooling2d", "maxpool",      "batchnorm",
                                        "avgpool2d", "LSTM",    "Conv1D",        "ZeroPadding2D"};
    char hint[384];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct layer_type *type;
        bool known = false;
        for (size_t k = 0; (type = layer_type_at(k)); k++)
            known = known || strcmp(type->class_name, keras_name("layer", names[i])) == 0;
        layer_hint(names[i], hint);
        assert_int_equal(strstr(hint, "this program has none yet") != NULL, !known);
    }
    layer_hint("xyzzy", hint);
    assert_string_equal(hint, "");
}

/* What is spelled nearly like a word of Keras is taken for that, unless a word of the program is nearer. */
static void test_misspelled(void **state)
{
    (void)state;
    static const char *const layers[][2] = {
        {"dropuot", "did you mean dropout?"},
        {"Conv2dd", "did you mean conv2d?"},
        {"BatchNormalisation", "did you mean batchnorm?"},
        {"MaxPoolng2D", "did you mean maxpool2d?"},
        {"convolutoin", "did you mean conv2d?"},
        {"LayerNormalisation", "Keras has LayerNormalization; this program has none yet"},
        {"lstmm", "Keras has LSTM; this program has none yet"},
        {"ReLU", "did you mean activation:relu?"},
        {"softmax", "did you mean activation:softmax?"},
    };
    static const char *const losses[][2] = {
        {"MSE", "did you mean mse?"},
        {"mean_squard_error", "did you mean mse?"},
        {"sparse_categorical_crossentropy", "did you mean categorical_crossentropy?"},
        {"categorical_crossentrpy", "did you mean categorical_crossentropy?"},
        {"mae", "Keras has MeanAbsoluteError; this program has none yet"},
        {"xyzzy", ""},
    };
    static const char *const known[] = {"categorical_crossentropy", "mse"};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        char hint[384];
        layer_hint(layers[i][0], hint);
        assert_string_equal(hint, layers[i][1]);
    }
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        struct cnn_error error = {0};
        keras_unknown_word("loss", losses[i][0], known, 2, &error);
        assert_string_equal(error.hint, losses[i][1]);
    }
}

static void test_known_activations_are_never_denied(void **state)
{
    (void)state;
    const char *known[64];
    struct cnn_error error = {0};
    size_t n = 0;
    for (; activation_word(n); n++)
        known[n] = activation_word(n)->word;
    keras_unknown_word("activation", "silu", known, n, &error);
    assert_string_equal(error.hint, "did you mean swish?");
    keras_unknown_word("activation", "MISH", known, n, &error);
    assert_string_equal(error.hint, "Keras has mish; this program has none yet");
    known[n++] = "mish";
    keras_unknown_word("activation", "MISH", known, n, &error);
    assert_string_equal(error.hint, "did you mean mish?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_layers_are_never_denied),
        cmocka_unit_test(test_layers_of_keras),
        cmocka_unit_test(test_misspelled),
        cmocka_unit_test(test_known_activations_are_never_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
