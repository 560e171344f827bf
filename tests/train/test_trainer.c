/* What a trainer gives back: the best weights, and the time that its steps took. */
#include "train/run.h"

enum { EPOCHS = 8, MOST_WEIGHTS = 1000 };

/* Trains to the end; weights[e] are those after epoch e. Returns the number of epochs. */
static size_t train(struct cnn_trainer *trainer, const struct cnn_model *model, float weights[][MOST_WEIGHTS])
{
    struct cnn_progress at = {0};
    assert_true(model->n_weights <= MOST_WEIGHTS);
    while (!at.done) {
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
        assert_true(at.step_s > 0);
        if (at.epoch_done)
            memcpy(weights[at.epoch], model->weights, model->n_weights * sizeof(float));
    }
    return cnn_trainer_epochs_done(trainer);
}

/* Whether the best epoch was not the last, so that there was something to restore. */
static bool best_is_restored(const struct cnn_dataset *dataset, uint64_t seed)
{
    static float weights[EPOCHS][MOST_WEIGHTS];
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    const struct cnn_model_options options = {
        .arch = "conv2d:2,3,tanh flatten dense:6,softmax", .height = 6, .width = 6, .seed = seed};
    const struct cnn_train_options how = {.epochs = EPOCHS,
                                          .batch_size = 10,
                                          .seed = seed,
                                          .validation_split = 0.25,
                                          .early_stopping = "val_accuracy:100"};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, dataset, &how, &trainer, NULL), CNN_OK);
    size_t epochs = train(trainer, model, weights), best = 0;
    for (size_t i = 1; i < epochs; i++)
        if (cnn_trainer_epoch(trainer, i).val_accuracy > cnn_trainer_epoch(trainer, best).val_accuracy)
            best = i;
    assert_int_equal(cnn_trainer_restore_best(trainer), best);
    assert_memory_equal(model->weights, weights[best], model->n_weights * sizeof(float));
    assert_int_equal(model->trained_epochs, best + 1);
    assert_true(cnn_trainer_progress(trainer).done);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    return best + 1 < epochs;
}

static void the_best_weights_come_back(void **state)
{
    (void)state;
    run_write_data(60, 6, 1);
    struct cnn_dataset *dataset = run_open_data(0, 0);
    size_t restored = 0;
    for (uint64_t seed = 1; seed <= 8; seed++)
        restored += best_is_restored(dataset, seed);
    assert_true(restored > 0);
    cnn_dataset_close(dataset);
}

/* 40 images of four classes train, 120 of another validate: what is the commonest among all is not among
 * those. */
static void write_lopsided_data(void)
{
    enum { N = 160 };
    struct random random = random_stream(3, 0);
    static uint8_t pixels[N][36];
    uint8_t labels[N];
    for (size_t i = 0; i < N; i++) {
        labels[i] = (uint8_t)(i < 40 ? i % 4 : 5);
        for (size_t k = 0; k < 36; k++)
            pixels[i][k] = (uint8_t)(random_below(&random, 200) + (k % 6 == labels[i] ? 55 : 0));
    }
    run_write_idx("train-images-idx3-ubyte", (uint32_t[]){N, 6, 6}, 3, pixels[0]);
    run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){N}, 1, labels);
}

/* A quarter right is what the commonest answer gives; half right is more, though not as much as 5 has of all.
 */
static void the_commonest_answer_is_that_of_the_images_trained_on(void **state)
{
    (void)state;
    write_lopsided_data();
    struct cnn_dataset *dataset = run_open_data(0, 0);
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    size_t between = 0;
    const struct cnn_model_options options = {
        .arch = "flatten dense:6,softmax", .height = 6, .width = 6, .scale = true, .seed = 1};
    const struct cnn_train_options how = {
        .epochs = 12, .optimizer = "adam", .learning_rate = 0.01, .validation_split = 0.75};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, dataset, &how, &trainer, NULL), CNN_OK);
    while (!at.done) {
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
        if (!at.epoch_done)
            continue;
        between += at.accuracy > 0.28 && at.accuracy < 0.76;
        assert_int_equal(at.at_majority, at.accuracy < 0.27);
    }
    assert_true(between > 0); /* else nothing is shown */
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
}

static void has_taken_time(void *context, const struct cnn_bench_result *result)
{
    size_t *n = context;
    if (result->kind == CNN_BENCH_KERNEL && !(result->seconds > 0))
        fail_msg("%s %s took no time", result->work, result->layer ? result->layer : "");
    ++*n;
}

static void every_part_of_a_step_takes_time(void **state)
{
    (void)state;
    size_t n = 0;
    const struct cnn_bench_options options = {
        .arch = "conv2d:3,5,swish flatten dense:84,swish dense:10,softmax", .seconds = 0.05};
    assert_int_equal(cnn_bench_run(&options, has_taken_time, &n, NULL), CNN_OK);
    assert_true(n > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_weights_come_back),
        cmocka_unit_test(the_commonest_answer_is_that_of_the_images_trained_on),
        cmocka_unit_test(every_part_of_a_step_takes_time),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
