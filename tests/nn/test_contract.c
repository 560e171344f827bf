/*
 * What layer.h promises to a layer, seen by one that asks for all of it: it takes the mean of the batch off
 * each channel, so it wants all blocks at once, hands numbers from forward to backward, and is told when a
 * step counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/dataset.h"
#include "nn/engine.h"

enum { SIDE = 7, PIXELS = SIDE * SIDE, MOST = 150, CHANNELS = 2, SAVED = 3 };

static struct {
    int forward, finish, commit, samples, wrong;
} seen;

static void count(int *what, int n)
{
    __atomic_add_fetch(what, n, __ATOMIC_SEQ_CST);
}

/* ---- the layer ------------------------------------------------------------------------------------ */

/* The mean of channel c over the positions and samples of a batch; not over lanes that are padding. */
static float mean_of(const struct layer *layer, const struct batch *batch, const float *first, size_t stride,
                     size_t c)
{
    size_t positions = layer->in.size[0] * layer->in.size[1];
    double sum = 0;
    for (size_t i = 0; i < batch->n_blocks; i++)
        for (size_t p = 0; p < positions; p++)
            for (size_t lane = 0; lane < batch_block(batch, i).n; lane++)
                sum += (double)first[i * stride + (p * CHANNELS + c) * LANES + lane];
    return (float)(sum / (double)(positions * batch->n));
}

static void gather(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                   size_t shard)
{
    (void)k;
    batch->first.gathered[shard] = mean_of(layer, batch, batch->first.x, batch->x_stride, shard);
}

static void finish(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    (void)k;
    for (size_t i = 0; i < shape_count(&layer->out) * LANES; i++) {
        b->y[i] = b->x[i] - b->gathered[i / LANES % CHANNELS];
        b->slope[i] = 1;
    }
    for (size_t i = 0; i < SAVED; i++)
        b->saved[i] = (float)(b->number * SAVED + i);
    count(&seen.finish, 1);
    count(&seen.samples, (int)b->n);
    count(&seen.wrong, !b->training || b->place.seed != 5 ||
                           b->place.image[b->n - 1] != 1000 + b->number * LANES + b->n - 1);
}

static void gather_back(const struct layer *layer, const struct kernels *k, const struct batch *batch,
                        size_t shard)
{
    (void)k;
    batch->first.gathered[CHANNELS + shard] = mean_of(layer, batch, batch->first.dz, batch->y_stride, shard);
}

static void finish_back(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    (void)k;
    for (size_t i = 0; i < shape_count(&layer->in) * LANES; i++)
        b->dx[i] *= i % LANES < b->n ? b->dz[i] - b->gathered[CHANNELS + i / LANES % CHANNELS] : 0;
    for (size_t i = 0; i < SAVED; i++)
        count(&seen.wrong, b->saved[i] != (float)(b->number * SAVED + i));
}

static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    (void)k;
    memcpy(b->y, b->x, shape_count(&layer->out) * LANES * sizeof *b->y);
    count(&seen.forward, 1);
    count(&seen.wrong, b->training || b->slope || b->saved);
}

static void commit(const struct layer *layer, const struct kernels *k, const struct batch *batch)
{
    (void)layer, (void)k;
    count(&seen.commit, 1);
    count(&seen.wrong, batch->n_blocks != whole_blocks(batch->n));
}

static const struct layer_shards shards = {.most_blocks = SIZE_MAX,
                                           .gather = gather,
                                           .finish = finish,
                                           .gather_back = gather_back,
                                           .finish_back = finish_back};

static const struct layer_type mean_off = {.word = "mean_off",
                                           .name = "mean_off",
                                           .class_name = "MeanOff",
                                           .forward = forward,
                                           .shards = &shards,
                                           .commit = commit};

/* ---- a network with it ---------------------------------------------------------------------------- */

static uint8_t pixels[MOST][PIXELS], labels[MOST];
static const uint8_t *images[MOST];
static uint32_t numbers[MOST];

static int draw_images(void **state)
{
    (void)state;
    struct random random = random_stream(21, 0);
    for (size_t i = 0; i < MOST; i++) {
        for (size_t k = 0; k < PIXELS; k++)
            pixels[i][k] = (uint8_t)random_below(&random, 256);
        images[i] = pixels[i];
        labels[i] = (uint8_t)random_below(&random, 4);
        numbers[i] = (uint32_t)(1000 + i);
    }
    return 0;
}

/* A pooling of single places computes nothing: it makes room for the layer of this test. */
static struct cnn_model *make_model(void)
{
    struct cnn_model *model;
    assert_int_equal(
        cnn_model_create(
            &(struct cnn_model_options){.arch = "conv2d:2,3,tanh maxpool2d:1 flatten dense:4,softmax",
                                        .height = SIDE,
                                        .width = SIDE,
                                        .channels = 1,
                                        .scale = true,
                                        .seed = 2},
            &model, NULL),
        CNN_OK);
    struct layer *layer = &model->layer[1];
    layer->type = &mean_off;
    layer->saved = SAVED;
    layer->n_shards = CHANNELS;
    layer->gathered = 2 * CHANNELS;
    return model;
}

static struct engine_batch batch_of(size_t n)
{
    return (struct engine_batch){images, labels, n, {5, 0, numbers}};
}

static double loss_of(const struct cnn_model *model, size_t n, float *gradient)
{
    struct engine *engine;
    struct engine_batch batch = batch_of(n);
    double loss;
    size_t correct;
    assert_int_equal(engine_create(model, n, &engine, NULL), CNN_OK);
    engine_gradient(engine, &batch, gradient, &loss, &correct);
    engine_free(engine);
    return loss / (double)n;
}

