/* The step of one weight that one image alone, as a batch of one, would make. */
#include "explain/step.h"

#include "base/memory.h"
#include "data/dataset.h"
#include "nn/engine.h"
#include "nn/model_file.h"
#include "train/run_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX = 32 };

/* ---- the run --------------------------------------------------------------------------------------- */

const struct parameter *parameter_at(const struct layer *layer, size_t at, size_t *within)
{
    const struct parameter *p = layer->parameter;
    while (at >= p->count)
        at -= p++->count;
    *within = at;
    return p;
}

/* Of a run that averages its weights: the mean so far, or that the model is it. */
static enum cnn_status read_mean(struct npz *npz, struct weight_step *s, const struct parameter *p,
                                 float *values, struct cnn_error *error)
{
    char name[MODEL_FILE_NAME];
    model_file_name("plain/", s->layer, p, name);
    s->mean_in_model = s->ema > 0 && npz_has(npz, name);
    model_file_name("average/", s->layer, p, name);
    s->has_mean = s->ema > 0 && npz_has(npz, name);
    return s->has_mean ? npz_read_floats(npz, name, p->rank, p->shape, values, error) : CNN_OK;
}

/* What the optimizer remembers of the weight, and the mean. */
static enum cnn_status read_slots(struct npz *npz, struct weight_step *s, struct cnn_error *error)
{
    size_t within;
    const struct parameter *p = parameter_at(s->layer, s->at, &within);
    float *values = memory_alloc(p->count, sizeof *values);
    enum cnn_status status = values ? CNN_OK : error_memory(error, p->count * sizeof *values);
    for (size_t k = 0; status == CNN_OK && k < s->setting.n_slots; k++) {
        char prefix[PREFIX], name[MODEL_FILE_NAME];
        snprintf(prefix, sizeof prefix, "slot_%zu/", k);
        model_file_name(prefix, s->layer, p, name);
        status = npz_read_floats(npz, name, p->rank, p->shape, values, error);
        if (status == CNN_OK)
            s->slot[k] = values[within];
    }
    if (status == CNN_OK)
        status = read_mean(npz, s, p, values, error);
    s->mean = values ? values[within] : 0;
    memory_free(values);
    return status;
}

/* Where the run stands. A run at its end has the learning rate of its last step. */
static enum cnn_status take_run(struct weight_step *s, const struct run *run, struct cnn_error *error)
{
    const struct run_numbers *n = &run->numbers;
    const uint64_t per_epoch = (n->images + n->batch_size - 1) / n->batch_size,
                   done = n->epoch * per_epoch + n->step, total = n->epochs * per_epoch;
    struct schedule schedule;
    enum cnn_status status = optimizer_parse(run->optimizer, &s->setting, error);
    if (status == CNN_OK)
        status = schedule_parse(run->schedule, &schedule, error);
    if (status != CNN_OK)
        return status;
    s->has_run = true;
    snprintf(s->optimizer, sizeof s->optimizer, "%s", run->optimizer);
    s->compat = run->options.compat;
    s->clipnorm = run->options.clipnorm;
    s->global_clipnorm = run->options.global_clipnorm;
    s->ema = run->options.ema;
    s->step = done + 1;
    s->learning_rate = run->options.learning_rate *
                       schedule_factor(&schedule, (size_t)(done < total || done == 0 ? done : total - 1),
                                       (size_t)per_epoch, (size_t)n->epochs);
    s->place.seed = n->seed;
    s->place.epoch = n->epoch + n->epoch_done;
    return CNN_OK;
}

