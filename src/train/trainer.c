/* The training loop: which images, in which order, and what is remembered between steps. */
#include "train/trainer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "nn/streams.h"
#include "train/finite.h"
#include "train/run_place.h"
#include "train/snapshots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_BATCH = 65536 };
static const size_t max_images = UINT32_MAX;
static const double majority_margin =
    0.02; /* a network that has learned anything in an epoch is beyond this */

/* How long gradients may be, and how weights are averaged. */
static enum cnn_status check_gradient_options(const struct cnn_train_options *o, struct cnn_error *error)
{
    if (!(o->clipnorm >= 0 && o->global_clipnorm >= 0 && isfinite(o->clipnorm + o->global_clipnorm)))
        return error_set(error, CNN_ERROR_USAGE, "clipnorm %g, global clipnorm %g: expected numbers above 0",
                         o->clipnorm, o->global_clipnorm);
    if (o->clipnorm > 0 && o->global_clipnorm > 0)
        return error_set(error, CNN_ERROR_USAGE, "clipnorm and global clipnorm: expected one of them");
    if (!(o->ema >= 0 && (float)o->ema < 1))
        return error_set(error, CNN_ERROR_USAGE, "ema %g: expected a number above 0, below 1", o->ema);
    return CNN_OK;
}

static enum cnn_status fill_defaults(struct cnn_trainer *t, struct cnn_error *error)
{
    struct cnn_train_options *o = &t->options;
    struct optimizer_setting *setting = &t->setting;
    enum cnn_status status = optimizer_parse(o->optimizer ? o->optimizer : "rmsprop", setting, error);
    if (status != CNN_OK)
        return status;
    optimizer_format(setting, t->optimizer_text);
    o->optimizer = t->optimizer_text;
    o->epochs = o->epochs ? o->epochs : 10;
    o->batch_size = o->batch_size ? o->batch_size : 32;
    o->learning_rate = o->learning_rate != 0 ? o->learning_rate : setting->default_learning_rate;
    if (o->epochs > MAX_EPOCHS || o->batch_size > MAX_BATCH)
        return error_set(error, CNN_ERROR_USAGE,
                         "expected at most %d epochs and batches of at most %d images", MAX_EPOCHS,
                         MAX_BATCH);
    if (!(o->learning_rate > 0 && o->learning_rate <= 1e6))
        return error_set(error, CNN_ERROR_USAGE, "learning rate %g: expected a number above 0, at most 1e6",
                         o->learning_rate);
    if (o->compat != CNN_KERAS2 && o->compat != CNN_KERAS3)
        return error_set(error, CNN_ERROR_USAGE, "compat %d: expected CNN_KERAS2 or CNN_KERAS3",
                         (int)o->compat);
    if (!(o->validation_split >= 0 && o->validation_split < 1))
        return error_set(error, CNN_ERROR_USAGE, "validation split %g: expected a number from 0 to below 1",
                         o->validation_split);
    return check_gradient_options(o, error);
}

/* How the learning rate changes, and when training ends before its time. */
static enum cnn_status read_plans(struct cnn_trainer *t, struct cnn_error *error)
{
    struct cnn_train_options *o = &t->options;
    enum cnn_status status = schedule_parse(o->schedule ? o->schedule : "constant", &t->schedule, error);
    if (status == CNN_OK)
        status = stopping_parse(o->early_stopping, &t->stopping, error);
    if (status != CNN_OK)
        return status;
    schedule_format(&t->schedule, t->schedule_text);
    if (t->stopping.metric && o->ema > 0)
        return error_set(
            error, CNN_ERROR_USAGE,
            "ema and early stopping: expected one of them; the weights that early stopping puts back "
            "are no means");
    snprintf(t->stopping_text, sizeof t->stopping_text, "%s", o->early_stopping ? o->early_stopping : "");
    o->schedule = t->schedule_text;
    o->early_stopping = t->stopping_text;
    if (stopping_needs_validation(&t->stopping) && !o->validation && !(o->validation_split > 0)) {
        error_set(error, CNN_ERROR_USAGE, "early stopping by %s needs validation images", o->early_stopping);
        return error_hint(error, CNN_ERROR_USAGE, "add --validation-split 0.1");
    }
    return CNN_OK;
}

