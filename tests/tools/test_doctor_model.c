/* What the doctor says of a model: how new the program is that wrote it, on which images it is scored, whose
 * disk it looks at. */
#include "train/archive.h"

#include <sys/stat.h>
#include <unistd.h>

struct report {
    char text[16384];
};

static void note_finding(void *context, const struct cnn_finding *finding)
{
    struct report *report = context;
    size_t used = strlen(report->text);
    snprintf(report->text + used, sizeof report->text - used, "%s: %s -> %s\n", finding->subject,
             finding->text, finding->advice);
}

static struct report ask(const char *data, const char *model)
{
    struct report report = {0};
    assert_int_equal(cnn_doctor(data, model, note_finding, &report, NULL), CNN_OK);
    return report;
}

static void expect(const struct report *report, const char *text, bool there)
{
    if ((strstr(report->text, text) != NULL) != there)
        fail_msg("%s \"%s\" in:\n%s", there ? "expected" : "did not expect", text, report->text);
}

/* A network that has learned by heart what it was trained on, saved. */
static struct cnn_model *train_and_save(const char *path)
{
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    struct cnn_dataset *train = run_open_data(0, 0);
    const struct cnn_model_options shape = {
        .arch = "flatten dense:10,softmax", .height = 8, .width = 8, .scale = true, .seed = 1};
    const struct cnn_train_options how = {.epochs = 60, .optimizer = "adam", .learning_rate = 0.05};
    assert_int_equal(cnn_model_create(&shape, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, train, &how, &trainer, NULL), CNN_OK);
    while (!at.done)
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
    assert_int_equal(cnn_model_save(model, path, NULL), CNN_OK);
    cnn_trainer_free(trainer);
    cnn_dataset_close(train);
    return model;
}

/* 25 images to train on; 60 others to test with, of which some are another digit than they look. */
static void write_both_splits(void)
{
    uint8_t labels[60];
    run_write_data(60, 8, 2);
    assert_int_equal(rename(run_path("train-images-idx3-ubyte"), run_path("t10k-images-idx3-ubyte")), 0);
    for (size_t i = 0; i < 60; i++)
        labels[i] = (uint8_t)(i % 8);
    run_write_idx("t10k-labels-idx1-ubyte", (uint32_t[]){60}, 1, labels);
    run_write_data(25, 8, 1);
}

static void it_is_scored_on_the_test_images(void **state)
{
    (void)state;
    char expected[80];
    struct cnn_scores on_train, on_test;
    struct cnn_dataset *test, *train;
    write_both_splits();
    struct cnn_model *model = train_and_save(run_path("m.npz"));
    train = run_open_data(0, 0);
    assert_int_equal(cnn_dataset_open(run_folder, CNN_TEST, 0, 0, &test, NULL), CNN_OK);
    assert_int_equal(cnn_model_evaluate(model, train, &on_train, NULL, NULL), CNN_OK);
    assert_int_equal(cnn_model_evaluate(model, test, &on_test, NULL, NULL), CNN_OK);
    assert_true(on_train.accuracy > 0.9 && on_test.accuracy < 0.5); /* else nothing is shown */
    bool guess = on_test.accuracy < 1.5 / 10;
    snprintf(expected, sizeof expected,
             guess ? "reads %.1f %% of the test images" : "reads %.2f %% of the test images",
             100 * on_test.accuracy);
    struct report report = ask(run_folder, run_path("m.npz"));
    expect(&report, expected, true);
    cnn_dataset_close(train);
    cnn_dataset_close(test);
    cnn_model_free(model);
}

static void expect_kept(int files, double megabytes)
{
    char expected[128];
    struct report report = ask(run_folder, run_path("k.npz"));
    snprintf(expected, sizeof expected,
             "%d file%s of other runs kept beside it under its name and a number, %.1f MB", files,
             files == 1 ? "" : "s", megabytes);
    expect(&report, expected, true);
    expect(&report, "remove those that you need no longer", files >= 10);
}

