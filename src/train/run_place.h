/* Where the data of a run lay, so that it finds them again from another folder. */
#ifndef TRAIN_RUN_PLACE_H
#define TRAIN_RUN_PLACE_H

#include "cnn.h"

/* A place as text of printable ASCII, %XX for every other byte and for %. */
enum { PLACE_TEXT = 3 * CNN_PATH };

/* The absolute path that a dataset was read from, or "synth:SEED"; *place is NULL where there is none.
 * Errors: MEMORY. Owns: the caller (memory_free). */
enum cnn_status run_place(const struct cnn_dataset *dataset, char **place, struct cnn_error *error);

/* Shapes: text [PLACE_TEXT], place [CNN_PATH]. A wrong text gives an empty place. */
void run_place_write(const char *place, char *text);
void run_place_read(const char *text, char *place);

#endif