/* The last images of the dataset, before any shuffling, as Keras takes them: split_at = int(n * (1 - split)).
 */
static enum cnn_status split_data(struct cnn_trainer *t, const struct cnn_dataset *dataset,
                                  struct cnn_error *error)
{
    const struct cnn_train_options *o = &t->options;
    size_t n = cnn_dataset_info(dataset).count;
    t->dataset = dataset;
    t->validation = o->validation;
    t->n_images = n;
    if (o->validation_split > 0) {
        t->n_images = (size_t)floor((double)n * (1 - o->validation_split));
        if (t->n_images == 0 || t->n_images == n)
            return error_set(error, CNN_ERROR_USAGE,
                             "validation split %g of %zu image%s leaves none on one side",
                             o->validation_split, n, n == 1 ? "" : "s");
        enum cnn_status status =
            cnn_dataset_slice(dataset, t->n_images, n - t->n_images, &t->validation_slice, error);
        if (status != CNN_OK)
            return status;
        t->validation = t->validation_slice;
    }
    if (t->n_images > max_images)
        return error_set(error, CNN_ERROR_USAGE, "too many images; expected at most %zu", max_images);
    return t->validation ? model_check_data(t->model, t->validation, error) : CNN_OK;
}

static double majority_share(const struct cnn_trainer *t)
{
    size_t count[UINT8_MAX + 1] = {0}, most = 0;
    for (size_t i = 0; i < t->n_images; i++) {
        size_t n = ++count[cnn_dataset_label(t->dataset, i)];
        most = n > most ? n : most;
    }
    return (double)most / (double)t->n_images;
}

/* The order of an epoch follows from the seed and its number alone. */
static void shuffle(struct cnn_trainer *t)
{
    struct random random = random_stream(t->options.seed, STREAM_ORDER + t->progress.epoch);
    random_permutation(&random, t->order, t->n_images);
}

static enum cnn_status set_clip(struct cnn_trainer *t, struct cnn_error *error)
{
    const struct cnn_train_options *o = &t->options;
    const bool global = o->global_clipnorm > 0;
    const struct engine_clip clip = {global ? o->global_clipnorm : o->clipnorm, global};
    return clip.norm > 0 ? engine_set_clip(t->engine, clip, error) : CNN_OK;
}

static enum cnn_status allocate(struct cnn_trainer *t, struct cnn_error *error)
{
    size_t batch = t->options.batch_size, slots = t->setting.n_slots;
    t->order = memory_alloc(t->n_images, sizeof *t->order);
    t->images = memory_alloc(batch, sizeof *t->images);
    t->labels = memory_alloc(batch, sizeof *t->labels);
    t->history = memory_alloc(t->options.epochs, sizeof *t->history);
    t->slots = memory_alloc(t->model->n_weights, (slots ? slots : 1) * sizeof *t->slots);
    t->best = t->stopping.metric ? memory_alloc(t->model->n_weights, sizeof *t->best) : NULL;
    if (!t->order || !t->images || !t->labels || !t->history || !t->slots || (t->stopping.metric && !t->best))
        return error_memory(error,
                            t->n_images * sizeof *t->order + t->model->n_weights * slots * sizeof *t->slots);
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(t->model, i, NULL)); i++)
        for (size_t s = 0; s < slots; s++)
            p->slot[s] = t->slots + s * t->model->n_weights + (p->value - t->model->weights);
    enum cnn_status status = snapshots_create(t, error);
    if (status == CNN_OK)
        status = average_create(&t->average, t->model, &t->options, error);
    if (status == CNN_OK)
        status = engine_create(t->model, batch < t->n_images ? batch : t->n_images, &t->engine, error);
    return status == CNN_OK ? set_clip(t, error) : status;
}

