/* Numbers that are not finite stop a training, and are never saved. */
#ifndef TRAIN_FINITE_H
#define TRAIN_FINITE_H

#include "train/trainer.h"

/* Whether all that a save would write is finite, and no running mean of squares below 0. Errors: NUMERIC,
 * naming the step and the layer, with what is likely to help. */
enum cnn_status finite_check(const struct cnn_trainer *trainer, struct cnn_error *error);

/* The error of a step whose loss is not finite; returns its status. */
enum cnn_status finite_loss_error(const struct cnn_trainer *trainer, struct cnn_error *error);

/* Whether n numbers may stand in a slot. */
bool finite_slot(const float *slot, size_t n, bool squares);

#endif
