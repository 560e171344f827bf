/* The activations one number at a time, in the program's own order. */
#ifndef EXPLAIN_ACTIVATION_H
#define EXPLAIN_ACTIVATION_H

#include "explain/explain.h"

/* f(z) as the program computes it; z itself for softmax, which is of all numbers at once. */
float exact_activation(enum activation activation, float z);

/* All of it in a line, such as "1 / (1 + e^-z)". */
const char *activation_formula(enum activation activation);

/* "static float activation(float z) ..." in C, after the functions that it calls; they call flush(x), which
 * makes 0 of what is below 2^-126. */
void write_activation(struct paper *paper, enum activation activation);

#endif
