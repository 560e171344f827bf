/* A number that is not finite stops the training and is found wherever it stands. */
#include "train/run.h"

#include <math.h>

/* A trainer whose weight i of a parameter is not finite is refused its step, and the layer is named. */
static void check(size_t layer, size_t parameter, bool last)
{
    struct cnn_dataset *dataset = run_open_data(0, 0);
    const struct cnn_model_options options = {
        .arch = "conv2d:2,3,tanh conv2d:2,2,linear flatten dense:4,swish dense:6,softmax",
        .height = 6,
        .width = 6};
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_error error;
    char expected[64];
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, dataset, &(struct cnn_train_options){0}, &trainer, NULL),
                     CNN_OK);
    const struct parameter *p = &model->layer[layer].parameter[parameter];
    p->value[last ? p->count - 1 : 0] = NAN;
    assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_ERROR_NUMERIC);
    snprintf(expected, sizeof expected, "epoch 1, step 1: a weight of %s is not finite",
             model->layer[layer].name);
    if (!strstr(error.message, expected))
        fail_msg("expected \"%s\" in \"%s\"", expected, error.message);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
}

static void a_single_weight_is_found(void **state)
{
    (void)state;
    static const size_t layers[] = {0, 1, 3, 4}; /* 2 is flatten */
    run_write_data(40, 6, 1);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 2; k++) {
            check(layers[i], k, false);
            check(layers[i], k, true);
        }
}

/* 40 black images: whatever a kernel's weights are, the loss is finite. */
static void write_black_images(void)
{
    static const uint8_t pixels[40 * 36];
    uint8_t labels[40];
    for (size_t i = 0; i < 40; i++)
        labels[i] = (uint8_t)(i % 6);
    run_write_idx("train-images-idx3-ubyte", (uint32_t[]){40, 6, 6}, 3, pixels);
    run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){40}, 1, labels);
}

/* The update of the last step takes a weight past what a float holds; no loss has seen it yet. */
static void a_last_step_that_goes_too_far_ends_no_epoch(void **state)
{
    (void)state;
    write_black_images();
    for (int split = 0; split < 2; split++) {
        struct cnn_dataset *dataset = run_open_data(0, 0);
        const struct cnn_model_options options = {.arch = "flatten dense:6,softmax", .height = 6, .width = 6};
        struct cnn_model *model;
        struct cnn_trainer *trainer;
        struct cnn_error error = {0};
        assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
        const struct cnn_train_options how = {
            .batch_size = 40, .optimizer = "sgd:0.9", .validation_split = split ? 0.25 : 0};
        assert_int_equal(cnn_trainer_create(model, dataset, &how, &trainer, NULL), CNN_OK);
        struct parameter *kernel = &model->layer[1].parameter[0];
        kernel->value[kernel->count - 1] = kernel->slot[0][kernel->count - 1] = 3e38F;
        assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_ERROR_NUMERIC);
        assert_non_null(strstr(error.message, "a weight of dense is not finite"));
        assert_int_equal(cnn_trainer_epochs_done(trainer), 0);
        cnn_trainer_free(trainer);
        cnn_model_free(model);
        cnn_dataset_close(dataset);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_weight_is_found),
        cmocka_unit_test(a_last_step_that_goes_too_far_ends_no_epoch),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
