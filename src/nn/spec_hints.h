/* What an architecture's text was likely meant to say where it cannot be read: misspelt words, Keras's names,
 * and layers written as in Python. */
#ifndef NN_SPEC_HINTS_H
#define NN_SPEC_HINTS_H

#include "nn/spec.h"

/* The error of a word that names no layer; alone: it is the whole text, and may be meant as a network's name.
 */
enum cnn_status spec_unknown_layer(const char *word, size_t length, bool alone, struct cnn_error *error);

/* The error of an argument that is no option of the layer; activation: nor the activation that may stand
 * there. */
enum cnn_status spec_unknown_argument(const struct layer_type *type, bool activation, const char *text,
                                      size_t length, struct cnn_error *error);

/* Adds a hint to the error of an argument that must be given and cannot be read. Returns its status. */
enum cnn_status spec_argument_hint(const struct layer_type *type, const char *text, size_t length,
                                   struct cnn_error *error);

#endif
