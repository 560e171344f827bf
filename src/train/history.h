/* The history of training as text. */
#ifndef TRAIN_HISTORY_H
#define TRAIN_HISTORY_H

#include "cnn.h"

/* The text of the epochs done so far and its length; NULL when memory ran out, with what was asked for in n.
 * Owns: the caller (memory_free). */
char *history_text(const struct cnn_trainer *trainer, size_t *n);

#endif
