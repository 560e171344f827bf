/* Architecture texts: what they are read as, and each way in which they can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "nn/spec.h"

static const struct shape mnist = {3, {28, 28, 1}};

static size_t parse(const char *text, struct layer *layers)
{
    struct cnn_error error;
    size_t n = 0;
    if (spec_parse(text, &mnist, layers, &n, &error) != CNN_OK)
        fail_msg("%s: %s", text, error.message);
    return n;
}

static void lesson_has_the_shapes_of_keras(void **state)
{
    (void)state;
    struct layer layers[MAX_LAYERS];
    assert_int_equal(parse("lesson", layers), 5);
    static const size_t parameters[] = {78, 456, 0, 201684, 850};
    static const size_t outputs[] = {24 * 24 * 3, 20 * 20 * 6, 2400, 84, 10};
    static const double limits[] = {0.244949, 0.163299, 0, 0.049147, 0.252646};
    static const char *const names[] = {"conv2d", "conv2d_1", "flatten", "dense", "dense_1"};
    for (size_t i = 0; i < 5; i++) {
        size_t n = 0;
        for (size_t k = 0; k < layers[i].n_parameters; k++)
            n += layers[i].parameter[k].count;
        assert_int_equal(n, parameters[i]);
        assert_int_equal(shape_count(&layers[i].out), outputs[i]);
        assert_string_equal(layers[i].name, names[i]);
        assert_true(layers[i].parameter[0].limit > limits[i] - 1e-6 &&
                    layers[i].parameter[0].limit < limits[i] + 1e-6);
    }
}

/* The next lesson has 9,532 parameters, LeNet-5 as it is taught 61,706. */
static void pool_and_lenet5_have_their_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t parameters;
    } rows[] = {{"pool", 9532}, {"lenet5", 61706}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct layer layers[MAX_LAYERS];
        size_t sum = 0;
        for (size_t n = parse(rows[i].name, layers); n-- > 0;)
            for (size_t k = 0; k < layers[n].n_parameters; k++)
                sum += layers[n].parameter[k].count;
        assert_int_equal(sum, rows[i].parameters);
    }
}

static void every_named_network_is_read(void **state)
{
    (void)state;
    struct layer layers[MAX_LAYERS];
    for (size_t i = 0; spec_named(i); i++)
        parse(spec_named(i)->word, layers);
}

static void text_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax",
        "conv2d:2,3x5,relu flatten dense:7,tanh dense:5,linear dense:3,softmax",
        "flatten dense:10,softmax",
        "conv2d:8,3,linear batchnorm activation:relu flatten dense:10,linear activation:softmax",
        "dropout:0.25 flatten dropout:0.5 dense:10,softmax",
        "flatten dense:10,sigmoid",
        "conv2d:10,3,linear globalavgpool2d",
        "conv2d:6,5,same,swish conv2d:2,3x2,stride=2x1,relu globalavgpool2d dense:10,softmax",
        "avgpool2d:2,same avgpool2d:2x1,stride=1 flatten dense:10,softmax",
        "maxpool2d:2 maxpool2d:3x2,stride=1x2,same maxpool2d:2,same flatten dense:10,softmax",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct layer layers[MAX_LAYERS];
        char text[MAX_SPEC_TEXT];
        spec_format(layers, parse(texts[i], layers), text);
        assert_string_equal(text, texts[i]);
    }
}

static void blanks_and_defaults(void **state)
{
    (void)state;
    struct layer layers[MAX_LAYERS];
    char text[MAX_SPEC_TEXT];
    spec_format(layers, parse("  conv2d:2,3\n\tflatten  dense:3,softmax ", layers), text);
    assert_string_equal(text, "conv2d:2,3,linear flatten dense:3,softmax");
}

