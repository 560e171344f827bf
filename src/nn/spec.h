/* Architecture texts: "conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax". */
#ifndef NN_SPEC_H
#define NN_SPEC_H

#include "nn/layer.h"

enum { MAX_SPEC_TEXT = 4096 };

/* The default: the network of the lesson. */
#define SPEC_LESSON "lesson"

/* Row i of the networks that have a name; NULL past the end. usage is the text it stands for. */
const struct cnn_word *spec_named(size_t i);

/* Reads a text, or the name of one, into a chain of layers planned for an input, without weights.
 * A chain must end in one number for each class, have weights, and softmax nowhere but there.
 * Errors: USAGE; the message names the layer that does not fit. */
enum cnn_status spec_parse(const char *text, const struct shape *input, struct layer *layers,
                           size_t *n_layers, struct cnn_error *error);

/* The text of a chain, written out in full, such that spec_parse reads it back.
 * Shapes: text [MAX_SPEC_TEXT]. */
void spec_format(const struct layer *layers, size_t n_layers, char *text);

/* The number of an activation's word; N_ACTIVATIONS when there is none. */
enum activation activation_find(const char *word, size_t length);
const struct cnn_word *activation_word(size_t i);

#endif
