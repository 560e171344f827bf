#include "train/snapshots.h"

#include "base/memory.h"
#include "base/status.h"

#include <string.h>

static const char name[] = "training/snapshots";

bool snapshots_hold(const struct layer *layer)
{
    for (size_t k = 0; k < layer->n_parameters; k++)
        if (layer->parameter[k].rank == 4)
            return true;
    return false;
}

/* Visits the weights of every layer with filters; put says which way they go. Returns how many there are. */
static size_t each_weight(const struct cnn_model *model, float *snapshot, bool put)
{
    size_t n = 0;
    for (size_t i = 0; i < model->n_layers; i++)
        for (size_t k = 0; snapshots_hold(&model->layer[i]) && k < model->layer[i].n_parameters; k++) {
            const struct parameter *p = &model->layer[i].parameter[k];
            if (snapshot && put)
                memcpy(p->value, snapshot + n, p->count * sizeof(float));
            else if (snapshot)
                memcpy(snapshot + n, p->value, p->count * sizeof(float));
            n += p->count;
        }
    return n;
}

size_t snapshots_floats(const struct cnn_model *model)
{
    return each_weight(model, NULL, false);
}

enum cnn_status snapshots_create(struct cnn_trainer *t, struct cnn_error *error)
{
    const size_t most = 64 << 20; /* floats: 256 MiB */
    size_t n = snapshots_floats(t->model), epochs = t->options.epochs;
    if (!t->options.snapshots)
        return CNN_OK;
    if (n == 0)
        return error_set(error, CNN_ERROR_USAGE, "snapshots are of filters, and %s has none", t->model->arch);
    if (epochs > most / n)
        return error_set(error, CNN_ERROR_USAGE,
                         "%zu snapshots of %zu weights are too many; expected at most %zu epochs", epochs, n,
                         most / n);
    t->snapshots = memory_alloc(epochs * n, sizeof *t->snapshots);
    return t->snapshots ? CNN_OK : error_memory(error, epochs * n * sizeof *t->snapshots);
}

void snapshots_take(struct cnn_trainer *t)
{
    if (t->snapshots)
        each_weight(t->model, t->snapshots + (t->epochs_done - 1) * snapshots_floats(t->model), false);
}

void snapshots_put(const float *snapshot, struct cnn_model *model)
{
    each_weight(model, (float *)(uintptr_t)snapshot, true);
}

void snapshots_add(struct npz_writer *w, const struct cnn_trainer *t)
{
    if (t->snapshots)
        npz_add_floats(w, name, 2, (size_t[]){t->epochs_done, snapshots_floats(t->model)}, t->snapshots);
}

bool snapshots_in(const struct npz *npz)
{
    return npz_has(npz, name);
}

enum cnn_status snapshots_read(struct npz *npz, const struct cnn_model *model, size_t epochs,
                               float *snapshots, struct cnn_error *error)
{
    return npz_read_floats(npz, name, 2, (size_t[]){epochs, snapshots_floats(model)}, snapshots, error);
}
