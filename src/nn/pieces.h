/* What needs all weights at once: the cost of the kernels under L2, and a gradient that is clipped by its
 * norm before it is used. The weights are cut into pieces, whose sums threads make and add up in order. */
#ifndef NN_PIECES_H
#define NN_PIECES_H

#include "nn/passes.h"

/* Some weights of one array that is trained. */
struct piece {
    const struct layer *layer;
    const struct parameter *parameter;
    size_t from, n; /* in the array */
    double sum;     /* of squares */
};

/* Cuts the weights of the engine's model, unless that is done. Errors: MEMORY. Owns: the engine. */
enum cnn_status pieces_cut(struct engine *engine, struct cnn_error *error);

/* The squares of the kernels, piece by piece. Threads: called by all of a team, which does not wait. */
void pieces_square_weights(const struct engine *engine);

/* What the kernels cost, from these: l2 times the sum of all squares. */
double pieces_cost(const struct engine *engine);

/* Adds to the gradient of some of a layer's weights what their cost adds: 2 l2 w for kernels. */
void pieces_add_cost(const struct layer *layer, struct range range, double l2, float *g);

/* Clips the whole gradient, engine->whole, as engine->clip says, and updates the weights by it. Threads:
 * called by all of a team, once all of the gradient may be under way. */
void pieces_update(const struct engine *engine, const struct target *target);

#endif