/* What other runs left under the model's name, however the numbers lie, and what was before each of them;
 * advice comes with the tenth. */
static void kept_models_are_counted(void **state)
{
    (void)state;
    char whole[RUN_PATH], name[32];
    struct stat info;
    write_both_splits();
    cnn_model_free(train_and_save(run_path("k.npz")));
    strcpy(whole, run_path("k.npz"));
    assert_int_equal(stat(whole, &info), 0);
    struct report report = ask(run_folder, whole);
    expect(&report, "of other runs", false);
    for (int i = 1; i <= 10; i++) {
        snprintf(name, sizeof name, i % 3 ? "k.%d.npz" : "k.%d.npz.prev", i + i / 6);
        assert_int_equal(link(whole, run_path(name)), 0);
        expect_kept(i, 1e-6 * i * (double)info.st_size);
    }
}

static void a_kept_model_that_is_damaged_is_told(void **state)
{
    (void)state;
    write_both_splits();
    cnn_model_free(train_and_save(run_path("b.npz")));
    for (int i = 1; i <= 2; i++) {
        FILE *file = fopen(run_path(i == 1 ? "b.4.npz" : "b.5.npz.prev"), "w");
        assert_non_null(file);
        assert_true(fputs("cut short", file) >= 0 && fclose(file) == 0);
        struct report report = ask(run_folder, run_path("b.npz"));
        expect(&report, "b.4.npz: not a model file", true);
        expect(&report, "b.5.npz.prev: not a model file", i == 2);
        expect(&report, "of another run, and kept as it was found", true);
    }
}

/* Versions are numbers with dots, not texts: 0.10 comes after 0.9, and 0.02 after 0.1. */
static void versions_are_compared_as_numbers(void **state)
{
    (void)state;
    int n[3];
    assert_int_equal(sscanf(cnn_version(), "%d.%d.%d", &n[0], &n[1], &n[2]), 3);
    const struct {
        int n[3];
        bool newer;
        const char *format;
    } others[] = {
        {{n[0], n[1], n[2] + 1}, true, "%d.%d.%d"},
        {{n[0], n[1] + 1, 0}, true, "%d.0%d.%d"},
        {{n[0] + 1, 0, 0}, true, "0%d.%d.%d"},
        {{n[0], n[1] - 1, n[2] + 99}, false, "%d.%d.%d"},
    };
    cnn_model_free(train_and_save(run_path("m.npz")));
    struct report report = ask(run_folder, run_path("m.npz"));
    expect(&report, "written by version", false);
    struct archive *a = archive_read(run_path("m.npz"));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char text[32], type[16];
        uint8_t wide[4 * 32] = {0};
        snprintf(text, sizeof text, others[i].format, others[i].n[0], others[i].n[1], others[i].n[2]);
        for (size_t k = 0; k < strlen(text); k++)
            wide[4 * k] = (uint8_t)text[k];
        snprintf(type, sizeof type, "'<U%zu'", strlen(text));
        archive_set(a, "version", type, "False", "()", wide, 4 * strlen(text));
        archive_write(a, run_path("other.npz"));
        report = ask(run_folder, run_path("other.npz"));
        expect(&report, "written by version ", true);
        expect(&report, text, true);
        expect(&report, "a newer cnn is to be had", others[i].newer);
    }
    archive_free(a);
}

static void the_disk_is_that_of_the_model(void **state)
{
    (void)state;
    char nowhere[RUN_PATH + 32];
    struct report report = ask(run_folder, run_path("m.npz"));
    expect(&report, "MB free where models are saved", true);
    snprintf(nowhere, sizeof nowhere, "%s/not/there/m.npz", run_folder);
    report = ask(run_folder, nowhere);
    expect(&report, "MB free where models are saved", false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_scored_on_the_test_images),
        cmocka_unit_test(versions_are_compared_as_numbers),
        cmocka_unit_test(kept_models_are_counted),
        cmocka_unit_test(a_kept_model_that_is_damaged_is_told),
        cmocka_unit_test(the_disk_is_that_of_the_model),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
