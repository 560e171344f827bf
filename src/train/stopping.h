/* Early stopping: "val_loss:3" stops when three epochs in a row were no better than the best before them,
 * "val_loss:3,0.001" when none was better by more than 0.001 (Keras's patience and min_delta). Everything
 * about it follows from the history, so that a resumed run stops where it would have. */
#ifndef TRAIN_STOPPING_H
#define TRAIN_STOPPING_H

#include "cnn.h"

enum { MAX_STOPPING_TEXT = 48 };

struct stopping {
    size_t metric;   /* 0: none; else the row of its table, from 1 */
    size_t patience; /* epochs, at least 1 */
    double min_delta;
};

/* NULL and "" mean none. Errors: USAGE. */
enum cnn_status stopping_parse(const char *text, struct stopping *stopping, struct cnn_error *error);

/* Whether the metric is of validation images. */
bool stopping_needs_validation(const struct stopping *stopping);

/* The best epoch of n; the first of equals. n > 0. */
size_t stopping_best(const struct stopping *stopping, const struct cnn_epoch *history, size_t n);

#endif
