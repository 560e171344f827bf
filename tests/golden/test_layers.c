/*
 * Layers and activations against real Keras, in small networks, once for each version of Keras that has them:
 * in training every output and gradient; then ten steps, the weights after them, moving averages too, and
 * what is predicted with these. Written by scripts/make/golden_layers.py; the distances found are printed.
 */
#include "base/memory.h"
#include "data/dataset.h"
#include "fixture.h"
#include "train/trainer.h"

#include "draw.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const char folder[] = "tests/golden"; /* tests run at the root of the project */

enum { BATCH = 32, SHORT_BATCH = 21, SHOWN = 4, MAX_PIXELS = 256, LEAST_CASES = 8 };

/* What an array may be apart, relative to its norm. The gradient by a bias that a normalisation takes off
 * again is nothing but rounding noise: of an array as small as that only the size is looked at. */
static const double bound = 2e-5, noise = 2e-6;

struct bench {
    const char *name;
    struct fixture fixture;
    struct cnn_model *model;
    uint8_t pixels[DRAW_IMAGES][MAX_PIXELS], labels[DRAW_IMAGES];
    const uint8_t *images[DRAW_IMAGES];
    struct cnn_dataset data;
    size_t n_compared;
    double worst;
};

/* Gammas and moving variances are 1 more than what is drawn. */
static void set_weights(struct cnn_model *model)
{
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++) {
        draw_weights(i, p->rank, p->shape, p->count, p->value);
        for (size_t k = 0; strcmp(p->name, "gamma") == 0 || strcmp(p->name, "moving_variance") == 0; k++) {
            if (k == p->count)
                break;
            p->value[k] += 1;
        }
    }
}

static void setup(struct bench *b, const char *name)
{
    struct cnn_error error;
    memset(b, 0, sizeof *b);
    b->name = name;
    if (!fixture_open(folder, name, &b->fixture))
        fail_msg("%s: no case", name);
    const struct fixture *f = &b->fixture;
    const size_t size = f->height * f->width;
    const struct cnn_model_options options = {
        .arch = f->arch,
        .height = f->height,
        .width = f->width,
        .channels = 1,
        .scale = true,
        .compat = strcmp(f->compat, "keras3") == 0 ? CNN_KERAS3 : CNN_KERAS2,
    };
    if (cnn_model_create(&options, &b->model, &error) != CNN_OK)
        fail_msg("%s: %s", name, error.message);
    set_weights(b->model);
    for (size_t i = 0; i < DRAW_IMAGES; i++) {
        uint8_t *to = &b->pixels[0][0] + i * size; /* one after the other */
        b->images[i] = to;
        b->labels[i] = draw_label(i, model_classes(b->model));
        draw_image(i, f->height, f->width, model_classes(b->model), to);
    }
    b->data = (struct cnn_dataset){.source = "drawn",
                                   .count = DRAW_IMAGES,
                                   .height = f->height,
                                   .width = f->width,
                                   .channels = 1,
                                   .classes = model_classes(b->model),
                                   .image_bytes = size,
                                   .images = b->pixels[0],
                                   .labels = b->labels};
}

static void compare(struct bench *b, const char *what, const char *name, const float *ours, size_t count)
{
    char full[128];
    snprintf(full, sizeof full, "%s/%s", what, name);
    const struct fixture_array *a = fixture_find(&b->fixture, full);
    if (!a)
        return;
    double difference = 0, size = 0;
    assert_int_equal(a->count, count);
    for (size_t i = 0; i < count; i++) {
        const double golden = fixture_value(&b->fixture, a, i);
        difference += ((double)ours[i] - golden) * ((double)ours[i] - golden);
        size += golden * golden;
    }
    b->n_compared++;
    const bool is_noise = sqrt(size / (double)count) < noise;
    if (!(sqrt(difference) <= (is_noise ? noise * sqrt((double)count) : bound * sqrt(size))))
        fail_msg("%s: %s: %.3g away from Keras, relative; expected at most %.3g", b->name, full,
                 sqrt(difference / size), bound);
    if (!is_noise && sqrt(difference / size) > b->worst)
        b->worst = sqrt(difference / size);
}

