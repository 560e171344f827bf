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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_single_weight_is_found)};
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
