#include "nn/model_file.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "weights are written and hashed as they lie in memory, which must be little-endian"
#endif

enum { LOSS_TEXT = 64 };
static const size_t max_file_bytes = (size_t)1 << 31;

void model_file_name(const char *prefix, const struct layer *layer, const struct parameter *parameter,
                     char *name)
{
    snprintf(name, MODEL_FILE_NAME, "%s%s/%s", prefix, layer->name, parameter->name);
}

/* What a reader of format 1 would misread, or pass over and score wrongly. */
static uint64_t format_of(const struct cnn_model *model)
{
    return objective_is_plain(&model->objective) ? 1 : 2;
}

/* What it was trained for: only what is not plain cross-entropy. */
static void add_objective(struct npz_writer *w, const struct objective *o)
{
    if (o->loss != LOSS_CATEGORICAL_CROSSENTROPY)
        npz_add_text(w, "loss", objective_word(o->loss)->word);
    if (o->label_smoothing > 0)
        npz_add_double(w, "label_smoothing", o->label_smoothing);
    if (o->l2 > 0)
        npz_add_double(w, "l2", o->l2);
}

void model_file_add(struct npz_writer *w, const struct cnn_model *model, uint64_t least)
{
    char name[MODEL_FILE_NAME];
    npz_add_whole(w, "format", format_of(model) > least ? format_of(model) : least);
    npz_add_text(w, "version", cnn_version());
    npz_add_text(w, "spec", model->arch);
    npz_add_whole(w, "input/height", model->input.size[0]);
    npz_add_whole(w, "input/width", model->input.size[1]);
    npz_add_whole(w, "input/channels", model->input.size[2]);
    npz_add_whole(w, "scale", model->scale);
    npz_add_whole(w, model->given_weights ? "given_weights" : "seed",
                  model->given_weights ? model->given_weights : model->seed);
    npz_add_whole(w, "trained_epochs", model->trained_epochs);
    confidence_add(w, cnn_model_confidence(model));
    add_objective(w, &model->objective);
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; (p = model_parameter(model, i, &layer)); i++) {
        model_file_name("", layer, p, name);
        npz_add_floats(w, name, p->rank, p->shape, p->value);
    }
}

/* An archive without a format is somebody's own: it must say what cannot be guessed. */
static enum cnn_status check_own(const struct npz *npz, const char *path, struct cnn_error *error)
{
    static const char *const needed[] = {"spec", "scale", "input/height", "input/width", "input/channels"};
    char missing[128] = "";
    for (size_t i = 0, used = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!npz_has(npz, needed[i]))
            used +=
                (size_t)snprintf(missing + used, sizeof missing - used, "%s%s", used ? ", " : "", needed[i]);
    if (!missing[0])
        return CNN_OK;
    enum cnn_status status =
        error_set(error, CNN_ERROR_FORMAT,
                  "%s: an archive of arrays, but not a model of this program: missing are %s", path, missing);
    return error_hint(error, status,
                      "docs/model-file.md says what they hold; cnn train --weights FILE takes weights alone");
}

static enum cnn_status read_format(struct npz *npz, const char *path, struct cnn_error *error)
{
    uint64_t format = 0;
    if (!npz_has(npz, "format"))
        return check_own(npz, path, error);
    enum cnn_status status = npz_read_whole(npz, "format", &format, error);
    if (status != CNN_OK)
        return status;
    if (format >= 1 && format <= MODEL_FORMAT)
        return CNN_OK;
    status = error_set(error, CNN_ERROR_FORMAT, "%s: format: expected 1 to %d, found %llu", path,
                       MODEL_FORMAT, (unsigned long long)format);
    return error_hint(error, status, "a newer cnn may have written it; this is version %s", cnn_version());
}

/* Reads a number that an archive without a format may lack, which leaves *value as it is. */
static enum cnn_status read_optional(struct npz *npz, const char *name, uint64_t *value,
                                     struct cnn_error *error)
{
    bool may_lack = !npz_has(npz, "format") && !npz_has(npz, name);
    return may_lack ? CNN_OK : npz_read_whole(npz, name, value, error);
}

/* Where the first weights came from: drawn from a seed, or given. */
static enum cnn_status read_origin(struct npz *npz, struct cnn_model *model, struct cnn_error *error)
{
    model->used = true;
    if (!npz_has(npz, "format") && !npz_has(npz, "seed") && !npz_has(npz, "given_weights"))
        model_note_given(model);
    else if (npz_has(npz, "given_weights"))
        return npz_read_whole(npz, "given_weights", &model->given_weights, error);
    else
        return npz_read_whole(npz, "seed", &model->seed, error);
    return CNN_OK;
}

