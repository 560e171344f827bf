/* cnn train: the progress line of Keras, a saved model, and what came of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "interrupt.h"
#include "loss.h"
#include "message.h"
#include "output.h"
#include "recipe.h"
#include "resume.h"
#include "train_run.h"

static bool is_silent(const struct run *run)
{
    return run->progress.style == PROGRESS_SILENT;
}

static enum cnn_status begin_run(struct run *run, struct cnn_error *error)
{
    const struct train_settings *s = run->settings;
    enum cnn_status status = run_data_open(&run->data, s, error);
    if (status)
        return status;
    struct cnn_model_options model = train_model_options(s, run->data.train);
    struct cnn_train_options train = train_train_options(s);
    train.validation = run->data.validation;
    status = s->weights ? cnn_model_create_from(&model, s->weights, &run->model, error)
                        : cnn_model_create(&model, &run->model, error);
    return status ? status : cnn_trainer_create(run->model, run->data.train, &train, &run->trainer, error);
}

static void say_goes_on(const struct run *run)
{
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    if (!is_silent(run) && !at.done)
        note("%s: goes on in epoch %zu of %zu, after step %zu of %zu", run->good,
             at.epoch + 1 + at.epoch_done, at.epochs, at.epoch_done ? 0 : at.step, at.steps_per_epoch);
}

static enum cnn_status resume_run(struct run *run, struct cnn_error *error)
{
    const struct train_settings *s = run->settings;
    struct cnn_run_info info;
    size_t epochs = train_is_given(s, TRAIN_EPOCHS) ? (size_t)s->epochs : 0;
    enum cnn_status status =
        resume_find_run(s->resume, run->files.last, is_silent(run), &run->good, &info, error);
    if (status == CNN_OK)
        status = run_data_reopen(&run->data, &info, s, error);
    if (status == CNN_OK)
        status = cnn_trainer_resume(run->good, run->data.train, run->data.validation, epochs, &run->model,
                                    &run->trainer, error);
    if (status == CNN_OK)
        status = resume_check(s, run->data.train, run->model, run->trainer, error);
    if (status == CNN_OK)
        status = run_files_go_on(&run->files, run->trainer, info.history, is_silent(run), error);
    if (status == CNN_OK)
        say_goes_on(run);
    return status;
}

/* Asked before anything is moved or written. */
static enum cnn_status check_watched(const struct run *run, struct cnn_error *error)
{
    size_t count = cnn_dataset_info(run->data.train).count, image = (size_t)run->settings->watch_index;
    return image < count ? CNN_OK
                         : fail(error, CNN_ERROR_USAGE, "--watch-index: expected 0 to %zu, found %zu",
                                count - 1, image);
}

static enum cnn_status open_run(struct run *run, struct cnn_error *error)
{
    enum cnn_status status = train_check_settings(run->settings, error);
    if (status == CNN_OK)
        status = input_machine(run->settings->threads, error);
    if (status == CNN_OK)
        status = run_files_claim(&run->files, run->settings, error);
    if (status)
        return status;
    status = run->settings->resume ? resume_run(run, error) : begin_run(run, error);
    return status ? status : check_watched(run, error);
}

static void close_run(struct run *run)
{
    cnn_trainer_free(run->trainer);
    cnn_model_free(run->model);
    run_data_close(&run->data);
    run_files_release(&run->files);
}

/* An optimizer's own number is a share near 1; below a tenth it was likely meant as the learning rate. */
static void say_optimizer(const char *optimizer)
{
    const struct cnn_word *word = table_word(CNN_WORDS_OPTIMIZER, optimizer);
    const char *colon = strchr(optimizer, ':');
    double number = colon ? strtod(colon + 1, NULL) : 0;
    if (word && number > 0 && number < 0.1)
        note("the optimizer is %s, as %s; a learning rate is given as --learning-rate", optimizer,
             word->usage);
}

/* What few runs ask for, and what it does. */
static void say_settings(const struct run *run)
{
    struct cnn_train_options o = cnn_trainer_options(run->trainer);
    char loss[LOSS_TEXT], number[COUNT_TEXT];
    say_optimizer(o.optimizer);
    if (*loss_text(loss, o.loss, o.label_smoothing, o.l2))
        note("the loss is %s", loss);
    if (o.clipnorm > 0)
        note("gradients are clipped to a norm of %s, each array of weights by itself",
             real_text(number, o.clipnorm));
    if (o.global_clipnorm > 0)
        note("gradients are clipped to a norm of %s, all as one", real_text(number, o.global_clipnorm));
    if (o.ema > 0)
        note("after the last step the model becomes the mean of its weights (ema %s); until then it is "
             "scored as it is",
             real_text(number, o.ema));
}