enum cnn_status trainer_plan(struct cnn_model *model, const struct cnn_dataset *dataset,
                             const struct cnn_train_options *options, struct cnn_trainer **out,
                             struct cnn_error *error)
{
    if (!options)
        return error_set(error, CNN_ERROR_USAGE, "a trainer's options: expected some, found NULL");
    struct cnn_trainer *t = memory_alloc(1, sizeof *t);
    if (!t)
        return error_memory(error, sizeof *t);
    t->model = model;
    t->options = *options;
    for (size_t i = 0; i < model->n_layers; i++)
        model->layer[i].compat = options->compat;
    enum cnn_status status = fill_defaults(t, error);
    if (status == CNN_OK)
        status = read_plans(t, error);
    if (status == CNN_OK)
        status = objective_read(options, model_gives_probabilities(model), &model->objective, error);
    if (status == CNN_OK)
        status = model_check_data(model, dataset, error);
    if (status == CNN_OK)
        status = split_data(t, dataset, error);
    if (status == CNN_OK)
        status = allocate(t, error);
    if (status == CNN_OK)
        status = run_place(dataset, &t->data_place, error);
    if (status == CNN_OK && options->validation)
        status = run_place(options->validation, &t->validation_place, error);
    if (status != CNN_OK) {
        cnn_trainer_free(t);
        return status;
    }
    t->data_fingerprint = cnn_dataset_fingerprint(dataset);
    t->validation_fingerprint = options->validation ? cnn_dataset_fingerprint(options->validation) : 0;
    t->majority = majority_share(t);
    t->options.loss = objective_word(model->objective.loss)->word;
    t->progress.epochs = t->options.epochs;
    t->progress.images_per_epoch = t->n_images;
    t->progress.steps_per_epoch = (t->n_images + t->options.batch_size - 1) / t->options.batch_size;
    *out = t;
    return CNN_OK;
}

enum cnn_status cnn_trainer_create(struct cnn_model *model, const struct cnn_dataset *dataset,
                                   const struct cnn_train_options *options, struct cnn_trainer **trainer,
                                   struct cnn_error *error)
{
    enum cnn_status status = trainer_plan(model, dataset, options, trainer, error);
    if (status != CNN_OK)
        return status;
    if (model->used)
        model_note_given(model);
    model->used = true;
    shuffle(*trainer);
    return CNN_OK;
}

void trainer_restart_epoch(struct cnn_trainer *t)
{
    if (!t->progress.done)
        shuffle(t);
}

void cnn_trainer_free(struct cnn_trainer *t)
{
    if (!t)
        return;
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(t->model, i, NULL)); i++)
        memset(p->slot, 0, sizeof p->slot);
    cnn_dataset_close(t->validation_slice);
    engine_free(t->engine);
    memory_free(t->order);
    memory_free(t->images);
    memory_free(t->labels);
    memory_free(t->history);
    memory_free(t->slots);
    memory_free(t->best);
    memory_free(t->snapshots);
    average_free(&t->average);
    memory_free(t->data_place);
    memory_free(t->validation_place);
    memory_free(t->history_place);
    memory_free(t);
}

struct cnn_train_options cnn_trainer_options(const struct cnn_trainer *t)
{
    return t->options;
}

struct cnn_progress cnn_trainer_progress(const struct cnn_trainer *t)
{
    return t->progress;
}

size_t cnn_trainer_epochs_done(const struct cnn_trainer *t)
{
    return t->epochs_done;
}

struct cnn_epoch cnn_trainer_epoch(const struct cnn_trainer *t, size_t i)
{
    return t->history[i];
}

/* The images of the step at hand. */
static struct engine_batch next_batch(struct cnn_trainer *t)
{
    size_t first = t->progress.step * t->options.batch_size;
    size_t n = t->n_images - first < t->options.batch_size ? t->n_images - first : t->options.batch_size;
    for (size_t i = 0; i < n; i++) {
        t->images[i] = cnn_dataset_image(t->dataset, t->order[first + i]);
        t->labels[i] = (uint8_t)cnn_dataset_label(t->dataset, t->order[first + i]);
    }
    return (struct engine_batch){
        t->images, t->labels, n, {t->options.seed, t->progress.epoch, t->order + first}};
}

