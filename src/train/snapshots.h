/* The weights of the convolutions after each epoch: few numbers, from which a film of the filters is made. */
#ifndef TRAIN_SNAPSHOTS_H
#define TRAIN_SNAPSHOTS_H

#include "npz/npz.h"
#include "train/trainer.h"

/* Whether a layer's weights are in them: one with filters. */
bool snapshots_hold(const struct layer *layer);

/* Floats in one: all weights of the layers that have filters. */
size_t snapshots_floats(const struct cnn_model *model);

/* Memory for as many as there are epochs, where the options want them. Errors: USAGE (no filters, too many),
 * MEMORY. */
enum cnn_status snapshots_create(struct cnn_trainer *trainer, struct cnn_error *error);

/* After an epoch: keeps the weights. */
void snapshots_take(struct cnn_trainer *trainer);

/* The weights of a snapshot, put into a model of the same layers. */
void snapshots_put(const float *snapshot, struct cnn_model *model);

/* In the run's file, as training/snapshots (epochs, floats). */
void snapshots_add(struct npz_writer *writer, const struct cnn_trainer *trainer);
bool snapshots_in(const struct npz *npz);
enum cnn_status snapshots_read(struct npz *npz, const struct cnn_model *model, size_t epochs,
                               float *snapshots, struct cnn_error *error);

#endif
