/* The step of one weight that one image alone, as a batch of one, would make. */
#include "explain/explain.h"

#include "base/memory.h"
#include "data/dataset.h"
#include "nn/engine.h"
#include "nn/model_file.h"
#include "train/run_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX = 32 };

/* A weight and everything that its next value follows from. */
struct weight_step {
    const struct layer *layer;
    size_t at;  /* counted from the layer's first weight */
    float w, g; /* now, and the gradient of the loss by it */
    float slot[MAX_SLOTS], new_w, new_slot[MAX_SLOTS];
    bool has_run; /* else the optimizer is what cnn train begins with */
    struct optimizer_setting setting;
    char optimizer[MAX_OPTIMIZER_TEXT];
    enum cnn_compat compat;
    double learning_rate;
    uint64_t step; /* counted from 1 */
    struct place place;
    struct update update;
};

/* ---- the run --------------------------------------------------------------------------------------- */

static const struct parameter *parameter_at(const struct layer *layer, size_t at, size_t *within)
{
    const struct parameter *p = layer->parameter;
    while (at >= p->count)
        at -= p++->count;
    *within = at;
    return p;
}

/* What the optimizer remembers of the weight. */
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

/* Of the weights that make an output, the one with the largest gradient; the bias only where it is alone. */
static void choose_weight(struct weight_step *s, size_t output, const float *gradient)
{
    const struct layer_words *words = s->layer->type->words;
    struct layer_step step;
    bool chosen = false;
    for (size_t i = 0; words->step && words->step(s->layer, output, i, &step); i++) {
        if (step.kind != STEP_PRODUCT || step.w >= s->layer->n_trained)
            continue;
        if (!chosen || fabsf(gradient[step.w]) > fabsf(gradient[s->at]))
            s->at = step.w;
        chosen = true;
    }
}

