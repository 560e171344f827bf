#include "nn/spec.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/status.h"
#include "nn/spec_hints.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ARGUMENT = 65536 };
static const size_t max_activations = (size_t)1 << 26; /* floats in one layer's output, for one sample */
static const size_t max_weights = (size_t)1 << 28;     /* floats in one array of weights: 1 GiB */

static const struct layer_type *find_type(const char *word, size_t length)
{
    const struct layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++)
        if (strlen(type->word) == length && memcmp(type->word, word, length) == 0)
            return type;
    return NULL;
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

/* ---- arguments: as the rows of the layer's type say -------------------------------------------------- */

static bool read_fraction(struct piece p, double *fraction)
{
    char text[32];
    const char *rest = text;
    if (p.length >= sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)p.length, p.text);
    return number_parse(&rest, fraction) && *rest == '\0' && *fraction < 1;
}

/* "5" or "5x3". */
static bool read_size(struct piece p, struct argument_value *value)
{
    const char *x = memchr(p.text, 'x', p.length);
    struct piece h = {p.text, x ? (size_t)(x - p.text) : p.length};
    struct piece w = x ? (struct piece){x + 1, p.length - h.length - 1} : h;
    return read_number(h, &value->h) == CNN_OK && read_number(w, &value->w) == CNN_OK;
}

static enum cnn_status read_value(const struct argument *row, struct piece p, struct argument_value *value,
                                  struct cnn_error *error)
{
    char expected[80];
    bool good = true;
    *value = (struct argument_value){0};
    snprintf(expected, sizeof expected, "a whole number from 1 to %d", MAX_ARGUMENT);
    if (row->kind == ARGUMENT_WORD)
        value->h = value->w = 1;
    else if (row->kind == ARGUMENT_FRACTION) {
        good = read_fraction(p, &value->fraction);
        snprintf(expected, sizeof expected, "a number from 0 to below 1");
    } else if (row->kind == ARGUMENT_SIZE) {
        good = read_size(p, value);
        snprintf(expected, sizeof expected, "a whole number from 1 to %d or two, as in 3x5", MAX_ARGUMENT);
    } else {
        good = read_number(p, &value->h) == CNN_OK;
        value->w = value->h;
    }
    return good ? CNN_OK
                : error_set(error, CNN_ERROR_USAGE, "%s: expected %s, found \"%.*s\"", row->name, expected,
                            (int)(p.length < 40 ? p.length : 40), p.text);
}

static struct argument_value default_value(const struct argument *row)
{
    struct argument_value value = {0};
    if (row->otherwise && row->otherwise[0])
        read_value(row, (struct piece){row->otherwise, strlen(row->otherwise)}, &value, NULL);
    return value;
}

/* Those that must be given come first. */
static size_t n_required(const struct layer_type *type)
{
    size_t n = 0;
    while (n < MAX_ARGUMENTS && type->argument[n].name && !type->argument[n].otherwise)
        n++;
    return n;
}

/* The row of "same" or "stride=2", and where its value begins; MAX_ARGUMENTS for neither. */
static size_t find_option(const struct layer_type *type, struct piece p, struct piece *value)
{
    size_t i = n_required(type);
    for (; i < MAX_ARGUMENTS && type->argument[i].name; i++) {
        const struct argument *row = &type->argument[i];
        size_t n = strlen(row->name);
        bool begins = p.length >= n && memcmp(p.text, row->name, n) == 0;
        if (begins && row->kind == ARGUMENT_WORD && p.length == n)
            return i;
        if (begins && row->kind != ARGUMENT_WORD && p.length > n && p.text[n] == '=') {
            *value = (struct piece){p.text + n + 1, p.length - n - 1};
            return i;
        }
    }
    return MAX_ARGUMENTS;
}

/* What has been read of a layer's arguments. */
struct reading {
    struct layer *layer;
    size_t n; /* of those that must be given */
    bool given[MAX_ARGUMENTS], activation;
};

/* An argument that may be left out: an option of the layer, or an activation. */
static enum cnn_status read_optional(struct reading *r, struct piece p, struct cnn_error *error)
{
    const struct layer_type *type = r->layer->type;
    struct piece value = p;
    size_t i = find_option(type, p, &value);
    if (i < MAX_ARGUMENTS && r->given[i])
        return error_set(error, CNN_ERROR_USAGE, "%s stands twice; expected %s", type->argument[i].name,
                         type->usage);
    if (i < MAX_ARGUMENTS) {
        r->given[i] = true;
        return read_value(&type->argument[i], value, &r->layer->argument[i], error);
    }
    if (type->has_activation && !r->activation) {
        r->activation = true;
        r->layer->activation = activation_find(p.text, p.length);
        return r->layer->activation < N_ACTIVATIONS
                   ? CNN_OK
                   : spec_unknown_argument(type, true, p.text, p.length, error);
    }
    if (n_required(type) < MAX_ARGUMENTS && type->argument[n_required(type)].name)
        return spec_unknown_argument(type, false, p.text, p.length, error);
    return error_set(error, CNN_ERROR_USAGE, "too many arguments; expected %s", type->usage);
}

static enum cnn_status read_required(struct reading *r, struct piece p, struct cnn_error *error)
{
    const struct layer_type *type = r->layer->type;
    enum cnn_status status = read_value(&type->argument[r->n], p, &r->layer->argument[r->n], error);
    return status == CNN_OK ? status : spec_argument_hint(type, p.text, p.length, error);
}

