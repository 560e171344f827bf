/* What the exercises of a worksheet share. */
#ifndef EXPLAIN_QUIZ_H
#define EXPLAIN_QUIZ_H

#include "explain/explain.h"

#include "base/random.h"

enum { QUIZ_MOST_TERMS = 64, QUIZ_TEXT = 512, QUIZ_TRIES = 200 };

struct quiz {
    struct explanation e;
    struct random random;
    bool answers;
    size_t exercise; /* the number of the last one */
};

/* The answer on the key, a gap on the sheet. */
const char *quiz_gap(const struct quiz *q, const char *answer);

/* Numbers as they stand on the sheet: rounded, and of ten to the digits parts of 1 as text, "-0.35". */
long quiz_hundredths(double x);
void quiz_decimal(char text[NUMBER_WIDTH], long parts, int digits);

/* Appends one to a row of them. Shapes: text [QUIZ_TEXT], of which some are used. */
void quiz_add_number(char *text, size_t *used, long parts, int digits);

/* Asks nothing where the network has no layer that pools small windows. */
void quiz_ask_pooling(struct quiz *q);

#endif
