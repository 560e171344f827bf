/* A training run as a file: the model, and what it takes to go on to the bit. The random state needs no place
 * of its own, since the order of an epoch follows from the seed and the epoch's number. */
#include "train/run_file.h"
#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "train/finite.h"
#include "train/run_place.h"
#include "train/snapshots.h"

#include <stdio.h>
#include <string.h>

static const char *const compat_word[] = {"keras2", "keras3"};
enum { HISTORY_COLUMNS = 4, PREFIX = 32, COMPAT_TEXT = 8 };

static const char data_name[] = "training/data", validation_name[] = "training/validation_data",
                  history_name[] = "training/history_file";

/* The weights of the best epoch, one after the other: only a run with early stopping has them. */
static const char best_name[] = "training/best_weights";

static const struct {
    const char *name;
    size_t offset;
} number_at[] = {
    {"training/epochs", offsetof(struct run_numbers, epochs)},
    {"training/batch_size", offsetof(struct run_numbers, batch_size)},
    {"training/seed", offsetof(struct run_numbers, seed)},
    {"training/images", offsetof(struct run_numbers, images)},
    {"training/data_fingerprint", offsetof(struct run_numbers, data_fingerprint)},
    {"training/validation_fingerprint", offsetof(struct run_numbers, validation_fingerprint)},
    {"training/epoch", offsetof(struct run_numbers, epoch)},
    {"training/step", offsetof(struct run_numbers, step)},
    {"training/epoch_done", offsetof(struct run_numbers, epoch_done)},
    {"training/epochs_done", offsetof(struct run_numbers, epochs_done)},
    {"training/n_correct", offsetof(struct run_numbers, n_correct)},
    {"training/n_seen", offsetof(struct run_numbers, n_seen)},
};
enum { N_NUMBERS = sizeof number_at / sizeof number_at[0] };

static uint64_t *number(struct run_numbers *n, size_t i)
{
    return (uint64_t *)(void *)((char *)n + number_at[i].offset);
}

static struct run_numbers numbers_of(const struct cnn_trainer *t)
{
    const struct cnn_progress *p = &t->progress;
    return (struct run_numbers){t->options.epochs,
                                t->options.batch_size,
                                t->options.seed,
                                t->n_images,
                                t->data_fingerprint,
                                t->validation_fingerprint,
                                p->epoch,
                                p->step,
                                p->epoch_done,
                                t->epochs_done,
                                t->n_correct,
                                t->n_seen};
}

/* Visits every slot array: "slot_0/conv2d/kernel". */
typedef enum cnn_status slot_visit(void *with, const char *name, const struct parameter *p, float *slot,
                                   struct cnn_error *error);

static enum cnn_status each_slot(const struct cnn_trainer *t, slot_visit *visit, void *with,
                                 struct cnn_error *error)
{
    char name[MODEL_FILE_NAME], prefix[PREFIX];
    const struct parameter *p;
    const struct layer *layer;
    for (size_t s = 0; s < t->setting.n_slots; s++) {
        snprintf(prefix, sizeof prefix, "slot_%zu/", s);
        for (size_t i = 0; (p = model_parameter(t->model, i, &layer)); i++) {
            if (!p->trained)
                continue;
            model_file_name(prefix, layer, p, name);
            enum cnn_status status = visit(with, name, p, p->slot[s], error);
            if (status != CNN_OK)
                return status;
        }
    }
    return CNN_OK;
}

static enum cnn_status write_slot(void *with, const char *name, const struct parameter *p, float *slot,
                                  struct cnn_error *error)
{
    (void)error;
    npz_add_floats(with, name, p->rank, p->shape, slot);
    return CNN_OK;
}

static enum cnn_status read_slot(void *with, const char *name, const struct parameter *p, float *slot,
                                 struct cnn_error *error)
{
    return npz_read_floats(with, name, p->rank, p->shape, slot, error);
}

/* The weights that the model does not hold: the mean, or once that is the model the weights to go on with. */
static enum cnn_status each_other_weight(const struct cnn_trainer *t, bool in_model, slot_visit *visit,
                                         void *with, struct cnn_error *error)
{
    char name[MODEL_FILE_NAME];
    const struct parameter *p;
    const struct layer *layer;
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; t->average.values && status == CNN_OK && (p = model_parameter(t->model, i, &layer));
         i++) {
        model_file_name(in_model ? "plain/" : "average/", layer, p, name);
        status = visit(with, name, p, t->average.values + (p->value - t->model->weights), error);
    }
    return status;
}

