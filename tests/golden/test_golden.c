/*
 * The program against real Keras: from the same weights and images, the output of every layer, all gradients,
 * the first update and the losses of a hundred steps. README.md in this folder says what is stored, and how
 * far Keras is from itself; the distances found are printed.
 */
#include "base/memory.h"
#include "data/dataset.h"
#include "fixture.h"
#include "train/trainer.h"

#include "draw.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char folder[] = "tests/golden"; /* tests run at the root of the project */

enum { BATCH = 32, SHORT_BATCH = 21, SHOWN = 4, STEPS = 100, MAX_SIDE = 32 };

static const char *const cases[] = {"lesson_raw_keras2",    "lesson_raw_keras3",  "lesson_scaled_keras2",
                                    "lesson_scaled_keras3", "deep_scaled_keras2", "deep_scaled_sgd",
                                    "deep_scaled_adam",     "dense_raw_keras3",   "dense_scaled_adam",
                                    "dense_scaled_sgd"};

/* Each by Keras 2.15 and by Keras 3: training_NAME_keras2, training_NAME_keras3. */
static const char *const trainings[] = {"nesterov", "adamw",           "adamw_decay", "smoothing",
                                        "mse",      "mse_sigmoid",     "mse_linear",  "l2",
                                        "clipnorm", "global_clipnorm", "ema",         "together"};

struct bench {
    struct fixture fixture;
    struct cnn_model *model;
    uint8_t *pixels; /* [DRAW_IMAGES][height * width] */
    uint8_t labels[DRAW_IMAGES];
    const uint8_t *images[DRAW_IMAGES];
    size_t n_compared; /* arrays of the fixture that were looked at */
};

/* ---- the case ------------------------------------------------------------------------------------- */

static void set_weights(struct cnn_model *model)
{
    size_t index = 0;
    for (size_t i = 0; i < model->n_layers; i++)
        for (size_t k = 0; k < model->layer[i].n_parameters; k++, index++) {
            struct parameter *p = &model->layer[i].parameter[k];
            draw_weights(index, p->rank, p->shape, p->count, p->value);
        }
}

static void draw_images(struct bench *b)
{
    size_t size = b->fixture.height * b->fixture.width;
    b->pixels = memory_alloc(DRAW_IMAGES, size);
    assert_non_null(b->pixels);
    for (size_t i = 0; i < DRAW_IMAGES; i++) {
        b->images[i] = b->pixels + i * size;
        b->labels[i] = draw_label(i, model_classes(b->model));
        draw_image(i, b->fixture.height, b->fixture.width, model_classes(b->model), b->pixels + i * size);
    }
}

static void setup(struct bench *b, const char *name)
{
    *b = (struct bench){0};
    assert_true(fixture_open(folder, name, &b->fixture));
    const struct cnn_model_options options = {.arch = b->fixture.arch,
                                              .height = b->fixture.height,
                                              .width = b->fixture.width,
                                              .channels = 1,
                                              .scale = b->fixture.scale != 0};
    struct cnn_error error;
    if (cnn_model_create(&options, &b->model, &error) != CNN_OK)
        fail_msg("%s: %s", name, error.message);
    assert_int_equal(
        objective_read(&(struct cnn_train_options){.loss = b->fixture.loss[0] ? b->fixture.loss : NULL,
                                                   .label_smoothing = b->fixture.label_smoothing,
                                                   .l2 = b->fixture.l2},
                       model_gives_probabilities(b->model), &b->model->objective, NULL),
        CNN_OK);
    set_weights(b->model);
    draw_images(b);
}

static void teardown(struct bench *b)
{
    cnn_model_free(b->model);
    memory_free(b->pixels);
    fixture_close(&b->fixture);
}

/* ---- comparing ------------------------------------------------------------------------------------ */

/* |a - b| / |b| in the 2-norm. */
struct distance {
    double difference, size;
};

static void distance_add(struct distance *d, double ours, double golden)
{
    d->difference += (ours - golden) * (ours - golden);
    d->size += golden * golden;
}

static double distance_of(const struct distance *d)
{
    return sqrt(d->difference) / sqrt(d->size);
}

/* What part i of an array is: a value of it, or the sum of a row or a column. */
static double part_value(const struct fixture_array *a, const float *ours, size_t count, size_t columns,
                         size_t i)
{
    if (a->stride)
        return (double)ours[i * a->stride];
    bool rows = strstr(a->name, "#rows") != NULL;
    double sum = 0;
    for (size_t k = rows ? i * columns : i; k < (rows ? (i + 1) * columns : count); k += rows ? 1 : columns)
        sum += (double)ours[k];
    return sum;
}

