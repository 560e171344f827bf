/* Going on with a run that a file holds: what the file says is checked against the data, then taken over. */
#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "train/finite.h"
#include "train/run_file.h"
#include "train/snapshots.h"

static enum cnn_status read_slot(void *with, const char *name, const struct parameter *p, float *slot,
                                 struct cnn_error *error)
{
    return npz_read_floats(with, name, p->rank, p->shape, slot, error);
}

/* Whether the data are those of the run. */
static enum cnn_status check_data(const struct cnn_trainer *t, const struct run_numbers *n, const char *path,
                                  struct cnn_error *error)
{
    bool same = n->data_fingerprint == t->data_fingerprint && n->images == t->n_images;
    if (same && n->validation_fingerprint == t->validation_fingerprint)
        return CNN_OK;
    return error_set(error, CNN_ERROR_MISMATCH,
                     "%s: the run was on other %s (fingerprint %016llx); found %s (fingerprint %016llx)",
                     path, same ? "validation data" : "training data",
                     (unsigned long long)(same ? n->validation_fingerprint : n->data_fingerprint),
                     cnn_dataset_info(same && t->validation ? t->validation : t->dataset).source,
                     (unsigned long long)(same ? t->validation_fingerprint : t->data_fingerprint));
}

/* Whether the numbers describe a place that training can stand in. */
static enum cnn_status check_place(const struct cnn_trainer *t, const struct run_numbers *n, const char *path,
                                   struct cnn_error *error)
{
    size_t steps = t->progress.steps_per_epoch, batch = t->options.batch_size;
    uint64_t seen = n->step == steps ? t->n_images : n->step * batch;
    if (n->epoch < n->epochs && n->step <= steps && n->epoch_done == (n->step == steps) &&
        n->epochs_done == n->epoch + n->epoch_done && n->n_seen == seen && n->n_correct <= seen &&
        n->epochs_done <= n->epochs)
        return t->options.epochs >= n->epochs_done
                   ? CNN_OK
                   : error_set(error, CNN_ERROR_USAGE,
                               "%s: %llu epochs are done already; expected a larger total, found %zu", path,
                               (unsigned long long)n->epochs_done, t->options.epochs);
    return error_set(error, CNN_ERROR_FORMAT, "%s: training: epoch %llu, step %llu is no place of this run",
                     path, (unsigned long long)n->epoch, (unsigned long long)n->step);
}

static void take_place(struct cnn_trainer *t, const struct run *run)
{
    const struct run_numbers *n = &run->numbers;
    struct cnn_progress *p = &t->progress;
    p->epoch = n->epoch;
    p->step = n->step;
    p->epoch_done = n->epoch_done;
    t->epochs_done = n->epochs_done;
    if (t->epochs_done)
        trainer_judge_epoch(t);
    p->best = p->best && p->epoch_done;
    p->at_majority = p->at_majority && p->epoch_done;
    t->loss_sum = run->loss_sum;
    t->n_correct = n->n_correct;
    t->n_seen = n->n_seen;
    if (t->n_seen) {
        p->loss = t->loss_sum / (double)t->n_seen;
        p->accuracy = (double)t->n_correct / (double)t->n_seen;
    }
    if (p->epoch_done && t->validation) {
        p->has_validation = true;
        p->val_loss = t->history[t->epochs_done - 1].val_loss;
        p->val_accuracy = t->history[t->epochs_done - 1].val_accuracy;
    }
    trainer_restart_epoch(t);
}

/* A running mean of squares below 0 has no root: training would go on with NaN. */
static enum cnn_status check_squares(const struct cnn_trainer *t, const char *path, struct cnn_error *error)
{
    int s = t->setting.square_slot;
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; s >= 0 && (p = model_parameter(t->model, i, &layer)); i++)
        if (!finite_slot(p->slot[s], p->count, true))
            return error_set(error, CNN_ERROR_FORMAT,
                             "%s: slot_%d/%s/%s: a mean of squares; expected no number below 0", path, s,
                             layer->name, p->name);
    return CNN_OK;
}

