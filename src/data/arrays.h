/* A dataset in one .npz, as Keras publishes its sets and users make their own: x_train, y_train, x_test,
 * y_test. */
#ifndef DATA_ARRAYS_H
#define DATA_ARRAYS_H

#include "data/dataset.h"

/* Whether path is a zip archive, by its first bytes. */
bool arrays_is(const char *path);

/* Fills a dataset, whose source is the file's path, with images first .. first + count - 1 of a split.
 * Shapes: x (count, height, width) or (count, height, width, channels), uint8; y (count,) or (count, 1),
 * whole numbers of any size, 0 to 255; it may be missing. Errors: NOT_FOUND (no x), IO, FORMAT, USAGE,
 * MEMORY. */
enum cnn_status arrays_read(struct cnn_dataset *dataset, enum cnn_split split, size_t first, size_t count,
                            struct cnn_error *error);

#endif