static enum cnn_status read_run(const char *path, struct weight_step *s, struct cnn_error *error)
{
    struct run run = {0};
    uint8_t *bytes;
    struct npz *npz;
    enum cnn_status status = model_file_open(path, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    if (npz_has(npz, "training/epoch")) {
        status = run_file_read(npz, path, &run, error);
        if (status == CNN_OK)
            status = take_run(s, &run, error);
        if (status == CNN_OK)
            status = read_slots(npz, s, error);
    }
    npz_close(npz);
    memory_free(bytes);
    return status;
}

/* Without a run: what cnn train begins with. */
static enum cnn_status begin_run(const struct explanation *e, struct weight_step *s, struct cnn_error *error)
{
    s->step = 1;
    s->compat = CNN_KERAS2;
    enum cnn_status status = optimizer_parse("rmsprop", &s->setting, error);
    optimizer_format(&s->setting, s->optimizer);
    s->learning_rate = s->setting.default_learning_rate;
    return status == CNN_OK && e->options.run ? read_run(e->options.run, s, error) : status;
}

/* ---- the gradient ---------------------------------------------------------------------------------- */

/* Of the weights that make an output, the one with the largest gradient; the bias of a sum only where it is
 * alone. By lines it is made of one of each array. */
static void choose_weight(struct weight_step *s, size_t output, const float *gradient)
{
    const struct layer_words *words = s->layer->type->words;
    const struct parameter *p = s->layer->parameter;
    struct layer_step step;
    bool chosen = false;
    for (size_t first = 0; !words->step && first < s->layer->n_trained; first += p++->count) {
        const size_t at = first + output % p->count;
        s->at = first == 0 || fabsf(gradient[at]) > fabsf(gradient[s->at]) ? at : s->at;
    }
    for (size_t i = 0; words->step && words->step(s->layer, output, i, &step); i++) {
        if (step.kind != STEP_PRODUCT || step.w >= s->layer->n_trained)
            continue;
        if (!chosen || fabsf(gradient[step.w]) > fabsf(gradient[s->at]))
            s->at = step.w;
        chosen = true;
    }
}

/* Whether training sees other numbers in the last layer than those told of above: where layers drop numbers,
 * or take the mean of the batch. */
static bool differs_in_training(const struct explanation *e, const struct engine *engine, float *values)
{
    const size_t n = e->model->n_layers;
    engine_output(engine, n - 1, 0, values);
    const float *shown = is_softmax(e, n) ? e->z[n] : e->y[n];
    for (size_t i = 0; i < model_classes(e->model); i++)
        if (values[i] < shown[i] || shown[i] < values[i])
            return true;
    return false;
}

/* The gradient of the image alone, without what L2 adds. Shapes: gradient [n_weights]. */
static enum cnn_status image_gradient(const struct explanation *e, struct weight_step *s, size_t output,
                                      float *gradient, struct cnn_error *error)
{
    const uint32_t number = (uint32_t)(e->options.first + e->image);
    const uint8_t *image = cnn_dataset_image(e->dataset, e->image), label = (uint8_t)e->label;
    struct cnn_model plain = *e->model;
    struct engine_batch batch = {&image, &label, 1, s->place};
    struct engine *engine;
    double loss;
    size_t correct;
    float outputs[UINT8_MAX + 1];
    batch.place.image = &number;
    plain.objective.l2 = 0;
    enum cnn_status status = engine_create(&plain, 1, &engine, error);
    if (status != CNN_OK)
        return status;
    engine_gradient(engine, &batch, gradient, &loss, &correct);
    s->otherwise = differs_in_training(e, engine, outputs);
    s->seen = worked_begin_seen(s->seen.layer, engine_seen(engine, s->layer->number), output);
    engine_free(engine);
    return CNN_OK;
}

/* Adds what L2 adds, and makes it as short as the run wants it. */
static void finish_gradient(const struct cnn_model *model, struct weight_step *s, float *gradient)
{
    const bool global = s->global_clipnorm > 0;
    const double most = global ? s->global_clipnorm : s->clipnorm;
    size_t within;
    gradient_add_cost(model, gradient);
    s->norm = gradient_norm(model, global ? NULL : parameter_at(s->layer, s->at, &within), gradient);
    s->whole_g = gradient[s->layer->parameter[0].value - model->weights + (ptrdiff_t)s->at];
    s->g = most > 0 ? exact_mul(s->whole_g, gradient_clip_factor(most, s->norm)) : s->whole_g;
}

static enum cnn_status find_gradient(const struct explanation *e, struct weight_step *s, size_t output,
                                     struct cnn_error *error)
{
    float *gradient = memory_alloc(e->model->n_weights, sizeof *gradient);
    enum cnn_status status = gradient ? image_gradient(e, s, output, gradient, error)
                                      : error_memory(error, e->model->n_weights * sizeof *gradient);
    if (status == CNN_OK) {
        const float *mine = gradient + (s->layer->parameter[0].value - e->model->weights);
        choose_weight(s, output, mine);
        s->w = s->layer->parameter[0].value[s->at];
        s->image_g = mine[s->at];
        finish_gradient(e->model, s, gradient);
    }
    memory_free(gradient);
    return status;
}

static enum cnn_status make_step(struct weight_step *s, struct cnn_error *error)
{
    const struct kernels *k;
    enum cnn_status status = kernels_choose(&k, error);
    if (status != CNN_OK)
        return status;
    s->update = optimizer_update(&s->setting, s->learning_rate, s->compat, s->step);
    s->new_w = s->w;
    memcpy(s->new_slot, s->slot, sizeof s->slot);
    k->update[s->setting.kind](&s->update, 1, &s->g, &s->new_w, &s->new_slot[0], &s->new_slot[1]);
    return CNN_OK;
}

/* ---- ----------------------------------------------------------------------------------------------- */

enum cnn_status tell_step(struct explanation *e, size_t i, size_t output, struct cnn_error *error)
{
    struct layer layer = *explained_layer(e, i);
    struct weight_step s = {.layer = explained_layer(e, i), .seen.layer = &layer};
    if (!e->labelled || layer.n_trained == 0)
        return CNN_OK;
    enum cnn_status status = begin_run(e, &s, error);
    layer.compat = s.compat;
    if (status == CNN_OK)
        status = find_gradient(e, &s, output, error);
    if (status == CNN_OK && s.has_run) /* now that the weight is known */
        status = read_run(e->options.run, &s, error);
    if (status == CNN_OK)
        status = make_step(&s, error);
    if (status == CNN_OK)
        tell_weight_step(e, &s);
    return status;
}
