/* What training makes small: the mean loss of the samples and, with L2, what the kernels of the layers cost.
 */
#ifndef NN_OBJECTIVE_H
#define NN_OBJECTIVE_H

#include "kernels/kernels.h"

/* The rows of the table of losses, objective.c. */
enum loss { LOSS_CATEGORICAL_CROSSENTROPY, LOSS_MSE };

/* All zeros: plain categorical cross-entropy. It needs softmax; without that there is mse alone. */
struct objective {
    enum loss loss;
    double label_smoothing; /* 0 .. below 1: the truth is this much of the mean of all classes */
    double l2;              /* each weight w of a kernel adds l2 w^2 to the loss */
};

const struct cnn_word *objective_word(size_t i);

/* Reads what options say of it, for a network that ends in softmax or not. Errors: USAGE. */
enum cnn_status objective_read(const struct cnn_train_options *options, bool softmax,
                               struct objective *objective, struct cnn_error *error);

/* Whether it is more than plain cross-entropy: a reader of format 1 would take it for that. */
static inline bool objective_is_plain(const struct objective *o)
{
    return o->loss == LOSS_CATEGORICAL_CROSSENTROPY && o->label_smoothing == 0 && o->l2 == 0;
}

static inline bool objective_same(const struct objective *a, const struct objective *b)
{
    return a->loss == b->loss && a->label_smoothing == b->label_smoothing && a->l2 == b->l2;
}

/* Samples of one block and what a mean over the batch takes of each. */
struct objective_block {
    bool softmax;      /* the last layer ends in it, and its numbers here are logits */
    size_t classes, n; /* n samples, 1 .. 16 */
    const uint8_t *labels;
    float inverse_batch;
};

/* Loss, correct answers and dz of one block from the logits, or where there is no softmax from the outputs;
 * dz then holds their slope. dz may be NULL. Shapes: as struct kernels has them. */
void objective_loss(const struct objective *objective, const struct kernels *k,
                    const struct objective_block *block, const float *y, float *dz, float *loss,
                    uint8_t *correct);

/* The sum of x^2 in double, in an order that n alone sets. */
double sum_of_squares(size_t n, const float *x);

#endif
