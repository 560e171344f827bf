#include "nn/model.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "data/dataset.h"
#include "nn/streams.h"

#include <math.h>

enum { MAX_SIDE = 16384, MAX_CHANNELS = 256 };

struct parameter *model_parameter(const struct cnn_model *model, size_t i, const struct layer **layer)
{
    const struct layer *at = model->layer, *end = model->layer + model->n_layers;
    while (at < end && i >= at->n_parameters)
        i -= at++->n_parameters;
    if (at == end)
        return NULL;
    if (layer)
        *layer = at;
    return (struct parameter *)&at->parameter[i];
}

/* Gives every parameter its place in one array. */
static enum cnn_status place_weights(struct cnn_model *model, size_t max_weights, struct cnn_error *error)
{
    size_t n = 0;
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++)
        n += p->count; /* at most MAX_LAYERS * MAX_PARAMETERS * 2^28: fits */
    if (n > max_weights)
        return error_set(error, CNN_ERROR_MISMATCH, "expected at most %zu weights, found %zu", max_weights,
                         n);
    model->n_weights = n;
    model->weights = memory_alloc(n, sizeof(float));
    if (!model->weights)
        return error_memory(error, n * sizeof(float));
    float *next = model->weights;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); next += p->count, i++)
        p->value = next;
    return CNN_OK;
}

/* What a word means that the versions of Keras understand differently; the text of the model says which. */
static void choose_activations(struct cnn_model *model, enum cnn_compat compat)
{
    for (size_t i = 0; i < model->n_layers; i++)
        if (compat == CNN_KERAS3 && model->layer[i].activation == ACTIVATION_hard_sigmoid)
            model->layer[i].activation = ACTIVATION_hard_sigmoid3;
}

static enum cnn_status read_options(const struct cnn_model_options *options, struct cnn_model *model,
                                    struct cnn_error *error)
{
    if (!options)
        return error_set(error, CNN_ERROR_USAGE, "a model's options: expected some, found NULL");
    size_t height = options->height ? options->height : 28;
    size_t width = options->width ? options->width : 28;
    size_t channels = options->channels ? options->channels : 1;
    if (height > MAX_SIDE || width > MAX_SIDE || channels > MAX_CHANNELS)
        return error_set(error, CNN_ERROR_USAGE,
                         "input %zu x %zu x %zu is too large; expected at most %d x %d x %d", height, width,
                         channels, MAX_SIDE, MAX_SIDE, MAX_CHANNELS);
    model->input = (struct shape){3, {height, width, channels}};
    model->scale = options->scale;
    model->seed = options->seed;
    enum cnn_status status = spec_parse(options->arch ? options->arch : SPEC_LESSON, &model->input,
                                        model->layer, &model->n_layers, error);
    if (status != CNN_OK)
        return status;
    choose_activations(model, options->compat);
    spec_format(model->layer, model->n_layers, model->arch);
    model->objective.loss = model_gives_probabilities(model) ? LOSS_CATEGORICAL_CROSSENTROPY : LOSS_MSE;
    return CNN_OK;
}

enum cnn_status model_plan(const struct cnn_model_options *options, size_t max_weights,
                           struct cnn_model **out, struct cnn_error *error)
{
    struct cnn_model *model = memory_alloc(1, sizeof *model);
    if (!model)
        return error_memory(error, sizeof *model);
    enum cnn_status status = read_options(options, model, error);
    if (status == CNN_OK)
        status = place_weights(model, max_weights, error);
    if (status != CNN_OK) {
        cnn_model_free(model);
        return status;
    }
    *out = model;
    return CNN_OK;
}

/* Each layer draws from a stream of its own, so that a change to one leaves the others' weights alone. */
static void draw_weights(struct layer *layer, struct random random)
{
    for (size_t k = 0; k < layer->n_parameters; k++) {
        const struct parameter *p = &layer->parameter[k];
        float limit = (float)p->limit;
        for (size_t i = 0; i < p->count; i++)
            p->value[i] = p->limit > 0 ? (2 * random_float(&random) - 1) * limit : p->initial;
    }
}

