/* What a layer says of itself: texts, and lines that are worked out. */
#ifndef EXPLAIN_WORKED_H
#define EXPLAIN_WORKED_H

#include "explain/explain.h"

/* All texts and lines of a topic. worked: NULL where the topic has no lines that are worked out, or for
 * pieces that somebody else works out. */
void tell_topic(struct explanation *e, const struct layer *layer, enum layer_topic topic,
                struct worked *worked);

/* In C: the lines to an output as "static float number(void) ...", which calls flush(x). */
void write_worked(struct paper *paper, struct worked worked);

#endif
