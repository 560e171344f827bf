/* Which files a run may replace, and which it has to keep: all that is no earlier state of itself. */
#include "train/run.h"

enum { SIDE = 6, IMAGES = 40, BATCH = 8 }; /* 5 steps an epoch */

static struct cnn_dataset *dataset;

/* What tells one run from another. */
struct kind {
    uint64_t model_seed, seed;
    double learning_rate;
    const char *early_stopping;
    double label_smoothing, l2, clipnorm, global_clipnorm, ema;
};

static const struct kind plain = {1, 1, 0.001, NULL, 0, 0, 0, 0, 0};

struct trained {
    struct cnn_model *model;
    struct cnn_trainer *trainer;
};

static struct trained train(struct kind kind, size_t steps)
{
    struct trained t;
    const struct cnn_model_options model = {
        .arch = "flatten dense:6,softmax", .height = SIDE, .width = SIDE, .seed = kind.model_seed};
    const struct cnn_train_options options = {.epochs = 3,
                                              .batch_size = BATCH,
                                              .seed = kind.seed,
                                              .learning_rate = kind.learning_rate,
                                              .early_stopping = kind.early_stopping,
                                              .label_smoothing = kind.label_smoothing,
                                              .l2 = kind.l2,
                                              .clipnorm = kind.clipnorm,
                                              .global_clipnorm = kind.global_clipnorm,
                                              .ema = kind.ema};
    assert_int_equal(cnn_model_create(&model, &t.model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(t.model, dataset, &options, &t.trainer, NULL), CNN_OK);
    for (size_t i = 0; i < steps; i++)
        assert_int_equal(cnn_trainer_step(t.trainer, NULL, NULL), CNN_OK);
    return t;
}

static void end(struct trained *t)
{
    cnn_trainer_free(t->trainer);
    cnn_model_free(t->model);
}

static void save(struct kind kind, size_t steps, const char *name)
{
    struct trained t = train(kind, steps);
    assert_int_equal(cnn_trainer_save(t.trainer, run_path(name), NULL), CNN_OK);
    end(&t);
}

static char told[1000]; /* "m.npz m.1.npz;" for each that was kept */

static void tell(void *context, const char *path, const char *name)
{
    (void)context;
    size_t n = strlen(told), folder = strlen(run_folder) + 1;
    snprintf(told + n, sizeof told - n, "%s %s;", path + folder, name + folder);
}

/* What the run of that kind, after so many steps, keeps of the files that are there. */
static void assert_keeps(struct kind kind, size_t steps, const char *expected)
{
    struct trained t = train(kind, steps);
    struct cnn_error error = {0};
    const struct cnn_run_files files = {run_path("m.npz"), run_path("m.last.npz"), run_path("m.csv")};
    told[0] = '\0';
    if (cnn_trainer_keep(t.trainer, &files, tell, NULL, &error) != CNN_OK)
        fail_msg("%s", error.message);
    assert_string_equal(told, expected);
    end(&t);
}

static int make_data(void **state)
{
    int failed = run_make_folder(state);
    run_write_data(IMAGES, SIDE, 1);
    dataset = run_open_data(0, 0);
    return failed;
}

static int remove_data(void **state)
{
    cnn_dataset_close(dataset);
    return run_remove_folder(state);
}

static void an_earlier_state_of_the_same_run_gives_way(void **state)
{
    (void)state;
    static const size_t steps[][2] = {{1, 1}, {1, 2}, {4, 5}, {5, 6}, {3, 13}, {10, 15}};
    run_empty_folder();
    assert_keeps(plain, 0, "");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        run_empty_folder();
        save(plain, steps[i][0], "m.npz");
        assert_keeps(plain, steps[i][1], "");
    }
}

static void a_later_state_is_kept(void **state)
{
    (void)state;
    static const size_t steps[][2] = {{1, 0}, {2, 1}, {5, 4}, {6, 5}, {13, 3}, {15, 10}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        run_empty_folder();
        save(plain, steps[i][0], "m.npz");
        assert_keeps(plain, steps[i][1], "m.npz m.1.npz;");
    }
}

