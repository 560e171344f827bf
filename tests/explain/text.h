/* For tests of explanations: what cnn_explain... writes, as one text. */
#ifndef TESTS_EXPLAIN_TEXT_H
#define TESTS_EXPLAIN_TEXT_H

#include "cnn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct written {
    char *text;
    size_t n;
};

static inline void write_more(void *context, const char *text)
{
    struct written *w = context;
    size_t more = strlen(text);
    w->text = realloc(w->text, w->n + more + 1);
    assert_non_null(w->text);
    memcpy(w->text + w->n, text, more + 1);
    w->n += more;
}

/* Owns: the caller frees it. */
static inline char *explained(const struct cnn_model *model, const struct cnn_dataset *data,
                              const struct cnn_explain_options *options)
{
    struct written w = {0};
    struct cnn_error error;
    if (cnn_explain(model, data, 0, options, write_more, &w, &error) != CNN_OK)
        fail_msg("%s: %s", options->layer ? options->layer : "lesson", error.message);
    return w.text;
}

static inline struct cnn_model *made(const char *arch, size_t side, size_t channels, bool scale)
{
    struct cnn_model *model;
    struct cnn_error error;
    struct cnn_weights w;
    const struct cnn_model_options options = {
        .arch = arch, .height = side, .width = side, .channels = channels, .scale = scale, .seed = 3};
    if (cnn_model_create(&options, &model, &error) != CNN_OK)
        fail_msg("%s: %s", arch, error.message);
    for (size_t i = 0; (w = cnn_model_weights_at(model, i)).rank; i++) /* biases that are not zero */
        if (w.rank == 1) {
            float *values = malloc(w.count * sizeof *values);
            for (size_t k = 0; k < w.count; k++)
                values[k] = w.values[k] + 0.25f - 0.125f * (float)(k % 5);
            assert_int_equal(cnn_model_set_weights(model, w.name, values, w.count, &error), CNN_OK);
            free(values);
        }
    return model;
}

/* One image of side x side x channels, every pixel another, with the label 1. */
static inline struct cnn_dataset *one_image(size_t side, size_t channels)
{
    static uint8_t pixels[64 * 64 * 4];
    const uint8_t label = 1;
    struct cnn_dataset *data;
    for (size_t i = 0; i < side * side * channels; i++)
        pixels[i] = (uint8_t)(i * i * 31 + 7 * i);
    assert_int_equal(cnn_dataset_create(pixels, &label, 1, side, side, channels, &data, NULL), CNN_OK);
    return data;
}

#endif
