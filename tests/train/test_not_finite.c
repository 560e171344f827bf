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

/* A run one step into its first epoch, saved. */
struct saved {
    struct cnn_dataset *dataset;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    uint64_t hash; /* of what was saved */
};

static struct saved save_run(const char *optimizer)
{
    struct saved s;
    const struct cnn_model_options model = {
        .arch = "flatten dense:4,relu dense:6,softmax", .height = 6, .width = 6};
    const struct cnn_train_options train = {.optimizer = optimizer, .batch_size = 8, .epochs = 2};
    run_empty_folder();
    run_write_data(40, 6, 1);
    s.dataset = run_open_data(0, 0);
    assert_int_equal(cnn_model_create(&model, &s.model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(s.model, s.dataset, &train, &s.trainer, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_step(s.trainer, NULL, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_save(s.trainer, run_path("run.npz"), NULL), CNN_OK);
    s.hash = run_hash(s.trainer);
    return s;
}

static void free_run(struct saved *s)
{
    cnn_trainer_free(s->trainer);
    cnn_model_free(s->model);
    cnn_dataset_close(s->dataset);
}

/* Saving is refused with this message, and what was saved before is there, and loads. */
static void assert_not_saved(const struct saved *s, const char *message)
{
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_error error = {0};
    assert_int_equal(cnn_trainer_save(s->trainer, run_path("run.npz"), &error), CNN_ERROR_NUMERIC);
    if (!strstr(error.message, message))
        fail_msg("expected \"%s\" in \"%s\"", message, error.message);
    if (cnn_trainer_resume(run_path("run.npz"), s->dataset, NULL, 0, &model, &trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
    assert_int_equal(run_hash(trainer), s->hash);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    assert_int_not_equal(access(run_path(".run.npz.cnn-tmp"), F_OK), 0);
}

/* One number that is not finite: a weight, a slot, the loss; the first of them or the last. */
static void check_save(float value, bool last)
{
    struct saved s = save_run("adam");
    struct cnn_error error;
    float *weight = s.model->weights + (last ? s.model->n_weights - 1 : 0), good = *weight;
    float *slot = s.trainer->slots + (last ? 2 * s.model->n_weights - 1 : 0);
    char message[80];
    *weight = value;
    snprintf(message, sizeof message, "epoch 1, step 1: a weight of %s is not finite",
             last ? "dense_1" : "dense");
    assert_not_saved(&s, message);
    assert_int_equal(cnn_model_save(s.model, run_path("run.npz"), &error), CNN_ERROR_NUMERIC);
    *weight = good;
    good = *slot;
    *slot = value;
    snprintf(message, sizeof message, "what the optimizer remembers of %s is not finite",
             last ? "dense_1" : "dense");
    assert_not_saved(&s, message);
    *slot = good;
    s.trainer->loss_sum = (double)value;
    assert_not_saved(&s, "the loss is not finite");
    free_run(&s);
}

/* A save within an epoch, as --save-every and Ctrl-C make it, looks at all that it would write. */
static void nothing_that_is_not_finite_is_saved(void **state)
{
    (void)state;
    static const float values[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        check_save(values[i], false);
        check_save(values[i], true);
    }
}

/* A number below 0 in a slot: refused, saved or loaded, with this message; NULL: it may be there. */
static void check_below_0(const char *optimizer, size_t slot, const char *refused)
{
    struct saved s = save_run(optimizer);
    struct cnn_model *model = NULL;
    struct cnn_trainer *trainer = NULL;
    struct cnn_error error = {0};
    s.trainer->slots[slot * s.model->n_weights + 3] = -1e-30f;
    if (refused)
        assert_not_saved(&s, "what the optimizer remembers of dense");
    s.trainer->setting.square_slot = -1; /* a file that another program wrote */
    assert_int_equal(cnn_trainer_save(s.trainer, run_path("run.npz"), &error), CNN_OK);
    enum cnn_status status =
        cnn_trainer_resume(run_path("run.npz"), s.dataset, NULL, 0, &model, &trainer, &error);
    assert_int_equal(status, refused ? CNN_ERROR_FORMAT : CNN_OK);
    if (refused && !strstr(error.message, refused))
        fail_msg("expected \"%s\" in \"%s\"", refused, error.message);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    free_run(&s);
}

/* Adam's m and the velocity of sgd may be negative; v, of which a root is taken, may not. */
static void no_square_is_below_0(void **state)
{
    (void)state;
    check_below_0("rmsprop", 0, "slot_0/dense/kernel: a mean of squares; expected no number below 0");
    check_below_0("adam", 1, "slot_1/dense/kernel: a mean of squares; expected no number below 0");
    check_below_0("adam", 0, NULL);
    check_below_0("sgd:0.9", 0, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_single_weight_is_found),
        cmocka_unit_test(nothing_that_is_not_finite_is_saved),
        cmocka_unit_test(no_square_is_below_0),
        cmocka_unit_test(a_last_step_that_goes_too_far_ends_no_epoch),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