/* A few samples, and more blocks than a large dense layer goes by shards for. */
static void gradient_goes_through_the_mean(void **state)
{
    (void)state;
    static const size_t sizes[] = {3, LANES + 1, MOST};
    struct cnn_model *model = make_model();
    float *gradient = memory_alloc(model->n_weights, sizeof *gradient),
          *other = memory_alloc(model->n_weights, sizeof *other);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        double distance = 0, norm = 0;
        loss_of(model, sizes[s], gradient);
        for (size_t i = 0; i < 18; i++) { /* the kernel of the convolution */
            const float h = 0.01F, was = model->weights[i];
            model->weights[i] = was + h;
            double above = loss_of(model, sizes[s], other);
            model->weights[i] = was - h;
            double below = loss_of(model, sizes[s], other);
            model->weights[i] = was;
            double expected = (above - below) / (2 * (double)h);
            distance += pow(expected - (double)gradient[i], 2);
            norm += expected * expected;
        }
        if (!(norm > 1e-6 && sqrt(distance) <= 0.01 * sqrt(norm)))
            fail_msg("%zu samples: off by %g of the norm", sizes[s], sqrt(distance / norm));
    }
    assert_int_equal(seen.wrong, 0);
    assert_int_equal(seen.forward, 0);
    assert_int_equal(seen.commit, 0); /* nothing was updated */
    memory_free(gradient);
    memory_free(other);
    cnn_model_free(model);
}

/* Weights after a step; with a rate that is not a number the loss of the second step is none either. */
static uint64_t steps(size_t n, size_t threads, float rate)
{
    struct cnn_model *model = make_model();
    struct engine *engine;
    const struct update update = {.learning_rate = rate};
    double loss;
    size_t correct;
    float *slots = memory_alloc(model->n_weights, sizeof *slots);
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++)
        p->slot[0] = slots + (p->value - model->weights);
    assert_int_equal(cnn_set_threads(threads, NULL), CNN_OK);
    assert_int_equal(engine_create(model, n, &engine, NULL), CNN_OK);
    for (size_t i = 0; i < 2; i++) {
        struct engine_batch batch = batch_of(n);
        engine_step(engine, &batch, OPTIMIZER_sgd, &update, &loss, &correct);
    }
    uint64_t fingerprint = cnn_model_fingerprint(model);
    engine_free(engine);
    memory_free(slots);
    cnn_model_free(model);
    assert_int_equal(cnn_set_threads(0, NULL), CNN_OK);
    return fingerprint;
}

static void blocks_are_told_apart_and_threads_do_not_matter(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    uint64_t one = steps(MOST, 1, 0.1F);
    assert_int_equal(seen.finish, 2 * 10);
    assert_int_equal(seen.samples, 2 * MOST);
    assert_int_equal(seen.commit, 2);
    assert_true(one == steps(MOST, 3, 0.1F));
    assert_int_equal(seen.wrong, 0);
}

static void a_step_that_is_not_finite_is_not_committed(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    steps(LANES, 1, NAN);
    assert_int_equal(seen.commit, 1);
}

static void prediction_goes_forward_block_by_block(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof seen);
    struct cnn_model *model = make_model();
    const struct cnn_dataset data = {.source = "test",
                                     .count = LANES + 1,
                                     .height = SIDE,
                                     .width = SIDE,
                                     .channels = 1,
                                     .classes = 4,
                                     .image_bytes = PIXELS,
                                     .images = pixels[0],
                                     .labels = labels};
    float *p = memory_alloc((LANES + 1) * 4, sizeof *p);
    assert_int_equal(cnn_model_predict(model, &data, p, NULL), CNN_OK);
    assert_int_equal(seen.forward, 2);
    assert_int_equal(seen.finish + seen.commit + seen.wrong, 0);
    memory_free(p);
    cnn_model_free(model);
}

/* ---- random numbers ------------------------------------------------------------------------------- */

static uint64_t first_of(uint64_t seed, uint64_t epoch, uint32_t image, size_t layer, size_t number,
                         size_t lane)
{
    uint32_t in_block[LANES] = {0};
    in_block[lane] = image;
    const struct layer at = {.number = layer};
    const struct block block = {.number = number, .n = LANES, .place = {seed, epoch, in_block}};
    struct random random = layer_random(&at, &block, lane);
    return random_u64(&random);
}

static void random_numbers_belong_to_the_image(void **state)
{
    (void)state;
    uint64_t expected = first_of(1, 2, 3, 4, 0, 0);
    assert_true(first_of(1, 2, 3, 4, 7, 9) == expected); /* wherever it stands in the batch */
    assert_true(first_of(2, 2, 3, 4, 0, 0) != expected);
    assert_true(first_of(1, 3, 3, 4, 0, 0) != expected);
    assert_true(first_of(1, 2, 4, 4, 0, 0) != expected);
    assert_true(first_of(1, 2, 3, 5, 0, 0) != expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_goes_through_the_mean),
        cmocka_unit_test(blocks_are_told_apart_and_threads_do_not_matter),
        cmocka_unit_test(a_step_that_is_not_finite_is_not_committed),
        cmocka_unit_test(prediction_goes_forward_block_by_block),
        cmocka_unit_test(random_numbers_belong_to_the_image),
    };
    return cmocka_run_group_tests(tests, draw_images, NULL);
}
