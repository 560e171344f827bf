#include "nn/engine.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"

#include <math.h>
#include <string.h>

/* The activations of one layer: y = act(z), and d, which is act'(z) until backward turns it into dz. */
struct buffers {
    float *y, *d, *scratch;
    size_t stride; /* floats from one block to the next in y and d */
};

struct engine {
    const struct cnn_model *model;
    const struct kernels *k;
    size_t batch_size, n_blocks; /* n_blocks: of the batch at hand */
    float *memory;               /* everything below lies in it */
    struct buffers input;        /* y alone */
    struct buffers layer[MAX_LAYERS];
    float *loss;      /* [blocks][16] */
    uint8_t *correct; /* [blocks][16] */
    float *gradient;  /* [threads][unit_floats] */
    size_t unit_floats;
    size_t n_threads;
    size_t n_units;   /* of all layers together */
    double step_macs; /* arithmetic of a block's step, to tell small work from large */
    struct engine_listener listener;
};

static size_t blocks_of(size_t samples)
{
    return (samples + LANES - 1) / LANES;
}

/* Takes floats from the one array, or only counts them while there is none. */
struct taker {
    float *next;
    size_t taken;
};

static float *take(struct taker *t, size_t n)
{
    n = (n + LANES - 1) / LANES * LANES; /* every array starts on a line of its own */
    float *here = t->next;
    t->taken += n;
    if (t->next)
        t->next += n;
    return here;
}

static const float *layer_input(const struct engine *e, size_t i)
{
    return i ? e->layer[i - 1].y : e->input.y;
}

static void lay_out(struct engine *e, struct taker *t)
{
    size_t blocks = blocks_of(e->batch_size);
    e->input.stride = shape_count(&e->model->input) * LANES;
    e->input.y = take(t, blocks * e->input.stride);
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const struct layer *layer = &e->model->layer[i];
        struct buffers *b = &e->layer[i];
        b->stride = shape_count(&layer->out) * LANES;
        if (!layer->type->forward) { /* only another look at the numbers below */
            *b = i ? e->layer[i - 1] : e->input;
            continue;
        }
        b->y = take(t, blocks * b->stride);
        b->d = take(t, blocks * b->stride);
        b->scratch = take(t, blocks * layer->scratch);
    }
    e->loss = take(t, blocks * LANES);
    e->correct = (uint8_t *)take(t, blocks * LANES / sizeof(float));
    e->gradient = take(t, e->n_threads * e->unit_floats);
}

static void count_work(struct engine *e)
{
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const struct layer *layer = &e->model->layer[i];
        size_t floats = (layer->unit_count + LANES - 1) / LANES * LANES;
        if (floats > e->unit_floats)
            e->unit_floats = floats;
        e->n_units += layer->n_units;
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
    struct taker count = {0};
    lay_out(e, &count);
    e->memory = memory_alloc(count.taken, sizeof(float));
    if (!e->memory) {
        memory_free(e);
        return error_memory(error, count.taken * sizeof(float));
    }
    struct taker taker = {e->memory, 0};
    lay_out(e, &taker);
    *out = e;
    return CNN_OK;
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    memory_free(e->memory);
    memory_free(e);
}

void engine_listen(struct engine *e, const struct engine_listener *listener)
{
    e->listener = *listener;
}

static void done(const struct engine *e, enum engine_part part, size_t layer)
{
    if (e->listener.done)
        e->listener.done(e->listener.context, part, layer);
}

/* ---- part 1: a block on its own ------------------------------------------------------------------- */

static void block_forward(const struct engine *e, size_t block)
{
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const struct layer *layer = &e->model->layer[i];
        const struct buffers *b = &e->layer[i];
        if (!layer->type->forward)
            continue;
        const struct buffers *below = i ? &e->layer[i - 1] : &e->input;
        bool last = i + 1 == e->model->n_layers; /* the loss sets its dz, from the logits */
        layer->type->forward(layer, e->k, below->y + block * below->stride, b->y + block * b->stride,
                             last ? NULL : b->d + block * b->stride);
        done(e, ENGINE_FORWARD, i);
    }
}

static void block_backward(const struct engine *e, size_t block)
{
    for (size_t i = e->model->n_layers; i-- > 0;) {
        const struct layer *layer = &e->model->layer[i];
        const struct buffers *b = &e->layer[i], *below = i ? &e->layer[i - 1] : &e->input;
        if (!layer->type->backward)
            continue;
        const float *dz = b->d + block * b->stride;
        layer->type->block_gradient(layer, e->k, below->y + block * below->stride, dz,
                                    b->scratch + block * layer->scratch);
        done(e, ENGINE_GRADIENT, i);
        if (!below->d) /* nobody below would use it */
            continue;
        layer->type->backward(layer, e->k, dz, below->d + block * below->stride);
        done(e, ENGINE_BACKWARD, i);
    }
}

