/* Optimizer texts, "rmsprop", "sgd:0.9", "sgd:0.9,nesterov", "adam:0.9,0.999", and the numbers of a step. */
#ifndef TRAIN_OPTIMIZER_H
#define TRAIN_OPTIMIZER_H

#include "cnn.h"
#include "kernels/kernels.h"

enum { MAX_OPTIMIZER_TEXT = 96 };

struct optimizer_setting {
    enum optimizer kind;
    double decay, second_decay, weight_decay;
    bool nesterov;
    double default_learning_rate;
    size_t n_slots;
    int square_slot; /* the slot that holds squares, never below 0; -1: none */
};

const struct cnn_word *optimizer_word(size_t i);

/* Errors: USAGE. */
enum cnn_status optimizer_parse(const char *text, struct optimizer_setting *setting, struct cnn_error *error);

/* The text written out in full. Shapes: text [MAX_OPTIMIZER_TEXT]. */
void optimizer_format(const struct optimizer_setting *setting, char *text);

/* The numbers of step t, counted from 1. Adam and AdamW: learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t).
 */
struct update optimizer_update(const struct optimizer_setting *setting, double learning_rate,
                               enum cnn_compat compat, uint64_t t);

#endif
