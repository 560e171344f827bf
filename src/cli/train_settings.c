/* The options of cnn train, and what they ask of the library. */
#include "train_settings.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "input.h"
#include "message.h"
#include "options.h"
#include "progress.h"
#include "quote.h"
#include "recipe.h"
#include "screen.h"

const struct train_settings train_defaults = {
    .epochs = 10,
    .batch_size = 32,
    .seed = 1,
    .arch = "lesson",
    .optimizer = "rmsprop",
    .schedule = "constant",
    .loss = "categorical_crossentropy",
    .model = MODEL_PATH,
    .compat = CNN_KERAS2,
    .verbose = PROGRESS_BAR,
    .recipe = -1,
};

#define FIELD(name) .field = offsetof(struct train_settings, name)
const struct option_row train_options[N_TRAIN_OPTIONS] = {
    [TRAIN_RECIPE] =
        {"recipe", RECIPES,
         "a network and how to train it, as options that this stands for and prints; options given "
         "beside it win. fast: 99 % of MNIST in seconds",
         OPTION_CHOICE, FIELD(recipe), .group = GROUP_TRAINING, .rare = true},
    [TRAIN_EPOCHS] = {"epochs", "N", "passes over the training images; in all", OPTION_COUNT, FIELD(epochs),
                      .min = 1, .max = 100000, .group = GROUP_TRAINING},
    [TRAIN_BATCH_SIZE] = {"batch-size", "N", "images per step", OPTION_COUNT, FIELD(batch_size), .min = 1,
                          .max = 65536, .group = GROUP_TRAINING},
    [TRAIN_LEARNING_RATE] = {"learning-rate", "X",
                             "length of a step; without it what Keras takes: 0.001, sgd 0.01", OPTION_REAL,
                             FIELD(learning_rate), .low = 1e-9, .high = 1000, .group = GROUP_TRAINING},
    [TRAIN_OPTIMIZER] = {"optimizer", "WORD", "how a step is made of a gradient; see Optimizers", OPTION_TEXT,
                         FIELD(optimizer), .group = GROUP_TRAINING, .has_words = true,
                         .words = CNN_WORDS_OPTIMIZER},
    [TRAIN_SCHEDULE] = {"schedule", "WORD", "how the learning rate changes; see Schedules", OPTION_TEXT,
                        FIELD(schedule), .group = GROUP_TRAINING, .has_words = true,
                        .words = CNN_WORDS_SCHEDULE},
    [TRAIN_LOSS] = {"loss", "WORD", "what is made small; see Losses", OPTION_TEXT, FIELD(loss),
                    .group = GROUP_TRAINING, .has_words = true, .words = CNN_WORDS_LOSS, .rare = true},
    [TRAIN_LABEL_SMOOTHING] =
        {"label-smoothing", "X",
         "share of the truth that is spread over all classes, so that nothing has to be "
         "certain",
         OPTION_REAL, FIELD(label_smoothing), .low = 0, .high = 0.99, .group = GROUP_TRAINING, .rare = true},
    [TRAIN_L2] =
        {"l2", "X",
         "keep weights small: X times the sum of their squares is added to the loss, biases left out",
         OPTION_REAL, FIELD(l2), .low = 0, .high = 1000, .group = GROUP_TRAINING, .rare = true},
    [TRAIN_CLIPNORM] = {"clipnorm", "X",
                        "the longest that the gradient of an array of weights may be; longer ones are made "
                        "shorter, of the same direction",
                        OPTION_REAL, FIELD(clipnorm), .low = 1e-9, .high = 1e9, .group = GROUP_TRAINING,
                        .rare = true},
    [TRAIN_GLOBAL_CLIPNORM] = {"global-clipnorm", "X", "the same for the gradient of all weights as one",
                               OPTION_REAL, FIELD(global_clipnorm), .low = 1e-9, .high = 1e9,
                               .group = GROUP_TRAINING, .rare = true},
    [TRAIN_EMA] =
        {"ema", "X",
         "in the end the model is the mean of its weights over the steps, each counting X of the one "
         "after it; such as 0.99",
         OPTION_REAL, FIELD(ema), .low = 1e-9, .high = 0.999999, .group = GROUP_TRAINING, .rare = true},
    [TRAIN_COMPAT] = {"compat", "keras2|keras3",
                      "where rmsprop adds its epsilon: outside or inside the root; what hard_sigmoid is; "
                      "whether batchnorm "
                      "averages the unbiased variance; and whether --ema begins with the first weights or "
                      "with those after "
                      "a step",
                      OPTION_CHOICE, FIELD(compat), .group = GROUP_TRAINING, .rare = true},
    [TRAIN_ARCH] = {"arch", "TEXT", "layers from input on, or a name; see Layers", OPTION_TEXT, FIELD(arch),
                    .group = GROUP_NETWORK, .has_words = true, .words = CNN_WORDS_ARCH},
    [TRAIN_SCALE] = {"scale", NULL, "divide pixels by 255; without it they go in as they are, 0 to 255",
                     OPTION_FLAG, FIELD(scale), .group = GROUP_NETWORK},
    [TRAIN_SEED] = {"seed", "N", "of first weights and order; the same seed gives the same bits",
                    OPTION_COUNT, FIELD(seed), .min = 0, .max = UINT64_MAX, .group = GROUP_TRAINING},
    [TRAIN_DATA] = OPTION_DATA(FIELD(data)),
    [TRAIN_VALIDATION_SPLIT] = {"validation-split", "X",
                                "share of the images that only score; the last ones, after each epoch",
                                OPTION_REAL, FIELD(validation_split), .low = 0, .high = 0.99,
                                .group = GROUP_DATA},
    [TRAIN_VALIDATION_DATA] = {"validation-data", "PATH",
                               "images of their own that only score; named as for --data", OPTION_TEXT,
                               FIELD(validation_data), .group = GROUP_DATA, .rare = true},
    [TRAIN_EARLY_STOPPING] =
        {"early-stopping", "METRIC:N[,D]",
         "stop when N epochs brought nothing better; by more than D (0); METRIC is val_loss, val_accuracy, "
         "loss or accuracy, and the best weights become the model",
         OPTION_TEXT, FIELD(early_stopping), .group = GROUP_TRAINING},
    [TRAIN_MODEL] = {"model", "FILE", "where the model is saved; after each epoch", OPTION_TEXT, FIELD(model),
                     .group = GROUP_FILES},
    [TRAIN_WEIGHTS] = {"weights", "FILE",
                       "begin with the weights in FILE; a model or an archive of NumPy, and with its network "
                       "where it names one",
                       OPTION_TEXT, FIELD(weights), .group = GROUP_FILES, .rare = true},
    [TRAIN_RESUME] = {"resume", "FILE",
                      "go on with the run saved in FILE; to the bit as if it had never stopped", OPTION_TEXT,
                      FIELD(resume), .group = GROUP_FILES},
    [TRAIN_SAVE_EVERY] = {"save-every", "N", "save after every N steps too", OPTION_COUNT, FIELD(save_every),
                          .min = 1, .max = UINT32_MAX, .group = GROUP_FILES, .rare = true},
    [TRAIN_HISTORY] = {"history", "FILE", "loss and accuracy of each epoch, as CSV", OPTION_TEXT,
                       FIELD(history), .group = GROUP_FILES},
    [TRAIN_SNAPSHOTS] =
        {"snapshots", NULL,
         "keep the filters after each epoch in the run's file, for cnn show timelapse and cnn export html",
         OPTION_FLAG, FIELD(snapshots), .group = GROUP_FILES, .rare = true},
    [TRAIN_OVERWRITE] = {"overwrite", NULL,
                         "keep nothing of what --model and --history name; without it a model or history of "
                         "another run gets a number, and what is no file of this program is refused",
                         OPTION_FLAG, FIELD(overwrite), .group = GROUP_FILES, .rare = true},
    [TRAIN_WATCH] =
        {"watch", NULL,
         "draw on the terminal what the network learns; filters, feature maps of one image, its answer "
         "and curves, while it learns",
         OPTION_FLAG, FIELD(watch), .group = GROUP_OUTPUT},
    [TRAIN_WATCH_INDEX] =
        {"watch-index", "N",
         "with --watch: the image of the training images to look at; 0, the first one, unless "
         "given, and the last ones where they are for validation",
         OPTION_COUNT, FIELD(watch_index), .min = 0, .max = 1000000000, .group = GROUP_OUTPUT, .rare = true},
    [TRAIN_DARK] = {"dark", NULL, "with --watch: for a dark ground; zero is dark, ink is white", OPTION_FLAG,
                    FIELD(dark), .group = GROUP_OUTPUT, .rare = true},
    [TRAIN_VERBOSE] = {"verbose", "0|1|2",
                       "what is shown; 0: nothing but errors, and no test score; 1: a progress bar (in a "
                       "file: the last of each epoch); 2: "
                       "one line per epoch",
                       OPTION_CHOICE, FIELD(verbose), .group = GROUP_OUTPUT, .rare = true},
    [TRAIN_JSON] = {"json", NULL, "a JSON object for each epoch, and one for the result", OPTION_FLAG,
                    FIELD(json), .group = GROUP_OUTPUT, .rare = true},
    [TRAIN_THREADS] = OPTION_THREADS(FIELD(threads)),
};

