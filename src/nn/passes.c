/* A step as a list of operations, cut into passes where threads must wait for each other; and its run. */
#include "nn/passes.h"

#include "base/denormals.h"
#include "base/threads.h"
#include "nn/pieces.h"

#include <math.h>
#include <string.h>

static void over_blocks(const struct engine *e, const struct pass *pass);
static void over_bands(const struct engine *e, const struct pass *pass);
static void over_shards(const struct engine *e, const struct operation *o, const struct target *target);
static void over_slices(const struct engine *e, const struct target *target);

/* ---- how work is shared out ----------------------------------------------------------------------- */

/* Waking threads costs some microseconds: work below this many multiplications stays on one. */
static const double small_work = 200e3;

size_t passes_threads(const struct engine *e)
{
    return (double)e->n_blocks * e->step_macs < small_work ? 1 : e->n_threads;
}

/* Bands of each block, so that each thread has as many; with a block for every thread, whole blocks will do.
 */
static size_t bands_for(size_t blocks, size_t threads)
{
    size_t divisor = threads;
    while (blocks % divisor || threads % divisor)
        divisor--;
    return blocks < threads ? threads / divisor : 1;
}

static bool by_shards(const struct engine *e, size_t i)
{
    const struct layer *layer = &e->model->layer[i];
    return layer->n_shards > 0 && e->n_blocks <= layer->type->shards->most_blocks;
}

/* Block by block or by bands. */
static enum over over_what(const struct engine *e, enum layer_work work, size_t i)
{
    const bool bands = e->n_bands > 1 && e->model->layer[i].n_rows[work] > 0;
    return bands ? OVER_BANDS : OVER_BLOCKS;
}

enum over passes_over(const struct engine *e, enum layer_work work, size_t i)
{
    const struct layer_type *type = e->model->layer[i].type;
    const bool gradient = work == LAYER_GRADIENT, shards = by_shards(e, i);
    if (gradient && type->slices)
        return shards && type->shards->slices ? OVER_SHARDS : OVER_SLICES;
    return shards && !gradient ? OVER_SHARDS : over_what(e, work, i);
}

/* ---- the plan ------------------------------------------------------------------------------------- */

/* Operations over blocks that follow each other are one pass: a block need not wait for the others. Bands of
 * a layer wait for all of the layer before; but its gradient and its backward read the same. */
static bool goes_on(const struct engine *e, enum over over, enum work work, size_t layer)
{
    if (!e->n_passes || over != e->pass[e->n_passes - 1].over)
        return false;
    const struct operation *last = &e->operation[e->n_operations - 1];
    const bool beside = work == BACKWARD && last->work == GRADIENT && last->layer == layer;
    return over == OVER_BLOCKS || (over == OVER_BANDS && beside);
}

static void add(struct engine *e, enum over over, enum work work, size_t layer)
{
    if (!goes_on(e, over, work, layer))
        e->pass[e->n_passes++] = (struct pass){over, e->n_operations, e->n_operations};
    e->operation[e->n_operations++] = (struct operation){work, layer};
    e->pass[e->n_passes - 1].to = e->n_operations;
}

static void add_forward(struct engine *e, size_t i)
{
    if (by_shards(e, i)) {
        add(e, OVER_SHARDS, GATHER, i);
        add(e, OVER_BLOCKS, FINISH, i);
    } else if (layer_computes(&e->model->layer[i]))
        add(e, over_what(e, LAYER_FORWARD, i), FORWARD, i);
}

static void add_backward(struct engine *e, size_t i)
{
    const struct layer_type *type = e->model->layer[i].type;
    const bool wanted = e->layer[i].first.dx != NULL;
    if (type->gradient)
        add(e, over_what(e, LAYER_GRADIENT, i), GRADIENT, i);
    if (by_shards(e, i)) {
        if (wanted || type->shards->slices)
            add(e, OVER_SHARDS, GATHER_BACK, i);
        if (wanted && type->shards->finish_back)
            add(e, OVER_BLOCKS, FINISH_BACK, i);
    } else if (wanted && type->backward)
        add(e, over_what(e, LAYER_BACKWARD, i), BACKWARD, i);
}

void passes_plan(struct engine *e)
{
    e->n_operations = e->n_passes = 0;
    e->n_bands = bands_for(e->n_blocks, passes_threads(e));
    add(e, OVER_BLOCKS, PACK, 0);
    for (size_t i = 0; i < e->model->n_layers; i++)
        add_forward(e, i);
    add(e, OVER_BLOCKS, LOSS, 0);
    for (size_t i = e->model->n_layers; i-- > 0;)
        add_backward(e, i);
    add(e, OVER_SLICES, UPDATE, 0);
}

