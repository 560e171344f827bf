/* What the parts of an explanation share. */
#ifndef EXPLAIN_EXPLAIN_H
#define EXPLAIN_EXPLAIN_H

#include "explain/exact.h"
#include "explain/paper.h"
#include "nn/model.h"

/* A model, an image, and what every layer makes of it. */
struct explanation {
    struct paper paper;
    const struct cnn_model *model;
    const struct cnn_dataset *dataset;
    size_t image;
    struct cnn_explain_options options;
    float *memory;            /* what the next two point into */
    float *y[MAX_LAYERS + 1]; /* of layer i, 0 the input; of softmax probabilities */
    float *z[MAX_LAYERS + 1]; /* the same before the activation */
    bool labelled;
    size_t label;
};

/* Checks options and computes all activations. Errors: as cnn_explain. Owns: the caller, until
 * explanation_end, also after an error. */
enum cnn_status explanation_begin(struct explanation *e, const struct cnn_model *model,
                                  const struct cnn_dataset *dataset, size_t image,
                                  const struct cnn_explain_options *options, cnn_text_written *write,
                                  void *context, struct cnn_error *error);
/* Returns status, or that memory ran out while writing. */
enum cnn_status explanation_end(struct explanation *e, enum cnn_status status, struct cnn_error *error);

/* Layer i of a model as the library's users count, 1 .. n_layers. */
static inline const struct layer *explained_layer(const struct explanation *e, size_t i)
{
    return &e->model->layer[i - 1];
}

/* Whether layer i is the last one, whose largest number is the answer; and whether by softmax. */
static inline bool is_answer(const struct explanation *e, size_t i)
{
    return i == e->model->n_layers;
}

static inline bool is_softmax(const struct explanation *e, size_t i)
{
    return e->model->layer[i - 1].activation == ACTIVATION_softmax;
}

/* The number of a layer by its name. Errors: USAGE, naming those there are. */
enum cnn_status find_layer(const struct explanation *e, const char *name, size_t *i, struct cnn_error *error);

/* Which output of layer i the options mean, checked. Errors: USAGE. */
enum cnn_status find_output(const struct explanation *e, size_t i, size_t *output, struct cnn_error *error);

/* The largest of n numbers; the first of equal ones. */
size_t largest_of(const float *values, size_t n, size_t stride);

/* "(24, 24, 3)" or "(84)"; and output k of that shape: "map 1, row 7, column 15" or "unit 12". */
enum { NAME_TEXT = 96 };
void shape_text(char text[NAME_TEXT], const struct shape *shape);
void output_text(const struct paper *paper, char text[NAME_TEXT], const struct shape *shape, size_t output);

/* The command that explains output k of layer i: appended to options.command. Returns text, "" for none. */
enum { COMMAND_TEXT = 512 };
const char *command_text(const struct explanation *e, char text[COMMAND_TEXT], size_t i, size_t output);

/* A layer's text with its numbers for what stands in braces. false: a name in braces is unknown. */
enum { FILLED_TEXT = 2048 };
bool fill(const struct layer *layer, const char *text, size_t group, char filled[FILLED_TEXT]);

/* ---- the parts ------------------------------------------------------------------------------------ */

/* What an image is for the network. */
void tell_input(struct explanation *e);

/* What layer i is for, its shape, counts and multiplications. */
void tell_layer(struct explanation *e, size_t i);

/* How output k of layer i comes about, the same by the steps of its sum, and what its activation makes of it.
 */
void tell_output(struct explanation *e, size_t i, size_t output);
void tell_steps(struct explanation *e, size_t i, size_t output);
void tell_activation(struct explanation *e, size_t i, size_t output);

/* Softmax of the logits, or the outputs where there is none; and the loss where there is a label. */
void tell_answer(struct explanation *e);

/* The step of the weight of layer i with the largest gradient among those that make output k.
 * Errors: as cnn_explain. */
enum cnn_status tell_step(struct explanation *e, size_t i, size_t output, struct cnn_error *error);

#endif