/* Where the file says nothing of the loss, it is the one that a new network would have. */
static enum cnn_status read_objective(struct npz *npz, const char *path, struct cnn_model *model,
                                      struct cnn_error *error)
{
    char loss[LOSS_TEXT];
    struct cnn_train_options o = {.loss = loss};
    struct cnn_error cause = {0};
    snprintf(loss, sizeof loss, "%s", objective_word(model->objective.loss)->word);
    enum cnn_status status =
        npz_has(npz, "loss") ? npz_read_text(npz, "loss", loss, sizeof loss, error) : CNN_OK;
    if (status == CNN_OK && npz_has(npz, "label_smoothing"))
        status = npz_read_double(npz, "label_smoothing", &o.label_smoothing, error);
    if (status == CNN_OK && npz_has(npz, "l2"))
        status = npz_read_double(npz, "l2", &o.l2, error);
    if (status != CNN_OK)
        return status;
    status = objective_read(&o, model_gives_probabilities(model), &model->objective, &cause);
    return status == CNN_OK ? CNN_OK
                            : error_set(error, CNN_ERROR_FORMAT, "%s: loss: %s", path, cause.message);
}

/* Everything about the model but its weights. */
static enum cnn_status read_plan(struct npz *npz, const char *path, struct cnn_model **model,
                                 struct cnn_error *error)
{
    static const char *const names[] = {"input/height", "input/width", "input/channels", "scale",
                                        "trained_epochs"};
    uint64_t value[5] = {0};
    char spec[MAX_SPEC_TEXT];
    enum cnn_status status = npz_read_text(npz, "spec", spec, sizeof spec, error);
    for (size_t i = 0; status == CNN_OK && i < 5; i++)
        status = i < 4 ? npz_read_whole(npz, names[i], &value[i], error)
                       : read_optional(npz, names[i], &value[i], error);
    if (status != CNN_OK)
        return status;
    if (value[0] == 0 || value[1] == 0 || value[2] == 0 || value[3] > 1 || value[4] > MAX_EPOCHS)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: input, scale or trained_epochs: a number that cannot be meant", path);
    struct cnn_model_options options = {
        .arch = spec, .height = value[0], .width = value[1], .channels = value[2], .scale = value[3] != 0};
    struct cnn_error cause = {0};
    status = model_plan(&options, npz_bytes(npz) / sizeof(float), model, &cause);
    if (status == CNN_ERROR_USAGE || status == CNN_ERROR_MISMATCH)
        return error_set(error, CNN_ERROR_FORMAT, "%s: spec: %s", path, cause.message);
    if (status != CNN_OK) {
        if (error)
            *error = cause;
        return status;
    }
    (*model)->trained_epochs = value[4];
    return CNN_OK;
}

static enum cnn_status read_weights(struct npz *npz, struct cnn_model *model, struct cnn_error *error)
{
    char name[MODEL_FILE_NAME];
    struct parameter *p;
    const struct layer *layer;
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && (p = model_parameter(model, i, &layer)); i++) {
        model_file_name("", layer, p, name);
        status = npz_read_floats(npz, name, p->rank, p->shape, p->value, error);
    }
    return status;
}

/* The one before lies beside the file itself, which path may be a link to. NULL: there is none. Owns: the
 * caller. */
static char *find_previous(const char *path)
{
    char *real = NULL, *previous = path_beside(path, PATH_PREVIOUS);
    if (previous && file_exists(previous))
        return previous;
    memory_free(previous);
    if (path_resolve(path, &real, NULL) != CNN_OK)
        return NULL;
    previous = path_beside(real, PATH_PREVIOUS);
    memory_free(real);
    if (previous && file_exists(previous))
        return previous;
    memory_free(previous);
    return NULL;
}

/* What is damaged or gone may have one before it. */
static enum cnn_status hint_previous(const char *path, enum cnn_status status, struct cnn_error *error)
{
    char *previous = find_previous(path);
    if (previous)
        error_hint(error, status, "the one saved before it is kept: %.300s", previous);
    memory_free(previous);
    return status;
}

enum cnn_status model_file_parse(struct npz *npz, const char *path, struct cnn_model **out,
                                 struct cnn_error *error)
{
    struct cnn_model *model = NULL;
    enum cnn_status status = read_format(npz, path, error);
    if (status == CNN_OK)
        status = read_plan(npz, path, &model, error);
    if (status == CNN_OK && (npz_has(npz, "format") || npz_has(npz, "version")))
        status = npz_read_text(npz, "version", model->version, sizeof model->version, error);
    if (status == CNN_OK)
        status = read_objective(npz, path, model, error);
    if (status == CNN_OK)
        status = read_weights(npz, model, error);
    if (status == CNN_OK)
        status = read_origin(npz, model, error);
    if (status == CNN_OK)
        status = confidence_read(npz, path, model, error);
    if (status != CNN_OK) {
        cnn_model_free(model);
        bool hint = status == CNN_ERROR_FORMAT && error && !error->hint[0];
        return hint ? hint_previous(path, status, error) : status;
    }
    *out = model;
    return CNN_OK;
}

