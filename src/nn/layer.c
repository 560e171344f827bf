#include "nn/layer.h"

#include "base/status.h"
#include "nn/streams.h"

#include <math.h>
#include <string.h>

static const struct layer_type *const types[] = {
#define LAYER(name) &layer_##name,
#include "nn/layers.def"
#undef LAYER
};

const struct layer_type *layer_type_at(size_t i)
{
    return i < sizeof types / sizeof types[0] ? types[i] : NULL;
}

/* ---- planning ------------------------------------------------------------------------------------- */

/* The most weights in a slice of a gradient that is the sum of shares. */
enum { SUM_FLOATS = 2048 };

enum cnn_status layer_plan(struct layer *layer, struct cnn_error *error)
{
    enum cnn_status status = layer->type->plan(layer, error);
    for (size_t i = 0; i < layer->n_parameters; i++)
        layer->n_trained += layer->parameter[i].trained ? layer->parameter[i].count : 0;
    if (status == CNN_OK && layer->type->gradient && !layer->type->slices) {
        layer->share = layer->n_trained;
        layer->n_slices = (layer->n_trained + SUM_FLOATS - 1) / SUM_FLOATS;
        layer->slice_floats = layer->n_trained < SUM_FLOATS ? layer->n_trained : SUM_FLOATS;
    }
    return status;
}

struct parameter *layer_parameter(struct layer *layer, const char *name, size_t rank, const size_t *shape,
                                  size_t fan_in, size_t fan_out)
{
    struct parameter *p = &layer->parameter[layer->n_parameters++];
    p->name = name;
    p->rank = rank;
    p->count = 1;
    p->trained = true;
    for (size_t i = 0; i < rank; i++) {
        p->shape[i] = shape[i];
        p->count *= shape[i];
    }
    p->limit = fan_in + fan_out ? sqrt(6.0 / ((double)fan_in + (double)fan_out)) : 0;
    return p;
}

/* ---- blocks --------------------------------------------------------------------------------------- */

static float *further(const float *p, size_t floats)
{
    return p ? (float *)p + floats : NULL;
}

struct block batch_block(const struct batch *batch, size_t number)
{
    struct block b = batch->first;
    size_t before = number * LANES, left = batch->n - before;
    b.number = number;
    b.n = left < LANES ? left : LANES;
    b.x = further(b.x, number * batch->x_stride);
    b.dx = further(b.dx, number * batch->x_stride);
    b.y = further(b.y, number * batch->y_stride);
    b.slope = further(b.slope, number * batch->y_stride);
    b.dz = further(b.dz, number * batch->y_stride);
    b.saved = further(b.saved, number * batch->saved_stride);
    b.share = further(b.share, number * batch->share_stride);
    b.place.image = b.place.image ? b.place.image + before : NULL;
    return b;
}

struct random layer_random(const struct layer *layer, const struct block *block, size_t lane)
{
    const struct place *p = &block->place;
    uint64_t image = p->image ? p->image[lane] : block->number * LANES + lane;
    return random_stream(p->seed, STREAM_LAYERS + ((uint64_t)layer->number << 52) + (p->epoch << 32) + image);
}

/* ---- bands ---------------------------------------------------------------------------------------- */

static size_t work_of(const struct layer *layer, enum layer_work work, struct range rows)
{
    size_t sum = 0;
    if (!layer->type->row_work)
        return rows.to - rows.from;
    for (size_t row = rows.from; row < rows.to; row++)
        sum += layer->type->row_work(layer, work, row);
    return sum;
}

/* The fewest rows, counted from 0, that are i of n parts of the work. */
static size_t band_end(const struct layer *layer, enum layer_work work, size_t i, size_t n)
{
    const size_t all = work_of(layer, work, (struct range){0, layer->n_rows[work]});
    size_t rows = 0, sum = 0;
    while (sum * n < all * i) {
        sum += work_of(layer, work, (struct range){rows, rows + 1});
        rows++;
    }
    return rows;
}

struct range layer_band(const struct layer *layer, enum layer_work work, size_t i, size_t n)
{
    return (struct range){band_end(layer, work, i, n),
                          i + 1 < n ? band_end(layer, work, i + 1, n) : layer->n_rows[work]};
}

double layer_part(const struct layer *layer, enum layer_work work, struct range rows)
{
    return (double)work_of(layer, work, rows) /
           (double)work_of(layer, work, (struct range){0, layer->n_rows[work]});
}

/* ---- gradients ------------------------------------------------------------------------------------ */

static struct range sum_shares(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                               size_t slice, float *g)
{
    (void)k;
    const size_t from = slice * SUM_FLOATS, left = layer->n_trained - from,
                 count = left < SUM_FLOATS ? left : SUM_FLOATS;
    const float *share = batch->first.share + from;
    memcpy(g, share, count * sizeof *g);
    for (size_t b = 1; b < batch->n_blocks; b++) {
        share += batch->share_stride;
        for (size_t i = 0; i < count; i++)
            g[i] += share[i];
    }
    return (struct range){from, from + count};
}

const struct layer_slices *layer_slices(const struct layer *layer)
{
    static const struct layer_slices sums = {.gradient = sum_shares};
    return layer->type->slices ? layer->type->slices : &sums;
}

void layer_update(const struct layer *layer, const struct kernels *k, struct range range, const float *g,
                  enum optimizer optimizer, const struct update *update)
{
    k->update[optimizer](update, range.to - range.from, g, layer->parameter[0].value + range.from,
                         layer_slot(layer, 0, range.from), layer_slot(layer, 1, range.from));
}

const struct cnn_word *layer_word(size_t i)
{
    static struct cnn_word words[MAX_LAYERS]; /* filled with the same values whoever asks */
    const struct layer_type *type = layer_type_at(i);
    if (!type)
        return NULL;
    words[i] = (struct cnn_word){type->word, type->usage, type->help};
    return &words[i];
}
