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

enum cnn_status run_file_each_slot(const struct cnn_trainer *t, slot_visit *visit, void *with,
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

enum cnn_status run_file_each_other_weight(const struct cnn_trainer *t, bool in_model, slot_visit *visit,
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
    if (!npz_has(npz, RUN_FILE_BEST))
        return CNN_OK;
    enum cnn_status status = model_file_parse(npz, path, &model, error);
    if (status != CNN_OK)
        return status;
    status = npz_read_floats(npz, RUN_FILE_BEST, 1, &model->n_weights, model->weights, error);
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
    run_file_each_slot(t, write_slot, w, error);
    run_file_each_other_weight(t, t->average.in_model, write_slot, w, error);
    if (t->best && t->epochs_done)
        npz_add_floats(w, RUN_FILE_BEST, 1, &t->model->n_weights, t->best);
    snapshots_add(w, t);
    return npz_finish(w, path, error);
}

enum cnn_status run_file_read(struct npz *npz, const char *path, struct run *run, struct cnn_error *error)
{
    char compat[COMPAT_TEXT];
    if (!npz_has(npz, "training/epoch")) {
        error_set(error, CNN_ERROR_MISMATCH, "%s: holds a model, but no training run to go on with", path);
        return error_hint(
            error, CNN_ERROR_MISMATCH,
            "--weights begins a new run with its weights; after early stopping the run lies beside the best "
            "model, as NAME.last.npz");
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

enum cnn_status run_file_read_history(struct npz *npz, size_t epochs_done, struct cnn_epoch *history,
                                      struct cnn_error *error)
{
    return npz_read_doubles(npz, "training/history", 2, (size_t[]){epochs_done, HISTORY_COLUMNS},
                            (double *)(void *)history, error);
}
