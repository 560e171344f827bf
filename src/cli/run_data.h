/* The images of a run of cnn train. */
#ifndef CLI_RUN_DATA_H
#define CLI_RUN_DATA_H

#include "train_settings.h"

struct run_data {
    struct cnn_dataset *train, *validation; /* validation: NULL where the run has none of its own */
    const char *source;                     /* as cnn_dataset_open takes it */
};

/* Opens the images that a new run is asked to take. Errors: as cnn_dataset_open. */
enum cnn_status run_data_open(struct run_data *data, const struct train_settings *settings,
                              struct cnn_error *error);

/* Opens those of a run that goes on: where they lay, if the same still lie there, or else where --data and
 * --validation-data say. Errors: as cnn_dataset_open; MISMATCH when an option names other images than the
 * run's. */
enum cnn_status run_data_reopen(struct run_data *data, const struct cnn_run_info *run,
                                const struct train_settings *settings, struct cnn_error *error);

/* Whether an option, which may be NULL, names the place where the images of a run lay, perhaps in other
 * words. */
bool run_data_is_place(const char *option, const char *place);

void run_data_close(struct run_data *data);

#endif
