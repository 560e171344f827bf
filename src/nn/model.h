/* A model: a planned chain of layers and its weights. */
#ifndef NN_MODEL_H
#define NN_MODEL_H

#include "nn/objective.h"
#include "nn/spec.h"

enum { MAX_EPOCHS = 1000000 };

enum { MAX_VERSION = 32 };

struct cnn_model {
    char arch[MAX_SPEC_TEXT];
    struct shape input;
    bool scale;
    uint64_t seed;
    uint64_t
        given_weights; /* fingerprint of its first weights where they were given; 0: the seed drew them */
    bool used;         /* from a file, or a trainer's: what it holds now, the seed does not draw */
    size_t trained_epochs;
    struct objective objective; /* what it was trained for, and is scored by */
    bool has_confidence;        /* on test images, of the weights as they are */
    struct cnn_confidence confidence;
    char version[MAX_VERSION]; /* of the program that wrote its file; "": made here */
    size_t n_layers;
    struct layer layer[MAX_LAYERS];
    float *weights; /* all parameters, layer by layer; what layer[].parameter[].value points into */
    size_t n_weights;
};

/* A model with zero weights; more than max_weights of them are not asked for: MISMATCH.
 * Errors: also as cnn_model_create. Owns: the caller (cnn_model_free). */
enum cnn_status model_plan(const struct cnn_model_options *options, size_t max_weights,
                           struct cnn_model **model, struct cnn_error *error);

/* Array i of weights, from the first layer's first to the last one's last, as they lie in memory; NULL past
 * the end. layer, unless NULL, is told whose it is. */
struct parameter *model_parameter(const struct cnn_model *model, size_t i, const struct layer **layer);
/* The first layer with a weight that is not finite; NULL when all are. */
const struct layer *model_broken_layer(const struct cnn_model *model);

/* Remembers that training begins from the weights that the model holds now, and not from drawn ones. */
void model_note_given(struct cnn_model *model);

/* The number of classes it tells apart. */
static inline size_t model_classes(const struct cnn_model *model)
{
    return shape_count(&model->layer[model->n_layers - 1].out);
}

/* Whether its answer is probabilities, by softmax; else what the last layer puts out. */
static inline bool model_gives_probabilities(const struct cnn_model *model)
{
    return model->layer[model->n_layers - 1].activation == ACTIVATION_softmax;
}

/* What L2 adds to the loss for the weights of the kernels: as the engine has it, to the bit, by one thread.
 */
double model_cost(const struct cnn_model *model);

/* Whether a dataset can go into the model. Errors: MISMATCH. */
enum cnn_status model_check_images(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   struct cnn_error *error);
/* The same for images and labels. */
enum cnn_status model_check_data(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                 struct cnn_error *error);

#endif
