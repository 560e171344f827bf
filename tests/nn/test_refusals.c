/* What a model cannot take is refused wherever it stands; a step whose loss is not finite changes nothing;
 * and a fingerprint leaves out no weight. */
#include "train/run.h"

#include <math.h>

enum { IMAGES = 37, CLASSES = 6 };

static void write_labels(const uint8_t *labels)
{
    static const uint8_t pixels[IMAGES * 36];
    run_write_idx("train-images-idx3-ubyte", (uint32_t[]){IMAGES, 6, 6}, 3, pixels);
    run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){IMAGES}, 1, labels);
}

static struct cnn_model *make_model(const char *arch)
{
    struct cnn_model *model;
    struct cnn_error error = {0};
    const struct cnn_model_options options = {
        .arch = arch, .height = 6, .width = 6, .scale = true, .seed = 1};
    if (cnn_model_create(&options, &model, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return model;
}

/* The label just past the last class, at one image. */
static void expect_refusal(const struct cnn_model *model, size_t image)
{
    struct cnn_scores scores;
    struct cnn_error error = {0};
    char expected[64];
    uint8_t labels[IMAGES];
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint8_t)(i == image ? CLASSES : i % CLASSES);
    write_labels(labels);
    struct cnn_dataset *dataset = run_open_data(0, 0);
    enum cnn_status status = cnn_model_evaluate(model, dataset, &scores, NULL, &error);
    snprintf(expected, sizeof expected, "image %zu has the label %d", image, CLASSES);
    if (image == IMAGES)
        assert_int_equal(status, CNN_OK);
    else if (status != CNN_ERROR_MISMATCH || !strstr(error.message, expected))
        fail_msg("expected \"%s\", found %d \"%s\"", expected, (int)status, error.message);
    cnn_dataset_close(dataset);
}

static void a_label_past_the_last_class_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    struct cnn_model *model = make_model("flatten dense:6,softmax");
    for (size_t image = 0; image <= IMAGES; image++) /* the last time: none */
        expect_refusal(model, image);
    cnn_model_free(model);
}

static void every_weight_is_in_the_fingerprint(void **state)
{
    (void)state;
    struct cnn_model *model = make_model("conv2d:2,3,relu flatten dense:6,softmax");
    uint64_t before = cnn_model_fingerprint(model);
    for (size_t i = 0; i < model->n_weights; i++) {
        float was = model->weights[i];
        model->weights[i] = was + 1;
        assert_int_not_equal(cnn_model_fingerprint(model), before);
        model->weights[i] = was;
    }
    assert_int_equal(cnn_model_fingerprint(model), before);
    cnn_model_free(model);
}

/* Small layers and large ones, which go by shards; the loss is not a number because of a bias at the very
 * end. */
static void a_loss_that_is_not_finite_changes_nothing(void **state)
{
    (void)state;
    static const char *const archs[] = {
        "flatten dense:6,softmax", "conv2d:4,3,relu flatten dense:300,swish dense:300,swish dense:6,softmax"};
    run_write_data(IMAGES, 6, 1);
    struct cnn_dataset *dataset = run_open_data(0, 0);
    for (size_t i = 0; i < 2; i++)
        for (size_t batch = 16; batch <= 32; batch += 16) {
            struct cnn_model *model = make_model(archs[i]);
            struct cnn_trainer *trainer;
            const struct cnn_train_options how = {.batch_size = batch, .optimizer = "adam"};
            model->weights[model->n_weights - 1] = INFINITY;
            assert_int_equal(cnn_trainer_create(model, dataset, &how, &trainer, NULL), CNN_OK);
            uint64_t before = cnn_model_fingerprint(model), slots = run_hash(trainer);
            assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_ERROR_NUMERIC);
            assert_int_equal(cnn_model_fingerprint(model), before);
            assert_int_equal(run_hash(trainer), slots);
            cnn_trainer_free(trainer);
            cnn_model_free(model);
        }
    cnn_dataset_close(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_past_the_last_class_is_refused_wherever_it_stands),
        cmocka_unit_test(every_weight_is_in_the_fingerprint),
        cmocka_unit_test(a_loss_that_is_not_finite_changes_nothing),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
