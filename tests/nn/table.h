/* Networks made from the table of layers, so that a new row is tested by itself: each layer as its arguments
 * allow, on small odd shapes. */
#ifndef NN_TEST_TABLE_H
#define NN_TEST_TABLE_H

#include <stdio.h>
#include <string.h>

#include "nn/model.h"

enum { MAX_NETWORK_TEXT = 256 };

/* How a value is written; wide: two numbers where there may be two. */
static inline const char *argument_text(const struct argument *row, bool wide)
{
    switch (row->kind) {
    case ARGUMENT_NUMBER:
        return "3";
    case ARGUMENT_SIZE:
        return row->otherwise ? (wide ? "1x2" : "2") : (wide ? "2x3" : "3");
    case ARGUMENT_FRACTION:
        return "0.375";
    case ARGUMENT_WORD:
        return row->name;
    }
    return "";
}

/* Variant 0 has the arguments that must be given; 1 the same with two numbers; the next one option each; the
 * last all of them. false: there is no such variant. */
static inline bool layer_text(const struct layer_type *type, size_t variant, const char *activation,
                              char *text)
{
    size_t used = (size_t)snprintf(text, MAX_NETWORK_TEXT, "%s", type->word), options = 0;
    char separator = ':';
    for (size_t k = 0; k < MAX_ARGUMENTS && type->argument[k].name; k++)
        options += type->argument[k].otherwise != NULL;
    const size_t last = options ? options + 2 : 1;
    for (size_t k = 0, option = 2; k < MAX_ARGUMENTS && type->argument[k].name; k++) {
        const struct argument *row = &type->argument[k];
        if (row->otherwise && option++ != variant && variant != last)
            continue;
        bool named = row->otherwise && row->kind != ARGUMENT_WORD;
        used += (size_t)snprintf(text + used, MAX_NETWORK_TEXT - used, "%c%s%s%s", separator,
                                 named ? row->name : "", named ? "=" : "",
                                 argument_text(row, variant == 1 || variant == last));
        separator = ',';
    }
    if (type->has_activation)
        snprintf(text + used, MAX_NETWORK_TEXT - used, "%c%s", separator, activation);
    return variant <= last;
}

static inline bool network_fits(const char *arch, size_t side, size_t channels)
{
    struct cnn_model *model;
    bool fits = cnn_model_create(
                    &(struct cnn_model_options){
                        .arch = arch, .height = side, .width = side, .channels = channels, .blank = true},
                    &model, NULL) == CNN_OK;
    if (fits)
        cnn_model_free(model);
    return fits;
}

/* Visits the places where a layer can stand: on a feature map, on a vector, or on both. */
static inline size_t each_place(const char *text, size_t side, size_t channels,
                                void (*visit)(const char *arch))
{
    static const char *const places[] = {"conv2d:2,3,tanh %s flatten dense:4,softmax",
                                         "conv2d:2,3,tanh %s dense:4,softmax",
                                         "conv2d:2,3,tanh flatten %s dense:4,softmax"};
    char arch[2 * MAX_NETWORK_TEXT];
    size_t n = 0;
    for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
        snprintf(arch, sizeof arch, places[p], text);
        if (network_fits(arch, side, channels)) {
            visit(arch);
            n++;
        }
    }
    return n;
}

/* Calls visit with every layer of the table in every variant, and in the first one with every activation.
 * Returns how many networks there were. */
static inline size_t each_network(size_t side, size_t channels, void (*visit)(const char *arch))
{
    char text[MAX_NETWORK_TEXT];
    const struct layer_type *type;
    size_t n = 0;
    for (size_t i = 0; (type = layer_type_at(i)); i++) {
        for (size_t variant = 0; layer_text(type, variant, activation_word(ACTIVATION_linear)->word, text);
             variant++)
            n += each_place(text, side, channels, visit);
        for (size_t a = 0; type->has_activation && activation_word(a); a++) {
            layer_text(type, 0, activation_word(a)->word, text);
            n += a == ACTIVATION_linear || a == ACTIVATION_softmax ? 0
                                                                   : each_place(text, side, channels, visit);
        }
    }
    return n;
}

#endif
