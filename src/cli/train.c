/* cnn train: the progress line of Keras, a saved model, and what came of it. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "command.h"
#include "history.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "progress.h"

struct train_settings {
    uint64_t epochs, batch_size, seed, threads;
    double learning_rate, validation_split;
    const char *arch, *optimizer, *data, *model, *history;
    int compat, verbose;
    bool scale;
};

static const struct train_settings defaults = {
    .epochs = 10,
    .batch_size = 32,
    .seed = 1,
    .learning_rate = 0,
    .validation_split = 0,
    .arch = "lesson",
    .optimizer = "rmsprop",
    .model = MODEL_PATH,
    .compat = CNN_KERAS2,
    .verbose = PROGRESS_BAR,
};

#define FIELD(name) .field = offsetof(struct train_settings, name)
static const struct option_row options[] = {
    {"epochs", "N", "passes over the training images", OPTION_COUNT, FIELD(epochs), .min = 1, .max = 100000},
    {"batch-size", "N", "images per step", OPTION_COUNT, FIELD(batch_size), .min = 1, .max = 65536},
    {"learning-rate", "X", "length of a step; without it what Keras takes: 0.001, sgd 0.01", OPTION_REAL,
     FIELD(learning_rate), .low = 1e-9, .high = 1000},
    {"optimizer", "WORD", "how a step is made of a gradient; see Optimizers", OPTION_TEXT, FIELD(optimizer)},
    {"compat", "keras2|keras3", "where rmsprop adds its epsilon: outside or inside the root", OPTION_CHOICE,
     FIELD(compat)},
    {"arch", "TEXT", "the network: layers from input to output, or a name; see Layers", OPTION_TEXT,
     FIELD(arch)},
    {"scale", NULL, "divide pixels by 255; without it they go in as they are, 0 to 255", OPTION_FLAG,
     FIELD(scale)},
    {"seed", "N", "of first weights and order of images; the same seed gives the same bits", OPTION_COUNT,
     FIELD(seed), .min = 0, .max = UINT64_MAX},
    {"validation-split", "X", "share of the images, the last ones, that only score each epoch", OPTION_REAL,
     FIELD(validation_split), .low = 0, .high = 0.99},
    {"data", "PATH",
     "a folder of IDX files, an image file, or synth[:SEED]; without it $CNN_DATA or data/mnist", OPTION_TEXT,
     FIELD(data)},
    {"model", "FILE", "where the model is saved after each epoch", OPTION_TEXT, FIELD(model)},
    {"history", "FILE", "write loss and accuracy of each epoch to a CSV file", OPTION_TEXT, FIELD(history)},
    {"verbose", "0|1|2",
     "0: say nothing but errors; 1: a progress bar (in a file: as 2); 2: one line per epoch", OPTION_CHOICE,
     FIELD(verbose)},
    {"threads", "N", "threads to work on; without it $OMP_NUM_THREADS or all cores", OPTION_COUNT,
     FIELD(threads), .min = 1, .max = 1024},
};

/* All that a run of training holds. */
struct run {
    const struct train_settings *settings;
    struct cnn_dataset *dataset;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct progress progress;
    double begin_s;
};

static enum cnn_status open_run(struct run *run, struct cnn_error *error)
{
    const struct train_settings *s = run->settings;
    enum cnn_status status = input_machine(s->threads, error);
    if (status == CNN_OK)
        status = path_check_writable(s->model, error);
    if (status == CNN_OK && s->history)
        status = path_check_writable(s->history, error);
    if (status == CNN_OK)
        status = input_dataset(s->data, CNN_TRAIN, 0, 0, &run->dataset, error);
    if (status)
        return status;
    struct cnn_dataset_info data = cnn_dataset_info(run->dataset);
    struct cnn_model_options model = {.arch = s->arch,
                                      .height = data.height,
                                      .width = data.width,
                                      .channels = data.channels,
                                      .scale = s->scale,
                                      .seed = s->seed};
    struct cnn_train_options train = {.epochs = (size_t)s->epochs,
                                      .batch_size = (size_t)s->batch_size,
                                      .optimizer = s->optimizer,
                                      .learning_rate = s->learning_rate,
                                      .compat = (enum cnn_compat)s->compat,
                                      .seed = s->seed,
                                      .validation_split = s->validation_split};
    status = cnn_model_create(&model, &run->model, error);
    return status ? status : cnn_trainer_create(run->model, run->dataset, &train, &run->trainer, error);
}

static void close_run(struct run *run)
{
    cnn_trainer_free(run->trainer);
    cnn_model_free(run->model);
    cnn_dataset_close(run->dataset);
}

