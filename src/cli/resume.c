#include "resume.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "message.h"
#include "output.h"

/* What a run consists of, each as a text, so that a difference can be shown. */
enum { N_TRAITS = 17, TRAIT_TEXT = 4096 };

struct traits {
    char text[N_TRAITS][TRAIT_TEXT];
};

static const struct {
    const char *name;
    enum train_option option;
} traits[N_TRAITS] = {
    {"network", TRAIN_ARCH},
    {"seed", TRAIN_SEED},
    {"batch size", TRAIN_BATCH_SIZE},
    {"optimizer", TRAIN_OPTIMIZER},
    {"learning rate", TRAIN_LEARNING_RATE},
    {"schedule", TRAIN_SCHEDULE},
    {"compat", TRAIN_COMPAT},
    {"scale", TRAIN_SCALE},
    {"validation split", TRAIN_VALIDATION_SPLIT},
    {"early stopping", TRAIN_EARLY_STOPPING},
    {"keeping of snapshots", TRAIN_SNAPSHOTS},
    {"loss", TRAIN_LOSS},
    {"label smoothing", TRAIN_LABEL_SMOOTHING},
    {"L2", TRAIN_L2},
    {"clipnorm", TRAIN_CLIPNORM},
    {"global clipnorm", TRAIN_GLOBAL_CLIPNORM},
    {"ema", TRAIN_EMA},
};

static void describe(const struct cnn_model *model, const struct cnn_trainer *trainer, struct traits *t)
{
    struct cnn_model_info m = cnn_model_info(model);
    struct cnn_train_options o = cnn_trainer_options(trainer);
    size_t i = 0;
    snprintf(t->text[i++], TRAIT_TEXT, "%s", m.arch);
    snprintf(t->text[i++], TRAIT_TEXT, "%" PRIu64, o.seed);
    snprintf(t->text[i++], TRAIT_TEXT, "%zu", o.batch_size);
    snprintf(t->text[i++], TRAIT_TEXT, "%s", o.optimizer);
    real_text(t->text[i++], o.learning_rate);
    snprintf(t->text[i++], TRAIT_TEXT, "%s", o.schedule);
    snprintf(t->text[i++], TRAIT_TEXT, "%s", o.compat == CNN_KERAS3 ? "keras3" : "keras2");
    snprintf(t->text[i++], TRAIT_TEXT, "%s", m.scale ? "on" : "off");
    real_text(t->text[i++], o.validation_split);
    snprintf(t->text[i++], TRAIT_TEXT, "%s", o.early_stopping);
    snprintf(t->text[i++], TRAIT_TEXT, "%s", o.snapshots ? "on" : "off");
    snprintf(t->text[i++], TRAIT_TEXT, "%s", o.loss);
    real_text(t->text[i++], o.label_smoothing);
    real_text(t->text[i++], o.l2);
    real_text(t->text[i++], o.clipnorm);
    real_text(t->text[i++], o.global_clipnorm);
    real_text(t->text[i++], o.ema);
}

/* The traits that the command line asks for: those of a run begun anew with its options, and with those of
 * the run for what it leaves out. */
static enum cnn_status describe_wish(const struct train_settings *settings, const struct cnn_dataset *dataset,
                                     const struct cnn_model *model, const struct cnn_trainer *trainer,
                                     struct traits *t, struct cnn_error *error)
{
    struct train_settings wish = *settings;
    struct cnn_train_options run = cnn_trainer_options(trainer);
    if (!train_is_given(settings, TRAIN_ARCH))
        wish.arch = cnn_model_info(model).arch;
    if (!train_is_given(settings, TRAIN_OPTIMIZER))
        wish.optimizer = run.optimizer;
    struct cnn_model_options m = train_model_options(&wish, dataset);
    struct cnn_train_options o = train_train_options(&wish);
    struct cnn_model *new_model = NULL;
    struct cnn_trainer *new_trainer = NULL;
    if (!(o.validation_split > 0)) /* so that early stopping has something to go by, whatever the run has */
        o.validation = dataset;
    enum cnn_status status = cnn_model_create(&m, &new_model, error);
    if (status == CNN_OK)
        status = cnn_trainer_create(new_model, dataset, &o, &new_trainer, error);
    if (status == CNN_OK)
        describe(new_model, new_trainer, t);
    cnn_trainer_free(new_trainer);
    cnn_model_free(new_model);
    return status;
}