static void compare_loss(struct bench *b, const char *name, size_t i, double ours)
{
    const struct fixture_array *a = fixture_find(&b->fixture, name);
    assert_non_null(a);
    const double golden = fixture_value(&b->fixture, a, i);
    b->n_compared += i == 0;
    if (!(fabs(ours - golden) <= bound * golden))
        fail_msg("%s: %s, step %zu: expected %.9g, found %.9g", b->name, name, i + 1, golden, ours);
}

/* Arrays laid out like the model's weights. */
static void compare_weights(struct bench *b, const char *what, const float *ours)
{
    const struct parameter *p;
    const struct layer *layer;
    for (size_t i = 0; (p = model_parameter(b->model, i, &layer)); i++) {
        char name[64];
        snprintf(name, sizeof name, "%s/%s", layer->name, p->name);
        compare(b, what, name, ours + (p->value - b->model->weights), p->count);
    }
}

static void check_gradient(struct bench *b, size_t n)
{
    char name[32];
    double loss;
    size_t correct;
    struct engine *engine;
    float *gradient = memory_alloc(b->model->n_weights, sizeof *gradient), values[SHOWN * 4096];
    const struct engine_batch batch = {.images = b->images, .labels = b->labels, .n = n};
    assert_int_equal(engine_create(b->model, n, &engine, NULL), CNN_OK);
    engine_gradient(engine, &batch, gradient, &loss, &correct);
    snprintf(name, sizeof name, "loss_%zu", n);
    compare_loss(b, name, 0, loss / (double)n);
    snprintf(name, sizeof name, "gradient_%zu", n);
    compare_weights(b, name, gradient);
    for (size_t i = 0; n == BATCH && i < b->model->n_layers; i++) {
        const size_t count = shape_count(&b->model->layer[i].out);
        for (size_t k = 0; k < SHOWN; k++)
            engine_output(engine, i, k, values + k * count);
        compare(b, "forward", b->model->layer[i].name, values, SHOWN * count);
    }
    engine_free(engine);
    memory_free(gradient);
}

static void check_steps(struct bench *b)
{
    const struct cnn_train_options options = {
        .epochs = 1,
        .batch_size = BATCH,
        .optimizer = "sgd",
        .learning_rate = 0.01,
        .compat = strcmp(b->fixture.compat, "keras3") == 0 ? CNN_KERAS3 : CNN_KERAS2};
    struct cnn_trainer *trainer;
    assert_int_equal(cnn_trainer_create(b->model, &b->data, &options, &trainer, NULL), CNN_OK);
    draw_order(trainer->order); /* in place of the one that the seed gives */
    for (size_t s = 0; s < DRAW_IMAGES / BATCH; s++) {
        const double sum = trainer->loss_sum;
        assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
        compare_loss(b, "losses", s, (trainer->loss_sum - sum) / BATCH);
    }
    cnn_trainer_free(trainer);
    compare_weights(b, "after", b->model->weights);
}

static void check_predictions(struct bench *b)
{
    const size_t classes = model_classes(b->model);
    float logits[SHOWN * 16];
    for (size_t k = 0; k < SHOWN; k++)
        assert_int_equal(cnn_model_activations(b->model, &b->data, k, b->model->n_layers,
                                               CNN_BEFORE_ACTIVATION, logits + k * classes, NULL),
                         CNN_OK);
    compare(b, "predicted", "logits", logits, SHOWN * classes);
}

static void check_case(const char *name)
{
    static struct bench b;
    setup(&b, name);
    check_gradient(&b, BATCH);
    check_gradient(&b, SHORT_BATCH);
    check_steps(&b);
    check_predictions(&b);
    assert_int_equal(b.n_compared, b.fixture.n_arrays); /* a name that matches nothing would pass unseen */
    print_message("%s: at most %.2g away\n", name, b.worst);
    cnn_model_free(b.model);
    fixture_close(&b.fixture);
}

static void layers_agree_with_keras(void **state)
{
    (void)state;
    size_t n = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char name[64];
        const size_t length = strlen(entry->d_name);
        if (strncmp(entry->d_name, "layers_", 7) != 0 || length < 4 || length >= sizeof name ||
            strcmp(entry->d_name + length - 4, ".bin") != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(length - 4), entry->d_name);
        check_case(name);
        n++;
    }
    closedir(entries);
    assert_true(n >= LEAST_CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(layers_agree_with_keras)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