/* Compares one stored part, when the case has it, raising *worst. */
static void compare_part(struct bench *b, const char *name, const float *ours, size_t count, size_t columns,
                         double *worst)
{
    const struct fixture_array *a = fixture_find(&b->fixture, name);
    if (!a)
        return;
    size_t expected =
        a->stride ? (count + a->stride - 1) / a->stride : (strstr(name, "#rows") ? count / columns : columns);
    assert_int_equal(a->count, expected);
    struct distance d = {0, 0};
    for (size_t i = 0; i < a->count; i++)
        distance_add(&d, part_value(a, ours, count, columns, i), fixture_value(&b->fixture, a, i));
    assert_true(d.size > 0); /* an array of zeros would be no evidence */
    b->n_compared++;
    *worst = distance_of(&d) > *worst || isnan(distance_of(&d)) ? distance_of(&d) : *worst;
}

/* Compares all that is stored of an array whose last dimension is columns. */
static void compare(struct bench *b, const char *prefix, const char *name, const char *part,
                    const float *ours, size_t count, size_t columns, double *worst)
{
    static const char *const suffixes[] = {"", "#rows", "#columns"};
    for (size_t i = 0; i < 3; i++) {
        char full[128];
        snprintf(full, sizeof full, "%s/%s%s%s%s", prefix, name, part ? "/" : "", part ? part : "",
                 suffixes[i]);
        compare_part(b, full, ours, count, columns, worst);
    }
}

/* Compares arrays laid out like the model's weights. */
static void compare_weights(struct bench *b, const char *prefix, const float *ours, double *worst)
{
    for (size_t i = 0; i < b->model->n_layers; i++)
        for (size_t k = 0; k < b->model->layer[i].n_parameters; k++) {
            const struct parameter *p = &b->model->layer[i].parameter[k];
            compare(b, prefix, b->model->layer[i].name, p->name, ours + (p->value - b->model->weights),
                    p->count, p->shape[p->rank - 1], worst);
        }
}

static double compare_loss(struct bench *b, const char *name, size_t i, double ours)
{
    const struct fixture_array *a = fixture_find(&b->fixture, name);
    if (!a)
        return 0;
    double golden = fixture_value(&b->fixture, a, i);
    b->n_compared += i == 0;
    return fabs(ours - golden) / fmax(golden, 1e-6);
}

static void within(const char *name, const char *what, double found, double bound)
{
    if (!(found <= bound))
        fail_msg("%s: %s is %.3g away from Keras, relative; expected at most %.3g", name, what, found, bound);
}

/* ---- forward and gradients ------------------------------------------------------------------------ */

/* Layer i, whose last output is the logits, for the first images: [SHOWN][count]. */
static void compare_layer(struct bench *b, const struct engine *engine, size_t i, double *worst)
{
    const struct layer *layer = &b->model->layer[i];
    size_t count = shape_count(&layer->out);
    float *values = memory_alloc(SHOWN * count, sizeof *values);
    assert_non_null(values);
    for (size_t n = 0; n < SHOWN; n++)
        engine_output(engine, i, n, values + n * count);
    compare(b, "forward", i + 1 == b->model->n_layers ? "logits" : layer->name, NULL, values, SHOWN * count,
            count, worst);
    memory_free(values);
}

static double check_forward(struct bench *b, struct engine *engine, float *gradient)
{
    double loss, worst = 0;
    size_t correct;
    const struct engine_batch batch = {.images = b->images, .labels = b->labels, .n = SHOWN};
    engine_gradient(engine, &batch, gradient, &loss, &correct);
    for (size_t i = 0; i < b->model->n_layers; i++)
        compare_layer(b, engine, i, &worst);
    return worst;
}

static double check_gradient(struct bench *b, struct engine *engine, size_t n, float *gradient)
{
    char name[32];
    double loss, worst = 0;
    size_t correct;
    const struct engine_batch batch = {.images = b->images, .labels = b->labels, .n = n};
    engine_gradient(engine, &batch, gradient, &loss, &correct);
    snprintf(name, sizeof name, "loss_%zu", n);
    worst = compare_loss(b, name, 0, loss / (double)n);
    snprintf(name, sizeof name, "gradient_%zu", n);
    compare_weights(b, name, gradient, &worst);
    return worst;
}

