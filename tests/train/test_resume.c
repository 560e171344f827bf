/*
 * To the bit: trained through = stopped at any step and resumed = stopped at every step and resumed. After
 * each step everything that a trainer is, and everything that it shows, is compared.
 */
#include "train/run.h"

enum { IMAGES = 50, SIDE = 8, MAX_STEPS = 40 };

#define NO_MORE NULL, 0, 0, 0, 0, 0
static const struct setting {
    const char *arch, *optimizer;
    enum cnn_compat compat;
    double validation_split;
    bool validation; /* images of their own */
    const char *schedule, *early_stopping;
    const char *loss;
    double label_smoothing, l2, clipnorm, global_clipnorm, ema;
} settings[] = {
    {"conv2d:2,3,swish flatten dense:8,softmax", "rmsprop", CNN_KERAS2, 0, false, NULL, NULL, NO_MORE},
    {"conv2d:2,3,swish flatten dense:8,softmax", "rmsprop", CNN_KERAS3, 0.2, false, NULL, NULL, NO_MORE},
    {"flatten dense:5,tanh dense:8,softmax", "sgd:0.123456789012345678", CNN_KERAS2, 0, true, NULL, NULL,
     NO_MORE},
    {"flatten dense:5,relu dense:8,softmax", "sgd", CNN_KERAS2, 0, false, "step:1,0.5", NULL, NO_MORE},
    {"conv2d:3,2x4,relu flatten dense:8,softmax", "adam", CNN_KERAS3, 0.1, false, "cosine", NULL, NO_MORE},
    {"flatten dense:8,softmax", "adam:0.8,0.99", CNN_KERAS2, 0.3, false, "onecycle", "val_loss:1", NO_MORE},
    {"flatten dense:8,softmax", "rmsprop", CNN_KERAS2, 0, false, NULL, "accuracy:1", NO_MORE},
    {"flatten dense:5,relu dense:8,softmax", "sgd:0.9,nesterov", CNN_KERAS2, 0, false, NULL, NULL, NO_MORE},
    {"flatten dense:8,softmax", "adamw:0.8,0.99,0.1", CNN_KERAS3, 0, false, "cosine", NULL, NO_MORE},
    {"conv2d:2,3,swish flatten dense:8,softmax", "sgd:0.9", CNN_KERAS2, 0.2, false, NULL, NULL, NULL,
     0.123456789012345678, 0.01, 0.5, 0, 0},
    {"flatten dense:8,softmax", "adam", CNN_KERAS2, 0.2, false, NULL, NULL, "mse", 0, 0, 0, 0.1, 0.9},
    {"conv2d:2,3,swish flatten dense:8,softmax", "adamw", CNN_KERAS3, 0, false, NULL, NULL, NULL, 0, 1e-3, 0,
     0, 0.987654321098765432},
    {"conv2d:2,3,stride=2,same batchnorm activation:swish dropout:0.25 avgpool2d:2,same flatten "
     "dense:8,softmax",
     "adam", CNN_KERAS2, 0.2, false, NULL, NULL, NO_MORE},
    {"flatten dense:8 batchnorm activation:sigmoid", "adam", CNN_KERAS2, 0.2, false, NULL, NULL, "mse", 0,
     0.01, 0, 0, 0},
};
enum { N_SETTINGS = sizeof settings / sizeof settings[0] };

static struct cnn_dataset *dataset, *other;

static int make_data(void **state)
{
    if (run_make_folder(state) != 0)
        return -1;
    run_write_data(IMAGES + 20, SIDE, 1);
    dataset = run_open_data(0, IMAGES);
    other = run_open_data(IMAGES, 20);
    return 0;
}

static int remove_data(void **state)
{
    cnn_dataset_close(dataset);
    cnn_dataset_close(other);
    return run_remove_folder(state);
}

/* A run: a trainer and the model that it trains. */
struct run {
    struct cnn_model *model;
    struct cnn_trainer *trainer;
};

