#include "train/finite.h"

#include "base/status.h"

#include <math.h>

/* step is counted from 1. */
static enum cnn_status not_finite(const struct cnn_trainer *t, size_t step, const char *what,
                                  const char *layer, struct cnn_error *error)
{
    bool scale = t->model->scale;
    enum cnn_status status = error_set(
        error, CNN_ERROR_NUMERIC, "epoch %zu, step %zu: %s%s is not finite (learning rate %g, pixels 0..%s)",
        t->progress.epoch + 1, step, what, layer, t->progress.learning_rate, scale ? "1" : "255");
    return error_hint(error, status, "%s",
                      scale ? "try a smaller --learning-rate" : "try --scale, or a smaller --learning-rate");
}

enum cnn_status finite_loss_error(const struct cnn_trainer *t, struct cnn_error *error)
{
    const struct layer *layer = model_broken_layer(t->model);
    return not_finite(t, t->progress.step + 1, layer ? "a weight of " : "the loss", layer ? layer->name : "",
                      error);
}

bool finite_slot(const float *slot, size_t n, bool squares)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(slot[i]) || (squares && slot[i] < 0))
            return false;
    return true;
}

/* The first layer with a slot that cannot be gone on with; NULL when all are good. */
static const struct layer *broken_slot(const struct cnn_trainer *t)
{
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; (p = model_parameter(t->model, i, &layer)); i++)
        for (size_t s = 0; s < t->setting.n_slots; s++)
            if (!finite_slot(p->slot[s], p->count, t->setting.square_slot == (int)s))
                return layer;
    return NULL;
}

static bool finite_history(const struct cnn_trainer *t)
{
    for (size_t i = 0; i < t->epochs_done; i++) {
        const struct cnn_epoch *e = &t->history[i];
        if (!isfinite(e->loss) || !isfinite(e->val_loss))
            return false;
    }
    return isfinite(t->loss_sum);
}

enum cnn_status finite_check(const struct cnn_trainer *t, struct cnn_error *error)
{
    const struct layer *weight = model_broken_layer(t->model), *slot = broken_slot(t);
    size_t step = t->progress.step;
    if (weight)
        return not_finite(t, step, "a weight of ", weight->name, error);
    if (t->average.values && !finite_slot(t->average.values, t->model->n_weights, false))
        return not_finite(t, step, "the mean of the weights", "", error);
    if (slot)
        return not_finite(t, step, "what the optimizer remembers of ", slot->name, error);
    return finite_history(t) ? CNN_OK : not_finite(t, step, "the loss", "", error);
}
