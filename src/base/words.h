/* Words that people type, and what to say of those that are not known. cnn_unknown_word is in cnn.h. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "cnn.h"

enum { MAX_KNOWN_WORDS = 64 };

/* The candidate that a word is most likely a misspelling of, in whatever case, or an abbreviation by first
 * letters, "lr" for learning-rate, or the only one that begins so, "eval". NULL when none is near. */
const char *word_nearest(const char *word, const char *const *candidates, size_t n_candidates);

/* Whether two words are the same but for capitals and for what joins their parts: "MaxPooling2D",
 * "max_pooling2d". */
bool words_alike(const char *a, const char *b);

/* The words of a table, after the n that are there. Returns how many there are now.
 * Shapes: known [MAX_KNOWN_WORDS]. */
size_t words_of(const struct cnn_word *(*row)(size_t i), const char **known, size_t n);

#endif