static void add_place(struct npz_writer *w, const char *name, const char *place)
{
    char text[PLACE_TEXT];
    if (!place)
        return;
    run_place_write(place, text);
    npz_add_text(w, name, text);
}

/* Earlier files do not say where. */
static enum cnn_status read_place(struct npz *npz, const char *name, char *place, struct cnn_error *error)
{
    char text[PLACE_TEXT] = "";
    enum cnn_status status = npz_has(npz, name) ? npz_read_text(npz, name, text, sizeof text, error) : CNN_OK;
    run_place_read(text, place);
    return status;
}

/* The fingerprint of the weights that early stopping will restore; 0: there are none. */
static enum cnn_status read_best(struct npz *npz, const char *path, uint64_t *fingerprint,
                                 struct cnn_error *error)
{
    struct cnn_model *model;
    if (!npz_has(npz, best_name))
        return CNN_OK;
    enum cnn_status status = model_file_parse(npz, path, &model, error);
    if (status != CNN_OK)
        return status;
    status = npz_read_floats(npz, best_name, 1, &model->n_weights, model->weights, error);
    *fingerprint = cnn_model_fingerprint(model);
    cnn_model_free(model);
    return status;
}

static enum cnn_status read_info(struct npz *npz, const char *path, struct cnn_run_info *info,
                                 struct cnn_error *error)
{
    struct run run = {0};
    enum cnn_status status = run_file_read(npz, path, &run, error);
    if (status == CNN_OK)
        status = read_place(npz, data_name, info->data, error);
    if (status == CNN_OK)
        status = read_place(npz, validation_name, info->validation_data, error);
    if (status == CNN_OK)
        status = read_place(npz, history_name, info->history, error);
    if (status == CNN_OK)
        status = read_best(npz, path, &info->best_fingerprint, error);
    info->data_fingerprint = run.numbers.data_fingerprint;
    info->validation_fingerprint = run.numbers.validation_fingerprint;
    return status;
}

enum cnn_status cnn_run_look(const char *path, struct cnn_run_info *info, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    struct cnn_run_info found = {0};
    enum cnn_status status = model_file_open(path, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    status = read_info(npz, path, &found, error);
    npz_close(npz);
    memory_free(bytes);
    if (status == CNN_OK)
        *info = found;
    return status;
}

/* Options that few runs have, in the file only where they are in use. */
static const struct {
    const char *name;
    size_t offset;
} rare_at[] = {
    {"training/clipnorm", offsetof(struct cnn_train_options, clipnorm)},
    {"training/global_clipnorm", offsetof(struct cnn_train_options, global_clipnorm)},
    {"training/ema", offsetof(struct cnn_train_options, ema)},
};
enum { N_RARE = sizeof rare_at / sizeof rare_at[0] };

static double *rare(struct cnn_train_options *o, size_t i)
{
    return (double *)(void *)((char *)o + rare_at[i].offset);
}

/* Returns the number of the format that the options ask for. */
static uint64_t rare_format(struct cnn_train_options options)
{
    uint64_t format = 1;
    for (size_t i = 0; i < N_RARE; i++)
        format = *rare(&options, i) > 0 ? 2 : format;
    return format;
}

static void add_rare(struct npz_writer *w, struct cnn_train_options options)
{
    for (size_t i = 0; i < N_RARE; i++)
        if (*rare(&options, i) > 0)
            npz_add_double(w, rare_at[i].name, *rare(&options, i));
}

static enum cnn_status read_rare(struct npz *npz, struct cnn_train_options *options, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < N_RARE; i++)
        if (npz_has(npz, rare_at[i].name))
            status = npz_read_double(npz, rare_at[i].name, rare(options, i), error);
    return status;
}