/* ---- the run -------------------------------------------------------------------------------------- */

static void sum_scores(const struct engine *e, double *loss, size_t *correct)
{
    *loss = 0;
    *correct = 0;
    for (size_t i = 0; i < e->batch->n; i++) {
        *loss += (double)e->loss[i];
        *correct += e->correct[i];
    }
    if (e->model->objective.l2 > 0)
        *loss += (double)e->batch->n * pieces_cost(e);
}

static bool has_loss(const struct engine *e, const struct pass *pass)
{
    for (size_t i = pass->from; i < pass->to; i++)
        if (e->operation[i].work == LOSS)
            return true;
    return false;
}

void passes_run(const struct engine *e, const struct target *target, double *loss, size_t *correct)
{
    const uint64_t mode = denormals_flush();
    bool use = true; /* the gradient */
    if (e->model->objective.l2 > 0)
        pieces_square_weights(e);
    for (const struct pass *pass = e->pass; pass < e->pass + e->n_passes; pass++) {
        if (pass->over == OVER_BLOCKS)
            over_blocks(e, pass);
        else if (pass->over == OVER_BANDS)
            over_bands(e, pass);
        else if (pass->over == OVER_SHARDS)
            over_shards(e, &e->operation[pass->from], use ? target : NULL);
        else if (use)
            over_slices(e, target);
        if (has_loss(e, pass)) {
            sum_scores(e, loss, correct); /* every thread: cheaper than to wait for one */
            use = isfinite(*loss) || !target->update;
        }
    }
    if (use && target->update && target->values)
        pieces_update(e, target);
    denormals_restore(mode);
}

/* ---- over blocks ---------------------------------------------------------------------------------- */

static size_t samples_in(const struct engine *e, size_t block)
{
    size_t left = e->batch->n - block * LANES;
    return left < LANES ? left : LANES;
}

static void block_pack(const struct engine *e, size_t block)
{
    size_t n = shape_count(&e->model->input);
    e->k->pack(e->batch->images + block * LANES, samples_in(e, block), n, e->model->scale,
               e->images + block * n * LANES);
}

static void block_loss(const struct engine *e, size_t block)
{
    size_t first = block * LANES, last = e->model->n_layers - 1;
    const struct block b = batch_block(&e->layer[last], block);
    const struct objective_block samples = {model_gives_probabilities(e->model), model_classes(e->model),
                                            samples_in(e, block), e->batch->labels + first,
                                            1.0f / (float)e->batch->n};
    objective_loss(&e->model->objective, e->k, &samples, b.y, e->dz + block * e->layer[last].y_stride,
                   e->loss + first, e->correct + first);
}

static void layer_work(const struct engine *e, const struct operation *o, size_t block, struct range rows)
{
    const struct layer *layer = &e->model->layer[o->layer];
    struct block b = batch_block(&e->layer[o->layer], block);
    b.rows = rows;
    if (o->work == FORWARD)
        layer_forward(layer, e->k, &b);
    else if (o->work == FINISH)
        layer->type->shards->finish(layer, e->k, &b);
    else if (o->work == GRADIENT)
        layer->type->gradient(layer, e->k, &b);
    else if (o->work == BACKWARD)
        layer->type->backward(layer, e->k, &b);
    else
        layer->type->shards->finish_back(layer, e->k, &b);
}

/* rows: of the layer's; 0, 0: all. */
static void block_work(const struct engine *e, const struct operation *o, size_t block, struct range rows)
{
    static const enum engine_phase phase[] = {
        [PACK] = ENGINE_PACK,           [FORWARD] = ENGINE_FORWARD,   [FINISH] = ENGINE_FORWARD,
        [LOSS] = ENGINE_LOSS,           [GRADIENT] = ENGINE_GRADIENT, [BACKWARD] = ENGINE_BACKWARD,
        [FINISH_BACK] = ENGINE_BACKWARD};
    if (o->work == PACK)
        block_pack(e, block);
    else if (o->work == LOSS)
        block_loss(e, block);
    else
        layer_work(e, o, block, rows);
    engine_report(e, phase[o->work], o->layer);
}

/* Who takes which blocks, and below which shards, is the same in every step: what a thread wrote last is in
 * its cache. */
static void over_blocks(const struct engine *e, const struct pass *pass)
{
#pragma omp for schedule(static)
    for (size_t block = 0; block < e->n_blocks; block++)
        for (size_t i = pass->from; i < pass->to; i++)
            block_work(e, &e->operation[i], block, (struct range){0, 0});
    engine_report(e, ENGINE_WAIT, 0);
}

