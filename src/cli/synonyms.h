/* What Keras and other programs call what this one calls otherwise. */
#ifndef CLI_SYNONYMS_H
#define CLI_SYNONYMS_H

#include "cnn.h"

/* What a word means here, of a kind of words ("command", "picture", "option"); NULL where it is no such word.
 */
const char *synonym(const char *what, const char *word);

/* The error of a word that is none of the known ones: as cnn_unknown_word; where it is another program's
 * word, the hint says what it is called here. */
enum cnn_status synonym_unknown(const char *what, const char *word, const char *const *known, size_t n_known,
                                struct cnn_error *error);

#endif
