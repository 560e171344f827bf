/*
 * Files of every version of the format stay here and are read for ever: format-N.npz was saved by the first
 * program that wrote format N, format-N-WHAT.npz by the first that had what it is for, after three steps of
 * the run below. `train_test_formats FILE` writes that of a row.
 */
#include "nn/model_file.h"
#include "train/archive.h"

#include <math.h>

static const char file[] = "tests/train/format-1.npz"; /* tests run at the project's root */

static const char small[] = "conv2d:2,3,swish flatten dense:6,softmax";

static const struct format {
    const char *file, *arch;
    unsigned number;     /* of the format */
    uint64_t model, run; /* of all that the model in it is, and of all that the run in it is */
    struct cnn_train_options options;
} formats[] = {
    {file,
     small,
     1,
     UINT64_C(0x9fa268fa773105f0),
     UINT64_C(0x37759f479f525f2f),
     {.optimizer = "adam", .early_stopping = "val_loss:2"}},
    {"tests/train/format-2.npz",
     small,
     2,
     UINT64_C(0x089cbce60a2ba7be),
     UINT64_C(0x0759e8807bdff590),
     {.optimizer = "adamw", .label_smoothing = 0.1, .l2 = 0.01, .global_clipnorm = 0.5, .ema = 0.9}},
    {"tests/train/format-2-layers.npz",
     "conv2d:4,3,stride=2,same batchnorm activation:swish dropout:0.25 avgpool2d:2,same flatten "
     "dense:5 batchnorm activation:tanh dense:6,softmax",
     2,
     UINT64_C(0xe6f1e7210e40b651),
     UINT64_C(0xe6f069a0db98fa5a),
     {.optimizer = "sgd:0.9,nesterov", .l2 = 0.01, .compat = CNN_KERAS3}},
    {"tests/train/format-2-outputs.npz",
     "conv2d:2,3,swish flatten dense:6 batchnorm activation:sigmoid",
     2,
     UINT64_C(0xb6de77d5e715b99e),
     UINT64_C(0xea2216addd741c08),
     {.optimizer = "adam", .loss = "mse"}},
};
enum { N_FORMATS = sizeof formats / sizeof *formats };

enum { IMAGES = 40, SIDE = 6 };

static struct cnn_dataset *dataset;

static int make_data(void **state)
{
    if (run_make_folder(state) != 0)
        return -1;
    run_write_data(IMAGES, SIDE, 1);
    dataset = run_open_data(0, 0);
    return 0;
}

static int remove_data(void **state)
{
    cnn_dataset_close(dataset);
    return run_remove_folder(state);
}

static void write_file(const struct format *format, const char *path)
{
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_model_options options = {
        .arch = format->arch ? format->arch : small, .height = SIDE, .width = SIDE, .seed = 1};
    struct cnn_train_options train = format->options;
    train.epochs = 3;
    train.batch_size = 16;
    train.seed = 1;
    train.validation_split = 0.2;
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, dataset, &train, &trainer, NULL), CNN_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_save(trainer, path, NULL), CNN_OK);
    print_message("model 0x%016llx, run 0x%016llx\n", (unsigned long long)run_model_hash(model),
                  (unsigned long long)run_hash(trainer));
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

static void the_model_is_read(void **state)
{
    (void)state;
    struct cnn_model *model;
    for (size_t i = 0; i < N_FORMATS; i++) {
        assert_int_equal(cnn_model_load(formats[i].file, &model, NULL), CNN_OK);
        assert_int_equal(run_model_hash(model), formats[i].model);
        assert_int_equal(cnn_model_info(model).trained_epochs, 1);
        assert_true(cnn_model_info(model).l2 == formats[i].options.l2);
        cnn_model_free(model);
    }
}

static void the_run_goes_on(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_error error = {0};
    for (size_t i = 0; i < N_FORMATS; i++) {
        if (cnn_trainer_resume(formats[i].file, dataset, NULL, 0, &model, &trainer, &error) != CNN_OK)
            fail_msg("%s", error.message);
        assert_int_equal(run_hash(trainer), formats[i].run);
        while (!cnn_trainer_progress(trainer).done)
            assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
        cnn_trainer_free(trainer);
        cnn_model_free(model);
    }
}