/* ---- over bands ----------------------------------------------------------------------------------- */

static struct range band_rows(const struct engine *e, const struct operation *o, size_t band)
{
    const enum layer_work work = o->work == FORWARD    ? LAYER_FORWARD
                                 : o->work == BACKWARD ? LAYER_BACKWARD
                                                       : LAYER_GRADIENT;
    return layer_band(&e->model->layer[o->layer], work, band, e->n_bands);
}

static void over_bands(const struct engine *e, const struct pass *pass)
{
#pragma omp for schedule(static)
    for (size_t unit = 0; unit < e->n_blocks * e->n_bands; unit++)
        for (size_t i = pass->from; i < pass->to; i++) {
            const struct operation *o = &e->operation[i];
            block_work(e, o, unit / e->n_bands, band_rows(e, o, unit % e->n_bands));
        }
    engine_report(e, ENGINE_WAIT, 0);
}

/* ---- over slices ---------------------------------------------------------------------------------- */

static void slice_run(const struct engine *e, size_t i, size_t slice, const struct target *target)
{
    const struct layer *layer = &e->model->layer[i];
    const struct layer_slices *slices = layer_slices(layer);
    float *g = e->gradient + thread_number() * e->slice_floats;
    const double l2 = e->model->objective.l2;
    if (slices->update && target->update && !target->values && !(l2 > 0)) {
        slices->update(layer, e->k, &e->layer[i], slice, g, target->optimizer, target->update);
        engine_report(e, ENGINE_GRADIENT, i);
        return;
    }
    struct range range = slices->gradient(layer, e->k, &e->layer[i], slice, g);
    if (l2 > 0)
        pieces_add_cost(layer, range, l2, g);
    engine_report(e, ENGINE_GRADIENT, i);
    if (target->values) {
        size_t first = (size_t)(layer->parameter[0].value - e->model->weights);
        memcpy(target->values + first + range.from, g, (range.to - range.from) * sizeof *g);
        return;
    }
    layer_update(layer, e->k, range, g, target->optimizer, target->update);
    engine_report(e, ENGINE_UPDATE, 0);
}

/* The slices that have not gone with a shard: those from the first on. */
static size_t first_loose(const struct engine *e, size_t i)
{
    const struct layer *layer = &e->model->layer[i];
    bool with_shards = by_shards(e, i) && layer->type->shards->slices;
    return with_shards ? layer->type->shards->slices(layer, layer->n_shards - 1).to : 0;
}

static void over_slices(const struct engine *e, const struct target *target)
{
    size_t loose[MAX_LAYERS], n = 0;
    for (size_t i = 0; i < e->model->n_layers; i++)
        n += loose[i] = e->model->layer[i].n_slices - first_loose(e, i);
#pragma omp for schedule(dynamic, 1) nowait
    for (size_t s = 0; s < n; s++) {
        size_t i = 0, slice = s;
        while (slice >= loose[i])
            slice -= loose[i++];
        slice_run(e, i, e->model->layer[i].n_slices - loose[i] + slice, target);
    }
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < e->model->n_layers; i++)
        if (target->update && e->model->layer[i].type->commit)
            e->model->layer[i].type->commit(&e->model->layer[i], e->k, &e->layer[i]);
}

/* ---- over shards ---------------------------------------------------------------------------------- */

static void shard_work(const struct engine *e, const struct operation *o, size_t shard,
                       const struct target *target)
{
    const struct layer *layer = &e->model->layer[o->layer];
    const struct layer_shards *shards = layer->type->shards;
    const struct batch *batch = &e->layer[o->layer];
    if (o->work == GATHER) {
        shards->gather(layer, e->k, batch, shard);
        engine_report(e, ENGINE_FORWARD, o->layer);
        return;
    }
    if (batch->first.dx) {
        shards->gather_back(layer, e->k, batch, shard);
        engine_report(e, ENGINE_BACKWARD, o->layer);
    }
    struct range slices = shards->slices ? shards->slices(layer, shard) : (struct range){0, 0};
    for (size_t slice = slices.from; target && slice < slices.to; slice++)
        slice_run(e, o->layer, slice, target);
}

static void over_shards(const struct engine *e, const struct operation *o, const struct target *target)
{
#pragma omp for schedule(static) nowait
    for (size_t shard = 0; shard < e->model->layer[o->layer].n_shards; shard++)
        shard_work(e, o, shard, target);
    if (o->work == GATHER_BACK && !e->layer[o->layer].first.dx) /* nobody waits for what it hands down */
        return;
#pragma omp barrier
    engine_report(e, ENGINE_WAIT, 0);
}