enum cnn_status resume_check(const struct train_settings *settings, const struct cnn_dataset *dataset,
                             const struct cnn_model *model, const struct cnn_trainer *trainer,
                             struct cnn_error *error)
{
    uint64_t compared = 0;
    for (size_t i = 0; i < N_TRAITS; i++)
        compared |= settings->given & UINT64_C(1) << traits[i].option;
    if (!compared)
        return CNN_OK;
    struct traits run, wish;
    enum cnn_status status = describe_wish(settings, dataset, model, trainer, &wish, error);
    if (status)
        return status;
    describe(model, trainer, &run);
    for (size_t i = 0; i < N_TRAITS; i++)
        if (train_is_given(settings, traits[i].option) && strcmp(run.text[i], wish.text[i]) != 0) {
            fail(error, CNN_ERROR_MISMATCH, "%.256s: its %s is %.200s, not %.200s", settings->resume,
                 traits[i].name, run.text[i][0] ? run.text[i] : "none", wish.text[i]);
            return fail_hint(error, "leave the option out to go on as the run began, or start a new run "
                                    "without --resume");
        }
    return CNN_OK;
}

static const char last_ending[] = ".last.npz", ending[] = ".npz";

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n > m && strcmp(text + n - m, end) == 0;
}

void resume_model_path(const char *file, char *path)
{
    if (ends_with(file, last_ending))
        snprintf(path, PATH_MAX, "%.*s%s", (int)(strlen(file) - strlen(last_ending)), file, ending);
    else
        snprintf(path, PATH_MAX, "%s", file);
}

void resume_last_path(const char *model, char *path)
{
    size_t stem = strlen(model) - (ends_with(model, ending) ? strlen(ending) : 0);
    snprintf(path, PATH_MAX, "%.*s%s", (int)stem, model, last_ending);
}

enum cnn_status resume_find_run(const char *file, const char *last, bool quiet, const char **run,
                                struct cnn_run_info *info, struct cnn_error *error)
{
    struct cnn_model *model;
    struct cnn_error other = {0};
    *run = file;
    enum cnn_status status = cnn_run_look(file, info, error);
    if (status != CNN_ERROR_MISMATCH || cnn_run_look(last, info, &other) || !info->best_fingerprint ||
        cnn_model_load(file, &model, &other))
        return status;
    bool best = cnn_model_fingerprint(model) == info->best_fingerprint;
    cnn_model_free(model);
    if (!best)
        return status;
    *run = last;
    if (!quiet)
        note("%s is the best model of the run in %s, which goes on", file, last);
    return CNN_OK;
}

void resume_say_command(const struct train_settings *settings, const char *model)
{
    /* what the run's file does not know, since it is of this session */
    static const enum train_option kept[] = {
        TRAIN_DATA, TRAIN_VALIDATION_DATA, TRAIN_HISTORY, TRAIN_SAVE_EVERY, TRAIN_WATCH, TRAIN_WATCH_INDEX,
        TRAIN_DARK, TRAIN_VERBOSE,         TRAIN_JSON,    TRAIN_THREADS};
    struct train_settings next = *settings;
    const char *data = getenv("CNN_DATA");
    next.resume = model;
    if (!next.data && !settings->resume && data && *data) {
        next.data = data; /* a run that was resumed found its data by its file, whatever $CNN_DATA says */
        next.given |= UINT64_C(1) << TRAIN_DATA;
    }
    fputs("go on with: cnn train", stderr);
    train_print_option(&next, TRAIN_RESUME);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (train_is_given(&next, kept[i]))
            train_print_option(&next, kept[i]);
    fputc('\n', stderr);
}
