/* A trainer from the inside, for the code that saves it and goes on with it. */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "nn/engine.h"
#include "train/average.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/stopping.h"

struct cnn_trainer {
    struct cnn_model *model;
    const struct cnn_dataset *dataset;
    const struct cnn_dataset *validation; /* NULL: none */
    struct cnn_dataset *validation_slice; /* owned: the last images of dataset, when it is split */
    size_t n_images;                      /* the first n_images of dataset are trained on */
    struct cnn_train_options options;     /* defaults filled in; optimizer is optimizer_text */
    char optimizer_text[MAX_OPTIMIZER_TEXT];
    struct optimizer_setting setting;
    char schedule_text[MAX_SCHEDULE_TEXT];
    struct schedule schedule;
    char stopping_text[MAX_STOPPING_TEXT];
    struct stopping stopping;
    float *best;      /* [n_weights]: of the best epoch so far; NULL without early stopping */
    float *snapshots; /* [epochs][snapshots_floats]: of the filters, after each epoch; NULL: not wanted */
    struct average average;
    struct engine *engine;
    float *slots;              /* [n_slots][n_weights] */
    uint32_t *order;           /* [n_images]: of this epoch */
    const uint8_t **images;    /* [batch_size] */
    uint8_t *labels;           /* [batch_size] */
    struct cnn_epoch *history; /* [epochs] */
    size_t epochs_done;
    struct cnn_progress progress;
    uint64_t data_fingerprint, validation_fingerprint; /* 0: no validation images of their own */
    char *data_place, *validation_place; /* where they lay, as in struct cnn_run_info; NULL: nowhere */
    char *history_place;                 /* and where the history is written */
    double majority;                     /* share of the commonest class among the images trained on */
    double loss_sum;                     /* of this epoch so far */
    size_t n_correct, n_seen;
};

/* A trainer at the very start, its order not yet drawn. Errors: as cnn_trainer_create. */
enum cnn_status trainer_plan(struct cnn_model *model, const struct cnn_dataset *dataset,
                             const struct cnn_train_options *options, struct cnn_trainer **trainer,
                             struct cnn_error *error);

/* Draws the order of the epoch that progress stands in. */
void trainer_restart_epoch(struct cnn_trainer *trainer);

/* After a whole epoch: whether it was the best, and whether training ends with it. */
void trainer_judge_epoch(struct cnn_trainer *trainer);

#endif
