/*
 * The optimizers: one file here and one row below each. A file defines, over the vector type of vector.h,
 *     static inline void optimizer_NAME(const struct update *u, v g, v *w, v *slot_0, v *slot_1)
 * which updates one vector of weights and its slots; slots beyond the row's count are not looked at.
 */
#ifndef KERNELS_OPTIMIZERS_TABLE_H
#define KERNELS_OPTIMIZERS_TABLE_H

#include <stdbool.h>

/*  ROW(name, slots, square, learning rate, decay, second decay, weight decay, usage, help); defaults as in
 *  Keras. square is the number of the slot that holds a running mean of squares, never below 0; -1: none.
 *  decay is RMSprop's rho, SGD's momentum and Adam's beta_1; second decay is Adam's beta_2. A second decay or
 *  weight decay of 0 says that there is none to be given. */
#define OPTIMIZERS(ROW)                                                                                      \
    ROW(rmsprop, 1, 0, 0.001, 0.9, 0.0, 0.0, "rmsprop[:RHO]",                                                \
        "steps divided by a running root mean square of the gradient")                                       \
    ROW(sgd, 1, -1, 0.01, 0.0, 0.0, 0.0, "sgd[:MOMENTUM[,nesterov]]",                                        \
        "plain gradient descent, with momentum if one is given; nesterov: that looks a step ahead")          \
    ROW(adam, 2, 1, 0.001, 0.9, 0.999, 0.0, "adam[:BETA_1[,BETA_2]]",                                        \
        "running mean of the gradient over its running root mean square")                                    \
    ROW(adamw, 2, 1, 0.001, 0.9, 0.999, 0.004, "adamw[:BETA_1[,BETA_2[,DECAY]]]",                            \
        "adam, each weight and bias first made smaller by DECAY times the learning rate")

#define OPTIMIZER_ENUM(name, ...) OPTIMIZER_##name,
enum optimizer { OPTIMIZERS(OPTIMIZER_ENUM) N_OPTIMIZERS };
#undef OPTIMIZER_ENUM

/* The numbers of one step. */
struct update {
    float learning_rate; /* Adam and AdamW: already lr * sqrt(1 - beta_2^t) / (1 - beta_1^t) */
    float decay, second_decay;
    float epsilon;            /* 1e-7 */
    bool epsilon_inside_root; /* RMSprop: lr g / sqrt(v + eps) (keras3) instead of lr g / (sqrt(v) + eps) */
    bool nesterov;            /* SGD */
    float weight_decay;       /* AdamW: already times lr, without Adam's correction */
};

#endif