static void block_run(const struct engine *e, const struct engine_batch *batch, size_t block)
{
    size_t first = block * LANES;
    size_t n = batch->n - first < LANES ? batch->n - first : LANES;
    const struct buffers *last = &e->layer[e->model->n_layers - 1];
    e->k->pack(batch->images + first, n, shape_count(&e->model->input), e->model->scale,
               e->input.y + block * e->input.stride);
    done(e, ENGINE_PACK, 0);
    block_forward(e, block);
    e->k->softmax_cross_entropy(model_classes(e->model), batch->labels + first, n, 1.0f / (float)batch->n,
                                last->y + block * last->stride, last->d + block * last->stride,
                                e->loss + first, e->correct + first);
    done(e, ENGINE_LOSS, 0);
    block_backward(e, block);
}

static void sum_scores(const struct engine *e, size_t n, double *loss, size_t *correct)
{
    *loss = 0;
    *correct = 0;
    for (size_t i = 0; i < n; i++) {
        *loss += (double)e->loss[i];
        *correct += e->correct[i];
    }
}

/* ---- part 2: a unit on its own -------------------------------------------------------------------- */

/* A piece of the whole gradient: of which layer, which of its units, and what that reads. */
struct unit {
    size_t layer, number;
    struct gradient_view view;
};

static struct unit find_unit(const struct engine *e, size_t u)
{
    size_t i = 0;
    while (u >= e->model->layer[i].n_units)
        u -= e->model->layer[i++].n_units;
    const struct buffers *b = &e->layer[i];
    return (struct unit){.layer = i,
                         .number = u,
                         .view = {
                             .n_blocks = e->n_blocks,
                             .x = layer_input(e, i),
                             .x_stride = i ? e->layer[i - 1].stride : e->input.stride,
                             .dz = b->d,
                             .dz_stride = b->stride,
                             .scratch = b->scratch,
                             .scratch_stride = e->model->layer[i].scratch,
                         }};
}

/* Computes a unit into g; tells its parameter and place. */
static const struct parameter *unit_run(const struct engine *e, const struct unit *unit, float *g,
                                        struct gradient_slice *slice)
{
    const struct layer *layer = &e->model->layer[unit->layer];
    *slice = layer->type->gradient(layer, e->k, &unit->view, unit->number, g);
    done(e, ENGINE_GRADIENT, unit->layer);
    return &layer->parameter[slice->parameter];
}

/* Who listens hears of gradient and update apart, though together they are faster. */
static void unit_update(const struct engine *e, size_t u, float *g, enum optimizer optimizer,
                        const struct update *update)
{
    const struct unit unit = find_unit(e, u);
    const struct layer *layer = &e->model->layer[unit.layer];
    if (layer->type->gradient_update && !layer_unit_is_bias(layer, unit.number) && !e->listener.done) {
        layer->type->gradient_update(layer, e->k, &unit.view, unit.number, g, optimizer, update);
        return;
    }
    struct gradient_slice s;
    const struct parameter *p = unit_run(e, &unit, g, &s);
    e->k->update[optimizer](update, s.count, g, p->value + s.offset, parameter_slot(p, 0, s.offset),
                            parameter_slot(p, 1, s.offset));
    done(e, ENGINE_UPDATE, 0);
}

/* ---- both ----------------------------------------------------------------------------------------- */

/* Waking threads costs some microseconds: work below this many multiplications stays on one. */
static const double small_work = 200e3;

static int threads_for(const struct engine *e)
{
    return (double)e->n_blocks * e->step_macs < small_work ? 1 : (int)e->n_threads;
}

void engine_step(struct engine *e, const struct engine_batch *batch, enum optimizer optimizer,
                 const struct update *update, double *loss, size_t *correct)
{
    e->n_blocks = blocks_of(batch->n);
#pragma omp parallel num_threads(threads_for(e)) if (threads_for(e) > 1)
    {
        done(e, ENGINE_START, 0);
#pragma omp for schedule(static)
        for (size_t block = 0; block < e->n_blocks; block++)
            block_run(e, batch, block);
        done(e, ENGINE_WAIT, 0);
        double batch_loss;
        size_t batch_correct;
        sum_scores(e, batch->n, &batch_loss, &batch_correct); /* every thread: cheaper than to wait for one */
        float *g = e->gradient + thread_number() * e->unit_floats;
        if (isfinite(batch_loss)) {
#pragma omp for schedule(dynamic, 1) nowait
            for (size_t u = 0; u < e->n_units; u++)
                unit_update(e, u, g, optimizer, update);
        }
        if (thread_number() == 0) {
            *loss = batch_loss;
            *correct = batch_correct;
        }
    }
}

void engine_gradient(struct engine *e, const struct engine_batch *batch, float *gradient, double *loss,
                     size_t *correct)
{
    e->n_blocks = blocks_of(batch->n);
    for (size_t block = 0; block < e->n_blocks; block++)
        block_run(e, batch, block);
    sum_scores(e, batch->n, loss, correct);
    for (size_t u = 0; u < e->n_units; u++) {
        struct gradient_slice s;
        const struct unit unit = find_unit(e, u);
        const struct parameter *p = unit_run(e, &unit, e->gradient, &s);
        memcpy(gradient + (p->value - e->model->weights) + s.offset, e->gradient, s.count * sizeof(float));
    }
}

void engine_output(const struct engine *e, size_t i, size_t n, float *values)
{
    const struct buffers *b = &e->layer[i];
    const float *y = b->y + n / LANES * b->stride + n % LANES;
    for (size_t k = 0; k < b->stride / LANES; k++)
        values[k] = y[k * LANES];
}