/* What Keras leaves unsaid. */
static void say_before(const struct run *run)
{
    char images[NOUN_TEXT], last[COUNT_TEXT] = "", held[COUNT_TEXT] = "";
    struct cnn_dataset_info data = cnn_dataset_info(run->data.train);
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    size_t batch = cnn_trainer_options(run->trainer).batch_size, n = at.images_per_epoch;
    if (n % batch)
        snprintf(last, sizeof last, "%zu", n % batch);
    if (n < data.count)
        count_text(held, data.count - n);
    note("%s: %s = %zu step%s of %zu%s%s%s%s%s; %s", data.source, noun_text(images, n, "image"),
         at.steps_per_epoch, at.steps_per_epoch == 1 ? "" : "s", batch, *last ? ", the last of " : "", last,
         *held ? "; " : "", held, *held ? " more for validation" : "",
         cnn_model_info(run->model).scale
             ? "pixels divided by 255"
             : "pixels go in as they are, 0 to 255 (--scale divides them by 255)");
    say_settings(run);
    if (run->settings->weights)
        note("begins with the weights in %s", run->settings->weights);
}

static enum cnn_status save_run(struct run *run, struct cnn_error *error)
{
    enum cnn_status status = cnn_trainer_save(run->trainer, run->files.model, error);
    if (status == CNN_OK)
        run->good = run->files.model;
    return status;
}

static enum cnn_status save_history(const struct run *run, struct cnn_error *error)
{
    const char *path = run->files.history;
    return path ? cnn_trainer_save_history(run->trainer, path, run->settings->overwrite, error) : CNN_OK;
}

/* Saves what an epoch gave. Progress that cannot be written ends the training, but not before. */
static enum cnn_status save_epoch(struct run *run, struct cnn_error *error)
{
    enum cnn_status status = save_run(run, error);
    if (status == CNN_OK)
        status = save_history(run, error);
    if (status == CNN_OK && output_flush(error))
        return fail_hint(error, "training stopped after epoch %zu; the model is saved in %.256s",
                         cnn_trainer_epochs_done(run->trainer), run->files.model);
    return status;
}

/* A network that gives every image the same answer may go on doing so for ever. */
static void say_at_majority(struct run *run)
{
    if (run->hinted || is_silent(run))
        return;
    run->hinted = true;
    watch_leave(&run->watch);
    bool scale = cnn_model_info(run->model).scale;
    note("the network does no better than to give every image the commonest answer: the learning rate is "
         "likely too large%s; try %sa smaller --learning-rate",
         scale ? "" : " for pixels of 0 to 255", scale ? "" : "--scale or ");
}

static enum cnn_status after_step(struct run *run, const struct cnn_progress *at, struct cnn_error *error)
{
    uint64_t every = run->settings->save_every;
    progress_step(&run->progress, at);
    watch_step(&run->watch, at, &run->progress);
    if (at->epoch_done) {
        if (at->at_majority)
            say_at_majority(run);
        return save_epoch(run, error);
    }
    return interrupt_asked() || (every && at->step % every == 0) ? save_run(run, error) : CNN_OK;
}

static enum cnn_status train_epochs(struct run *run, struct cnn_error *error)
{
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    enum cnn_status status = CNN_OK;
    while (!at.done && status == CNN_OK && !interrupt_asked()) {
        progress_epoch(&run->progress, at.epoch + (at.epoch_done ? 1 : 0), at.epochs);
        watch_show(&run->watch, &at, &run->progress);
        do {
            status = cnn_trainer_step(run->trainer, &at, error);
            if (status == CNN_OK)
                status = after_step(run, &at, error);
        } while (status == CNN_OK && !at.epoch_done && !interrupt_asked());
    }
    progress_stop(&run->progress);
    watch_stop(&run->watch);
    if (status && run->good && !*error->hint)
        note("the last good state is in %s", run->good);
    if (status == CNN_ERROR_IO && run->good && !*error->hint)
        resume_say_command(run->settings, run->good);
    return status;
}

/* The run stops here for a signal; it is saved, if it has made a step. */
static void say_interrupted(const struct run *run)
{
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    if (!run->good) {
        note("stopped before the first step; nothing was saved");
        return;
    }
    note("stopped in epoch %zu of %zu after step %zu of %zu; saved in %s", at.epoch + 1, at.epochs, at.step,
         at.steps_per_epoch, run->good);
    resume_say_command(run->settings, run->good);
}

/* Under early stopping the model becomes the best one; the run as it ended is kept beside it. */
static enum cnn_status keep_best(struct run *run, struct cnn_error *error)
{
    if (!*cnn_trainer_options(run->trainer).early_stopping)
        return CNN_OK;
    enum cnn_status status = cnn_trainer_save(run->trainer, run->files.last, error);
    if (status)
        return status;
    size_t epochs = cnn_trainer_epochs_done(run->trainer), best = cnn_trainer_restore_best(run->trainer);
    run->best_epoch = best + 1;
    if (!is_silent(run) && !run->settings->json)
        say("best epoch     %zu of %zu, restored; the last is in %s", best + 1, epochs, run->files.last);
    return cnn_model_save(run->model, run->files.model, error);
}

