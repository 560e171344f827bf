/* Misspelled words and their nearest: letters, capitals, what joins the parts, first letters. */
#include "base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const char *const known[] = {"train", "learning-rate", "batch-size", "max_pooling2d", "adam", "sgd"};

static void test_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *word, *nearest;
    } cases[] = {
        {"trian", "train"},
        {"TRAIN", "train"},
        {"Adam", "adam"},
        {"SGD", "sgd"},
        {"lr", "learning-rate"},
        {"--lr", "learning-rate"},
        {"BS", "batch-size"},
        {"learning_rate", "learning-rate"},
        {"MaxPooling2D", "max_pooling2d"},
        {"xyzzy", NULL},
        {"l", NULL},
        {"", NULL},
        {"lrx", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *found = word_nearest(cases[i].word, known, COUNT_OF(known));
        if (!cases[i].nearest)
            assert_null(found);
        else
            assert_string_equal(found, cases[i].nearest);
    }
}

static void test_alike(void **state)
{
    (void)state;
    assert_true(words_alike("MaxPooling2D", "max_pooling2d"));
    assert_true(words_alike("hard-sigmoid", "HardSigmoid"));
    assert_false(words_alike("conv2d", "conv2"));
    assert_false(words_alike("conv2", "conv2d"));
}

static void test_error(void **state)
{
    (void)state;
    struct cnn_error error = {0};
    assert_int_equal(cnn_unknown_word("optimizer", "Adma", known, COUNT_OF(known), &error), CNN_ERROR_USAGE);
    assert_string_equal(error.message, "unknown optimizer 'Adma'; expected one of: train, learning-rate, "
                                       "batch-size, max_pooling2d, adam, sgd");
    assert_string_equal(error.hint, "did you mean adam?");
    cnn_unknown_word("optimizer", "xyzzy", known, COUNT_OF(known), &error);
    assert_string_equal(error.hint, "");
    assert_int_equal(cnn_unknown_word("optimizer", "Adma", known, COUNT_OF(known), NULL), CNN_ERROR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
