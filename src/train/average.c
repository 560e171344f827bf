#include "train/average.h"

#include "base/memory.h"
#include "base/status.h"

#include <string.h>

enum cnn_status average_create(struct average *a, const struct cnn_model *model,
                               const struct cnn_train_options *options, struct cnn_error *error)
{
    *a = (struct average){.momentum = (float)options->ema, .first_copies = options->compat == CNN_KERAS3};
    if (!(options->ema > 0))
        return CNN_OK;
    a->values = memory_alloc(model->n_weights, sizeof *a->values);
    if (!a->values)
        return error_memory(error, model->n_weights * sizeof *a->values);
    memcpy(a->values, model->weights, model->n_weights * sizeof *a->values);
    return CNN_OK;
}

void average_free(struct average *a)
{
    memory_free(a->values);
}

void average_step(struct average *a, const struct cnn_model *model, size_t step)
{
    const struct parameter *p;
    for (size_t i = 0; a->values && (p = model_parameter(model, i, NULL)); i++) {
        float *mean = a->values + (p->value - model->weights);
        const float old = !p->trained || (step == 0 && a->first_copies) ? 0 : a->momentum, new = 1 - old;
        for (size_t k = 0; k < p->count; k++)
            mean[k] = old * mean[k] + new * p->value[k];
    }
}

void average_swap(struct average *a, struct cnn_model *model)
{
    if (!a->values)
        return;
    for (size_t i = 0; i < model->n_weights; i++) {
        float w = model->weights[i];
        model->weights[i] = a->values[i];
        a->values[i] = w;
    }
    a->in_model = !a->in_model;
}