/* A run that was at its end holds the mean in the model: if it goes on, the weights come back. */
static enum cnn_status read_average(struct npz *npz, const struct run *run, struct cnn_trainer *t,
                                    struct cnn_error *error)
{
    bool ended = run->numbers.epochs_done == run->numbers.epochs;
    enum cnn_status status = run_file_each_other_weight(t, ended, read_slot, npz, error);
    t->average.in_model = ended && t->average.values;
    if (status == CNN_OK && ended && !t->progress.done)
        average_swap(&t->average, t->model);
    return status;
}

static enum cnn_status read_trainer(struct npz *npz, const char *path, const struct run *run,
                                    struct cnn_trainer *t, struct cnn_error *error)
{
    enum cnn_status status = check_data(t, &run->numbers, path, error);
    if (status == CNN_OK)
        status = check_place(t, &run->numbers, path, error);
    if (status == CNN_OK)
        status = run_file_each_slot(t, read_slot, npz, error);
    if (status == CNN_OK)
        status = check_squares(t, path, error);
    if (status == CNN_OK)
        status = run_file_read_history(npz, run->numbers.epochs_done, t->history, error);
    if (status == CNN_OK && t->best && run->numbers.epochs_done)
        status = npz_read_floats(npz, RUN_FILE_BEST, 1, &t->model->n_weights, t->best, error);
    if (status == CNN_OK && t->snapshots)
        status = snapshots_read(npz, t->model, run->numbers.epochs_done, t->snapshots, error);
    if (status == CNN_OK)
        take_place(t, run);
    return status == CNN_OK ? read_average(npz, run, t, error) : status;
}

/* A trainer with the file's options, whose faults are then the file's. */
static enum cnn_status plan_run(const char *path, struct cnn_model *model, const struct cnn_dataset *dataset,
                                size_t epochs, const struct cnn_train_options *options,
                                struct cnn_trainer **trainer, struct cnn_error *error)
{
    struct cnn_error cause = {0};
    enum cnn_status status = trainer_plan(model, dataset, options, trainer, &cause);
    if (status == CNN_ERROR_USAGE && epochs <= MAX_EPOCHS)
        return error_set(error, CNN_ERROR_FORMAT, "%s: training: %s", path, cause.message);
    if (status != CNN_OK && error)
        *error = cause;
    return status;
}

static void take_objective(const struct objective *objective, struct cnn_train_options *options)
{
    options->loss = objective_word(objective->loss)->word;
    options->label_smoothing = objective->label_smoothing;
    options->l2 = objective->l2;
}

/* Model and trainer from an open archive. */
static enum cnn_status resume_from(struct npz *npz, const char *path, const struct cnn_dataset *dataset,
                                   const struct cnn_dataset *validation, size_t epochs,
                                   struct cnn_model **model, struct cnn_trainer **trainer,
                                   struct cnn_error *error)
{
    struct run run = {0};
    struct cnn_model *m = NULL;
    struct cnn_trainer *t = NULL;
    enum cnn_status status = model_file_parse(npz, path, &m, error);
    if (status == CNN_OK)
        status = run_file_read(npz, path, &run, error);
    if (status == CNN_OK)
        take_objective(&m->objective, &run.options);
    run.options.validation = validation;
    run.options.snapshots = snapshots_in(npz);
    run.options.epochs = epochs ? epochs : run.options.epochs;
    if (status == CNN_OK)
        status = plan_run(path, m, dataset, epochs, &run.options, &t, error);
    if (status == CNN_OK && schedule_needs_total(&t->schedule) && epochs && epochs != run.numbers.epochs)
        status = error_set(error, CNN_ERROR_MISMATCH,
                           "%s: the schedule %s was laid out for %llu epochs and cannot go on to %zu", path,
                           run.schedule, (unsigned long long)run.numbers.epochs, epochs);
    if (status == CNN_OK)
        status = read_trainer(npz, path, &run, t, error);
    if (status != CNN_OK) {
        cnn_trainer_free(t);
        cnn_model_free(m);
        return status;
    }
    *model = m;
    *trainer = t;
    return CNN_OK;
}

enum cnn_status cnn_trainer_resume(const char *path, const struct cnn_dataset *dataset,
                                   const struct cnn_dataset *validation, size_t epochs,
                                   struct cnn_model **model, struct cnn_trainer **trainer,
                                   struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    enum cnn_status status = model_file_open(path, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    status = resume_from(npz, path, dataset, validation, epochs, model, trainer, error);
    npz_close(npz);
    memory_free(bytes);
    return status;
}
