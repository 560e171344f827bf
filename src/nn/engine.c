#include "nn/engine.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"
#include "nn/passes.h"
#include "nn/pieces.h"

#include <string.h>

static void begin(struct engine *e, const struct engine_batch *batch);
static void plan(struct engine *e, size_t n);

/* ---- a step --------------------------------------------------------------------------------------- */

void engine_step(struct engine *e, const struct engine_batch *batch, enum optimizer optimizer,
                 const struct update *update, double *loss, size_t *correct)
{
    const struct target target = {.optimizer = optimizer, .update = update, .values = e->whole};
    begin(e, batch);
#pragma omp parallel num_threads((int)passes_threads(e)) if (passes_threads(e) > 1)
    {
        double batch_loss;
        size_t batch_correct;
        engine_report(e, ENGINE_START, 0);
        passes_run(e, &target, &batch_loss, &batch_correct);
        if (thread_number() == 0) {
            *loss = batch_loss;
            *correct = batch_correct;
        }
    }
}

void engine_gradient(struct engine *e, const struct engine_batch *batch, float *gradient, double *loss,
                     size_t *correct)
{
    const struct target target = {.values = gradient};
    memset(gradient, 0, e->model->n_weights * sizeof *gradient);
    begin(e, batch);
    passes_run(e, &target, loss, correct);
}

static void begin(struct engine *e, const struct engine_batch *batch)
{
    e->batch = batch;
    for (size_t i = 0; i < e->model->n_layers; i++) {
        e->layer[i].n = batch->n;
        e->layer[i].n_blocks = whole_blocks(batch->n);
        e->layer[i].first.place = batch->place;
    }
    plan(e, batch->n);
}

static void plan(struct engine *e, size_t n)
{
    if (e->n_blocks == whole_blocks(n))
        return;
    e->n_blocks = whole_blocks(n);
    passes_plan(e);
}

double engine_busiest(struct engine *e, size_t n, enum engine_phase phase, size_t layer)
{
    plan(e, n);
    return passes_busiest(e, phase, layer);
}

const struct batch *engine_seen(const struct engine *e, size_t i)
{
    return &e->layer[i];
}

void engine_output(const struct engine *e, size_t i, size_t n, float *values)
{
    const struct batch *b = &e->layer[i];
    const float *y = b->first.y + n / LANES * b->y_stride + n % LANES;
    for (size_t k = 0; k < b->y_stride / LANES; k++)
        values[k] = y[k * LANES];
}

void engine_listen(struct engine *e, const struct engine_listener *listener)
{
    e->listener = *listener;
}

/* ---- memory --------------------------------------------------------------------------------------- */

/* Takes floats from the one array, or only counts them while there is none. */
struct cursor {
    float *next;
    size_t taken;
};

static float *take(struct cursor *c, size_t n)
{
    n = whole_lanes(n); /* every array starts on a line of its own */
    float *here = n ? c->next : NULL;
    c->taken += n;
    if (c->next)
        c->next += n;
    return here;
}

/* What a layer that computes has of its own. The loss sets the dz of the last one: from the logits, or where
 * there is no softmax from outputs and slope. */
static void lay_out_layer(struct engine *e, size_t i, size_t blocks, struct cursor *c)
{
    const struct layer *layer = &e->model->layer[i];
    struct batch *b = &e->layer[i];
    b->saved_stride = whole_lanes(layer->saved);
    b->share_stride = whole_lanes(layer->share);
    b->first.y = take(c, blocks * b->y_stride);
    float *dz = take(c, blocks * b->y_stride);
    b->first.dz = dz;
    if (layer->activation != ACTIVATION_softmax)
        b->first.slope = dz;
    e->dz = dz;
    b->first.saved = take(c, blocks * b->saved_stride);
    b->first.share = take(c, blocks * b->share_stride);
    b->first.gathered = take(c, layer->gathered);
}

static void lay_out(struct engine *e, struct cursor *c)
{
    size_t blocks = whole_blocks(e->batch_size), stride = shape_count(&e->model->input) * LANES;
    e->images = take(c, blocks * stride);
    struct block below = {.y = e->images};
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const struct layer *layer = &e->model->layer[i];
        struct batch *b = &e->layer[i];
        b->first = (struct block){.x = below.y, .dx = below.slope, .training = true};
        b->x_stride = stride;
        b->y_stride = stride = shape_count(&layer->out) * LANES;
        if (layer_computes(layer))
            lay_out_layer(e, i, blocks, c);
        else /* only another look at what is below */
            b->first.y = below.y, b->first.slope = below.slope;
        below = b->first;
    }
    e->loss = take(c, blocks * LANES);
    e->correct = (uint8_t *)take(c, blocks * LANES / sizeof(float));
    e->gradient = take(c, e->n_threads * e->slice_floats);
}

static void count_work(struct engine *e)
{
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const struct layer *layer = &e->model->layer[i];
        if (whole_lanes(layer->slice_floats) > e->slice_floats)
            e->slice_floats = whole_lanes(layer->slice_floats);
        e->step_macs += 3 * LANES * layer->macs_forward;
    }
}

enum cnn_status engine_create(const struct cnn_model *model, size_t batch_size, struct engine **out,
                              struct cnn_error *error)
{
    const struct kernels *k;
    enum cnn_status status = kernels_choose(&k, error);
    if (status != CNN_OK)
        return status;
    struct engine *e = memory_alloc(1, sizeof *e);
    if (!e)
        return error_memory(error, sizeof *e);
    *e = (struct engine){.model = model, .k = k, .batch_size = batch_size, .n_threads = threads_wanted()};
    count_work(e);
    struct cursor count = {0};
    lay_out(e, &count);
    e->memory = memory_alloc(count.taken, sizeof(float));
    if (!e->memory) {
        memory_free(e);
        return error_memory(error, count.taken * sizeof(float));
    }
    struct cursor cursor = {e->memory, 0};
    lay_out(e, &cursor);
    if (model->objective.l2 > 0)
        status = pieces_cut(e, error);
    if (status != CNN_OK) {
        engine_free(e);
        return status;
    }
    *out = e;
    return CNN_OK;
}

enum cnn_status engine_set_clip(struct engine *e, struct engine_clip clip, struct cnn_error *error)
{
    e->clip = clip;
    e->whole = memory_alloc(e->model->n_weights, sizeof *e->whole);
    return e->whole ? pieces_cut(e, error) : error_memory(error, e->model->n_weights * sizeof *e->whole);
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    memory_free(e->piece);
    memory_free(e->whole);
    memory_free(e->memory);
    memory_free(e);
}
