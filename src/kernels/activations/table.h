/*
 * The activations: one file here and one row below each. A file defines, over the vector type of vector.h,
 *     static inline void activation_NAME(v x, v *y, v *slope)      y = f(x), slope = f'(x)
 * The first row is the default: what a layer has when its text names none.
 * Softmax is not elementwise: its row is linear here, and the loss (or softmax, when predicting) does the
 * rest.
 */
#ifndef KERNELS_ACTIVATIONS_TABLE_H
#define KERNELS_ACTIVATIONS_TABLE_H

/*  ROW(name, formula) */
#define ACTIVATIONS(ROW)                                                                                     \
    ROW(linear, "x")                                                                                         \
    ROW(swish, "x * sigmoid(x)")                                                                             \
    ROW(relu, "max(x, 0)")                                                                                   \
    ROW(tanh, "(e^x - e^-x) / (e^x + e^-x)")                                                                 \
    ROW(sigmoid, "1 / (1 + e^-x)")                                                                           \
    ROW(softmax, "e^x / sum of all e^x; in the last layer only")

#define ACTIVATION_ENUM(name, formula) ACTIVATION_##name,
enum activation { ACTIVATIONS(ACTIVATION_ENUM) N_ACTIVATIONS };
#undef ACTIVATION_ENUM

#endif
