/*
 * What a program that embeds the library gives it: images in memory, first weights from a file; and options
 * that cannot be meant.
 */
#include "npz/npz.h"
#include "run.h"

#include <math.h>

enum { COUNT = 40, SIDE = 6, IMAGE_BYTES = SIDE * SIDE, CLASSES = 3 };
static const char arch[] = "conv2d:2,3,swish flatten dense:3,softmax";

static uint8_t pixels[COUNT][IMAGE_BYTES], labels[COUNT];

static void draw(void)
{
    struct random random = random_stream(9, 0);
    for (size_t i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)(i % CLASSES);
        for (size_t k = 0; k < IMAGE_BYTES; k++)
            pixels[i][k] = (uint8_t)(random_below(&random, 60) + (k % SIDE == labels[i] ? 150 : 0));
    }
}

static struct cnn_dataset *from_memory(const uint8_t *given)
{
    struct cnn_dataset *dataset = NULL;
    draw();
    assert_int_equal(cnn_dataset_create(pixels[0], given, COUNT, SIDE, SIDE, 1, &dataset, NULL), CNN_OK);
    return dataset;
}

static const struct cnn_model_options options = {
    .arch = arch, .height = SIDE, .width = SIDE, .seed = 3, .scale = true};
static const struct cnn_train_options training = {.epochs = 2, .batch_size = 8, .seed = 4};

static struct cnn_model *drawn(void)
{
    struct cnn_model *model = NULL;
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    return model;
}

/* ---- images in memory ------------------------------------------------------------------------------ */

static void images_in_memory_are_a_dataset(void **state)
{
    (void)state;
    struct cnn_dataset *dataset = from_memory(labels);
    memset(pixels, 0, sizeof pixels); /* copied: what becomes of these is no matter */
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    assert_true(info.labelled && !info.synthetic);
    assert_int_equal(info.count, COUNT);
    assert_int_equal(info.classes, CLASSES);
    assert_int_equal(cnn_dataset_label(dataset, 5), 2);
    draw();
    for (size_t i = 0; i < COUNT; i++)
        assert_memory_equal(cnn_dataset_image(dataset, i), pixels[i], IMAGE_BYTES);
    cnn_dataset_close(dataset);
}

static void images_without_labels_are_predicted_alike(void **state)
{
    (void)state;
    struct cnn_dataset *with = from_memory(labels), *without = from_memory(NULL);
    struct cnn_model *model = drawn();
    struct cnn_trainer *trainer;
    struct cnn_error error;
    float a[COUNT][CLASSES], b[COUNT][CLASSES];
    assert_int_equal(cnn_model_predict(model, with, a[0], NULL), CNN_OK);
    assert_int_equal(cnn_model_predict(model, without, b[0], NULL), CNN_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(cnn_trainer_create(model, without, &training, &trainer, &error), CNN_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "images in memory: they have no labels, which this needs");
    cnn_model_free(model);
    cnn_dataset_close(with);
    cnn_dataset_close(without);
}

static void images_that_cannot_be_meant_are_refused(void **state)
{
    (void)state;
    struct cnn_dataset *d;
    draw();
    assert_int_equal(cnn_dataset_create(NULL, labels, COUNT, SIDE, SIDE, 1, &d, NULL), CNN_ERROR_USAGE);
    assert_int_equal(cnn_dataset_create(pixels[0], labels, 0, SIDE, SIDE, 1, &d, NULL), CNN_ERROR_USAGE);
    assert_int_equal(cnn_dataset_create(pixels[0], labels, COUNT, 0, SIDE, 1, &d, NULL), CNN_ERROR_USAGE);
    assert_int_equal(cnn_dataset_create(pixels[0], labels, COUNT, SIZE_MAX, SIDE, 1, &d, NULL),
                     CNN_ERROR_USAGE);
}

/* ---- first weights ---------------------------------------------------------------------------------- */

static void train(struct cnn_model *model, const struct cnn_dataset *dataset, const char *path)
{
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    assert_int_equal(cnn_trainer_create(model, dataset, &training, &trainer, NULL), CNN_OK);
    while (!at.done)
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_save(trainer, path, NULL), CNN_OK);
    cnn_trainer_free(trainer);
}