static struct run start(const struct setting *s, size_t epochs)
{
    struct run run = {0};
    struct cnn_error error = {0};
    struct cnn_model_options model = {
        .arch = s->arch, .height = SIDE, .width = SIDE, .scale = true, .seed = 5};
    struct cnn_train_options train = {.epochs = epochs,
                                      .batch_size = 16,
                                      .optimizer = s->optimizer,
                                      .learning_rate = 0.01,
                                      .compat = s->compat,
                                      .seed = 9,
                                      .validation_split = s->validation_split,
                                      .validation = s->validation ? other : NULL,
                                      .schedule = s->schedule,
                                      .early_stopping = s->early_stopping,
                                      .loss = s->loss,
                                      .label_smoothing = s->label_smoothing,
                                      .l2 = s->l2,
                                      .clipnorm = s->clipnorm,
                                      .global_clipnorm = s->global_clipnorm,
                                      .ema = s->ema};
    if (cnn_model_create(&model, &run.model, &error) != CNN_OK ||
        cnn_trainer_create(run.model, dataset, &train, &run.trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return run;
}

static void end(struct run *run)
{
    cnn_trainer_free(run->trainer);
    cnn_model_free(run->model);
    *run = (struct run){0};
}

static void save(const struct run *run, const char *path)
{
    struct cnn_error error = {0};
    if (cnn_trainer_save(run->trainer, path, &error) != CNN_OK)
        fail_msg("%s", error.message);
}

static struct run resume(const struct setting *s, const char *path, size_t epochs)
{
    struct run run = {0};
    struct cnn_error error = {0};
    if (cnn_trainer_resume(path, dataset, s->validation ? other : NULL, epochs, &run.model, &run.trainer,
                           &error) != CNN_OK)
        fail_msg("%s", error.message);
    return run;
}

/* Saves, forgets everything, and goes on. */
static void stop_and_resume(const struct setting *s, struct run *run)
{
    const char *path = run_path("model.npz");
    save(run, path);
    end(run);
    *run = resume(s, path, 0);
}

/* Does a step; a number for all that the trainer is after it, and for all that it shows. */
static uint64_t step(struct run *run)
{
    struct cnn_progress p;
    struct cnn_error error = {0};
    if (cnn_trainer_step(run->trainer, &p, &error) != CNN_OK)
        fail_msg("%s", error.message);
    const double real[] = {p.loss, p.accuracy, p.has_validation ? p.val_loss : 0,
                           p.has_validation ? p.val_accuracy : 0, p.learning_rate};
    const uint64_t whole[] = {p.best, p.stopped_early, p.at_majority, p.done, p.has_validation};
    return hash_bytes(hash_bytes(run_hash(run->trainer), real, sizeof real), whole, sizeof whole);
}

/* Trains through and notes what each step leaves. Returns the number of steps. */
static size_t train_through(const struct setting *s, size_t epochs, uint64_t *trace)
{
    struct run run = start(s, epochs);
    size_t n = 0;
    for (; !cnn_trainer_progress(run.trainer).done; n++) {
        assert_true(n < MAX_STEPS);
        trace[n] = step(&run);
    }
    end(&run);
    return n;
}

static void stopped_at_any_step_it_goes_on_as_if_never_stopped(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        uint64_t trace[MAX_STEPS];
        size_t n = train_through(&settings[i], 3, trace);
        for (size_t stop = 0; stop <= n; stop++) {
            struct run run = start(&settings[i], 3);
            for (size_t k = 0; k < stop; k++)
                step(&run);
            uint64_t before = run_hash(run.trainer);
            stop_and_resume(&settings[i], &run);
            assert_int_equal(run_hash(run.trainer), before);
            assert_int_equal(cnn_trainer_progress(run.trainer).done, stop == n);
            for (size_t k = stop; k < n; k++)
                if (step(&run) != trace[k])
                    fail_msg("setting %zu, stopped after step %zu: step %zu differs", i, stop, k + 1);
            end(&run);
        }
    }
}

static void stopped_at_every_step_it_ends_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        uint64_t trace[MAX_STEPS];
        size_t n = train_through(&settings[i], 3, trace);
        struct run run = start(&settings[i], 3);
        for (size_t k = 0; k < n; k++) {
            stop_and_resume(&settings[i], &run);
            if (step(&run) != trace[k])
                fail_msg("setting %zu: step %zu differs", i, k + 1);
        }
        assert_true(cnn_trainer_progress(run.trainer).done);
        end(&run);
    }
}

static void assert_same_file(const char *a, const char *b)
{
    FILE *fa = fopen(a, "rb"), *fb = fopen(b, "rb");
    assert_true(fa && fb);
    for (int x = 0, y; x != EOF;) {
        x = getc(fa);
        y = getc(fb);
        assert_int_equal(x, y);
    }
    fclose(fa);
    fclose(fb);
}

static void what_is_resumed_is_saved_as_the_same_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SETTINGS; i++)
        for (size_t stop = 0; stop < 5; stop++) {
            struct run run = start(&settings[i], 3);
            for (size_t k = 0; k < stop; k++)
                step(&run);
            stop_and_resume(&settings[i], &run);
            save(&run, run_path("again.npz"));
            end(&run);
            assert_same_file(run_path("model.npz"), run_path("again.npz"));
        }
}

