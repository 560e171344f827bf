/* A run as its file tells it, for the code that asks whether a file is of a run without going on with it. */
#ifndef TRAIN_RUN_FILE_H
#define TRAIN_RUN_FILE_H

#include "npz/npz.h"
#include "train/trainer.h"

#include <limits.h>

/* The whole numbers of a run, in the file under training/NAME. */
struct run_numbers {
    uint64_t epochs, batch_size, seed, images, data_fingerprint, validation_fingerprint;
    uint64_t epoch, step, epoch_done, epochs_done, n_correct, n_seen;
};

/* Everything of a run but slots, history and best weights. Copied, its options point to the original. */
struct run {
    struct run_numbers numbers;
    struct cnn_train_options options;
    char optimizer[MAX_OPTIMIZER_TEXT], schedule[MAX_SCHEDULE_TEXT], stopping[MAX_STOPPING_TEXT];
    double loss_sum;
};

/* Errors: MISMATCH (a model without a run), FORMAT, MEMORY. */
enum cnn_status run_file_read(struct npz *npz, const char *path, struct run *run, struct cnn_error *error);

/* The weights of the best epoch, one after the other: only a run with early stopping has them. */
#define RUN_FILE_BEST "training/best_weights"

/* Visits every slot array: "slot_0/conv2d/kernel". */
typedef enum cnn_status slot_visit(void *with, const char *name, const struct parameter *p, float *slot,
                                   struct cnn_error *error);
enum cnn_status run_file_each_slot(const struct cnn_trainer *trainer, slot_visit *visit, void *with,
                                   struct cnn_error *error);

/* And the weights that the model does not hold: the mean, or once that is the model the weights to go on
 * with. */
enum cnn_status run_file_each_other_weight(const struct cnn_trainer *trainer, bool in_model,
                                           slot_visit *visit, void *with, struct cnn_error *error);

/* The history in the file. Shapes: history [epochs_done]. Errors: FORMAT, MEMORY. */
enum cnn_status run_file_read_history(struct npz *npz, size_t epochs_done, struct cnn_epoch *history,
                                      struct cnn_error *error);

#endif
