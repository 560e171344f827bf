/* How sure a model was, and how often rightly: counted, kept with it, and gone when it is trained on. */
#include "train/archive.h"

enum { N = 50, CLASSES = 10 };

static struct cnn_dataset *dataset;
static struct cnn_model *model;
static struct cnn_trainer *trainer;
static const char *path;

/* A run of one epoch out of two, saved. */
static int begin(void **state)
{
    if (run_make_folder(state) != 0)
        return -1;
    run_write_data(N, 6, 1);
    dataset = run_open_data(0, 0);
    path = run_path("model.npz");
    const struct cnn_model_options options = {
        .arch = "flatten dense:10,softmax", .height = 6, .width = 6, .scale = true, .seed = 1};
    const struct cnn_train_options how = {
        .epochs = 2, .optimizer = "adam", .learning_rate = 0.05, .batch_size = 8};
    struct cnn_progress at = {0};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, dataset, &how, &trainer, NULL), CNN_OK);
    while (!at.epoch_done)
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_save(trainer, path, NULL), CNN_OK);
    return 0;
}

static int end(void **state)
{
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
    return run_remove_folder(state);
}

/* The images it learned from, every fifth with the label of another class: some answers are wrong. */
static struct cnn_dataset *mislabelled(void)
{
    uint8_t pixels[N][36], labels[N];
    struct cnn_dataset *copy;
    for (size_t i = 0; i < N; i++) {
        memcpy(pixels[i], cnn_dataset_image(dataset, i), sizeof pixels[i]);
        labels[i] = (uint8_t)((cnn_dataset_label(dataset, i) + (i % 5 == 0)) % 6);
    }
    assert_int_equal(cnn_dataset_create(pixels[0], labels, N, 6, 6, 1, &copy, NULL), CNN_OK);
    return copy;
}

static struct cnn_confidence counted(const struct cnn_dataset *images)
{
    struct cnn_scores scores;
    assert_int_equal(cnn_model_evaluate(model, images, &scores, NULL, NULL), CNN_OK);
    return scores.confidence;
}

/* Counted again from the probabilities, with the limits written out. */
static void every_answer_counts_in_its_row(void **state)
{
    (void)state;
    static const float limit[] = {0, 0.5f, 0.7f, 0.9f, 0.99f, 0.999f, 2};
    static float p[N][CLASSES];
    struct cnn_dataset *wrong = mislabelled();
    struct cnn_confidence found = counted(wrong);
    size_t right_in_all = 0;
    assert_int_equal(cnn_model_predict(model, wrong, &p[0][0], NULL), CNN_OK);
    for (size_t row = 0; row < CNN_CONFIDENCE_ROWS; row++) {
        size_t images = 0, right = 0;
        for (size_t i = 0; i < N; i++) {
            size_t best = 0;
            for (size_t c = 1; c < CLASSES; c++)
                best = p[i][c] > p[i][best] ? c : best;
            bool here = p[i][best] >= limit[row] && p[i][best] < limit[row + 1];
            images += here;
            right += here && best == cnn_dataset_label(wrong, i);
        }
        assert_int_equal(found.images[row], images);
        assert_int_equal(found.right[row], right);
        right_in_all += right;
    }
    assert_true(found.images[0] < N && right_in_all < N); /* else nothing was told apart */
    cnn_dataset_close(wrong);
}

/* Outputs without softmax say nothing of how sure an answer is, also where they lie between 0 and 1. */
static void no_confidence_without_probabilities(void **state)
{
    (void)state;
    const struct cnn_confidence none = {0};
    struct cnn_confidence some = {.images = {7}};
    struct cnn_model *other;
    struct cnn_scores scores;
    assert_int_equal(cnn_model_create(
                         &(struct cnn_model_options){
                             .arch = "flatten dense:10,sigmoid", .height = 6, .width = 6, .seed = 1},
                         &other, NULL),
                     CNN_OK);
    assert_false(cnn_model_info(other).probabilities);
    assert_int_equal(cnn_model_evaluate(other, dataset, &scores, NULL, NULL), CNN_OK);
    assert_int_equal(scores.count, N);
    assert_memory_equal(&scores.confidence, &none, sizeof none);
    cnn_model_set_confidence(other, &some);
    assert_null(cnn_model_confidence(other));
    cnn_model_free(other);
}