/* A wrong text, and what its message must say. */
static const struct {
    const char *text, *message;
} wrong[] = {
    {"", "the last layer must give one number for each class"},
    {"conv3d:1,2 flatten dense:10,softmax",
     "unknown layer 'conv3d'; expected one of: conv2d, maxpool2d, avgpool2d,"},
    {"flatten dense:10,softmacks", "unknown activation 'softmacks'; expected one of: linear, swish"},
    {"flatten dense:0,softmax", "UNITS: expected a whole number from 1 to 65536, found \"0\""},
    {"flatten dense:65537,softmax", "UNITS: expected a whole number from 1 to 65536"},
    {"flatten dense:99999999999999999999,softmax", "UNITS: expected a whole number"},
    {"flatten dense:-1,softmax", "UNITS: expected a whole number"},
    {"flatten dense:1e3,softmax", "UNITS: expected a whole number"},
    {"flatten dense:5x5,softmax", "UNITS: expected a whole number"},
    {"flatten dense dense:10,softmax", "UNITS is missing; expected dense:UNITS[,ACTIVATION]"},
    {"conv2d:3 flatten dense:10,softmax", "SIZE is missing"},
    {"conv2d: flatten dense:10,softmax", "nothing stands behind the colon"},
    {"conv2d:3,5,swish, flatten dense:10,softmax", "an argument is missing after the last comma"},
    {"conv2d:3,5,swish,7 flatten dense:10,softmax", "unknown argument \"7\"; expected conv2d:FILTERS"},
    {"flatten dense:7,swish,7 dense:10,softmax", "too many arguments"},
    {"flatten:3 dense:10,softmax", "too many arguments; expected flatten"},
    {"conv2d:3,29 flatten dense:10,softmax",
     "layer 1, conv2d:3,29: a kernel of 29 x 29 does not fit in a feature map of 28 x 28"},
    {"conv2d:3,20 conv2d:3,3x10 flatten dense:10,softmax",
     "layer 2, conv2d:3,3x10: a kernel of 3 x 10 does not fit in a feature map of 9 x 9"},
    {"maxpool2d:29 flatten dense:10,softmax",
     "layer 1, maxpool2d:29: a window of 29 x 29 does not fit in a feature map of 28 x 28"},
    {"maxpool2d flatten dense:10,softmax", "SIZE is missing; expected maxpool2d:SIZE[,stride=S][,same]"},
    {"maxpool2d:2,2 flatten dense:10,softmax", "unknown argument \"2\"; expected maxpool2d:SIZE"},
    {"maxpool2d:2,stride=0 flatten dense:10,softmax",
     "stride: expected a whole number from 1 to 65536 or two, as in 3x5, found \"0\""},
    {"maxpool2d:2,same,same flatten dense:10,softmax", "same stands twice"},
    {"maxpool2d:2x flatten dense:10,softmax", "SIZE: expected a whole number"},
    {"avgpool2d:29 flatten dense:10,softmax", "a window of 29 x 29 does not fit"},
    {"flatten avgpool2d:2 dense:10,softmax", "avgpool2d needs a feature map"},
    {"flatten globalavgpool2d dense:10,softmax", "globalavgpool2d needs a feature map"},
    {"flatten batchnorm:3 dense:10,softmax", "too many arguments; expected batchnorm"},
    {"flatten dropout dense:10,softmax", "RATE is missing; expected dropout:RATE"},
    {"flatten dropout:1 dense:10,softmax", "RATE: expected a number from 0 to below 1, found \"1\""},
    {"flatten dropout:-0.5 dense:10,softmax", "RATE: expected a number from 0 to below 1"},
    {"flatten dropout:0.5,relu dense:10,softmax", "too many arguments"},
    {"flatten activation:rely dense:10,softmax", "unknown activation 'rely'"},
    {"flatten activation:softmax dense:10,softmax", "softmax may stand in the last layer only"},
    {"globalavgpool2d:2 dense:10,softmax", "too many arguments; expected globalavgpool2d"},
    {"conv2d:3,5,stride=2,stride=2 flatten dense:10,softmax", "stride stands twice"},
    {"conv2d:3,29,stride=2 flatten dense:10,softmax", "a kernel of 29 x 29 does not fit"},
    {"flatten maxpool2d:2 dense:10,softmax", "maxpool2d needs a feature map"},
    {"dense:10,softmax", "dense needs a vector below it"},
    {"flatten conv2d:3,3 dense:10,softmax", "conv2d needs a feature map"},
    {"flatten dense:10,softmax dense:10,softmax", "layer 2, dense: softmax may stand in the last layer only"},
    {"conv2d:10,28", "the last layer must give one number for each class; expected dense:CLASSES,softmax"},
    {"conv2d:10,28,softmax", "the last layer must give one number for each class"},
    {"flatten dropout:0.5", "no layer has weights to learn"},
    {"flatten activation:softmax", "no layer has weights to learn"},
    {"flatten dense:10,softmax flatten", "softmax may stand in the last layer only"},
    {"flatten dense:65536 dense:65536 dense:10,softmax", "too large"},
};

static void wrong_texts_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct layer layers[MAX_LAYERS];
        size_t n = 99;
        struct cnn_error error = {0};
        assert_int_equal(spec_parse(wrong[i].text, &mnist, layers, &n, &error), CNN_ERROR_USAGE);
        if (!strstr(error.message, wrong[i].message))
            fail_msg("\"%s\": expected \"%s\", found \"%s\"", wrong[i].text, wrong[i].message, error.message);
    }
}

static void too_many_layers_and_too_long(void **state)
{
    (void)state;
    char text[2 * MAX_SPEC_TEXT] = "flatten";
    struct layer layers[MAX_LAYERS];
    size_t n;
    struct cnn_error error;
    for (int i = 0; i < MAX_LAYERS; i++)
        strcat(text, " dense:2");
    assert_int_equal(spec_parse(text, &mnist, layers, &n, &error), CNN_ERROR_USAGE);
    assert_non_null(strstr(error.message, "too many layers"));
    memset(text, ' ', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(spec_parse(text, &mnist, layers, &n, &error), CNN_ERROR_USAGE);
    assert_non_null(strstr(error.message, "too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lesson_has_the_shapes_of_keras),
        cmocka_unit_test(pool_and_lenet5_have_their_sizes),
        cmocka_unit_test(every_named_network_is_read),
        cmocka_unit_test(text_comes_back),
        cmocka_unit_test(blanks_and_defaults),
        cmocka_unit_test(wrong_texts_are_told),
        cmocka_unit_test(too_many_layers_and_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