struct cnn_model_options train_model_options(const struct train_settings *s,
                                             const struct cnn_dataset *dataset)
{
    struct cnn_dataset_info data = cnn_dataset_info(dataset);
    bool open = s->weights && !train_is_given(s, TRAIN_ARCH); /* the file may say */
    return (struct cnn_model_options){.arch = open ? NULL : s->arch,
                                      .height = data.height,
                                      .width = data.width,
                                      .channels = data.channels,
                                      .scale = s->scale,
                                      .seed = s->seed,
                                      .compat = (enum cnn_compat)s->compat};
}

struct cnn_train_options train_train_options(const struct train_settings *s)
{
    return (struct cnn_train_options){.epochs = (size_t)s->epochs,
                                      .batch_size = (size_t)s->batch_size,
                                      .optimizer = s->optimizer,
                                      .learning_rate = s->learning_rate,
                                      .compat = (enum cnn_compat)s->compat,
                                      .seed = s->seed,
                                      .validation_split = s->validation_split,
                                      .schedule = s->schedule,
                                      .early_stopping = s->early_stopping,
                                      .snapshots = s->snapshots,
                                      .loss = s->loss,
                                      .label_smoothing = s->label_smoothing,
                                      .l2 = s->l2,
                                      .clipnorm = s->clipnorm,
                                      .global_clipnorm = s->global_clipnorm,
                                      .ema = s->ema};
}

