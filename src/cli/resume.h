/* Going on with a run that was saved: does it fit what is asked for, and how to ask for it. */
#ifndef CLI_RESUME_H
#define CLI_RESUME_H

#include "train_settings.h"

/* Whether the options that were given agree with those of the run. Errors: MISMATCH, naming what differs;
 * USAGE, MEMORY. */
enum cnn_status resume_check(const struct train_settings *settings, const struct cnn_dataset *dataset,
                             const struct cnn_model *model, const struct cnn_trainer *trainer,
                             struct cnn_error *error);

/* "cnn.npz" for "cnn.last.npz", so that a run that goes on saves under the name it began with. Shapes: path
 * [PATH_MAX]. */
void resume_model_path(const char *file, char *path);

/* "cnn.last.npz" for "cnn.npz". Shapes: path [PATH_MAX]. */
void resume_last_path(const char *model, char *path);

/* The file that holds the run to go on with: file, or, where that is only the best model that early stopping
 * chose, last, if that is the run it was chosen from. Errors: as cnn_run_look. */
enum cnn_status resume_find_run(const char *file, const char *last, bool quiet, const char **run,
                                struct cnn_run_info *info, struct cnn_error *error);

/* Says how to go on, on standard error. */
void resume_say_command(const struct train_settings *settings, const char *model);

#endif
