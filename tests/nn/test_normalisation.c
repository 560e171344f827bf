/*
 * What batch normalisation and dropout promise: lanes of padding count in nothing, moving averages by the
 * rules of each version of Keras, a mask that belongs to the image alone and leaves the mean where it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "nn/engine.h"

enum { SIDE = 5, PIXELS = SIDE * SIDE, MOST = 40, CHANNELS = 7, PLACES = 9 };

static uint8_t pixels[MOST][PIXELS], labels[MOST];

static int draw_images(void **state)
{
    (void)state;
    struct random random = random_stream(31, 0);
    for (size_t i = 0; i < MOST; i++) {
        for (size_t k = 0; k < PIXELS; k++)
            pixels[i][k] = (uint8_t)random_below(&random, 256);
        labels[i] = (uint8_t)random_below(&random, 3);
    }
    return 0;
}

static struct cnn_model *make_model(const char *arch)
{
    struct cnn_model *model;
    struct cnn_error error;
    const struct cnn_model_options options = {
        .arch = arch, .height = SIDE, .width = SIDE, .channels = 1, .scale = true, .seed = 4};
    if (cnn_model_create(&options, &model, &error) != CNN_OK)
        fail_msg("%s: %s", arch, error.message);
    return model;
}

/* ---- padding ------------------------------------------------------------------------------------- */

/* Each kernel twice on the same samples, with zeros and with NaN in the lanes after them. */
static void padded_lanes_count_in_nothing(void **state)
{
    (void)state;
    enum { N = PLACES * CHANNELS * LANES };
    static float x[2][N], dz[2][N], dx[2][N], sums[2][4][CHANNELS];
    const float gamma[CHANNELS] = {1, 2, 3, 4, 5, 6, 7}, beta[CHANNELS] = {0};
    const struct range all = {0, CHANNELS};
    for (size_t set = 0; kernels_available(set); set++)
        for (size_t n = 1; n <= LANES; n++) {
            const struct kernels *k = kernels_available(set);
            struct random random = random_stream(n, 1);
            for (size_t i = 0; i < N; i++) {
                const bool used = i % LANES < n;
                x[0][i] = used ? random_float(&random) : 0, x[1][i] = used ? x[0][i] : NAN;
                dz[0][i] = used ? random_float(&random) : 0, dz[1][i] = used ? dz[0][i] : NAN;
                dx[0][i] = dx[1][i] = 1;
            }
            for (size_t i = 0; i < 2; i++) {
                const struct batchnorm b = {CHANNELS, sums[i][0], sums[i][1], gamma, beta, 1e-3F};
                k->channel_sum(PLACES, CHANNELS, all, n, x[i], sums[i][0]);
                k->channel_squares(PLACES, CHANNELS, all, n, x[i], sums[i][0], sums[i][1]);
                k->batchnorm_gradient(PLACES, &b, n, x[i], dz[i], sums[i][2], sums[i][3]);
                k->batchnorm_backward(PLACES, &b, n, x[i], dz[i], sums[i][2], sums[i][3], dx[i]);
            }
            if (memcmp(sums[0], sums[1], sizeof sums[0]) != 0 || memcmp(dx[0], dx[1], sizeof dx[0]) != 0)
                fail_msg("%s: %zu samples: padding counts", k->name, n);
            for (size_t i = 0; i < N; i++)
                assert_true(i % LANES < n || dx[0][i] == 0);
        }
}

/* ---- moving averages ------------------------------------------------------------------------------ */

