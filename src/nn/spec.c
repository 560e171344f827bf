#include "nn/spec.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

enum { MAX_ARGUMENT = 65536 };
static const size_t max_activations = (size_t)1 << 26; /* floats in one layer's output, for one sample */
static const size_t max_weights = (size_t)1 << 28;     /* floats in one array of weights: 1 GiB */

static const struct cnn_word named[] = {
    {SPEC_LESSON, "conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax",
     "the network of the lesson"},
    {"lenet", "conv2d:6,5,tanh conv2d:16,5,tanh flatten dense:120,tanh dense:84,tanh dense:10,softmax",
     "LeNet-5 without its pooling"},
    {"wide", "conv2d:32,3,relu conv2d:64,3,relu flatten dense:128,relu dense:10,softmax",
     "many small filters, as the Keras example has them, without its pooling"},
    {"mlp", "flatten dense:128,relu dense:10,softmax", "no convolution: what the lesson improves on"},
};

const struct cnn_word *spec_named(size_t i)
{
    return i < sizeof named / sizeof named[0] ? &named[i] : NULL;
}

static const struct cnn_word activations[] = {
#define WORD(name, formula) {#name, #name, formula},
    ACTIVATIONS(WORD)
#undef WORD
};

const struct cnn_word *activation_word(size_t i)
{
    return i < N_ACTIVATIONS ? &activations[i] : NULL;
}

enum activation activation_find(const char *word, size_t length)
{
    size_t i = 0;
    while (i < N_ACTIVATIONS &&
           (strlen(activations[i].word) != length || memcmp(activations[i].word, word, length) != 0))
        i++;
    return (enum activation)i;
}

static const struct layer_type *find_type(const char *word, size_t length)
{
    const struct layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++)
        if (strlen(type->word) == length && memcmp(type->word, word, length) == 0)
            return type;
    return NULL;
}

/* "conv2d, flatten, dense" into text. */
static void list_known(bool layers, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; used < size; i++) {
        const char *word = layers ? (layer_type_at(i) ? layer_type_at(i)->word : NULL)
                                  : (activation_word(i) ? activation_word(i)->word : NULL);
        if (!word)
            return;
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", word);
    }
}

/* A part of the text, without its end mark. */
struct piece {
    const char *text;
    size_t length;
};

static struct piece piece_until(const char *text, const char *stops)
{
    return (struct piece){text, strcspn(text, stops)};
}

static enum cnn_status unknown_word(bool layer, struct piece word, struct cnn_error *error)
{
    char known[256];
    list_known(layer, known, sizeof known);
    return error_set(error, CNN_ERROR_USAGE, "unknown %s \"%.*s\"; expected one of: %s",
                     layer ? "layer" : "activation", (int)(word.length < 40 ? word.length : 40), word.text,
                     known);
}

static enum cnn_status read_number(struct piece p, size_t *value)
{
    size_t n = 0;
    for (size_t i = 0; i < p.length; i++) {
        if (p.text[i] < '0' || p.text[i] > '9' || n > MAX_ARGUMENT)
            return CNN_ERROR_USAGE;
        n = n * 10 + (size_t)(p.text[i] - '0');
    }
    *value = n;
    return p.length > 0 && n >= 1 && n <= MAX_ARGUMENT ? CNN_OK : CNN_ERROR_USAGE;
}

/* "5" or "5x3". */
static enum cnn_status read_argument(struct layer *layer, size_t i, struct piece p, struct cnn_error *error)
{
    const char *x = memchr(p.text, 'x', p.length);
    struct piece first = {p.text, x ? (size_t)(x - p.text) : p.length};
    struct piece second = x ? (struct piece){x + 1, p.length - first.length - 1} : first;
    bool square_only = i + 1 < MAX_ARGUMENTS && !(layer->type->arguments[1] && i == 1);
    if (read_number(first, &layer->argument[i][0]) != CNN_OK ||
        read_number(second, &layer->argument[i][1]) != CNN_OK || (x && square_only))
        return error_set(error, CNN_ERROR_USAGE, "%s: expected a whole number from 1 to %d, found \"%.*s\"",
                         layer->type->arguments[i], MAX_ARGUMENT, (int)(p.length < 40 ? p.length : 40),
                         p.text);
    return CNN_OK;
}

static size_t n_arguments(const struct layer_type *type)
{
    size_t n = 0;
    while (n < MAX_ARGUMENTS && type->arguments[n])
        n++;
    return n;
}

/* What stands behind the colon: the numbers, then an activation. */
static enum cnn_status read_arguments(struct layer *layer, const char *text, const char *end,
                                      struct cnn_error *error)
{
    const struct layer_type *type = layer->type;
    size_t i = 0, expected = n_arguments(type);
    while (text < end) {
        struct piece p = piece_until(text, ", \t\n");
        if (i < expected) {
            enum cnn_status status = read_argument(layer, i, p, error);
            if (status != CNN_OK)
                return status;
        } else if (i == expected && type->has_activation) {
            layer->activation = activation_find(p.text, p.length);
            if (layer->activation == N_ACTIVATIONS)
                return unknown_word(false, p, error);
        } else {
            return error_set(error, CNN_ERROR_USAGE, "too many arguments; expected %s", type->usage);
        }
        i++;
        text += p.length;
        if (text < end && ++text == end)
            return error_set(error, CNN_ERROR_USAGE,
                             "an argument is missing after the last comma; expected %s", type->usage);
    }
    if (i < expected)
        return error_set(error, CNN_ERROR_USAGE, "%s is missing; expected %s", type->arguments[i],
                         type->usage);
    return CNN_OK;
}