static void another_run_is_kept_however_short(void **state)
{
    (void)state;
    const struct kind others[] = {
        {2, 1, 0.001, NULL, 0, 0, 0, 0, 0},   {1, 2, 0.001, NULL, 0, 0, 0, 0, 0},
        {1, 1, 0.002, NULL, 0, 0, 0, 0, 0},   {1, 1, 0.001, "loss:1", 0, 0, 0, 0, 0},
        {1, 1, 0.001, NULL, 0.1, 0, 0, 0, 0}, {1, 1, 0.001, NULL, 0, 0.1, 0, 0, 0},
        {1, 1, 0.001, NULL, 0, 0, 0.1, 0, 0}, {1, 1, 0.001, NULL, 0, 0, 0, 0.1, 0},
        {1, 1, 0.001, NULL, 0, 0, 0, 0, 0.5}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        run_empty_folder();
        save(others[i], 0, "m.npz"); /* never trained: no loss */
        assert_keeps(plain, 2, "");
        run_empty_folder();
        save(others[i], 1, "m.npz");
        assert_keeps(plain, 15, "m.npz m.1.npz;");
    }
}

/* The one before is worth as much: alone it takes the number of its file. */
static void the_one_before_is_judged_too(void **state)
{
    (void)state;
    const struct kind other = {2, 2, 0.001, NULL, 0, 0, 0, 0, 0};
    run_empty_folder();
    save(other, 3, "m.npz");
    save(other, 0, "m.npz"); /* m.npz.prev is trained, m.npz is not */
    assert_keeps(plain, 1, "m.npz.prev m.1.npz;");
    run_empty_folder();
    save(other, 3, "m.last.npz");
    assert_keeps(plain, 1, "m.last.npz m.1.last.npz;");
}

static void the_best_of_this_run_gives_way_another_model_not(void **state)
{
    (void)state;
    const struct kind stopping = {1, 1, 0.001, "loss:2", 0, 0, 0, 0, 0},
                      other = {2, 2, 0.001, "loss:2", 0, 0, 0, 0, 0};
    for (int mine = 0; mine < 2; mine++) {
        run_empty_folder();
        struct trained t = train(mine ? stopping : other, 15);
        cnn_trainer_restore_best(t.trainer);
        assert_int_equal(cnn_model_save(t.model, run_path("m.npz"), NULL), CNN_OK);
        end(&t);
        assert_keeps(stopping, 15, mine ? "" : "m.npz m.1.npz;");
    }
}

static void what_is_damaged_is_kept(void **state)
{
    (void)state;
    run_empty_folder();
    save(plain, 5, "m.npz");
    assert_int_equal(truncate(run_path("m.npz"), 700), 0);
    assert_keeps(plain, 5, "m.npz m.1.npz;");
}

static void a_history_gives_way_to_one_that_begins_with_it(void **state)
{
    (void)state;
    struct trained t = train(plain, 10);
    run_empty_folder();
    assert_int_equal(cnn_trainer_save_history(t.trainer, run_path("m.csv"), false, NULL), CNN_OK);
    end(&t);
    assert_keeps(plain, 10, "");
    assert_keeps(plain, 15, "");
    assert_keeps(plain, 5, "m.csv m.1.csv;");
    assert_keeps((struct kind){2, 1, 0.001, NULL, 0, 0, 0, 0, 0}, 10,
                 "m.csv m.1.csv;"); /* has the name already */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_state_of_the_same_run_gives_way),
        cmocka_unit_test(a_later_state_is_kept),
        cmocka_unit_test(another_run_is_kept_however_short),
        cmocka_unit_test(the_one_before_is_judged_too),
        cmocka_unit_test(the_best_of_this_run_gives_way_another_model_not),
        cmocka_unit_test(what_is_damaged_is_kept),
        cmocka_unit_test(a_history_gives_way_to_one_that_begins_with_it),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