/* What needs nothing newer is written as the first format, so that the first program reads it. */
static void the_number_is_the_first_that_will_do(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_FORMATS; i++) {
        write_file(&formats[i], run_path("written.npz"));
        struct archive *a = archive_read(run_path("written.npz"));
        assert_int_equal(archive_data(a, "format")[0], formats[i].number);
        archive_free(a);
    }
}

/* Each of these alone would be passed over by a reader of format 1. */
static void whatever_the_first_would_pass_over_is_the_second(void **state)
{
    (void)state;
    static const struct format one[] = {{.options.clipnorm = 1}, {.options.global_clipnorm = 1},
                                        {.options.ema = 0.9},    {.options.l2 = 0.1},
                                        {.options.loss = "mse"}, {.options.label_smoothing = 0.1}};
    for (size_t i = 0; i < sizeof one / sizeof *one; i++) {
        write_file(&one[i], run_path("written.npz"));
        struct archive *a = archive_read(run_path("written.npz"));
        assert_int_equal(archive_data(a, "format")[0], 2);
        archive_free(a);
    }
}

/* The schedule of a file, as it is read and written again, and the rate of the step after it. */
static double rate_of_schedule(const char *text, const char *expected)
{
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_error error = {0};
    struct archive *a = archive_read(file);
    struct bytes wide = {0};
    char type[32];
    for (const char *c = text; *c; c++)
        bytes_add(&wide, (uint8_t[]){(uint8_t)*c, 0, 0, 0}, 4);
    snprintf(type, sizeof type, "'<U%zu'", strlen(text));
    archive_set(a, "training/schedule", type, "False", "()", wide.p, wide.n);
    archive_write(a, run_path("schedule.npz"));
    archive_free(a);
    free(wide.p);
    for (int again = 0; again < 2; again++) { /* and what that run saves is read alike */
        if (cnn_trainer_resume(run_path("schedule.npz"), dataset, NULL, 0, &model, &trainer, &error) !=
            CNN_OK)
            fail_msg("%s", error.message);
        assert_string_equal(cnn_trainer_options(trainer).schedule, expected);
        if (again)
            break;
        assert_int_equal(cnn_trainer_save(trainer, run_path("schedule.npz"), NULL), CNN_OK);
        cnn_trainer_free(trainer);
        cnn_model_free(model);
    }
    assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
    double rate = cnn_trainer_progress(trainer).learning_rate;
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    return rate;
}

/* Step 3 of 6: the top is at 0.3 x 6 = 1.8 where version 0.1.0 began the run, else at 0.8. */
static void a_schedule_goes_on_as_it_began(void **state)
{
    (void)state;
    static const double pi = 3.14159265358979323846, end = 4e-6;
    double before = end + (1 - end) * 0.5 * (1 + cos(pi * (3 - 1.8) / 4.2));
    double now = end + (1 - end) * 0.5 * (1 + cos(pi * (3 - 0.8) / 4.2));
    double found = rate_of_schedule("onecycle:0.3,25", "onecycle_before:0.3,25");
    assert_true(fabs(found - 0.001 * before) < 1e-12);
    found = rate_of_schedule("onecycle:0.3,25,10000", "onecycle:0.3,25,10000");
    assert_true(fabs(found - 0.001 * now) < 1e-12);
}

static void a_format_to_come_is_refused(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_error error;
    struct archive *a = archive_read(file);
    bytes_put_u64_le(archive_data(a, "format"), MODEL_FORMAT + 1);
    archive_write(a, run_path("future.npz"));
    assert_int_equal(cnn_model_load(run_path("future.npz"), &model, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "format: expected 1 to 2, found 3"));
    assert_non_null(strstr(error.hint, "newer"));
    archive_free(a);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_model_is_read),
        cmocka_unit_test(the_run_goes_on),
        cmocka_unit_test(the_number_is_the_first_that_will_do),
        cmocka_unit_test(whatever_the_first_would_pass_over_is_the_second),
        cmocka_unit_test(a_schedule_goes_on_as_it_began),
        cmocka_unit_test(a_format_to_come_is_refused),
    };
    if (argc != 2)
        return cmocka_run_group_tests(tests, make_data, remove_data);
    void *state = NULL;
    make_data(&state);
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i].file, argv[1]) == 0)
            write_file(&formats[i], argv[1]);
    return remove_data(&state);
}
