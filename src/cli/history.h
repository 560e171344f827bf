/* The history of training as a CSV file: epoch,loss,accuracy[,val_loss,val_accuracy], epochs from 1. */
#ifndef CLI_HISTORY_H
#define CLI_HISTORY_H

#include "cnn.h"

/* Writes all epochs done so far under another name, then renames it: what stands at path is whole at every
 * moment. Errors: IO. */
enum cnn_status history_write(const char *path, const struct cnn_trainer *trainer, bool validation,
                              struct cnn_error *error);

/* Tells before the work that a file could not be written after it. Errors: IO. */
enum cnn_status path_check_writable(const char *path, struct cnn_error *error);

#endif