enum cnn_status cnn_trainer_save(const struct cnn_trainer *t, const char *path, struct cnn_error *error)
{
    enum cnn_status status = finite_check(t, error);
    if (status != CNN_OK)
        return status;
    struct npz_writer *w = npz_writer_create();
    struct run_numbers numbers = numbers_of(t);
    model_file_add(w, t->model, rare_format(t->options));
    npz_add_text(w, "compat", compat_word[t->options.compat]);
    npz_add_text(w, "training/optimizer", t->optimizer_text);
    npz_add_text(w, "training/schedule", t->schedule_text);
    npz_add_text(w, "training/early_stopping", t->stopping_text);
    npz_add_double(w, "training/learning_rate", t->options.learning_rate);
    npz_add_double(w, "training/validation_split", t->options.validation_split);
    npz_add_double(w, "training/loss_sum", t->loss_sum);
    add_rare(w, t->options);
    add_place(w, data_name, t->data_place);
    add_place(w, validation_name, t->validation_place);
    add_place(w, history_name, t->history_place);
    for (size_t i = 0; i < N_NUMBERS; i++)
        npz_add_whole(w, number_at[i].name, *number(&numbers, i));
    npz_add_doubles(w, "training/history", 2, (size_t[]){t->epochs_done, HISTORY_COLUMNS},
                    (const double *)(const void *)t->history);
    each_slot(t, write_slot, w, error);
    each_other_weight(t, t->average.in_model, write_slot, w, error);
    if (t->best && t->epochs_done)
        npz_add_floats(w, best_name, 1, &t->model->n_weights, t->best);
    snapshots_add(w, t);
    return npz_finish(w, path, error);
}

enum cnn_status run_file_read(struct npz *npz, const char *path, struct run *run, struct cnn_error *error)
{
    char compat[COMPAT_TEXT];
    if (!npz_has(npz, "training/epoch")) {
        error_set(error, CNN_ERROR_MISMATCH, "%s: holds a model, but no training run to go on with", path);
        return error_hint(error, CNN_ERROR_MISMATCH,
                          "after early stopping the run lies beside the best model, as NAME.last.npz");
    }
    enum cnn_status status =
        npz_read_text(npz, "training/optimizer", run->optimizer, sizeof run->optimizer, error);
    if (status == CNN_OK)
        status = npz_read_text(npz, "training/schedule", run->schedule, sizeof run->schedule, error);
    if (status == CNN_OK)
        status = npz_read_text(npz, "training/early_stopping", run->stopping, sizeof run->stopping, error);
    if (status == CNN_OK)
        status = npz_read_text(npz, "compat", compat, sizeof compat, error);
    if (status == CNN_OK)
        status = npz_read_double(npz, "training/learning_rate", &run->options.learning_rate, error);
    if (status == CNN_OK)
        status = npz_read_double(npz, "training/validation_split", &run->options.validation_split, error);
    if (status == CNN_OK)
        status = npz_read_double(npz, "training/loss_sum", &run->loss_sum, error);
    if (status == CNN_OK)
        status = read_rare(npz, &run->options, error);
    for (size_t i = 0; status == CNN_OK && i < N_NUMBERS; i++)
        status = npz_read_whole(npz, number_at[i].name, number(&run->numbers, i), error);
    if (status != CNN_OK)
        return status;
    if (strcmp(compat, compat_word[0]) != 0 && strcmp(compat, compat_word[1]) != 0)
        return error_set(error, CNN_ERROR_FORMAT, "%s: compat: expected keras2 or keras3, found \"%s\"", path,
                         compat);
    const struct run_numbers *n = &run->numbers;
    if (n->epochs == 0 || n->batch_size == 0 || !(run->options.learning_rate > 0) || !(run->loss_sum >= 0))
        return error_set(
            error, CNN_ERROR_FORMAT,
            "%s: training: epochs, batch_size, learning_rate or loss_sum: a number that cannot be "
            "meant",
            path);
    run->options.compat = strcmp(compat, compat_word[1]) == 0 ? CNN_KERAS3 : CNN_KERAS2;
    run->options.optimizer = run->optimizer;
    schedule_from_file(run->schedule);
    run->options.schedule = run->schedule;
    run->options.early_stopping = run->stopping;
    run->options.epochs = run->numbers.epochs;
    run->options.batch_size = run->numbers.batch_size;
    run->options.seed = run->numbers.seed;
    return CNN_OK;
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

enum cnn_status run_file_read_history(struct npz *npz, size_t epochs_done, struct cnn_epoch *history,
                                      struct cnn_error *error)
{
    return npz_read_doubles(npz, "training/history", 2, (size_t[]){epochs_done, HISTORY_COLUMNS},
                            (double *)(void *)history, error);
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
    enum cnn_status status = each_other_weight(t, ended, read_slot, npz, error);
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
        status = each_slot(t, read_slot, npz, error);
    if (status == CNN_OK)
        status = check_squares(t, path, error);
    if (status == CNN_OK)
        status = run_file_read_history(npz, run->numbers.epochs_done, t->history, error);
    if (status == CNN_OK && t->best && run->numbers.epochs_done)
        status = npz_read_floats(npz, best_name, 1, &t->model->n_weights, t->best, error);
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
