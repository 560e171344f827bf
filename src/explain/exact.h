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

/* To the bit, but for the sign of 0. */
bool exact_is_same(float a, float b);

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

/* Numbers by their names. */
enum { MOST_NAMES = 32 };
struct names {
    size_t n;
    struct {
        const char *name;
        float value;
    } known[MOST_NAMES];
};

/* Gives a name its value, which is returned. */
float names_put(struct names *names, const char *name, float value);
bool names_has(const struct names *names, const char *name);
/* Of a name so long; NAN where there is none such: a test sees to it that there is none. */
float names_value(const struct names *names, const char *name, size_t length);

/* Lines that are worked out for one output. */
struct worked {
    const struct layer *layer;
    size_t output;
    struct names names; /* x; what lines so far have named, and what they are made of */
};

/* Begins with x alone. Shapes: x like the layer's input. */
struct worked worked_begin(const struct layer *layer, const float *x, size_t output);

/* Begins with what a batch has shown, for the lines of TOPIC_STEP. */
struct worked worked_begin_seen(const struct layer *layer, const struct batch *batch, size_t output);

/* The number of a line, which has its name once names_put gives it to it. */
float worked_line(struct worked *worked, const struct layer_text *line);

/* The text of a topic that holds after another; after NULL the first. NULL: none. */
const struct layer_text *topic_next(const struct layer *layer, enum layer_topic topic,
                                    const struct layer_text *after);

/* The same of lines that are worked out. */
const struct layer_text *line_next(const struct layer *layer, enum layer_topic topic,
                                   const struct layer_text *after);

/* Whether it says how its outputs come about: by steps or by lines. */
bool layer_is_worked(const struct layer *layer);

#endif
