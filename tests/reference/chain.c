#include "reference/chain.h"

#include "base/memory.h"
#include "reference/reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void conv2d(const struct layer *layer, const double *x, const double *w, const double *b, double *z)
{
    struct conv2d_shape s = {.in_h = layer->in.size[0],
                             .in_w = layer->in.size[1],
                             .in_c = layer->in.size[2],
                             .kernel_h = layer->argument[1].h,
                             .kernel_w = layer->argument[1].w,
                             .filters = layer->argument[0].h};
    reference_conv2d_forward(&s, x, w, b, z);
}

static void dense(const struct layer *layer, const double *x, const double *w, const double *b, double *z)
{
    struct dense_shape s = {layer->in.size[0], layer->argument[0].h};
    reference_dense_forward(&s, x, w, b, z);
}

static void flatten(const struct layer *layer, const double *x, const double *w, const double *b, double *z)
{
    (void)w;
    (void)b;
    memcpy(z, x, shape_count(&layer->in) * sizeof *z);
}

chain_forward *chain_layer(const struct layer_type *type)
{
    return type == &layer_conv2d    ? conv2d
           : type == &layer_dense   ? dense
           : type == &layer_flatten ? flatten
                                    : NULL;
}

static double *alloc_doubles(size_t n)
{
    return memory_alloc(n, sizeof(double));
}

/* One sample through the chain; the result is freed by the caller. */
static double *run(const struct cnn_model *model, const double *weights, const uint8_t *image,
                   double **outputs)
{
    size_t n_in = shape_count(&model->input);
    double *x = alloc_doubles(n_in);
    for (size_t i = 0; i < n_in; i++)
        x[i] = model->scale ? image[i] / 255.0 : image[i];
    for (size_t i = 0; i < model->n_layers; i++) {
        const struct layer *layer = &model->layer[i];
        size_t n = shape_count(&layer->out);
        double *z = alloc_doubles(n);
        const double *w[MAX_PARAMETERS] = {NULL};
        for (size_t k = 0; k < layer->n_parameters; k++)
            w[k] = weights + (layer->parameter[k].value - model->weights);
        chain_layer(layer->type)(layer, x, w[0], w[1], z);
        const struct reference_activation *activation = reference_activation(layer->activation);
        if (!activation) {
            fprintf(stderr, "activation %d has no reference: add one to tests/reference/reference.c\n",
                    (int)layer->activation);
            abort();
        }
        for (size_t k = 0; layer->activation != ACTIVATION_softmax && k < n; k++)
            z[k] = activation->f(z[k]);
        if (outputs)
            memcpy(outputs[i], z, n * sizeof *z);
        memory_free(x);
        x = z;
    }
    return x;
}

double chain_loss(const struct cnn_model *model, const double *weights, const uint8_t *const *images,
                  const uint8_t *labels, size_t n, double **outputs)
{
    double loss = 0;
    for (size_t i = 0; i < n; i++) {
        double *z = run(model, weights, images[i], i + 1 == n ? outputs : NULL);
        loss += reference_cross_entropy(model_classes(model), z, labels[i], NULL);
        memory_free(z);
    }
    return loss / (double)n;
}
