/* Words that users type. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stddef.h>

/* The candidate that word is most likely a misspelling of; NULL when none is near. */
const char *word_nearest(const char *word, const char *const *candidates, size_t n_candidates);

#endif
