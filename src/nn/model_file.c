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

static const size_t max_file_bytes = (size_t)1 << 31;

void model_file_name(const char *prefix, const struct layer *layer, const struct parameter *parameter,
                     char *name)
{
    snprintf(name, MODEL_FILE_NAME, "%s%s/%s", prefix, layer->name, parameter->name);
}

void model_file_add(struct npz_writer *w, const struct cnn_model *model)
{
    char name[MODEL_FILE_NAME];
    npz_add_whole(w, "format", MODEL_FORMAT);
    npz_add_text(w, "version", cnn_version());
    npz_add_text(w, "spec", model->arch);
    npz_add_whole(w, "input/height", model->input.size[0]);
    npz_add_whole(w, "input/width", model->input.size[1]);
    npz_add_whole(w, "input/channels", model->input.size[2]);
    npz_add_whole(w, "scale", model->scale);
    npz_add_whole(w, "seed", model->seed);
    npz_add_whole(w, "trained_epochs", model->trained_epochs);
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; (p = model_parameter(model, i, &layer)); i++) {
        model_file_name("", layer, p, name);
        npz_add_floats(w, name, p->rank, p->shape, p->value);
    }
}

static enum cnn_status read_format(struct npz *npz, const char *path, struct cnn_error *error)
{
    uint64_t format = 0;
    enum cnn_status status = npz_read_whole(npz, "format", &format, error);
    if (status != CNN_OK)
        return npz_has(npz, "format")
                   ? status
                   : error_set(error, status, "%s: an archive of arrays, but not a model of this program",
                               path);
    if (format >= 1 && format <= MODEL_FORMAT)
        return CNN_OK;
    status = error_set(error, CNN_ERROR_FORMAT, "%s: format: expected 1 to %d, found %llu", path,
                       MODEL_FORMAT, (unsigned long long)format);
    return error_hint(error, status, "a newer cnn may have written it; this is version %s", cnn_version());
}

/* Everything about the model but its weights. */
static enum cnn_status read_plan(struct npz *npz, const char *path, struct cnn_model **model,
                                 struct cnn_error *error)
{
    static const char *const names[] = {"input/height", "input/width", "input/channels",
                                        "scale",        "seed",        "trained_epochs"};
    uint64_t value[6];
    char spec[MAX_SPEC_TEXT];
    enum cnn_status status = npz_read_text(npz, "spec", spec, sizeof spec, error);
    for (size_t i = 0; status == CNN_OK && i < 6; i++)
        status = npz_read_whole(npz, names[i], &value[i], error);
    if (status != CNN_OK)
        return status;
    if (value[0] == 0 || value[1] == 0 || value[2] == 0 || value[3] > 1 || value[5] > MAX_EPOCHS)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: input, scale or trained_epochs: a number that cannot be meant", path);
    struct cnn_model_options options = {.arch = spec,
                                        .height = value[0],
                                        .width = value[1],
                                        .channels = value[2],
                                        .scale = value[3] != 0,
                                        .seed = value[4]};
    struct cnn_error cause = {0};
    status = model_plan(&options, npz_bytes(npz) / sizeof(float), model, &cause);
    if (status == CNN_ERROR_USAGE || status == CNN_ERROR_MISMATCH)
        return error_set(error, CNN_ERROR_FORMAT, "%s: spec: %s", path, cause.message);
    if (status != CNN_OK) {
        if (error)
            *error = cause;
        return status;
    }
    (*model)->trained_epochs = value[5];
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
    if (status == CNN_OK)
        status = npz_read_text(npz, "version", model->version, sizeof model->version, error);
    if (status == CNN_OK)
        status = read_weights(npz, model, error);
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

enum cnn_status cnn_model_save(const struct cnn_model *model, const char *path, struct cnn_error *error)
{
    const struct layer *broken = model_broken_layer(model);
    if (broken)
        return error_set(error, CNN_ERROR_NUMERIC, "%s: not saved: a weight of %s is not finite", path,
                         broken->name);
    struct npz_writer *w = npz_writer_create();
    model_file_add(w, model);
    return npz_finish(w, path, error);
}