static enum cnn_status finish(struct run *run, struct cnn_error *error)
{
    enum cnn_status status = keep_best(run, error);
    return status || is_silent(run) ? status : train_say_results(run, error);
}

/* A run that was killed after its last save, and before what comes after it. */
static enum cnn_status finish_again(struct run *run, struct cnn_error *error)
{
    bool stopped_early = cnn_trainer_progress(run->trainer).stopped_early;
    enum cnn_status status = save_history(run, error);
    if (status == CNN_OK)
        status = keep_best(run, error);
    if (status == CNN_OK) /* last: from here on a kill costs nothing */
        note("nothing is left to do; %s",
             stopped_early ? "early stopping ended this run" : "a larger --epochs goes on");
    return status;
}

static enum cnn_status start_watch(struct run *run, struct cnn_error *error)
{
    const struct train_settings *s = run->settings;
    struct watch_settings settings = {.image = (size_t)s->watch_index, .dark = s->dark};
    return s->watch ? watch_start(&run->watch, &settings, run->model, run->data.train, run->trainer,
                                  &run->progress, error)
                    : CNN_OK;
}

static enum cnn_status train_and_finish(struct run *run, struct cnn_error *error)
{
    enum cnn_status status = run_files_keep(&run->files, run->trainer, is_silent(run), error);
    if (status == CNN_OK)
        status = cnn_trainer_note_history(run->trainer, run->files.history, error);
    if (status)
        return status;
    if (!is_silent(run) && train_is_given(run->settings, TRAIN_RECIPE))
        recipe_say_command(run->settings);
    if (!is_silent(run))
        say_before(run);
    if (cnn_trainer_progress(run->trainer).done)
        return finish_again(run, error);
    status = start_watch(run, error);
    if (status == CNN_OK)
        status = train_epochs(run, error);
    if (status)
        return status;
    if (interrupt_asked() && !cnn_trainer_progress(run->trainer).done) {
        say_interrupted(run);
        return CNN_OK;
    }
    return finish(run, error);
}

static enum cnn_status run_train(const void *settings, struct cnn_error *error)
{
    struct train_settings mine = *(const struct train_settings *)settings;
    struct run run = {.settings = &mine, .begin_s = clock_s()};
    output_outlive_reader();
    enum progress_style style = (enum progress_style)run.settings->verbose;
    run.progress = progress_start(run.settings->json ? PROGRESS_JSON : style);
    enum cnn_status status = recipe_apply(&mine, error);
    interrupt_watch(); /* before files are claimed: a claim must be given back */
    if (status == CNN_OK)
        status = open_run(&run, error);
    if (status == CNN_OK && interrupt_asked()) /* while the images were read: nothing was moved yet */
        say_interrupted(&run);
    else if (status == CNN_OK)
        status = train_and_finish(&run, error);
    close_run(&run);
    return status;
}

static const enum cnn_words words[] = {CNN_WORDS_LAYER,     CNN_WORDS_ACTIVATION, CNN_WORDS_LOSS,
                                       CNN_WORDS_OPTIMIZER, CNN_WORDS_SCHEDULE,   CNN_WORDS_ARCH};

static const char *const details[] = {
    "Shuffles the images, takes them in batches, and after each epoch shows loss and accuracy as Keras does: "
    "running means, each batch before its step. The model is saved after each epoch; at the end it is scored "
    "on the test images.",
    "Ctrl-C finishes the step, saves, and says how to go on; --resume goes on as if nothing had happened. A "
    "second Ctrl-C leaves at once.",
    NULL,
};

const struct command command_train = {
    .name = "train",
    .about = "Trains a network and saves it.",
    .details = details,
    .examples = "  cnn train --epochs 10\n"
                "  cnn train --recipe fast\n"
                "  cnn train --scale --optimizer adam --validation-split 0.1 --history run.csv\n"
                "  cnn train --resume cnn.npz --epochs 20\n"
                "  cnn train --epochs 50 --validation-split 0.1 --early-stopping val_loss:3\n"
                "  cnn train --arch \"conv2d:8,3,relu flatten dense:10,softmax\" --model small.npz\n",
    .words = words,
    .n_words = COUNT_OF(words),
    .options = train_options,
    .n_options = N_TRAIN_OPTIONS,
    .defaults = &train_defaults,
    .settings_bytes = sizeof train_defaults,
    .given = offsetof(struct train_settings, given),
    .many_steps = true,
    .run = run_train,
};