/* A total of two epochs, then of three: as three from the start. */
static void a_larger_total_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_SETTINGS; i++) {
        const struct setting *setting = &settings[i];
        if (setting->early_stopping || (setting->schedule && strcmp(setting->schedule, "step:1,0.5") != 0))
            continue; /* the total has a say */
        uint64_t trace[MAX_STEPS];
        size_t n = train_through(&settings[i], 3, trace), k = 0;
        struct run run = start(&settings[i], 2);
        for (; !cnn_trainer_progress(run.trainer).done; k++)
            step(&run);
        assert_int_equal(k, n / 3 * 2);
        save(&run, run_path("model.npz"));
        end(&run);
        run = resume(&settings[i], run_path("model.npz"), 3);
        assert_false(cnn_trainer_progress(run.trainer).done);
        assert_int_equal(cnn_trainer_epochs_done(run.trainer), 2);
        for (; k < n; k++)
            if (step(&run) != trace[k])
                fail_msg("setting %zu: step %zu differs", i, k + 1);
        assert_int_equal(cnn_trainer_epochs_done(run.trainer), 3);
        end(&run);
    }
}

static void assert_refused(const char *path, const struct cnn_dataset *images,
                           const struct cnn_dataset *validation, size_t epochs, enum cnn_status status,
                           const char *message)
{
    struct run run = {0};
    struct cnn_error error = {0};
    enum cnn_status found =
        cnn_trainer_resume(path, images, validation, epochs, &run.model, &run.trainer, &error);
    if (found != status || !strstr(error.message, message))
        fail_msg("expected \"%s\", found \"%s\" (status %d)", message, error.message, (int)found);
    assert_null(run.model);
    assert_null(run.trainer);
}

static void only_its_own_data_will_do(void **state)
{
    (void)state;
    const char *path = run_path("model.npz");
    struct run run = start(&settings[2], 3);
    step(&run);
    save(&run, path);
    end(&run);
    assert_refused(path, other, other, 0, CNN_ERROR_MISMATCH, "the run was on other training data");
    assert_refused(path, dataset, dataset, 0, CNN_ERROR_MISMATCH, "the run was on other validation data");
    assert_refused(path, dataset, NULL, 0, CNN_ERROR_MISMATCH, "the run was on other validation data");
    struct cnn_dataset *part;
    assert_int_equal(cnn_dataset_slice(dataset, 0, IMAGES - 1, &part, NULL), CNN_OK);
    assert_refused(path, part, other, 0, CNN_ERROR_MISMATCH, "the run was on other training data");
    cnn_dataset_close(part);
    run_write_data(IMAGES + 20, SIDE, 2);
    struct cnn_dataset *redrawn = run_open_data(0, IMAGES);
    run_write_data(IMAGES + 20, SIDE, 1);
    assert_refused(path, redrawn, other, 0, CNN_ERROR_MISMATCH, "fingerprint");
    cnn_dataset_close(redrawn);
}

static void what_cannot_go_on_says_why(void **state)
{
    (void)state;
    const char *path = run_path("model.npz");
    struct run run = start(&settings[0], 3);
    while (cnn_trainer_epochs_done(run.trainer) < 2)
        step(&run);
    save(&run, path);
    assert_refused(path, dataset, NULL, 1, CNN_ERROR_USAGE, "2 epochs are done already");
    assert_refused(path, dataset, NULL, 1000001, CNN_ERROR_USAGE, "epochs");
    assert_int_equal(cnn_model_save(run.model, path, NULL), CNN_OK);
    assert_refused(path, dataset, NULL, 0, CNN_ERROR_MISMATCH, "no training run to go on with");
    assert_refused(run_path("none.npz"), dataset, NULL, 0, CNN_ERROR_NOT_FOUND, "No such file");
    end(&run);
    run = start(&settings[4], 3);
    save(&run, path);
    end(&run);
    assert_refused(path, dataset, NULL, 4, CNN_ERROR_MISMATCH, "cosine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stopped_at_any_step_it_goes_on_as_if_never_stopped),
        cmocka_unit_test(stopped_at_every_step_it_ends_the_same),
        cmocka_unit_test(what_is_resumed_is_saved_as_the_same_file),
        cmocka_unit_test(a_larger_total_goes_on),
        cmocka_unit_test(only_its_own_data_will_do),
        cmocka_unit_test(what_cannot_go_on_says_why),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
