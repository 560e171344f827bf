/*
 * What right means: every kernel once more as the plainest loops, in double, for one sample at a time.
 * Layouts are those of kernels.h without the lanes: feature maps [h][w][c], weights as Keras stores them.
 */
#ifndef REFERENCE_REFERENCE_H
#define REFERENCE_REFERENCE_H

#include <stddef.h>

#include "kernels/kernels.h"

/* z = cross-correlation of x with w, plus b. Shapes: x [in_h][in_w][in_c], z [out_h][out_w][filters]. */
void reference_conv2d_forward(const struct conv2d_shape *shape, const double *x, const double *w,
                              const double *b, double *z);

/* dx = gradient of the loss by x, given dz, that by z. */
void reference_conv2d_backward(const struct conv2d_shape *shape, const double *dz, const double *w,
                               double *dx);

/* Adds this sample's part to the gradients by w and b. */
void reference_conv2d_gradient(const struct conv2d_shape *shape, const double *x, const double *dz,
                               double *dw, double *db);

/* z = the largest under each window; dx = dz at the first of the largest, row by row. Shapes: x and dx
 * [in_h][in_w][channels], z and dz [out_h][out_w][channels]. */
void reference_maxpool2d_forward(const struct pool2d_shape *shape, const double *x, double *z);
void reference_maxpool2d_backward(const struct pool2d_shape *shape, const double *x, const double *dz,
                                  double *dx);

/* z = the mean under each window of what lies in the map, and its dx. At most 4096 places in a window. */
void reference_avgpool2d_forward(const struct pool2d_shape *shape, const double *x, double *z);
void reference_avgpool2d_backward(const struct pool2d_shape *shape, const double *dz, double *dx);

/* The same for z = x w + b. Shapes: x [in], w [in][out], z [out]. */
void reference_dense_forward(const struct dense_shape *shape, const double *x, const double *w,
                             const double *b, double *z);
void reference_dense_backward(const struct dense_shape *shape, const double *dz, const double *w, double *dx);
void reference_dense_gradient(const struct dense_shape *shape, const double *x, const double *dz, double *dw,
                              double *db);

/* An activation and its derivative by z; aborts, and names it, where nobody has written it down here. */
struct reference_activation {
    double (*f)(double z);
    double (*derivative)(double z);
};
const struct reference_activation *reference_activation(enum activation activation);

/* p = softmax(z); p may be z. */
void reference_softmax(size_t classes, const double *z, double *p);

/* A loss of logits z against a label, smoothing of which is spread over all classes; its gradient by z to dz,
 * not divided by any batch, unless that is NULL. */
typedef double reference_loss(size_t classes, const double *z, size_t label, double smoothing, double *dz);

/* - sum of t log softmax(z). */
reference_loss reference_cross_entropy;

/* The mean of (softmax(z) - t)^2 over the classes, its gradient term by term through softmax's Jacobian. */
reference_loss reference_squared_error;

/* The mean of (y - t)^2 of outputs as they are; dz is the gradient by y. */
reference_loss reference_output_error;

/* The numbers of struct update in double. */
struct reference_update {
    double learning_rate, decay, second_decay, epsilon;
    bool epsilon_inside_root, nesterov;
    double weight_decay;
};

/* One update of one weight; NULL where the table has a row that nobody has written down here. */
typedef void reference_optimizer(const struct reference_update *u, double g, double *w, double *slot_0,
                                 double *slot_1);
reference_optimizer *reference_update(enum optimizer optimizer);

#endif
