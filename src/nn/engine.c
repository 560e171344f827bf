#include "nn/engine.h"

#include "base/memory.h"
#include "base/status.h"
#include "base/threads.h"

#include <math.h>
#include <string.h>

/* The activations of one layer: y = act(z), and d, which is act'(z) until backward turns it into dz. */
struct buffers {
    float *y, *d, *share;
    float *sums;   /* of a layer with shards: [blocks][shards][out][16] */
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
    float *gradient;  /* [threads][slice_floats] */
    size_t slice_floats;
    size_t n_threads;
    size_t n_operations; /* of a block: see below */
    double step_macs;    /* arithmetic of a block's step, to tell small work from large */
    struct engine_listener listener;
};

static size_t blocks_of(size_t samples)
{
    return (samples + LANES - 1) / LANES;
}

/* Up to so many blocks, a large layer's weights are more to move than the blocks: the work goes by shards.
 * With more, it goes by blocks in every layer. */
enum { SHARD_BLOCKS = 8 };

static bool has_shards(const struct engine *e, size_t i)
{
    return e->model->layer[i].n_shards > 1 && e->n_blocks <= SHARD_BLOCKS;
}

/* The slices of a layer with shards go with these, all but its bias. */
static size_t loose_slices(const struct engine *e, size_t i)
{
    return has_shards(e, i) ? 1 : e->model->layer[i].n_slices;
}

/* Takes floats from the one array, or only counts them while there is none. */
struct cursor {
    float *next;
    size_t taken;
};

static float *take(struct cursor *t, size_t n)
{
    n = (n + LANES - 1) / LANES * LANES; /* every array starts on a line of its own */
    float *here = t->next;
    t->taken += n;
    if (t->next)
        t->next += n;
    return here;
}

static void lay_out(struct engine *e, struct cursor *t)
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
        b->share = take(t, blocks * layer->share);
        if (layer->n_shards > 1)
            b->sums = take(t, (blocks < SHARD_BLOCKS ? blocks : SHARD_BLOCKS) * layer->n_shards * b->stride);
    }
    e->loss = take(t, blocks * LANES);
    e->correct = (uint8_t *)take(t, blocks * LANES / sizeof(float));
    e->gradient = take(t, e->n_threads * e->slice_floats);
}

static void count_work(struct engine *e)
{
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const struct layer *layer = &e->model->layer[i];
        size_t floats = (layer->slice_floats + LANES - 1) / LANES * LANES;
        if (floats > e->slice_floats)
            e->slice_floats = floats;
        e->step_macs += 3 * LANES * layer->macs_forward;
    }
    size_t n = e->model->n_layers, first = 0;
    while (!e->model->layer[first].type->forward)
        first++;
    e->n_operations = 2 * n + 2 - first;
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

static void report(const struct engine *e, enum engine_phase phase, size_t layer)
{
    if (e->listener.report)
        e->listener.report(e->listener.context, phase, layer);
}

/* ---- a block on its own ----------------------------------------------------------------------------- */

/* Its operations: pack, the layers upwards, the loss, the layers downwards to the first that computes. */
enum { PACK = 0 };

static size_t loss_operation(const struct engine *e)
{
    return e->model->n_layers + 1;
}

static size_t layer_of(const struct engine *e, size_t operation)
{
    return operation < loss_operation(e) ? operation - 1 : 2 * e->model->n_layers + 1 - operation;
}

static const struct buffers *below(const struct engine *e, size_t i)
{
    return i ? &e->layer[i - 1] : &e->input;
}

static size_t samples_in(const struct engine_batch *batch, size_t block)
{
    size_t left = batch->n - block * LANES;
    return left < LANES ? left : LANES;
}

static void block_pack(const struct engine *e, const struct engine_batch *batch, size_t block)
{
    e->k->pack(batch->images + block * LANES, samples_in(batch, block), shape_count(&e->model->input),
               e->model->scale, e->input.y + block * e->input.stride);
    report(e, ENGINE_PACK, 0);
}

static void block_forward(const struct engine *e, size_t i, size_t block)
{
    const struct layer *layer = &e->model->layer[i];
    const struct buffers *b = &e->layer[i];
    if (!layer->type->forward)
        return;
    bool last = i + 1 == e->model->n_layers; /* the loss sets its dz, from the logits */
    float *y = b->y + block * b->stride, *d = last ? NULL : b->d + block * b->stride;
    if (has_shards(e, i))
        layer->type->shard_finish(layer, e->k, b->sums + block * layer->n_shards * b->stride, y, d);
    else
        layer->type->forward(layer, e->k, below(e, i)->y + block * below(e, i)->stride, y, d);
    report(e, ENGINE_FORWARD, i);
}

