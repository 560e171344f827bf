/* A model's weights from outside: arrays by name, to look at and to set. */
#include "base/status.h"
#include "nn/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct cnn_weights cnn_model_weights_at(const struct cnn_model *model, size_t i)
{
    struct cnn_weights w = {{0}, 0, 0, {0}, 0, NULL};
    const struct layer *layer;
    const struct parameter *p = model_parameter(model, i, &layer);
    if (!p)
        return w;
    snprintf(w.name, sizeof w.name, "%s/%s", layer->name, p->name);
    w.layer = layer->number + 1;
    w.rank = p->rank;
    for (size_t k = 0; k < sizeof w.shape / sizeof w.shape[0]; k++)
        w.shape[k] = k < p->rank ? p->shape[k] : 1;
    w.count = p->count;
    w.values = p->value;
    return w;
}

static enum cnn_status unknown_name(const struct cnn_model *model, const char *name, struct cnn_error *error)
{
    char known[512] = "";
    struct cnn_weights w;
    for (size_t i = 0, used = 0; (w = cnn_model_weights_at(model, i)).rank && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", w.name);
    return error_set(error, CNN_ERROR_USAGE, "no weights are called \"%.64s\"; expected one of: %s", name,
                     known);
}

enum cnn_status cnn_model_weights(const struct cnn_model *model, const char *name,
                                  struct cnn_weights *weights, struct cnn_error *error)
{
    struct cnn_weights w;
    for (size_t i = 0; (w = cnn_model_weights_at(model, i)).rank; i++)
        if (name && strcmp(w.name, name) == 0) {
            *weights = w;
            return CNN_OK;
        }
    return unknown_name(model, name ? name : "", error);
}

enum cnn_status cnn_model_set_weights(struct cnn_model *model, const char *name, const float *values,
                                      size_t count, struct cnn_error *error)
{
    struct cnn_weights w;
    enum cnn_status status = cnn_model_weights(model, name, &w, error);
    if (status != CNN_OK)
        return status;
    if (count != w.count)
        return error_set(error, CNN_ERROR_MISMATCH, "%s: expected %zu numbers, found %zu", name, w.count,
                         count);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return error_set(error, CNN_ERROR_NUMERIC, "%s: value %zu is not a finite number", name, i);
    memcpy(model->weights + (w.values - model->weights), values, count * sizeof *values);
    model_note_given(model);
    model->has_confidence = false;
    return CNN_OK;
}