static void check_arithmetic(struct bench *b, const char *name)
{
    struct engine *engine;
    float *gradient = memory_alloc(b->model->n_weights, sizeof *gradient);
    assert_non_null(gradient);
    assert_int_equal(engine_create(b->model, BATCH, &engine, NULL), CNN_OK);
    double forward = check_forward(b, engine, gradient);
    double whole = check_gradient(b, engine, BATCH, gradient);
    double part = check_gradient(b, engine, SHORT_BATCH, gradient);
    engine_free(engine);
    memory_free(gradient);
    if (fixture_find(&b->fixture, "loss_32"))
        print_message("%s: forward %.2g, gradients %.2g (batch of 21: %.2g)\n", name, forward, whole, part);
    within(name, "forward", forward, b->fixture.bound_forward);
    within(name, "gradient", fmax(whole, part), b->fixture.bound_gradient);
}

/* ---- a hundred steps ------------------------------------------------------------------------------ */

static void put_idx(const char *path, size_t rank, const size_t *shape, const uint8_t *const *items,
                    size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fwrite((const uint8_t[]){0, 0, 8, (uint8_t)rank}, 1, 4, f);
    for (size_t i = 0; i < rank; i++)
        fwrite((const uint8_t[]){0, 0, (uint8_t)(shape[i] >> 8), (uint8_t)shape[i]}, 1, 4, f);
    for (size_t i = 0; i < shape[0]; i++)
        fwrite(items[i % DRAW_IMAGES], 1, size, f);
    assert_int_equal(fclose(f), 0);
}

/* The images again and again, as many as the steps take, as a dataset. */
static struct cnn_dataset *open_dataset(const struct bench *b)
{
    char root[] = "/tmp/cnn-golden-XXXXXX", images[64], labels[64];
    const size_t shape[] = {STEPS * BATCH, b->fixture.height, b->fixture.width};
    const uint8_t *label[DRAW_IMAGES];
    for (size_t i = 0; i < DRAW_IMAGES; i++)
        label[i] = &b->labels[i];
    assert_non_null(mkdtemp(root));
    snprintf(images, sizeof images, "%s/train-images-idx3-ubyte", root);
    snprintf(labels, sizeof labels, "%s/train-labels-idx1-ubyte", root);
    put_idx(images, 3, shape, b->images, shape[1] * shape[2]);
    put_idx(labels, 1, shape, label, 1);
    struct cnn_dataset *dataset;
    struct cnn_error error;
    enum cnn_status status = cnn_dataset_open(root, CNN_TRAIN, 0, 0, &dataset, &error);
    remove(images);
    remove(labels);
    rmdir(root);
    if (status != CNN_OK)
        fail_msg("%s", error.message);
    return dataset;
}

