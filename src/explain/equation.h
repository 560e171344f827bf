/* A line of arithmetic in names and in numbers. */
#ifndef EXPLAIN_EQUATION_H
#define EXPLAIN_EQUATION_H

#include "explain/exact.h"
#include "explain/paper.h"

/* "s = 1 / (1 + t) = 1 / (1 + 0.25) = 0.8": name, text with names in braces, the same with their numbers, and
 * the value, which is left out where it would stand there twice. */
void tell_equation(struct paper *paper, const struct names *names, const char *name, const char *text,
                   float value);

#endif