/* A watch draws all over the terminal: nothing else may write there. */
static enum cnn_status check_watch(const struct train_settings *s, struct cnn_error *error)
{
    if (!s->watch && (s->dark || train_is_given(s, TRAIN_WATCH_INDEX)))
        return fail(error, CNN_ERROR_USAGE, "--%s goes with --watch", s->dark ? "dark" : "watch-index");
    if (s->watch && s->json)
        return fail(error, CNN_ERROR_USAGE, "--watch and --json do not go together");
    if (s->watch && s->verbose == PROGRESS_SILENT)
        return fail(error, CNN_ERROR_USAGE, "--watch and --verbose 0 do not go together");
    return s->watch ? screen_check("--watch", error) : CNN_OK;
}

/* A name that promises another program's file. */
static enum cnn_status check_model_name(const char *path, struct cnn_error *error)
{
    static const char *const foreign[] = {".keras", ".h5", ".hdf5", ".pt", ".pth", ".onnx", ".tflite"};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < COUNT_OF(foreign); i++)
        if (strcasecmp(dot, foreign[i]) == 0) {
            fail(error, CNN_ERROR_USAGE,
                 "--model %.200s: a model is a NumPy archive; expected a name such as %.*s.npz", path,
                 (int)(dot - path < 200 ? dot - path : 200), path);
            return fail_hint(error, "docs/model-file.md says how its weights go to Keras and come from it");
        }
    return CNN_OK;
}

enum cnn_status train_check_settings(const struct train_settings *s, struct cnn_error *error)
{
    if (s->resume && train_is_given(s, TRAIN_MODEL))
        return fail(error, CNN_ERROR_USAGE,
                    "--resume saves the run where it lies; --model cannot go with it");
    if (s->resume && train_is_given(s, TRAIN_RECIPE))
        return fail(error, CNN_ERROR_USAGE, "--resume goes on as the run began; --recipe cannot go with it");
    if (s->resume && s->weights)
        return fail(error, CNN_ERROR_USAGE,
                    "--resume goes on with the weights of the run; --weights cannot go with it");
    if (s->json && train_is_given(s, TRAIN_VERBOSE))
        return fail(error, CNN_ERROR_USAGE, "--json and --verbose do not go together");
    if (s->clipnorm > 0 && s->global_clipnorm > 0)
        return fail(error, CNN_ERROR_USAGE, "--clipnorm and --global-clipnorm: expected one of them");
    if (s->early_stopping && s->ema > 0)
        return fail(
            error, CNN_ERROR_USAGE,
            "--early-stopping and --ema: expected one of them; what early stopping puts back is no mean");
    if (s->validation_data && s->validation_split > 0)
        return fail(error, CNN_ERROR_USAGE, "--validation-split and --validation-data: expected one of them");
    enum cnn_status status = s->model ? check_model_name(s->model, error) : CNN_OK;
    return status ? status : check_watch(s, error);
}

/* With as few digits as give the same number back. */
static void print_real(double value)
{
    char text[32];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, stderr);
}

static void print_value(const struct option_row *option, const void *field)
{
    char word[32] = "";
    if (option->kind == OPTION_COUNT)
        fprintf(stderr, " %" PRIu64, *(const uint64_t *)field);
    if (option->kind == OPTION_REAL) {
        fputc(' ', stderr);
        print_real(*(const double *)field);
    }
    if (option->kind == OPTION_TEXT) {
        fputc(' ', stderr);
        quote_print(stderr, *(const char *const *)field);
    }
    if (option->kind == OPTION_CHOICE) {
        choice_word(option->value, (size_t) * (const int *)field, word, sizeof word);
        fprintf(stderr, " %s", word);
    }
}

void train_print_option(const struct train_settings *settings, enum train_option option)
{
    const struct option_row *row = &train_options[option];
    fprintf(stderr, " --%s", row->name);
    print_value(row, (const char *)settings + row->field);
}
