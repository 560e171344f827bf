/* What every command that computes opens: data, a model, the machine. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cnn.h"

/* Where a trained model is saved and looked for. */
#define MODEL_PATH "cnn.npz"

/* Sets the number of threads (0: the default) and finds the instruction set.
 * Errors: USAGE when CNN_CPU in the environment cannot be had. */
enum cnn_status input_machine(uint64_t threads, struct cnn_error *error);

/* cnn_dataset_open, which says once when digits drawn by the program stand in for MNIST. */
enum cnn_status input_dataset(const char *source, enum cnn_split split, size_t first, size_t count,
                              struct cnn_dataset **dataset, struct cnn_error *error);

bool input_is_folder(const char *path);

/* Whether a path names images that --data takes, of either split. */
bool input_is_dataset(const char *path);

/* cnn_model_load, whose error says how a model is made. */
enum cnn_status input_model(const char *path, struct cnn_model **model, struct cnn_error *error);

#endif
