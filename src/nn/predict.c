/* Prediction and scoring: forward only, one block at a time and thread, in two buffers that take turns. */
#include "base/denormals.h"
#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "nn/pieces.h"

#include <string.h>

/* One thread's memory. */
struct runner {
    const struct cnn_model *model;
    const struct kernels *k;
    float *buffer[2]; /* each as large as the largest layer's block */
};

static size_t largest_block(const struct cnn_model *model)
{
    size_t n = shape_count(&model->input);
    for (size_t i = 0; i < model->n_layers; i++)
        if (shape_count(&model->layer[i].out) > n)
            n = shape_count(&model->layer[i].out);
    return n * LANES;
}

/* What the last layer makes of up to 16 images from first on; of softmax the logits. */
static const float *run_block(struct runner *r, const struct cnn_dataset *dataset, size_t first, size_t n)
{
    const uint8_t *images[LANES];
    for (size_t i = 0; i < n; i++)
        images[i] = cnn_dataset_image(dataset, first + i);
    size_t at = 0;
    r->k->pack(images, n, shape_count(&r->model->input), r->model->scale, r->buffer[at]);
    for (size_t i = 0; i < r->model->n_layers; i++) {
        const struct layer *layer = &r->model->layer[i];
        layer_forward(layer, r->k, &(struct block){.n = n, .x = r->buffer[at], .y = r->buffer[1 - at]});
        at = layer_computes(layer) ? 1 - at : at;
    }
    return r->buffer[at];
}

/* Where a pass over a dataset puts what it finds; either half may be NULL. */
struct findings {
    float *outputs;      /* [count][classes] */
    float *loss;         /* [count rounded up to blocks] */
    uint8_t *prediction; /* [count] */
    uint8_t *sure;       /* [count]: row of cnn_confidence, of probabilities alone */
};

static void store_block(struct runner *r, const struct cnn_dataset *dataset, const float *y, size_t first,
                        size_t n, const struct findings *f)
{
    size_t classes = model_classes(r->model);
    const bool softmax = model_gives_probabilities(r->model);
    float *other = y == r->buffer[0] ? r->buffer[1] : r->buffer[0];
    const float *p = softmax ? other : y;
    if (f->loss) {
        uint8_t labels[LANES], correct[LANES];
        for (size_t i = 0; i < n; i++)
            labels[i] = (uint8_t)cnn_dataset_label(dataset, first + i);
        objective_loss(&r->model->objective, r->k, &(struct objective_block){softmax, classes, n, labels, 1},
                       y, NULL, f->loss + first, correct);
    }
    if (softmax && (f->outputs || f->sure))
        r->k->softmax(classes, y, other);
    for (size_t i = 0; i < n; i++) {
        size_t best = 0;
        for (size_t c = 0; c < classes; c++) {
            if (f->outputs)
                f->outputs[(first + i) * classes + c] = p[c * LANES + i];
            if (y[c * LANES + i] > y[best * LANES + i])
                best = c;
        }
        if (f->prediction)
            f->prediction[first + i] = (uint8_t)best;
        if (f->sure && softmax)
            f->sure[first + i] = (uint8_t)cnn_confidence_row(p[best * LANES + i]);
    }
}

static enum cnn_status run_all(const struct cnn_model *model, const struct cnn_dataset *dataset,
                               const struct findings *f, struct cnn_error *error)
{
    const struct kernels *k;
    enum cnn_status status = kernels_choose(&k, error);
    if (status != CNN_OK)
        return status;
    size_t count = cnn_dataset_info(dataset).count, blocks = whole_blocks(count);
    size_t threads = threads_wanted() < blocks ? threads_wanted() : blocks;
    size_t block_floats = largest_block(model);
    float *memory = memory_alloc_unset(threads * 2, block_floats * sizeof(float));
    if (!memory)
        return error_memory(error, threads * 2 * block_floats * sizeof(float));
#pragma omp parallel num_threads((int)threads) if (threads > 1)
    {
        float *mine = memory + thread_number() * 2 * block_floats;
        struct runner r = {model, k, {mine, mine + block_floats}};
        const uint64_t mode = denormals_flush();
#pragma omp for schedule(static)
        for (size_t b = 0; b < blocks; b++) {
            size_t first = b * LANES, n = count - first < LANES ? count - first : LANES;
            store_block(&r, dataset, run_block(&r, dataset, first, n), first, n, f);
        }
        denormals_restore(mode);
    }
    memory_free(memory);
    return CNN_OK;
}