enum cnn_status cnn_model_create(const struct cnn_model_options *options, struct cnn_model **out,
                                 struct cnn_error *error)
{
    enum cnn_status status = model_plan(options, SIZE_MAX, out, error);
    if (status == CNN_OK && !options->blank)
        for (size_t i = 0; i < (*out)->n_layers; i++)
            draw_weights(&(*out)->layer[i], random_stream(options->seed, STREAM_WEIGHTS + i));
    return status;
}

void cnn_model_free(struct cnn_model *model)
{
    if (!model)
        return;
    memory_free(model->weights);
    memory_free(model);
}

const struct layer *model_broken_layer(const struct cnn_model *model)
{
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; (p = model_parameter(model, i, &layer)); i++)
        for (size_t n = 0; n < p->count; n++)
            if (!isfinite(p->value[n]))
                return layer;
    return NULL;
}

void model_note_given(struct cnn_model *model)
{
    model->given_weights = cnn_model_fingerprint(model);
}

uint64_t cnn_model_fingerprint(const struct cnn_model *model)
{
    return hash_bytes(HASH_START, model->weights, model->n_weights * sizeof(float));
}

struct cnn_model_info cnn_model_info(const struct cnn_model *model)
{
    return (struct cnn_model_info){
        .arch = model->arch,
        .height = model->input.size[0],
        .width = model->input.size[1],
        .channels = model->input.size[2],
        .classes = model_classes(model),
        .scale = model->scale,
        .seed = model->seed,
        .weights_given = model->given_weights != 0,
        .layers = model->n_layers + 1,
        .parameters = model->n_weights,
        .trained_epochs = model->trained_epochs,
        .probabilities = model_gives_probabilities(model),
        .loss = objective_word(model->objective.loss)->word,
        .label_smoothing = model->objective.label_smoothing,
        .l2 = model->objective.l2,
        .version = model->version[0] ? model->version : cnn_version(),
    };
}

static struct cnn_layer_info layer_info(const char *name, const char *class_name, const char *activation,
                                        const struct shape *out)
{
    return (struct cnn_layer_info){.name = name,
                                   .class_name = class_name,
                                   .activation = activation,
                                   .rank = out->rank,
                                   .shape = {out->size[0], out->size[1], out->size[2]}};
}

struct cnn_layer_info cnn_model_layer(const struct cnn_model *model, size_t i)
{
    if (i == 0)
        return layer_info("input_1", "InputLayer", NULL, &model->input);
    const struct layer *layer = &model->layer[i - 1];
    struct cnn_layer_info info = layer_info(
        layer->name, layer->type->class_name,
        layer->type->has_activation ? activation_word(layer->activation)->word : NULL, &layer->out);
    for (size_t k = 0; k < layer->n_parameters; k++) {
        info.parameters += layer->parameter[k].count;
        info.fixed_parameters += layer->parameter[k].trained ? 0 : layer->parameter[k].count;
    }
    return info;
}

enum cnn_status model_check_images(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   struct cnn_error *error)
{
    struct cnn_dataset_info data = cnn_dataset_info(dataset);
    const size_t *in = model->input.size;
    if (data.height != in[0] || data.width != in[1] || data.channels != in[2])
        return error_set(error, CNN_ERROR_MISMATCH,
                         "%s: the model takes images of %zu x %zu x %zu, these are %zu x %zu x %zu",
                         data.source, in[0], in[1], in[2], data.height, data.width, data.channels);
    return CNN_OK;
}

enum cnn_status model_check_data(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                 struct cnn_error *error)
{
    enum cnn_status status = model_check_images(model, dataset, error);
    if (status == CNN_OK)
        status = dataset_check_labels(dataset, error);
    size_t classes = model_classes(model);
    for (size_t i = 0, n = cnn_dataset_info(dataset).count; status == CNN_OK && i < n; i++)
        if (cnn_dataset_label(dataset, i) >= classes) {
            status = error_set(
                error, CNN_ERROR_MISMATCH, "%s: image %zu has the label %u, the model knows 0 to %zu",
                cnn_dataset_info(dataset).source, i, cnn_dataset_label(dataset, i), classes - 1);
            error_hint(error, status, "let the last layer have as many units as the data has classes");
        }
    return status;
}