static void limits_belong_to_the_row_above(void **state)
{
    (void)state;
    assert_int_equal(cnn_confidence_row(0.25f), 0);
    assert_int_equal(cnn_confidence_row(0.5f), 1);
    assert_int_equal(cnn_confidence_row(0.8999999f), 2);
    assert_int_equal(cnn_confidence_row(1), CNN_CONFIDENCE_ROWS - 1);
    assert_true(cnn_confidence_from(CNN_CONFIDENCE_ROWS) == 1);
}

/* The run in the file goes on as if nothing had been added, and what is there already stays. */
static void a_file_keeps_it_and_its_run(void **state)
{
    (void)state;
    struct cnn_confidence one = counted(dataset), other = {.images = {7}};
    struct cnn_model *loaded;
    struct cnn_trainer *resumed;
    uint64_t before = run_hash(trainer);
    assert_int_equal(cnn_model_keep_confidence(path, &one, NULL), CNN_OK);
    assert_int_equal(cnn_model_keep_confidence(path, &other, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_resume(path, dataset, NULL, 0, &loaded, &resumed, NULL), CNN_OK);
    assert_true(run_hash(resumed) == before);
    assert_non_null(cnn_model_confidence(loaded));
    assert_memory_equal(cnn_model_confidence(loaded), &one, sizeof one);
    struct cnn_progress at;
    assert_int_equal(cnn_trainer_step(resumed, &at, NULL), CNN_OK);
    assert_null(cnn_model_confidence(loaded)); /* of weights that are gone */
    cnn_trainer_free(resumed);
    cnn_model_free(loaded);
}

static void a_run_at_work_is_left_alone(void **state)
{
    (void)state;
    struct cnn_confidence one = counted(dataset);
    struct cnn_lock *lock;
    struct cnn_model *loaded;
    assert_int_equal(cnn_lock_acquire(path, &lock, NULL), CNN_OK);
    assert_int_equal(cnn_model_keep_confidence(path, &one, NULL), CNN_ERROR_BUSY);
    cnn_lock_release(lock);
    assert_int_equal(cnn_model_load(path, &loaded, NULL), CNN_OK);
    assert_null(cnn_model_confidence(loaded));
    cnn_model_free(loaded);
}

static void refuse(double from, double images, double right)
{
    double rows[CNN_CONFIDENCE_ROWS][3] = {{from, images, right}, {0.5}, {0.7}, {0.9}, {0.99}, {0.999}};
    struct cnn_model *loaded = NULL;
    struct archive *a = archive_read(path);
    archive_set(a, "confidence", "'<f8'", "False", "(6, 3)", rows, sizeof rows);
    archive_write(a, run_path("changed.npz"));
    archive_free(a);
    enum cnn_status status = cnn_model_load(run_path("changed.npz"), &loaded, NULL);
    assert_int_equal(status, from == 0 && images == 3 && right == 2 ? CNN_OK : CNN_ERROR_FORMAT);
    cnn_model_free(loaded);
}

static void what_cannot_be_meant_is_refused(void **state)
{
    (void)state;
    struct cnn_confidence one = counted(dataset);
    assert_int_equal(cnn_model_keep_confidence(path, &one, NULL), CNN_OK);
    refuse(0, 3, 2);
    refuse(0.1, 3, 2);
    refuse(0, 3, 4);
    refuse(0, 2.5, 2);
    refuse(0, -1, -1);
}

/* What is neither 0 nor 100 percent is not rounded to it. */
static void a_share_is_never_rounded_to_all_or_nothing(void **state)
{
    (void)state;
    static const struct {
        double share;
        const char *text;
    } rows[] = {{0, "0.00 %"},        {1e-5, "< 0.01 %"},      {1e-4, "0.01 %"}, {0.5, "50.00 %"},
                {0.99985, "99.98 %"}, {0.999951, "> 99.99 %"}, {1, "100.00 %"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[CNN_PERCENT];
        assert_string_equal(cnn_percent(text, rows[i].share), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_never_rounded_to_all_or_nothing),
        cmocka_unit_test_setup_teardown(every_answer_counts_in_its_row, begin, end),
        cmocka_unit_test_setup_teardown(no_confidence_without_probabilities, begin, end),
        cmocka_unit_test(limits_belong_to_the_row_above),
        cmocka_unit_test_setup_teardown(a_file_keeps_it_and_its_run, begin, end),
        cmocka_unit_test_setup_teardown(a_run_at_work_is_left_alone, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_meant_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
