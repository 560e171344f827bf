/* A run of cnn train, and what comes of it. */
#ifndef CLI_TRAIN_RUN_H
#define CLI_TRAIN_RUN_H

#include "progress.h"
#include "run_data.h"
#include "run_files.h"
#include "train_settings.h"
#include "watch.h"

/* All that a run of training holds. */
struct run {
    const struct train_settings *settings;
    struct run_files files;
    struct run_data data;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct progress progress;
    struct watch watch;
    double begin_s;
    const char *good;  /* the file that holds the last good state; NULL: none yet */
    size_t best_epoch; /* whose weights early stopping has put back, counted from 1; 0: none */
    bool hinted;
};

/* Scores the model of a run that is at its end on the test images, keeps with it how sure it was, and prints
 * what came of the run. Errors: as cnn_model_evaluate and cnn_trainer_save. */
enum cnn_status train_say_results(struct run *run, struct cnn_error *error);

#endif