static enum cnn_status check_sizes(const struct layer *layer, struct cnn_error *error)
{
    size_t n = 1;
    bool fits = true;
    for (size_t i = 0; i < layer->out.rank; i++)
        fits = fits && size_mul(n, layer->out.size[i], &n) && n <= max_activations;
    for (size_t i = 0; i < layer->n_parameters; i++) {
        n = 1;
        for (size_t k = 0; k < layer->parameter[i].rank; k++)
            fits = fits && size_mul(n, layer->parameter[i].shape[k], &n) && n <= max_weights;
    }
    return fits ? CNN_OK
                : error_set(error, CNN_ERROR_USAGE, "too large; expected at most %zu outputs and %zu weights",
                            max_activations, max_weights);
}

static enum cnn_status read_layer(struct piece p, struct layer *layer, struct cnn_error *error)
{
    struct piece word = piece_until(p.text, ": \t\n");
    layer->type = find_type(word.text, word.length);
    if (!layer->type)
        return unknown_word(true, word, error);
    const char *end = p.text + p.length, *arguments = word.text + word.length;
    if (arguments < end && ++arguments == end)
        return error_set(error, CNN_ERROR_USAGE, "nothing stands behind the colon; expected %s",
                         layer->type->usage);
    enum cnn_status status = read_arguments(layer, arguments, end, error);
    if (status == CNN_OK)
        status = layer->type->plan(layer, error);
    return status == CNN_OK ? check_sizes(layer, error) : status;
}

/* Keras's names: the class in small letters, numbered from the second on. */
static void name_layer(struct layer *layers, size_t i)
{
    size_t before = 0;
    for (size_t k = 0; k < i; k++)
        before += layers[k].type == layers[i].type;
    if (before)
        snprintf(layers[i].name, sizeof layers[i].name, "%s_%zu", layers[i].type->word, before);
    else
        snprintf(layers[i].name, sizeof layers[i].name, "%s", layers[i].type->word);
}

/* Softmax turns the last layer's outputs into the probabilities of the classes, and only those. */
static enum cnn_status check_softmax(const struct layer *layers, size_t n, struct cnn_error *error)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (layers[i].activation == ACTIVATION_softmax)
            return error_set(error, CNN_ERROR_USAGE,
                             "layer %zu, %s: softmax may stand in the last layer only", i + 1,
                             layers[i].name);
    if (n == 0 || layers[n - 1].activation != ACTIVATION_softmax || layers[n - 1].out.rank != 1)
        return error_set(
            error, CNN_ERROR_USAGE,
            "the last layer must give the probabilities of the classes; expected dense:CLASSES,softmax");
    return CNN_OK;
}

static const char *stands_for(const char *text)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (strcmp(text, named[i].word) == 0)
            return named[i].usage;
    return text;
}

enum cnn_status spec_parse(const char *text, const struct shape *input, struct layer *layers,
                           size_t *n_layers, struct cnn_error *error)
{
    size_t n = 0;
    if (strlen(text) >= MAX_SPEC_TEXT)
        return error_set(error, CNN_ERROR_USAGE,
                         "the architecture is too long; expected at most %d characters", MAX_SPEC_TEXT - 1);
    text = stands_for(text);
    for (text += strspn(text, " \t\n"); *text; n++) {
        struct piece p = piece_until(text, " \t\n");
        if (n == MAX_LAYERS)
            return error_set(error, CNN_ERROR_USAGE, "too many layers; expected at most %d", MAX_LAYERS);
        layers[n] = (struct layer){.in = n ? layers[n - 1].out : *input};
        struct cnn_error cause = {0};
        enum cnn_status status = read_layer(p, &layers[n], &cause);
        if (status != CNN_OK) {
            error_set(error, status, "layer %zu, %.*s: %s", n + 1, (int)(p.length < 60 ? p.length : 60),
                      p.text, cause.message);
            return cause.hint[0] ? error_hint(error, status, "%s", cause.hint) : status;
        }
        name_layer(layers, n);
        text += p.length;
        text += strspn(text, " \t\n");
    }
    *n_layers = n;
    return check_softmax(layers, n, error);
}

void spec_format(const struct layer *layers, size_t n_layers, char *text)
{
    size_t used = 0;
    for (size_t i = 0; i < n_layers; i++) {
        const struct layer *layer = &layers[i];
        used += (size_t)snprintf(text + used, MAX_SPEC_TEXT - used, "%s%s", i ? " " : "", layer->type->word);
        for (size_t k = 0; k < n_arguments(layer->type); k++) {
            const size_t *argument = layer->argument[k];
            used += (size_t)snprintf(text + used, MAX_SPEC_TEXT - used, "%c%zu", k ? ',' : ':', argument[0]);
            if (argument[1] != argument[0])
                used += (size_t)snprintf(text + used, MAX_SPEC_TEXT - used, "x%zu", argument[1]);
        }
        if (layer->type->has_activation)
            used += (size_t)snprintf(text + used, MAX_SPEC_TEXT - used, ",%s",
                                     activation_word(layer->activation)->word);
    }
}