static void block_loss(const struct engine *e, const struct engine_batch *batch, size_t block)
{
    size_t first = block * LANES;
    const struct buffers *last = &e->layer[e->model->n_layers - 1];
    e->k->softmax_cross_entropy(model_classes(e->model), batch->labels + first, samples_in(batch, block),
                                1.0f / (float)batch->n, last->y + block * last->stride,
                                last->d + block * last->stride, e->loss + first, e->correct + first);
    report(e, ENGINE_LOSS, 0);
}

static void block_backward(const struct engine *e, size_t i, size_t block)
{
    const struct layer *layer = &e->model->layer[i];
    const struct buffers *b = &e->layer[i], *to = below(e, i);
    if (!layer->type->backward)
        return;
    const float *dz = b->d + block * b->stride;
    layer->type->block_gradient(layer, e->k, to->y + block * to->stride, dz, b->share + block * layer->share);
    report(e, ENGINE_GRADIENT, i);
    if (!to->d || has_shards(e, i)) /* nobody below would use it, or the shards make it */
        return;
    layer->type->backward(layer, e->k, dz, to->d + block * to->stride);
    report(e, ENGINE_BACKWARD, i);
}

static void block_run(const struct engine *e, const struct engine_batch *batch, size_t operation,
                      size_t block)
{
    if (operation == PACK)
        block_pack(e, batch, block);
    else if (operation < loss_operation(e))
        block_forward(e, layer_of(e, operation), block);
    else if (operation == loss_operation(e))
        block_loss(e, batch, block);
    else
        block_backward(e, layer_of(e, operation), block);
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

/* ---- a slice on its own: a piece of a layer's gradient, then its update ------------------------------ */

/* What becomes of a gradient: the update of the weights, or where that is NULL it goes to values. */
struct target {
    enum optimizer optimizer;
    const struct update *update;
    float *values; /* laid out as model->weights */
};

static struct batch_view view_of(const struct engine *e, size_t i)
{
    const struct buffers *b = &e->layer[i];
    return (struct batch_view){
        .n_blocks = e->n_blocks,
        .x = below(e, i)->y,
        .x_stride = below(e, i)->stride,
        .dz = b->d,
        .dz_stride = b->stride,
        .dx = below(e, i)->d,
        .share = b->share,
        .share_stride = e->model->layer[i].share,
    };
}

/* Who listens hears of gradient and update apart, though together they are faster. */
static void slice_run(const struct engine *e, size_t i, size_t slice, const struct target *target)
{
    const struct layer *layer = &e->model->layer[i];
    const struct batch_view view = view_of(e, i);
    float *g = e->gradient + thread_number() * e->slice_floats;
    if (target->update && layer->type->gradient_update && !layer_slice_is_bias(layer, slice) &&
        !e->listener.report) {
        layer->type->gradient_update(layer, e->k, &view, slice, g, target->optimizer, target->update);
        return;
    }
    struct gradient_slice s = layer->type->gradient(layer, e->k, &view, slice, g);
    const struct parameter *p = &layer->parameter[s.parameter];
    report(e, ENGINE_GRADIENT, i);
    if (!target->update) {
        memcpy(target->values + (p->value - e->model->weights) + s.offset, g, s.count * sizeof *g);
        return;
    }
    e->k->update[target->optimizer](target->update, s.count, g, p->value + s.offset,
                                    parameter_slot(p, 0, s.offset), parameter_slot(p, 1, s.offset));
    report(e, ENGINE_UPDATE, 0);
}

static void loose_slice_run(const struct engine *e, size_t u, const struct target *target)
{
    size_t i = 0;
    while (u >= loose_slices(e, i))
        u -= loose_slices(e, i++);
    slice_run(e, i, e->model->layer[i].n_slices - loose_slices(e, i) + u, target);
}

/* ---- a shard on its own: some of a large layer's weights, for all blocks ----------------------------- */

static void shard_forward(const struct engine *e, size_t i, size_t shard)
{
    const struct layer *layer = &e->model->layer[i];
    const struct batch_view view = view_of(e, i);
    layer->type->shard_forward(layer, e->k, &view, shard, e->layer[i].sums,
                               layer->n_shards * e->layer[i].stride);
    report(e, ENGINE_FORWARD, i);
}

/* The gradient handed down, and as no other shard reads these weights, their update. */
static void shard_backward(const struct engine *e, size_t i, size_t shard, const struct target *target)
{
    const struct layer *layer = &e->model->layer[i];
    const struct batch_view view = view_of(e, i);
    if (view.dx) {
        layer->type->shard_backward(layer, e->k, &view, shard);
        report(e, ENGINE_BACKWARD, i);
    }
    for (size_t u = layer_shard_slice(layer, shard); target && u < layer_shard_slice(layer, shard + 1); u++)
        slice_run(e, i, u, target);
}

/* ---- a step --------------------------------------------------------------------------------------- */

static bool starts_with_shards(const struct engine *e, size_t operation)
{
    return operation > PACK && operation < loss_operation(e) && has_shards(e, layer_of(e, operation));
}

static bool ends_with_shards(const struct engine *e, size_t operation)
{
    return operation > loss_operation(e) && has_shards(e, layer_of(e, operation));
}

/* Each pass below is run by all threads of the team. Who takes which blocks and shards is the same in every
 * step: what a thread wrote last is in its cache. */
static void pass_over_blocks(const struct engine *e, const struct engine_batch *batch, size_t from, size_t to)
{
#pragma omp for schedule(static)
    for (size_t block = 0; block < e->n_blocks; block++)
        for (size_t operation = from; operation < to; operation++)
            block_run(e, batch, operation, block);
    report(e, ENGINE_WAIT, 0);
}

static void pass_over_shards_forward(const struct engine *e, size_t i)
{
#pragma omp for schedule(static)
    for (size_t shard = 0; shard < e->model->layer[i].n_shards; shard++)
        shard_forward(e, i, shard);
    report(e, ENGINE_WAIT, 0);
}

static void pass_over_shards_backward(const struct engine *e, size_t i, const struct target *target)
{
#pragma omp for schedule(static) nowait
    for (size_t shard = 0; shard < e->model->layer[i].n_shards; shard++)
        shard_backward(e, i, shard, target);
    if (!below(e, i)->d) /* nobody waits for what it hands down */
        return;
#pragma omp barrier
    report(e, ENGINE_WAIT, 0);
}

static void pass_over_slices(const struct engine *e, const struct target *target)
{
    size_t n = 0;
    for (size_t i = 0; i < e->model->n_layers; i++)
        n += loose_slices(e, i);
#pragma omp for schedule(dynamic, 1) nowait
    for (size_t u = 0; u < n; u++)
        loose_slice_run(e, u, target);
}

/* Blocks, as far as they come on their own, then shards, then blocks again, and so on. */
static void step_run(const struct engine *e, const struct engine_batch *batch, const struct target *target,
                     double *loss, size_t *correct)
{
    const struct target *if_finite = NULL;
    for (size_t from = PACK, to; from < e->n_operations; from = to) {
        if (starts_with_shards(e, from))
            pass_over_shards_forward(e, layer_of(e, from));
        to = from + 1;
        while (to < e->n_operations && !starts_with_shards(e, to) && !ends_with_shards(e, to - 1))
            to++;
        pass_over_blocks(e, batch, from, to);
        if (from <= loss_operation(e) && to > loss_operation(e)) {
            sum_scores(e, batch->n, loss, correct); /* every thread: cheaper than to wait for one */
            if_finite = isfinite(*loss) || !target->update ? target : NULL;
        }
        if (ends_with_shards(e, to - 1))
            pass_over_shards_backward(e, layer_of(e, to - 1), if_finite);
    }
    if (if_finite)
        pass_over_slices(e, target);
}

/* Waking threads costs some microseconds: work below this many multiplications stays on one. */
static const double small_work = 200e3;

static int threads_for(const struct engine *e)
{
    return (double)e->n_blocks * e->step_macs < small_work ? 1 : (int)e->n_threads;
}

void engine_step(struct engine *e, const struct engine_batch *batch, enum optimizer optimizer,
                 const struct update *update, double *loss, size_t *correct)
{
    const struct target target = {.optimizer = optimizer, .update = update};
    e->n_blocks = blocks_of(batch->n);
#pragma omp parallel num_threads(threads_for(e)) if (threads_for(e) > 1)
    {
        double batch_loss;
        size_t batch_correct;
        report(e, ENGINE_START, 0);
        step_run(e, batch, &target, &batch_loss, &batch_correct);
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
    e->n_blocks = blocks_of(batch->n);
    step_run(e, batch, &target, loss, correct);
}

void engine_output(const struct engine *e, size_t i, size_t n, float *values)
{
    const struct buffers *b = &e->layer[i];
    const float *y = b->y + n / LANES * b->stride + n % LANES;
    for (size_t k = 0; k < b->stride / LANES; k++)
        values[k] = y[k * LANES];
}
