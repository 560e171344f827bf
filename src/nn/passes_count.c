/* How evenly the plan of a step shares its arithmetic out: counted, not measured. */
#include "nn/passes.h"

/* The pieces of a layer's work that a thread takes whole. */
struct pieces {
    const struct engine *e;
    enum over over;
    enum layer_work work;
    size_t layer, n;
};

static struct pieces pieces_of(const struct engine *e, enum engine_phase phase, size_t layer)
{
    const enum layer_work work = phase == ENGINE_FORWARD    ? LAYER_FORWARD
                                 : phase == ENGINE_BACKWARD ? LAYER_BACKWARD
                                                            : LAYER_GRADIENT;
    const struct layer *l = &e->model->layer[layer];
    const enum over over = passes_over(e, work, layer);
    const size_t n[] = {[OVER_BLOCKS] = e->n_blocks,
                        [OVER_BANDS] = e->n_blocks * e->n_bands,
                        [OVER_SHARDS] = l->n_shards,
                        [OVER_SLICES] = l->n_slices};
    return (struct pieces){e, over, work, layer, n[over]};
}

/* The part of the work that piece i is. */
static double piece(const struct pieces *p, size_t i)
{
    const struct layer *layer = &p->e->model->layer[p->layer];
    if (p->over == OVER_BANDS) {
        const struct range rows = layer_band(layer, p->work, i % p->e->n_bands, p->e->n_bands);
        return layer_part(layer, p->work, rows) / (double)p->e->n_blocks;
    }
    if (p->over == OVER_SHARDS && layer->type->shards->slices) {
        const struct range some = layer->type->shards->slices(layer, i),
                           last = layer->type->shards->slices(layer, layer->n_shards - 1);
        return (double)(some.to - some.from) / (double)last.to;
    }
    return 1 / (double)p->n;
}

/* Each thread has as many pieces, in a row; the first some one more. */
double passes_busiest(const struct engine *e, enum engine_phase phase, size_t layer)
{
    const struct pieces p = pieces_of(e, phase, layer);
    const size_t threads = passes_threads(e);
    double most = 0;
    for (size_t t = 0, i = 0; t < threads; t++) {
        double sum = 0;
        for (size_t n = p.n / threads + (t < p.n % threads); n > 0; n--)
            sum += piece(&p, i++);
        most = sum > most ? sum : most;
    }
    return most;
}