static enum cnn_status end_epoch(struct cnn_trainer *t, struct cnn_error *error)
{
    struct cnn_progress *p = &t->progress;
    struct cnn_scores scores = {0};
    enum cnn_status status = finite_check(t, error);
    if (status == CNN_OK && t->validation)
        status = cnn_model_evaluate(t->model, t->validation, &scores, NULL, error);
    if (status != CNN_OK)
        return status;
    p->has_validation = t->validation != NULL;
    p->val_loss = scores.loss;
    p->val_accuracy = scores.accuracy;
    p->epoch_done = true;
    t->history[t->epochs_done++] = (struct cnn_epoch){p->loss, p->accuracy, p->val_loss, p->val_accuracy};
    t->model->trained_epochs = t->epochs_done;
    snapshots_take(t);
    trainer_judge_epoch(t);
    if (p->best)
        memcpy(t->best, t->model->weights, t->model->n_weights * sizeof *t->best);
    if (p->done)
        average_swap(&t->average, t->model);
    return CNN_OK;
}

void trainer_judge_epoch(struct cnn_trainer *t)
{
    struct cnn_progress *p = &t->progress;
    if (t->stopping.metric) {
        size_t best = stopping_best(&t->stopping, t->history, t->epochs_done);
        p->best = best + 1 == t->epochs_done;
        p->stopped_early = t->epochs_done < p->epochs && t->epochs_done - 1 - best >= t->stopping.patience;
    }
    p->at_majority =
        t->history[t->epochs_done - 1].accuracy < t->majority + majority_margin && t->majority < 1;
    p->done = p->stopped_early || t->epochs_done >= p->epochs;
}

size_t cnn_trainer_restore_best(struct cnn_trainer *t)
{
    if (!t->stopping.metric || t->epochs_done == 0)
        return t->epochs_done ? t->epochs_done - 1 : 0;
    memcpy(t->model->weights, t->best, t->model->n_weights * sizeof *t->best);
    t->model->trained_epochs = stopping_best(&t->stopping, t->history, t->epochs_done) + 1;
    t->progress.done = true;
    return t->model->trained_epochs - 1;
}

/* The first step after a whole epoch opens the next one. */
static void begin_epoch(struct cnn_trainer *t)
{
    struct cnn_progress *p = &t->progress;
    p->epoch++;
    p->step = 0;
    p->epoch_done = p->has_validation = p->best = p->at_majority = false;
    t->loss_sum = 0;
    t->n_correct = 0;
    t->n_seen = 0;
    shuffle(t);
}

enum cnn_status cnn_trainer_step(struct cnn_trainer *t, struct cnn_progress *progress,
                                 struct cnn_error *error)
{
    struct cnn_progress *p = &t->progress;
    double start_s = clock_now_s(), loss;
    size_t correct;
    if (p->epoch_done)
        begin_epoch(t);
    t->model->has_confidence = false; /* of other weights than come now */
    struct engine_batch batch = next_batch(t);
    size_t step = p->epoch * p->steps_per_epoch + p->step;
    p->learning_rate =
        t->options.learning_rate * schedule_factor(&t->schedule, step, p->steps_per_epoch, p->epochs);
    struct update update = optimizer_update(&t->setting, p->learning_rate, t->options.compat, step + 1);
    engine_step(t->engine, &batch, t->setting.kind, &update, &loss, &correct);
    if (!isfinite(loss))
        return finite_loss_error(t, error);
    average_step(&t->average, t->model, step);
    t->loss_sum += loss;
    t->n_correct += correct;
    t->n_seen += batch.n;
    p->step++;
    p->images += batch.n;
    p->loss = t->loss_sum / (double)t->n_seen;
    p->accuracy = (double)t->n_correct / (double)t->n_seen;
    p->step_s += clock_now_s() - start_s;
    enum cnn_status status = p->step == p->steps_per_epoch ? end_epoch(t, error) : CNN_OK;
    if (progress)
        *progress = *p;
    return status;
}
