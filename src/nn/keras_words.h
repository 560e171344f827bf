/* Words that Keras has and this program may not have yet. */
#ifndef NN_KERAS_WORDS_H
#define NN_KERAS_WORDS_H

#include "cnn.h"

/* The error of a word of one of Keras's kinds ("layer", "activation", "optimizer", "schedule") that is none
 * of the known ones: as cnn_unknown_word; the hint says so where Keras has it, or one that is spelled nearly
 * so. What is known is never denied.
 */
enum cnn_status keras_unknown_word(const char *what, const char *word, const char *const *known,
                                   size_t n_known, struct cnn_error *error);

/* What Keras calls what a word, perhaps misspelled, means; NULL where it is nearer to a known word, or near
 * to none. */
const char *keras_nearest(const char *what, const char *word, const char *const *known, size_t n_known);

/* What Keras calls what a word means, "MaxPooling2D" for "maxpool"; NULL where it is no word of Keras. */
const char *keras_name(const char *what, const char *word);

#endif
