/* The settings of cnn train. */
#ifndef CLI_TRAIN_SETTINGS_H
#define CLI_TRAIN_SETTINGS_H

#include "command.h"

/* The options in the order of their table, for the bits of train_settings.given. */
enum train_option {
    TRAIN_RECIPE,
    TRAIN_EPOCHS,
    TRAIN_BATCH_SIZE,
    TRAIN_LEARNING_RATE,
    TRAIN_OPTIMIZER,
    TRAIN_SCHEDULE,
    TRAIN_LOSS,
    TRAIN_LABEL_SMOOTHING,
    TRAIN_L2,
    TRAIN_CLIPNORM,
    TRAIN_GLOBAL_CLIPNORM,
    TRAIN_EMA,
    TRAIN_COMPAT,
    TRAIN_ARCH,
    TRAIN_SCALE,
    TRAIN_SEED,
    TRAIN_DATA,
    TRAIN_VALIDATION_SPLIT,
    TRAIN_VALIDATION_DATA,
    TRAIN_EARLY_STOPPING,
    TRAIN_MODEL,
    TRAIN_WEIGHTS,
    TRAIN_RESUME,
    TRAIN_SAVE_EVERY,
    TRAIN_HISTORY,
    TRAIN_SNAPSHOTS,
    TRAIN_OVERWRITE,
    TRAIN_WATCH,
    TRAIN_WATCH_INDEX,
    TRAIN_DARK,
    TRAIN_VERBOSE,
    TRAIN_JSON,
    TRAIN_THREADS,
    N_TRAIN_OPTIONS
};

struct train_settings {
    uint64_t epochs, batch_size, seed, threads, save_every, watch_index;
    double learning_rate, validation_split;
    double label_smoothing, l2, clipnorm, global_clipnorm, ema;
    const char *arch, *optimizer, *schedule, *early_stopping, *loss;
    const char *data, *validation_data, *model, *weights, *resume, *history;
    int compat, verbose, recipe;
    bool scale, overwrite, json, snapshots, watch, dark;
    uint64_t given; /* bit i: option i stands on the command line */
};

static inline bool train_is_given(const struct train_settings *settings, enum train_option option)
{
    return settings->given >> option & 1;
}

extern const struct train_settings train_defaults;
extern const struct option_row train_options[N_TRAIN_OPTIONS];

/* Options that cannot stand together. Errors: USAGE. */
enum cnn_status train_check_settings(const struct train_settings *settings, struct cnn_error *error);

/* Prints an option and its value on standard error, as they would be typed. */
void train_print_option(const struct train_settings *settings, enum train_option option);

/* What the settings ask of the library, for images of the given kind. */
struct cnn_model_options train_model_options(const struct train_settings *settings,
                                             const struct cnn_dataset *dataset);
struct cnn_train_options train_train_options(const struct train_settings *settings);

#endif