/* What Keras leaves unsaid. */
static void say_before(const struct run *run)
{
    char images[COUNT_TEXT], held[COUNT_TEXT];
    struct cnn_dataset_info data = cnn_dataset_info(run->dataset);
    struct cnn_train_options train = cnn_trainer_options(run->trainer);
    size_t n = data.count;
    if (train.validation_split > 0)
        n = (size_t)floor((double)n * (1 - train.validation_split));
    size_t steps = cnn_trainer_progress(run->trainer).steps_per_epoch, last = n % train.batch_size;
    fprintf(stderr, "%s: %s images = %zu steps of %zu", data.source, count_text(images, n), steps,
            train.batch_size);
    if (last)
        fprintf(stderr, ", the last of %zu", last);
    if (n < data.count)
        fprintf(stderr, "; %s more for validation", count_text(held, data.count - n));
    note(run->settings->scale ? "; pixels divided by 255"
                              : "; pixels go in as they are, 0 to 255 (--scale divides them by 255)");
}

/* Saves what an epoch gave. A reader of the progress who has gone ends the training, but not before. */
static enum cnn_status save(const struct run *run, struct cnn_error *error)
{
    const struct train_settings *s = run->settings;
    enum cnn_status status = cnn_trainer_save(run->trainer, s->model, error);
    if (status == CNN_OK && s->history)
        status = history_write(s->history, run->trainer, s->validation_split > 0, error);
    if (status == CNN_OK && output_flush(error))
        return fail_hint(error, "training stopped after epoch %zu; the model is saved in %.256s",
                         cnn_trainer_epochs_done(run->trainer), s->model);
    return status;
}

static enum cnn_status train_epochs(struct run *run, struct cnn_error *error)
{
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    enum cnn_status status = CNN_OK;
    while (!at.done && status == CNN_OK) {
        progress_epoch(&run->progress, at.epoch, at.epochs);
        do {
            status = cnn_trainer_step(run->trainer, &at, error);
            if (status == CNN_OK)
                progress_step(&run->progress, &at);
        } while (status == CNN_OK && !at.epoch_done);
        if (status == CNN_OK)
            status = save(run, error);
        if (at.epoch_done)
            at.epoch++;
    }
    progress_stop(&run->progress);
    return status;
}

/* Scores the model on the test images, where the data has any that were not trained on. */
static enum cnn_status print_test_score(const struct run *run, struct cnn_error *error)
{
    struct cnn_dataset *test;
    struct cnn_scores scores;
    char count[COUNT_TEXT];
    enum cnn_status status = input_dataset(run->settings->data, CNN_TEST, 0, 0, &test, error);
    if (status == CNN_ERROR_NOT_FOUND) {
        note("no test score: %s", error->message);
        return CNN_OK;
    }
    if (status)
        return status;
    if (cnn_dataset_fingerprint(test) == cnn_dataset_fingerprint(run->dataset)) {
        note("no test score: %s holds no images but those trained on", cnn_dataset_info(test).source);
    } else {
        status = cnn_model_evaluate(run->model, test, &scores, NULL, error);
        if (status == CNN_OK)
            printf("test accuracy  %.4f, loss %.4f (%s images never trained on)\n", scores.accuracy,
                   scores.loss, count_text(count, scores.count));
    }
    cnn_dataset_close(test);
    return status;
}

static enum cnn_status print_results(const struct run *run, struct cnn_error *error)
{
    char rate[COUNT_TEXT];
    enum cnn_status status = print_test_score(run, error);
    if (status)
        return status;
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    struct cnn_model_info model = cnn_model_info(run->model);
    double images_per_s = at.step_s > 0 ? (double)at.images / at.step_s : 0;
    printf("saved          %s\n", run->settings->model);
    printf("speed          %s images/s in training steps; %.1f s in all\n",
           count_text(rate, (uint64_t)images_per_s), clock_s() - run->begin_s);
    printf("seed           %" PRIu64 "\n", model.seed);
    printf("fingerprint    %016" PRIx64 "\n", model.fingerprint);
    return CNN_OK;
}

static enum cnn_status run_train(const void *settings, struct cnn_error *error)
{
    struct run run = {.settings = settings, .begin_s = clock_s()};
    run.progress = progress_start((enum progress_style)run.settings->verbose);
    enum cnn_status status = open_run(&run, error);
    bool silent = run.progress.style == PROGRESS_SILENT;
    if (status == CNN_OK && !silent)
        say_before(&run);
    if (status == CNN_OK)
        status = train_epochs(&run, error);
    if (status == CNN_OK && !silent)
        status = print_results(&run, error);
    close_run(&run);
    return status;
}

static const enum cnn_words words[] = {CNN_WORDS_LAYER, CNN_WORDS_ACTIVATION, CNN_WORDS_OPTIMIZER,
                                       CNN_WORDS_ARCH};

static const char *const details[] = {
    "Shuffles the images, takes them in batches, and after each epoch shows loss and accuracy as Keras does: "
    "running means, each batch before its step. The model is saved after each epoch; at the end it is scored "
    "on "
    "the test images.",
    NULL,
};

const struct command command_train = {
    .name = "train",
    .about = "Trains a network and saves it.",
    .details = details,
    .examples = "  cnn train --epochs 10\n"
                "  cnn train --scale --optimizer adam --validation-split 0.1 --history run.csv\n"
                "  cnn train --arch \"conv2d:8,3,relu flatten dense:10,softmax\" --model small.npz\n",
    .words = words,
    .n_words = COUNT_OF(words),
    .options = options,
    .n_options = COUNT_OF(options),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .run = run_train,
};