static bool file_says_given(const char *path)
{
    struct cnn_model *model;
    struct cnn_error error;
    if (cnn_model_load(path, &model, &error) != CNN_OK)
        fail_msg("%s", error.message);
    bool given = cnn_model_info(model).weights_given;
    cnn_model_free(model);
    return given;
}

/* The weights that the seed draws, saved and given back, train to the same ones; only the file's origin
 * differs. */
static void given_weights_train_as_drawn_ones(void **state)
{
    (void)state;
    struct cnn_dataset *dataset = from_memory(labels);
    struct cnn_model *a = drawn(), *b = NULL;
    assert_int_equal(cnn_model_save(a, run_path("first.npz"), NULL), CNN_OK);
    assert_false(file_says_given(run_path("first.npz")));
    const struct cnn_model_options open = {
        .height = SIDE, .width = SIDE, .seed = 77}; /* network and scale: the file's */
    assert_int_equal(cnn_model_create_from(&open, run_path("first.npz"), &b, NULL), CNN_OK);
    assert_string_equal(cnn_model_info(b).arch, arch);
    assert_true(cnn_model_info(b).scale && cnn_model_info(b).weights_given);
    assert_int_equal(cnn_model_fingerprint(a), cnn_model_fingerprint(b));
    uint64_t first = cnn_model_fingerprint(a);
    train(a, dataset, run_path("drawn.npz"));
    train(b, dataset, run_path("given.npz"));
    assert_int_equal(cnn_model_fingerprint(a), cnn_model_fingerprint(b));
    assert_true(cnn_model_fingerprint(a) != first);
    assert_false(file_says_given(run_path("drawn.npz")));
    assert_true(file_says_given(run_path("given.npz")));
    assert_int_equal(b->given_weights, first);
    cnn_model_free(a);
    cnn_model_free(b);
    cnn_dataset_close(dataset);
}

