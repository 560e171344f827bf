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
    ROW(leaky_relu, "x above 0, 0.2 x below")                                                                \
    ROW(elu, "x above 0, e^x - 1 below")                                                                     \
    ROW(gelu, "x * (1 + erf(x / sqrt 2)) / 2")                                                               \
    ROW(softplus, "log(1 + e^x)")                                                                            \
    ROW(softsign, "x / (1 + |x|)")                                                                           \
    ROW(hard_swish, "x * (x + 3) / 6 between -3 and 3, 0 below, x above")                                    \
    ROW(hard_sigmoid, "0.2 x + 0.5 within 0 .. 1; with --compat keras3 hard_sigmoid3")                       \
    ROW(hard_sigmoid3, "(x + 3) / 6 within 0 .. 1")                                                          \
    ROW(softmax, "e^x / sum of all e^x; in the last layer only")

#define ACTIVATION_ENUM(name, formula) ACTIVATION_##name,
enum activation { ACTIVATIONS(ACTIVATION_ENUM) N_ACTIVATIONS };
#undef ACTIVATION_ENUM

#endif