static struct cnn_trainer *open_trainer(struct bench *b, const struct cnn_dataset *dataset)
{
    const struct cnn_train_options options = {
        .epochs = 1,
        .batch_size = BATCH,
        .optimizer = b->fixture.optimizer,
        .loss = b->fixture.loss[0] ? b->fixture.loss : NULL,
        .label_smoothing = b->fixture.label_smoothing,
        .l2 = b->fixture.l2,
        .clipnorm = b->fixture.clipnorm,
        .global_clipnorm = b->fixture.global_clipnorm,
        .ema = b->fixture.ema,
        .compat = strcmp(b->fixture.compat, "keras3") == 0 ? CNN_KERAS3 : CNN_KERAS2};
    struct cnn_trainer *trainer;
    struct cnn_error error;
    if (cnn_trainer_create(b->model, dataset, &options, &trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
    uint32_t order[DRAW_IMAGES]; /* in place of the one that the seed gives */
    draw_order(order);
    for (size_t i = 0; i < STEPS * BATCH; i++)
        trainer->order[i] = order[i % DRAW_IMAGES];
    return trainer;
}

static double check_update(struct bench *b, const float *before)
{
    double worst = 0;
    size_t n = b->model->n_weights;
    float *change = memory_alloc(n, sizeof *change);
    assert_non_null(change);
    for (size_t i = 0; i < n; i++)
        change[i] = b->model->weights[i] - before[i];
    compare_weights(b, "update", change, &worst);
    memory_free(change);
    return worst;
}

/* The weights after the last step, or what the model would get for them in the end. */
static double check_final(struct bench *b, const struct cnn_trainer *trainer)
{
    double worst = 0;
    compare_weights(b, "final", trainer->average.values ? trainer->average.values : b->model->weights,
                    &worst);
    return worst;
}

static void check_steps(struct bench *b, const char *name)
{
    const struct fixture_array *losses = fixture_find(&b->fixture, "losses");
    assert_non_null(losses);
    const size_t steps = losses->count;
    assert_true(steps == STEPS || steps == 10);
    struct cnn_dataset *dataset = open_dataset(b);
    struct cnn_trainer *trainer = open_trainer(b, dataset);
    size_t n_bytes = b->model->n_weights * sizeof(float);
    float *before = memory_alloc(1, n_bytes);
    assert_non_null(before);
    memcpy(before, b->model->weights, n_bytes);
    double apart[STEPS], update = 0, ten = 0;
    for (size_t s = 0; s < steps; s++) {
        double sum = trainer->loss_sum;
        assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
        apart[s] = compare_loss(b, "losses", s, (trainer->loss_sum - sum) / BATCH);
        if (s == 0)
            update = check_update(b, before);
        ten = s < 10 && !(apart[s] <= ten) ? apart[s] : ten;
    }
    double final = check_final(b, trainer);
    cnn_trainer_free(trainer);
    cnn_dataset_close(dataset);
    memory_free(before);
    print_message(
        "%s: update %.2g, loss 1: %.2g, 10: %.2g (worst of ten %.2g), last: %.2g, weights then %.2g\n", name,
        update, apart[0], apart[9], ten, apart[steps - 1], final);
    within(name, "weights after the last step", final, b->fixture.bound_update);
    within(name, "first update", update, b->fixture.bound_update);
    within(name, "loss in the first ten steps", ten, b->fixture.bound_losses);
}

/* Whatever is stored is compared: a name that matches nothing would pass unseen. */
static void everything_is_compared(const struct bench *b)
{
    size_t unused = 0; /* the probabilities: compared through the public interface below */
    for (size_t i = 0; i < b->fixture.n_arrays; i++) {
        const char *last = b->model->layer[b->model->n_layers - 1].name;
        unused += strncmp(b->fixture.array[i].name, "forward/", 8) == 0 &&
                  strcmp(b->fixture.array[i].name + 8, last) == 0;
    }
    assert_int_equal(b->n_compared + unused, b->fixture.n_arrays);
}

static void check_case(const char *name)
{
    struct bench b;
    setup(&b, name);
    check_arithmetic(&b, name);
    check_steps(&b, name);
    everything_is_compared(&b);
    teardown(&b);
}

static void cases_agree_with_keras(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(cases[i]);
}

/* Calls visit with the names of all cases of training, by either Keras. */
static void each_training(void (*visit)(const char *name))
{
    for (size_t i = 0; i < sizeof trainings / sizeof *trainings; i++)
        for (int keras = 2; keras <= 3; keras++) {
            char name[64];
            snprintf(name, sizeof name, "training_%s_keras%d", trainings[i], keras);
            visit(name);
        }
}

static void trainings_agree_with_keras(void **state)
{
    (void)state;
    each_training(check_case);
}

/* ---- the public interface ------------------------------------------------------------------------- */

static void check_probabilities(struct bench *b, const char *name)
{
    const size_t classes = model_classes(b->model);
    struct cnn_dataset *dataset = open_dataset(b), *first;
    assert_int_equal(cnn_dataset_slice(dataset, 0, SHOWN, &first, NULL), CNN_OK);
    float *p = memory_alloc(SHOWN * classes, sizeof *p);
    assert_non_null(p);
    assert_int_equal(cnn_model_predict(b->model, first, p, NULL), CNN_OK);
    double worst = 0;
    compare(b, "forward", b->model->layer[b->model->n_layers - 1].name, NULL, p, SHOWN * classes, classes,
            &worst);
    memory_free(p);
    cnn_dataset_close(first);
    struct cnn_scores scores;
    assert_int_equal(cnn_dataset_slice(dataset, 0, BATCH, &first, NULL), CNN_OK);
    assert_int_equal(cnn_model_evaluate(b->model, first, &scores, NULL, NULL), CNN_OK);
    double loss = compare_loss(b, "loss_32", 0, scores.loss);
    cnn_dataset_close(first);
    cnn_dataset_close(dataset);
    print_message("%s: probabilities %.2g, evaluated loss %.2g\n", name, worst, loss);
    within(name, "probability", worst, b->fixture.bound_forward);
    within(name, "evaluated loss", loss, b->fixture.bound_forward);
    assert_int_equal(b->n_compared, 2);
}

static void check_scores(const char *name)
{
    struct bench b;
    setup(&b, name);
    if (fixture_find(&b.fixture, "loss_32"))
        check_probabilities(&b, name);
    teardown(&b);
}

static void predict_and_evaluate_agree_with_keras(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_scores(cases[i]);
    each_training(check_scores);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_agree_with_keras),
        cmocka_unit_test(trainings_agree_with_keras),
        cmocka_unit_test(predict_and_evaluate_agree_with_keras),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