enum cnn_status model_file_open(const char *path, uint8_t **bytes, struct npz **npz, struct cnn_error *error)
{
    size_t n_bytes;
    enum cnn_status status = file_read(path, max_file_bytes, bytes, &n_bytes, error);
    if (status == CNN_ERROR_NOT_FOUND) {
        error_hint(error, status, "cnn train --model %.200s makes it", path);
        return hint_previous(path, status, error);
    }
    if (status != CNN_OK)
        return status;
    status = npz_open(path, *bytes, n_bytes, npz, error);
    if (status == CNN_OK)
        return status;
    memory_free(*bytes);
    return status == CNN_ERROR_FORMAT ? hint_previous(path, status, error) : status;
}

enum cnn_status cnn_model_load(const char *path, struct cnn_model **model, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    enum cnn_status status = model_file_open(path, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    status = model_file_parse(npz, path, model, error);
    npz_close(npz);
    memory_free(bytes);
    return status;
}

/* What a file of weights says of its network, where it does, goes before the options that leave it open. */
static enum cnn_status read_wish(struct npz *npz, const struct cnn_model_options *options,
                                 struct cnn_model_options *wish, char *spec, struct cnn_error *error)
{
    uint64_t scale = 0;
    enum cnn_status status = CNN_OK;
    *wish = *options;
    if (!options->arch && npz_has(npz, "spec")) {
        status = npz_read_text(npz, "spec", spec, MAX_SPEC_TEXT, error);
        wish->arch = spec;
    }
    if (status == CNN_OK && npz_has(npz, "scale"))
        status = npz_read_whole(npz, "scale", &scale, error);
    wish->scale = options->scale || scale != 0;
    return status;
}

/* What is there, for whoever gave an array another name; as many of the names as there is room for. */
static void hint_names(const struct npz *npz, enum cnn_status status, struct cnn_error *error)
{
    char names[256] = "";
    const char *name;
    for (size_t i = 0, used = 0; (name = npz_name(npz, i)); i++) {
        if (used + strlen(name) + sizeof ", ..." > sizeof names) {
            strcpy(names + used, ", ...");
            break;
        }
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", name);
    }
    error_hint(error, status, "the file holds %s", names[0] ? names : "nothing");
}

/* Weights that do not fit: the file may say which network they are of, or has other names for them. */
static void hint_at_weights(struct npz *npz, const char *given, enum cnn_status status,
                            struct cnn_error *error)
{
    char spec[MAX_SPEC_TEXT];
    if (given && npz_has(npz, "spec") && npz_read_text(npz, "spec", spec, sizeof spec, NULL) == CNN_OK)
        error_hint(error, status, "they are of %s; leave out --arch to take that network", spec);
    else
        hint_names(npz, status, error);
}

static enum cnn_status create_from(struct npz *npz, const struct cnn_model_options *options,
                                   struct cnn_model **out, struct cnn_error *error)
{
    struct cnn_model_options wish;
    struct cnn_model *model = NULL;
    char spec[MAX_SPEC_TEXT];
    enum cnn_status status = read_wish(npz, options, &wish, spec, error);
    if (status == CNN_OK)
        status =
            model_plan(&wish, wish.arch == spec ? npz_bytes(npz) / sizeof(float) : SIZE_MAX, &model, error);
    if (status != CNN_OK)
        return status;
    status = read_weights(npz, model, error);
    if (status != CNN_OK) {
        if (status == CNN_ERROR_FORMAT)
            hint_at_weights(npz, options->arch, status, error);
        cnn_model_free(model);
        return status;
    }
    model_note_given(model);
    *out = model;
    return CNN_OK;
}

enum cnn_status cnn_model_create_from(const struct cnn_model_options *options, const char *weights,
                                      struct cnn_model **model, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    if (!options)
        return error_set(error, CNN_ERROR_USAGE, "a model's options: expected some, found NULL");
    enum cnn_status status = model_file_open(weights, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    status = create_from(npz, options, model, error);
    npz_close(npz);
    memory_free(bytes);
    return status;
}

enum cnn_status cnn_model_save(const struct cnn_model *model, const char *path, struct cnn_error *error)
{
    const struct layer *broken = model_broken_layer(model);
    if (broken)
        return error_set(error, CNN_ERROR_NUMERIC, "%s: not saved: a weight of %s is not finite", path,
                         broken->name);
    struct npz_writer *w = npz_writer_create();
    model_file_add(w, model, 1);
    return npz_finish(w, path, error);
}
