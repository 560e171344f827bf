#include "nn/layer.h"

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

void layer_parameter(struct layer *layer, const char *name, size_t rank, const size_t *shape, size_t fan_in,
                     size_t fan_out)
{
    struct parameter *p = &layer->parameter[layer->n_parameters++];
    p->name = name;
    p->rank = rank;
    p->count = 1;
    for (size_t i = 0; i < rank; i++) {
        p->shape[i] = shape[i];
        p->count *= shape[i];
    }
    p->limit = fan_in + fan_out ? sqrt(6.0 / ((double)fan_in + (double)fan_out)) : 0;
}

void layer_sum_blocks(const struct batch_view *view, size_t offset, size_t count, float *g)
{
    const float *block = view->share + offset;
    memcpy(g, block, count * sizeof *g);
    for (size_t b = 1; b < view->n_blocks; b++) {
        block += view->share_stride;
        for (size_t i = 0; i < count; i++)
            g[i] += block[i];
    }
}
