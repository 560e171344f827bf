/* The program's arithmetic for one number at a time, to the bit: what the kernels compute in each lane
 * (kernels/body). Numbers below 2^-126 count as 0, as operands and as results (base/denormals.h). */
#ifndef EXPLAIN_EXACT_H
#define EXPLAIN_EXACT_H

#include "nn/layer.h"

float exact_flush(float x);
float exact_fma(float a, float b, float c); /* a * b + c, rounded once */
float exact_add(float a, float b);
float exact_sub(float a, float b);
float exact_mul(float a, float b);
float exact_div(float a, float b);
float exact_sqrt(float a);
float exact_exp(float x);
float exact_log(float x);
float exact_log1p(float x); /* log(1 + x), for x from 0 to 1 */
float exact_erf(float x);

/* One output of a layer on its way: after each step the sum, and where groups are summed apart, theirs. */
struct running {
    const struct layer *layer;
    const float *x;         /* the layer's input */
    size_t output, n;       /* n: steps done */
    float sum;              /* after them; of groups that are summed apart, those that are whole */
    float group_sum;        /* of the group at hand */
    struct layer_step step; /* the last one */
};

/* Does the next step; false when the output was whole before, and sum is it. */
bool running_next(struct running *running);

/* The output, before its activation. */
float exact_output(const struct layer *layer, const float *x, size_t output);

#endif