static void a_given_run_goes_on_as_one(void **state)
{
    (void)state;
    struct cnn_dataset *dataset = from_memory(labels);
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_error error;
    if (cnn_trainer_resume(run_path("given.npz"), dataset, NULL, 3, &model, &trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
    assert_true(cnn_model_info(model).weights_given);
    assert_int_equal(cnn_trainer_save(trainer, run_path("again.npz"), NULL), CNN_OK);
    assert_true(file_says_given(run_path("again.npz")));
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
}

/* However a model came to other weights, a run on it says that the seed does not draw them. */
static void every_way_to_other_weights_is_told(void **state)
{
    (void)state;
    struct cnn_dataset *dataset = from_memory(labels);
    struct cnn_model *model = drawn();
    assert_int_equal(cnn_model_set_weights(model, "dense/bias", (float[]){1, 2, 3}, 3, NULL), CNN_OK);
    assert_true(cnn_model_info(model).weights_given);
    cnn_model_free(model);
    assert_int_equal(cnn_model_load(run_path("drawn.npz"), &model, NULL), CNN_OK);
    assert_false(cnn_model_info(model).weights_given);
    train(model, dataset, run_path("second.npz"));
    assert_true(file_says_given(run_path("second.npz")));
    cnn_model_free(model);
    model = drawn();
    train(model, dataset, run_path("second.npz"));
    assert_false(cnn_model_info(model).weights_given);
    train(model, dataset, run_path("third.npz"));
    assert_true(file_says_given(run_path("third.npz")));
    cnn_model_free(model);
    cnn_dataset_close(dataset);
}

static void add_weights(struct npz_writer *w, const struct cnn_model *model, const char *but)
{
    struct cnn_weights a;
    for (size_t i = 0; (a = cnn_model_weights_at(model, i)).rank; i++)
        if (!but || strcmp(a.name, but) != 0)
            npz_add_floats(w, a.name, a.rank, a.shape, a.values);
}

/* An archive of weights alone is enough to train from, with the network of the options. */
static void weights_alone_are_enough(void **state)
{
    (void)state;
    struct cnn_model *model = drawn(), *from = NULL, *other;
    struct cnn_error error;
    struct npz_writer *w = npz_writer_create();
    add_weights(w, model, NULL);
    assert_int_equal(npz_finish(w, run_path("bare.npz"), NULL), CNN_OK);
    assert_int_equal(cnn_model_create_from(&options, run_path("bare.npz"), &from, NULL), CNN_OK);
    assert_int_equal(cnn_model_fingerprint(from), cnn_model_fingerprint(model));
    assert_int_equal(cnn_model_load(run_path("bare.npz"), &other, &error), CNN_ERROR_FORMAT);
    assert_non_null(
        strstr(error.message, "missing are spec, scale, input/height, input/width, input/channels"));
    w = npz_writer_create();
    add_weights(w, model, "conv2d/bias");
    assert_int_equal(npz_finish(w, run_path("less.npz"), NULL), CNN_OK);
    assert_int_equal(cnn_model_create_from(&options, run_path("less.npz"), &other, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "the array \"conv2d/bias\" is missing"));
    assert_string_equal(error.hint, "the file holds conv2d/kernel, dense/kernel, dense/bias");
    const struct cnn_model_options wider = {
        .arch = "conv2d:3,3 flatten dense:3,softmax", .height = SIDE, .width = SIDE};
    assert_int_equal(cnn_model_create_from(&wider, run_path("bare.npz"), &other, &error), CNN_ERROR_FORMAT);
    assert_non_null(
        strstr(error.message, "conv2d/kernel: expected the shape (3, 3, 1, 3), found (3, 3, 1, 2)"));
    cnn_model_free(model);
    cnn_model_free(from);
}

/* With what cannot be guessed it is a model: format, version, seed and trained_epochs may be missing. */
static void what_has_a_default_may_be_missing(void **state)
{
    (void)state;
    struct cnn_model *model = drawn(), *loaded = NULL;
    struct npz_writer *w = npz_writer_create();
    add_weights(w, model, NULL);
    npz_add_text(w, "spec", arch);
    npz_add_whole(w, "scale", 1);
    npz_add_whole(w, "input/height", SIDE);
    npz_add_whole(w, "input/width", SIDE);
    npz_add_whole(w, "input/channels", 1);
    assert_int_equal(npz_finish(w, run_path("own.npz"), NULL), CNN_OK);
    assert_int_equal(cnn_model_load(run_path("own.npz"), &loaded, NULL), CNN_OK);
    assert_int_equal(cnn_model_fingerprint(loaded), cnn_model_fingerprint(model));
    struct cnn_model_info info = cnn_model_info(loaded);
    assert_true(info.weights_given && info.scale && info.trained_epochs == 0 && info.seed == 0);
    cnn_model_free(model);
    cnn_model_free(loaded);
}

/* ---- options ---------------------------------------------------------------------------------------- */

static void expect_refused(const struct cnn_train_options *wrong, const char *words)
{
    struct cnn_dataset *dataset = from_memory(labels);
    struct cnn_model *model = drawn();
    struct cnn_trainer *trainer;
    struct cnn_error error = {0};
    assert_int_equal(cnn_trainer_create(model, dataset, wrong, &trainer, &error), CNN_ERROR_USAGE);
    if (!strstr(error.message, words))
        fail_msg("expected \"%s\", found \"%s\"", words, error.message);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
}

static void options_that_cannot_be_meant_are_refused(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_error error;
    const double rates[] = {NAN, -1, -1e-300, INFINITY, -INFINITY, 1e7};
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        expect_refused(&(struct cnn_train_options){.learning_rate = rates[i]}, "learning rate");
    expect_refused(&(struct cnn_train_options){.validation_split = NAN}, "validation split");
    expect_refused(&(struct cnn_train_options){.compat = (enum cnn_compat)7}, "compat 7");
    expect_refused(NULL, "options: expected some, found NULL");
    assert_int_equal(cnn_model_create(NULL, &model, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_model_create_from(NULL, "x", &model, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_bench_run(NULL, NULL, NULL, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_bench_run(&(struct cnn_bench_options){.seconds = -1}, NULL, NULL, &error),
                     CNN_ERROR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_in_memory_are_a_dataset),
        cmocka_unit_test(images_without_labels_are_predicted_alike),
        cmocka_unit_test(images_that_cannot_be_meant_are_refused),
        cmocka_unit_test(given_weights_train_as_drawn_ones),
        cmocka_unit_test(a_given_run_goes_on_as_one),
        cmocka_unit_test(every_way_to_other_weights_is_told),
        cmocka_unit_test(weights_alone_are_enough),
        cmocka_unit_test(what_has_a_default_may_be_missing),
        cmocka_unit_test(options_that_cannot_be_meant_are_refused),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