/* One step with n images; layer 1 is the normalisation. */
static struct cnn_model *step(const char *arch, enum cnn_compat compat, size_t n, float rate, size_t steps)
{
    struct cnn_model *model = make_model(arch);
    struct engine *engine;
    const uint8_t *images[MOST];
    const struct update update = {.learning_rate = rate};
    float *slots = memory_alloc(model->n_weights, sizeof *slots);
    struct parameter *p;
    double loss;
    size_t correct;
    for (size_t i = 0; i < n; i++)
        images[i] = pixels[i];
    for (size_t i = 0; i < model->n_layers; i++)
        model->layer[i].compat = compat;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++)
        p->slot[0] = slots + (p->value - model->weights);
    assert_int_equal(engine_create(model, n, &engine, NULL), CNN_OK);
    for (size_t i = 0; i < steps; i++)
        engine_step(engine, &(struct engine_batch){.images = images, .labels = labels, .n = n}, OPTIMIZER_sgd,
                    &update, &loss, &correct);
    engine_free(engine);
    memory_free(slots);
    return model;
}

/* Mean and variance of the pixels of n images, scaled: what a normalisation as the first layer sees. */
static void moments(size_t n, double *mean, double *variance)
{
    *mean = *variance = 0;
    for (size_t i = 0; i < n * PIXELS; i++)
        *mean += pixels[i / PIXELS][i % PIXELS] / 255.0 / (double)(n * PIXELS);
    for (size_t i = 0; i < n * PIXELS; i++)
        *variance += pow(pixels[i / PIXELS][i % PIXELS] / 255.0 - *mean, 2) / (double)(n * PIXELS);
}

static void moving_averages_follow_the_version(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 17, 33};
    for (size_t i = 0; i < 3; i++)
        for (enum cnn_compat compat = CNN_KERAS2; compat <= CNN_KERAS3; compat++) {
            const double count = (double)(sizes[i] * PIXELS);
            double mean, variance;
            moments(sizes[i], &mean, &variance);
            struct cnn_model *model = step("batchnorm flatten dense:3,softmax", compat, sizes[i], 0, 1);
            const struct layer *layer = &model->layer[0];
            const double unbiased = compat == CNN_KERAS2 ? count / (count - 1) : 1;
            assert_true(fabs((double)layer->parameter[2].value[0] - 0.01 * mean) < 1e-7);
            assert_true(fabs((double)layer->parameter[3].value[0] - (0.99 + 0.01 * variance * unbiased)) <
                        2e-7);
            cnn_model_free(model);
        }
}

/* After dense layers the variance is biased in every version; and that of one number is 0. */
static void after_dense_the_variance_is_biased(void **state)
{
    (void)state;
    static const char arch[] = "flatten dense:4 batchnorm dense:3,softmax";
    struct cnn_model *two = step(arch, CNN_KERAS2, 3, 0, 1), *three = step(arch, CNN_KERAS3, 3, 0, 1),
                     *one = step(arch, CNN_KERAS2, 1, 0, 1);
    assert_memory_equal(two->weights, three->weights, two->n_weights * sizeof(float));
    assert_true(fabsf(one->layer[2].parameter[3].value[0] - 0.99F) < 1e-7F);
    cnn_model_free(one);
    cnn_model_free(two);
    cnn_model_free(three);
}

/* The second step has weights that are not numbers: what the first left of the averages stays. */
static void a_step_without_a_loss_moves_nothing(void **state)
{
    (void)state;
    static const char arch[] = "batchnorm flatten dense:3,softmax";
    struct cnn_model *first = step(arch, CNN_KERAS2, 17, NAN, 1), *both = step(arch, CNN_KERAS2, 17, NAN, 2);
    for (size_t k = 2; k < 4; k++)
        assert_true(first->layer[0].parameter[k].value[0] == both->layer[0].parameter[k].value[0]);
    cnn_model_free(first);
    cnn_model_free(both);
}

/* ---- dropout -------------------------------------------------------------------------------------- */

enum { NUMBERS = 4001 };