static enum cnn_status find_gradient(const struct explanation *e, struct weight_step *s, size_t output,
                                     struct cnn_error *error)
{
    const uint32_t number = (uint32_t)(e->options.first + e->image);
    const uint8_t *image = cnn_dataset_image(e->dataset, e->image), label = (uint8_t)e->label;
    struct engine_batch batch = {&image, &label, 1, s->place};
    struct engine *engine = NULL;
    double loss;
    size_t correct;
    batch.place.image = &number;
    float *gradient = memory_alloc(e->model->n_weights, sizeof *gradient);
    enum cnn_status status = gradient ? engine_create(e->model, 1, &engine, error)
                                      : error_memory(error, e->model->n_weights * sizeof *gradient);
    if (status == CNN_OK) {
        const float *mine = gradient + (s->layer->parameter[0].value - e->model->weights);
        engine_gradient(engine, &batch, gradient, &loss, &correct);
        choose_weight(s, output, mine);
        s->w = s->layer->parameter[0].value[s->at];
        s->g = mine[s->at];
    }
    engine_free(engine);
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

/* ---- in words -------------------------------------------------------------------------------------- */

static void tell_rmsprop(struct paper *p, const struct weight_step *s)
{
    const double rho = (double)s->update.decay, rate = (double)s->update.learning_rate;
    paper_line(p, "v = %g * v + %g * g^2 = %g * %.6g + %g * (%.6g)^2 = %.6g", rho, 1 - rho, rho,
               (double)s->slot[0], 1 - rho, (double)s->g, (double)s->new_slot[0]);
    if (s->update.epsilon_inside_root)
        paper_line(p, "w = w - %g * g / sqrt(v + 1e-7) = %.9g - %g * %.6g / sqrt(%.6g + 1e-7) = %.9g", rate,
                   (double)s->w, rate, (double)s->g, (double)s->new_slot[0], (double)s->new_w);
    else
        paper_line(p, "w = w - %g * g / (sqrt(v) + 1e-7) = %.9g - %g * %.6g / (sqrt(%.6g) + 1e-7) = %.9g",
                   rate, (double)s->w, rate, (double)s->g, (double)s->new_slot[0], (double)s->new_w);
}

static void tell_sgd(struct paper *p, const struct weight_step *s)
{
    const double momentum = (double)s->update.decay, rate = (double)s->update.learning_rate;
    const double m = (double)s->new_slot[0], g = (double)s->g, w = (double)s->w, new_w = (double)s->new_w;
    if (momentum <= 0) {
        paper_line(p, "w = w - %g * g = %.9g - %g * %.6g = %.9g", rate, w, rate, g, new_w);
        return;
    }
    paper_line(p, "m = %g * m - %g * g = %g * %.6g - %g * %.6g = %.6g", momentum, rate, momentum,
               (double)s->slot[0], rate, g, m);
    if (s->update.nesterov)
        paper_line(p, "w = w + %g * m - %g * g = %.9g + %g * %.6g - %g * %.6g = %.9g", momentum, rate, w,
                   momentum, m, rate, g, new_w);
    else
        paper_line(p, "w = w + m = %.9g + %.6g = %.9g", w, m, new_w);
}

/* AdamW first draws the weight towards 0. */
static void tell_adam(struct paper *p, const struct weight_step *s)
{
    const double a = (double)s->update.decay, b = (double)s->update.second_decay,
                 shrink = (double)s->update.weight_decay;
    float w = s->w;
    paper_line(p, "m = %g * m + %g * g = %g * %.6g + %g * %.6g = %.6g", a, 1 - a, a, (double)s->slot[0],
               1 - a, (double)s->g, (double)s->new_slot[0]);
    paper_line(p, "v = %g * v + %g * g^2 = %g * %.6g + %g * (%.6g)^2 = %.6g", b, 1 - b, b, (double)s->slot[1],
               1 - b, (double)s->g, (double)s->new_slot[1]);
    paper_line(p, "lr = %g * sqrt(1 - %g^t) / (1 - %g^t) = %.6g, t = %llu", s->learning_rate, b, a,
               (double)s->update.learning_rate, (unsigned long long)s->step);
    if (shrink > 0) {
        w = exact_sub(w, exact_mul(s->update.weight_decay, w));
        paper_line(p, "w = w - %g * w = %.9g - %g * %.9g = %.9g", shrink, (double)s->w, shrink, (double)s->w,
                   (double)w);
    }
    paper_line(p, "w = w - lr * m / (sqrt(v) + 1e-7) = %.9g - %.6g * %.6g / (sqrt(%.6g) + 1e-7) = %.9g",
               (double)w, (double)s->update.learning_rate, (double)s->new_slot[0], (double)s->new_slot[1],
               (double)s->new_w);
}

/* For an optimizer that has no words here: what goes in and what comes out. */
static void tell_any(struct paper *p, const struct weight_step *s)
{
    for (size_t k = 0; k < s->setting.n_slots; k++)
        paper_line(p, "slot_%zu: %.6g -> %.6g", k, (double)s->slot[k], (double)s->new_slot[k]);
    paper_line(p, "w: %.9g -> %.9g", (double)s->w, (double)s->new_w);
}

static void tell_formula(struct paper *p, const struct weight_step *s)
{
    switch (s->setting.kind) {
    case OPTIMIZER_rmsprop:
        tell_rmsprop(p, s);
        break;
    case OPTIMIZER_sgd:
        tell_sgd(p, s);
        break;
    case OPTIMIZER_adam:
    case OPTIMIZER_adamw:
        tell_adam(p, s);
        break;
    default:
        tell_any(p, s);
    }
}

static void weight_name(const struct weight_step *s, char name[NAME_TEXT])
{
    size_t within, used;
    const struct parameter *p = parameter_at(s->layer, s->at, &within);
    used = (size_t)snprintf(name, NAME_TEXT, "%s/%s[", s->layer->name, p->name);
    for (size_t k = 0, rest = p->count; k < p->rank && used < NAME_TEXT; k++) {
        rest /= p->shape[k];
        used += (size_t)snprintf(name + used, NAME_TEXT - used, "%s%zu", k ? ", " : "", within / rest);
        within %= rest;
    }
    if (used < NAME_TEXT)
        snprintf(name + used, NAME_TEXT - used, "]");
}

static void tell_words(struct explanation *e, const struct weight_step *s)
{
    struct paper *p = &e->paper;
    char name[NAME_TEXT];
    weight_name(s, name);
    paper_heading(p, 3, "How a weight learns from this image", "이 이미지로 가중치 하나가 학습하는 과정");
    paper_say(p,
              "Training moves each weight a little, so that the loss falls. If this image alone were a batch "
              "of one, the gradient of the loss by the weight %s would be g = %.6g. Where a gradient is "
              "above 0, the loss rises with the weight; where it is below 0, it falls. Among the weights of "
              "the sum above this is the steepest.",
              "학습은 손실이 줄어드는 쪽으로 가중치를 조금씩 옮기는 일입니다. 이 이미지 한 장만으로 배치를 "
              "만들면, 가중치 %s에 대한 손실의 기울기는 g = %.6g입니다. 기울기가 0보다 크면 가중치가 커질 때 "
              "손실도 커지고, 0보다 작으면 손실이 줄어듭니다. 위의 합에 쓰인 가중치 가운데 기울기가 가장 "
              "가파른 것을 골랐습니다.",
              name, (double)s->g);
    if (fabsf(s->g) <= 0)
        paper_say(p, "It is 0: whatever the weight, the loss of this image stays as it is.",
                  "기울기가 0입니다. 가중치를 조금 바꾸어도 이 이미지의 손실은 그대로입니다.");
    if (s->has_run)
        paper_say(p,
                  "The run's optimizer, %s, at its step %llu, with what it remembers from the steps before:",
                  "이 학습에 쓰인 옵티마이저는 %s이고, %llu번째 스텝입니다. 옵티마이저가 이전 스텝에서 "
                  "기억해 둔 값을 그대로 씁니다.",
                  s->optimizer, (unsigned long long)s->step);
    else
        paper_say(p,
                  "The file holds no run, so this is the optimizer that cnn train begins with, %s, at its "
                  "step %llu, and "
                  "what it remembers is 0:",
                  "파일에 학습 기록이 없습니다. 그래서 cnn train이 처음 시작할 때의 옵티마이저 %s, %llu번째 "
                  "스텝으로 계산하고, 옵티마이저가 기억하는 값은 0으로 "
                  "두었습니다.",
                  s->optimizer, (unsigned long long)s->step);
    tell_formula(p, s);
}

enum cnn_status tell_step(struct explanation *e, size_t i, size_t output, struct cnn_error *error)
{
    const struct layer *layer = explained_layer(e, i);
    struct weight_step s = {.layer = layer};
    if (!e->labelled || layer->n_trained == 0)
        return CNN_OK;
    enum cnn_status status = begin_run(e, &s, error);
    if (status == CNN_OK)
        status = find_gradient(e, &s, output, error);
    if (status == CNN_OK && s.has_run) /* now that the weight is known */
        status = read_run(e->options.run, &s, error);
    if (status == CNN_OK)
        status = make_step(&s, error);
    if (status == CNN_OK)
        tell_words(e, &s);
    return status;
}