/* The network up to a layer, with the same weights, and that layer without its activation if so asked. */
static struct cnn_model model_up_to(const struct cnn_model *model, size_t layer, enum cnn_stage stage)
{
    struct cnn_model part = *model;
    part.n_layers = layer;
    if (layer && stage == CNN_BEFORE_ACTIVATION)
        part.layer[layer - 1].activation = ACTIVATION_linear;
    return part;
}

static enum cnn_status check_activations(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                         size_t image, size_t layer, struct cnn_error *error)
{
    struct cnn_dataset_info data = cnn_dataset_info(dataset);
    if (layer > model->n_layers)
        return error_set(error, CNN_ERROR_USAGE, "there is no layer %zu; expected 0 to %zu", layer,
                         model->n_layers);
    if (image >= data.count)
        return error_set(error, CNN_ERROR_USAGE, "%s: image %zu is past the end; expected 0 to %zu",
                         data.source, image, data.count - 1);
    return model_check_images(model, dataset, error);
}

enum cnn_status cnn_model_activations(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                      size_t image, size_t layer, enum cnn_stage stage, float *values,
                                      struct cnn_error *error)
{
    const struct kernels *k;
    enum cnn_status status = check_activations(model, dataset, image, layer, error);
    if (status == CNN_OK)
        status = kernels_choose(&k, error);
    if (status != CNN_OK)
        return status;
    const struct cnn_model part = model_up_to(model, layer, stage);
    size_t block_floats = largest_block(&part),
           n = shape_count(layer ? &part.layer[layer - 1].out : &part.input);
    float *memory = memory_alloc(2, block_floats * sizeof(float));
    if (!memory)
        return error_memory(error, 2 * block_floats * sizeof(float));
    struct runner r = {&part, k, {memory, memory + block_floats}};
    const uint64_t mode = denormals_flush();
    const float *y = run_block(&r, dataset, image, 1);
    if (layer && part.layer[layer - 1].activation == ACTIVATION_softmax) {
        float *p = y == r.buffer[0] ? r.buffer[1] : r.buffer[0];
        k->softmax(n, y, p);
        y = p;
    }
    denormals_restore(mode);
    for (size_t i = 0; i < n; i++)
        values[i] = y[i * LANES];
    memory_free(memory);
    return CNN_OK;
}

enum cnn_status cnn_model_predict(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  float *outputs, struct cnn_error *error)
{
    enum cnn_status status = model_check_images(model, dataset, error);
    return status == CNN_OK ? run_all(model, dataset, &(struct findings){.outputs = outputs}, error) : status;
}

/* Adds up in the order of the images, so that the number of threads has no say in the loss. */
static void sum_up(const struct cnn_model *model, const struct cnn_dataset *dataset, const struct findings *f,
                   struct cnn_scores *scores, size_t *confusion)
{
    size_t classes = model_classes(model), count = cnn_dataset_info(dataset).count, correct = 0;
    double loss = 0;
    struct cnn_confidence confidence = {0};
    if (confusion)
        memset(confusion, 0, classes * classes * sizeof *confusion);
    for (size_t i = 0; i < count; i++) {
        size_t label = cnn_dataset_label(dataset, i);
        loss += (double)f->loss[i];
        correct += f->prediction[i] == label;
        if (model_gives_probabilities(model)) {
            confidence.images[f->sure[i]]++;
            confidence.right[f->sure[i]] += f->prediction[i] == label;
        }
        if (confusion)
            confusion[label * classes + f->prediction[i]]++;
    }
    *scores = (struct cnn_scores){count, count ? loss / (double)count + model_cost(model) : 0,
                                  count ? (double)correct / (double)count : 0, confidence};
}

enum cnn_status cnn_model_evaluate(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   struct cnn_scores *scores, size_t *confusion, struct cnn_error *error)
{
    enum cnn_status status = model_check_data(model, dataset, error);
    if (status != CNN_OK)
        return status;
    size_t count = cnn_dataset_info(dataset).count;
    struct findings f = {.loss = memory_alloc(count + LANES, sizeof(float)),
                         .prediction = memory_alloc(count, sizeof(uint8_t)),
                         .sure = memory_alloc(count, sizeof(uint8_t))};
    if (!f.loss || !f.prediction || !f.sure)
        status = error_memory(error, count * 6);
    if (status == CNN_OK)
        status = run_all(model, dataset, &f, error);
    if (status == CNN_OK)
        sum_up(model, dataset, &f, scores, confusion);
    memory_free(f.loss);
    memory_free(f.prediction);
    memory_free(f.sure);
    return status;
}
