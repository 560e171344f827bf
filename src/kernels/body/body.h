/*
 * The kernels over a vector type. Included once in each isa_NAME.c, which says with
 *     #define VECTOR_HEADER "kernels/vector/NAME.h"
 *     #define KERNELS_NAME NAME
 * which vector it is and what the set is called.
 */
#include "base/bytes.h"
#include "kernels/body/batchnorm.h"
#include "kernels/body/conv2d.h"
#include "kernels/body/conv2d_gradient.h"
#include "kernels/body/dense.h"
#include "kernels/body/dense_update.h"
#include "kernels/body/elementwise.h"
#include "kernels/body/loss.h"
#include "kernels/body/pack.h"
#include "kernels/body/peak.h"
#include "kernels/body/pool.h"
#include "kernels/body/update.h"
#include "kernels/kernels.h"

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)
#define JOIN_OF(a, b) a##b
#define JOIN(a, b) JOIN_OF(a, b)
#define ACTIVATION_ENTRY(name, formula) activate_##name,
#define UPDATE_ENTRY(name, ...) update_##name,
#define GRADIENT_UPDATE_ENTRY(name, ...) dense_gradient_update_##name,

static const struct kernels table = {
    .name = TEXT(KERNELS_NAME),
    .pack = pack,
    .conv2d_forward = conv2d_forward,
    .conv2d_backward = conv2d_backward,
    .conv2d_gradient = conv2d_gradient,
    .bias_gradient = bias_gradient,
    .maxpool2d_forward = maxpool2d_forward,
    .maxpool2d_backward = maxpool2d_backward,
    .avgpool2d_forward = avgpool2d_forward,
    .avgpool2d_backward = avgpool2d_backward,
    .channel_sum = channel_sum,
    .channel_squares = channel_squares,
    .batchnorm_forward = batchnorm_forward,
    .batchnorm_gradient = batchnorm_gradient,
    .batchnorm_backward = batchnorm_backward,
    .activate = {ACTIVATIONS(ACTIVATION_ENTRY)},
    .multiply = multiply,
    .dense_forward = dense_forward,
    .dense_backward = dense_backward,
    .dense_shard_sum = dense_shard_sum,
    .dense_finish = dense_finish,
    .dense_transpose = dense_transpose,
    .dense_gradient = dense_gradient,
    .softmax = softmax,
    .softmax_cross_entropy = softmax_cross_entropy,
    .softmax_squared_error = softmax_squared_error,
    .squared_error = squared_error,
    .update = {OPTIMIZERS(UPDATE_ENTRY)},
    .dense_gradient_update = {OPTIMIZERS(GRADIENT_UPDATE_ENTRY)},
    .fma_peak = fma_peak,
};

const struct kernels *const JOIN(kernels_, KERNELS_NAME) = &table;
