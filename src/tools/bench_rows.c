/* What a training step is made of, and what each phase has to do: multiplications and bytes, from shapes
 * alone. */
#include "base/memory.h"
#include "base/status.h"
#include "tools/bench.h"

static size_t padded_batch(const struct bench *b)
{
    return whole_lanes(b->options.batch_size);
}

/* Bytes of a feature map, for the whole batch. */
static double map_bytes(const struct bench *b, const struct shape *shape)
{
    return (double)(padded_batch(b) * shape_count(shape) * sizeof(float));
}

static double weight_bytes(const struct layer *layer)
{
    size_t n = 0;
    for (size_t i = 0; i < layer->n_parameters; i++)
        n += layer->parameter[i].count;
    return (double)(n * sizeof(float));
}

/* The update reads the gradient, and weights and slots in and out. */
static double update_bytes(const struct bench *b, const struct layer *layer)
{
    return (double)(layer->n_trained * (1 + 2 + 2 * b->trainer->setting.n_slots) * sizeof(float));
}

static void add_row(struct bench *b, enum engine_phase phase, size_t layer, const char *work, double flop,
                    double bytes)
{
    bool of_layer = phase == ENGINE_FORWARD || phase == ENGINE_BACKWARD || phase == ENGINE_GRADIENT;
    b->rows[b->n_rows++] = (struct row){.phase = phase,
                                        .layer = layer,
                                        .result = {.kind = CNN_BENCH_KERNEL,
                                                   .work = work,
                                                   .layer = of_layer ? b->model->layer[layer].name : NULL,
                                                   .batch_size = b->options.batch_size,
                                                   .threads = 1,
                                                   .flop = flop,
                                                   .bytes = bytes}};
}

/* The first layer that computes has nobody below to hand a gradient to. */
static bool is_first(const struct cnn_model *model, size_t i)
{
    while (i-- > 0)
        if (layer_computes(&model->layer[i]))
            return false;
    return true;
}

static double forward_flop(const struct bench *b, const struct layer *layer)
{
    return 2 * layer->macs_forward * (double)b->options.batch_size;
}

static void add_forward_rows(struct bench *b)
{
    for (size_t i = 0; i < b->model->n_layers; i++) {
        const struct layer *layer = &b->model->layer[i];
        double maps = i + 1 == b->model->n_layers ? 1 : 2; /* y, and slope but for the last layer */
        if (layer_computes(layer))
            add_row(b, ENGINE_FORWARD, i, "forward", forward_flop(b, layer),
                    map_bytes(b, &layer->in) + maps * map_bytes(b, &layer->out) + weight_bytes(layer));
    }
}

static void add_backward_rows(struct bench *b)
{
    for (size_t i = b->model->n_layers; i-- > 0;) {
        const struct layer *layer = &b->model->layer[i];
        bool goes_back = layer->type->backward || (layer->type->shards && layer->type->shards->finish_back);
        if (goes_back && !is_first(b->model, i))
            add_row(b, ENGINE_BACKWARD, i, "backward", forward_flop(b, layer),
                    map_bytes(b, &layer->out) + 2 * map_bytes(b, &layer->in) + weight_bytes(layer));
    }
}

/* The gradient alone, or with the update where the layer does both in one. */
static void add_gradient_rows(struct bench *b)
{
    for (size_t i = 0; i < b->model->n_layers; i++) {
        const struct layer *layer = &b->model->layer[i];
        bool update = layer_slices(layer)->update != NULL;
        if (layer->type->gradient)
            add_row(b, ENGINE_GRADIENT, i, update ? "gradient, update" : "gradient", forward_flop(b, layer),
                    map_bytes(b, &layer->in) + map_bytes(b, &layer->out) + weight_bytes(layer) +
                        (double)(whole_blocks(b->options.batch_size) * layer->share * sizeof(float)) +
                        (update ? update_bytes(b, layer) : 0));
    }
}

static void add_update_row(struct bench *b)
{
    double bytes = 0;
    for (size_t i = 0; i < b->model->n_layers; i++)
        bytes += layer_slices(&b->model->layer[i])->update ? 0 : update_bytes(b, &b->model->layer[i]);
    if (bytes > 0)
        add_row(b, ENGINE_UPDATE, 0, "update", 0, bytes);
}

enum cnn_status bench_plan_rows(struct bench *b, struct cnn_error *error)
{
    size_t most = 3 * b->model->n_layers + 5;
    b->rows = memory_alloc(most, sizeof *b->rows);
    if (!b->rows)
        return error_memory(error, most * sizeof *b->rows);
    double image_bytes = (double)(b->options.batch_size * shape_count(&b->model->input));
    double classes = (double)(model_classes(b->model) * sizeof(float) * padded_batch(b));
    add_row(b, ENGINE_START, 0, "gather images", 0, 0);
    add_row(b, ENGINE_PACK, 0, "pack", 0, image_bytes + map_bytes(b, &b->model->input));
    add_forward_rows(b);
    add_row(b, ENGINE_LOSS, 0, "loss", 0, 2 * classes);
    add_backward_rows(b);
    add_row(b, ENGINE_WAIT, 0, "waiting", 0, 0);
    add_gradient_rows(b);
    add_update_row(b);
    return CNN_OK;
}

void bench_count_spread(struct bench *b)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        struct row *row = &b->rows[i];
        const double part = row->result.flop > 0 ? engine_busiest(b->trainer->engine, b->options.batch_size,
                                                                  row->phase, row->layer)
                                                 : 0;
        row->result.spread = part > 0 ? 1 / part : 0;
    }
}

/* Predictions go block by block. */
static double predict_spread(const struct bench *b)
{
    const size_t blocks = whole_blocks(b->options.batch_size);
    return (double)blocks / (double)((blocks + b->threads - 1) / b->threads);
}

struct cnn_bench_result bench_whole(const struct bench *b, enum cnn_bench_kind kind)
{
    struct cnn_bench_result sum = {.kind = kind,
                                   .work = kind == CNN_BENCH_TRAIN ? "training" : "inference",
                                   .batch_size = b->options.batch_size,
                                   .threads = b->threads};
    double busiest = 0;
    for (size_t i = 0; i < b->n_rows; i++) {
        enum engine_phase phase = b->rows[i].phase;
        if (kind == CNN_BENCH_PREDICT && phase != ENGINE_PACK && phase != ENGINE_FORWARD)
            continue;
        sum.flop += b->rows[i].result.flop;
        sum.bytes += b->rows[i].result.bytes;
        busiest += b->rows[i].result.flop > 0 ? b->rows[i].result.flop / b->rows[i].result.spread : 0;
    }
    sum.spread = kind == CNN_BENCH_PREDICT ? predict_spread(b) : busiest > 0 ? sum.flop / busiest : 0;
    return sum;
}