/* What stands behind the colon. */
static enum cnn_status read_arguments(struct layer *layer, const char *text, const char *end,
                                      struct cnn_error *error)
{
    const struct layer_type *type = layer->type;
    struct reading r = {.layer = layer};
    for (size_t i = 0; i < MAX_ARGUMENTS && type->argument[i].name; i++)
        layer->argument[i] = default_value(&type->argument[i]);
    while (text < end) {
        struct piece p = piece_until(text, ", \t\n");
        enum cnn_status status =
            r.n < n_required(type) ? read_required(&r, p, error) : read_optional(&r, p, error);
        if (status != CNN_OK)
            return status;
        r.n += r.n < n_required(type);
        text += p.length;
        if (text < end && ++text == end) {
            error_set(error, CNN_ERROR_USAGE, "an argument is missing after the last comma; expected %s",
                      type->usage);
            return error_hint(error, CNN_ERROR_USAGE, "no blank may stand behind a comma");
        }
    }
    if (r.n < n_required(type))
        return error_set(error, CNN_ERROR_USAGE, "%s is missing; expected %s", type->argument[r.n].name,
                         type->usage);
    return CNN_OK;
}

/* ---- layers --------------------------------------------------------------------------------------- */

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
        return spec_unknown_layer(word.text, word.length, layer->number == 0 && !p.text[word.length], error);
    const char *end = p.text + p.length, *arguments = word.text + word.length;
    if (arguments < end && ++arguments == end)
        return error_set(error, CNN_ERROR_USAGE, "nothing stands behind the colon; expected %s",
                         layer->type->usage);
    enum cnn_status status = read_arguments(layer, arguments, end, error);
    if (status == CNN_OK)
        status = layer_plan(layer, error);
    return status == CNN_OK ? check_sizes(layer, error) : status;
}

static enum layer_sight sight_above(const struct layer *layer)
{
    if (!layer->type->words->step)
        return layer->sight;
    return layer->out.rank == 3 ? SEES_MAPS : SEES_ROW;
}

/* Keras's names, numbered from the second of a kind on. */
static void name_layer(struct layer *layers, size_t i)
{
    size_t before = 0;
    for (size_t k = 0; k < i; k++)
        before += layers[k].type == layers[i].type;
    if (before)
        snprintf(layers[i].name, sizeof layers[i].name, "%s_%zu", layers[i].type->name, before);
    else
        snprintf(layers[i].name, sizeof layers[i].name, "%s", layers[i].type->name);
}

/* Softmax turns the last layer's outputs into the probabilities of the classes, and only those. */
static enum cnn_status check_chain(const struct layer *layers, size_t n, struct cnn_error *error)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (layers[i].activation == ACTIVATION_softmax)
            return error_set(error, CNN_ERROR_USAGE,
                             "layer %zu, %s: softmax may stand in the last layer only", i + 1,
                             layers[i].name);
    if (n == 0 || layers[n - 1].out.rank != 1)
        return error_set(
            error, CNN_ERROR_USAGE,
            "the last layer must give one number for each class; expected dense:CLASSES,softmax");
    for (size_t i = 0; i < n; i++)
        if (layers[i].n_trained)
            return CNN_OK;
    return error_set(error, CNN_ERROR_USAGE,
                     "no layer has weights to learn; expected one such as dense:CLASSES,softmax");
}

static const char *stands_for(const char *text)
{
    const struct cnn_word *named;
    for (size_t i = 0; (named = spec_named(i)); i++)
        if (strcmp(text, named->word) == 0)
            return named->usage;
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
        layers[n] = (struct layer){.number = n, .in = *input};
        if (n) {
            layers[n].in = layers[n - 1].out;
            layers[n].sight = sight_above(&layers[n - 1]);
        }
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
    return check_chain(layers, n, error);
}

/* ---- the text of a chain -------------------------------------------------------------------------- */

static void append(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, MAX_SPEC_TEXT - used, format, arguments);
    va_end(arguments);
}

/* A colon before the first argument of a layer, a comma before the others. */
static void append_value(const struct argument *row, const struct argument_value *value, char *separator,
                         char *text)
{
    char fraction[NUMBER_TEXT];
    append(text, "%c", *separator);
    *separator = ',';
    if (row->otherwise)
        append(text, "%s%s", row->name, row->kind == ARGUMENT_WORD ? "" : "=");
    if (row->kind == ARGUMENT_FRACTION) {
        number_format(value->fraction, fraction);
        append(text, "%s", fraction);
    } else if (row->kind != ARGUMENT_WORD)
        append(text, "%zu", value->h);
    if (value->w != value->h)
        append(text, "x%zu", value->w);
}

/* Arguments that are not the default, then the activation. */
static void append_layer(const struct layer *layer, char *text)
{
    char separator = ':';
    append(text, "%s", layer->type->word);
    for (size_t i = 0; i < MAX_ARGUMENTS && layer->type->argument[i].name; i++) {
        const struct argument *row = &layer->type->argument[i];
        const struct argument_value *value = &layer->argument[i], usual = default_value(row);
        bool same = value->h == usual.h && value->w == usual.w && !(value->fraction < usual.fraction) &&
                    !(value->fraction > usual.fraction);
        if (!row->otherwise || !same)
            append_value(row, value, &separator, text);
    }
    if (layer->type->has_activation)
        append(text, "%c%s", separator, activation_word(layer->activation)->word);
}

void spec_format(const struct layer *layers, size_t n_layers, char *text)
{
    text[0] = '\0';
    for (size_t i = 0; i < n_layers; i++) {
        append(text, "%s", i ? " " : "");
        append_layer(&layers[i], text);
    }
}