/* The mask of one image: what ones become. */
static void mask_of(double rate, const struct place *place, size_t number, size_t lane, bool training,
                    float *mask)
{
    const struct layer layer = {.type = &layer_dropout,
                                .number = 3,
                                .argument = {{.fraction = rate}},
                                .in = {1, {NUMBERS, 1, 1}},
                                .out = {1, {NUMBERS, 1, 1}}};
    float *x = memory_alloc(NUMBERS * LANES, sizeof *x), *y = memory_alloc(NUMBERS * LANES, sizeof *y);
    for (size_t i = 0; i < NUMBERS * LANES; i++)
        x[i] = 1;
    layer_forward(
        &layer, kernels_available(0),
        &(struct block){.number = number, .n = LANES, .x = x, .y = y, .place = *place, .training = training});
    for (size_t i = 0; i < NUMBERS; i++)
        mask[i] = y[i * LANES + lane];
    memory_free(x);
    memory_free(y);
}

static struct place place_of(uint64_t seed, uint64_t epoch, uint32_t image, size_t lane, uint32_t *images)
{
    for (size_t i = 0; i < LANES; i++)
        images[i] = 100 + (uint32_t)i;
    images[lane] = image;
    return (struct place){seed, epoch, images};
}

static void a_mask_belongs_to_its_image(void **state)
{
    (void)state;
    static float a[NUMBERS], b[NUMBERS];
    uint32_t images[LANES];
    struct place place = place_of(1, 2, 7, 0, images);
    mask_of(0.5, &place, 0, 0, true, a);
    place = place_of(1, 2, 7, 13, images);
    mask_of(0.5, &place, 5, 13, true, b);
    assert_memory_equal(a, b, sizeof a);
    const struct place others[] = {{2, 2, images}, {1, 3, images}};
    for (size_t i = 0; i < 2; i++) {
        mask_of(0.5, &others[i], 5, 13, true, b);
        assert_memory_not_equal(a, b, sizeof a);
    }
    mask_of(0.5, &place, 5, 12, true, b); /* another image */
    assert_memory_not_equal(a, b, sizeof a);
}

/* Of one number: 1 on average, and the variance of 1 / (1 - rate) with that probability, rate / (1 - rate);
 * and neighbours have nothing to do with each other. Within five deviations, from 64,000 numbers. */
static void mean_and_variance_of_a_mask(void **state)
{
    (void)state;
    static float mask[NUMBERS];
    static const double rates[] = {0, 0.1, 0.5, 0.9};
    for (size_t r = 0; r < 4; r++) {
        const double rate = rates[r], keep = 1 / (1 - rate), n = 16.0 * (NUMBERS - 1);
        double sum = 0, squares = 0, together = 0;
        for (uint32_t image = 0; image < 16; image++) {
            uint32_t images[LANES];
            const struct place place = place_of(9, 0, image, 0, images);
            mask_of(rate, &place, 0, 0, true, mask);
            for (size_t i = 0; i + 1 < NUMBERS; i++) {
                const double here = (double)mask[i], next = (double)mask[i + 1];
                assert_true(here == 0 || here == (double)(float)keep);
                sum += here, squares += (here - 1) * (here - 1), together += (here - 1) * (next - 1);
            }
        }
        const double variance = rate / (1 - rate);
        assert_true(fabs(sum / n - 1) <= 5 * sqrt(variance / n) + 1e-7);
        assert_true(fabs(squares / n - variance) <= 5 * keep * sqrt(variance / n) + 1e-6);
        assert_true(fabs(together / n) <= 5 * variance / sqrt(n) + 1e-7);
        mask_of(rate, &(struct place){9, 0, NULL}, 0, 0, false, mask); /* not in training: all pass */
        for (size_t i = 0; i < NUMBERS; i++)
            assert_true(mask[i] == 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padded_lanes_count_in_nothing),
        cmocka_unit_test(moving_averages_follow_the_version),
        cmocka_unit_test(after_dense_the_variance_is_biased),
        cmocka_unit_test(a_step_without_a_loss_moves_nothing),
        cmocka_unit_test(a_mask_belongs_to_its_image),
        cmocka_unit_test(mean_and_variance_of_a_mask),
    };
    return cmocka_run_group_tests(tests, draw_images, NULL);
}
