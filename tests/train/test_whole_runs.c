/*
 * Whole runs against plain.h: which images validate, the order of every epoch, the last and shorter batch,
 * running means, learning rates and updates. Longer than 16 epochs and than 4,096 steps, and stopped and
 * resumed on the way.
 */
#include "train/plain.h"
#include "train/run.h"

enum { IMAGES = 80, MORE = 30, STOPS = 3 };

static const struct setting {
    const char *optimizer;
    enum plain_update update;
    double learning_rate, momentum;
    enum cnn_compat compat;
    const char *schedule;
    size_t step_epochs; /* as in schedule; 0: it is "cosine" */
    size_t epochs, batch_size;
    double validation_split; /* 0: MORE images of their own validate */
    size_t n_train;          /* what that leaves, counted by hand */
    size_t stops[STOPS];     /* steps after which the run is saved and resumed; 0: none */
} settings[] = {
    /* 80 * 0.77 = 61.6: 61 are trained on, the last 19 validate; 9 steps, the last of 5 images */
    {"rmsprop", PLAIN_RMSPROP_KERAS3, 0.002, 0, CNN_KERAS3, "cosine", 0, 20, 7, 0.23, 61, {4, 147, 153}},
    {"rmsprop", PLAIN_RMSPROP_KERAS2, 0.002, 0, CNN_KERAS2, "step:5,0.5", 5, 18, 33, 0.1, 72, {0}},
    {"sgd:0.8", PLAIN_SGD, 0.05, 0.8, CNN_KERAS2, "step:2,0.5", 2, 19, 16, 0, 80, {90}},
    {"adam", PLAIN_ADAM, 0.002, 0, CNN_KERAS2, "step:40,0.5", 40, 70, 1, 0.23, 61, {1000, 4096, 4099}},
};

static struct cnn_dataset *images, *more;

static int make_data(void **state)
{
    if (run_make_folder(state) != 0)
        return -1;
    run_write_data(IMAGES + MORE, 6, 1);
    images = run_open_data(0, IMAGES);
    more = run_open_data(IMAGES, MORE);
    return 0;
}

static int remove_data(void **state)
{
    cnn_dataset_close(images);
    cnn_dataset_close(more);
    return run_remove_folder(state);
}

static void start(const struct setting *s, struct cnn_model **model, struct cnn_trainer **trainer)
{
    struct cnn_error error = {0};
    const struct cnn_model_options shape = {
        .arch = "flatten dense:6,softmax", .height = 6, .width = 6, .scale = true, .seed = 5};
    const struct cnn_train_options how = {.epochs = s->epochs,
                                          .batch_size = s->batch_size,
                                          .optimizer = s->optimizer,
                                          .learning_rate = s->learning_rate,
                                          .compat = s->compat,
                                          .seed = 9,
                                          .validation_split = s->validation_split,
                                          .validation = s->validation_split > 0 ? NULL : more,
                                          .schedule = s->schedule};
    if (cnn_model_create(&shape, model, &error) != CNN_OK ||
        cnn_trainer_create(*model, images, &how, trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
}

static struct plain_run start_plainly(const struct setting *s, const struct cnn_model *model)
{
    struct plain_run run = {.update = s->update,
                            .learning_rate = s->learning_rate,
                            .momentum = s->momentum,
                            .n_train = s->n_train,
                            .batch_size = s->batch_size,
                            .epochs = s->epochs,
                            .step_epochs = s->step_epochs,
                            .seed = 9,
                            .images = images,
                            .validation = s->validation_split > 0 ? images : more,
                            .first_validation = s->validation_split > 0 ? s->n_train : 0,
                            .n_validation = s->validation_split > 0 ? IMAGES - s->n_train : MORE};
    assert_int_equal(model->n_weights, PLAIN_WEIGHTS);
    for (size_t i = 0; i < PLAIN_WEIGHTS; i++)
        run.w[i] = (double)model->weights[i];
    return run;
}

static void stop_and_resume(const struct setting *s, struct cnn_model **model, struct cnn_trainer **trainer)
{
    struct cnn_error error = {0};
    const char *path = run_path("model.npz");
    assert_int_equal(cnn_trainer_save(*trainer, path, NULL), CNN_OK);
    cnn_trainer_free(*trainer);
    cnn_model_free(*model);
    if (cnn_trainer_resume(path, images, s->validation_split > 0 ? NULL : more, 0, model, trainer, &error) !=
        CNN_OK)
        fail_msg("%s", error.message);
}

static void near(const struct setting *s, size_t epoch, const char *what, double found, double expected,
                 double bound)
{
    if (!(fabs(found - expected) <= bound))
        fail_msg("%s, epoch %zu: %s: expected %.9g, found %.9g", s->optimizer, epoch + 1, what, expected,
                 found);
}

static void compare(const struct setting *s, size_t epoch, const struct cnn_epoch *found,
                    const struct cnn_epoch *expected, const struct cnn_model *model,
                    const struct plain_run *run)
{
    near(s, epoch, "loss", found->loss, expected->loss, 2e-5);
    near(s, epoch, "accuracy", found->accuracy, expected->accuracy, 1e-12);
    near(s, epoch, "val_loss", found->val_loss, expected->val_loss, 2e-5);
    near(s, epoch, "val_accuracy", found->val_accuracy, expected->val_accuracy, 1e-12);
    for (size_t i = 0; i < PLAIN_WEIGHTS; i++)
        near(s, epoch, "a weight", (double)model->weights[i], run->w[i], 1e-4);
}

/* The history is looked at when all is done: it is what is kept. Weights are, after each epoch. */
static void check_run(const struct setting *s)
{
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    start(s, &model, &trainer);
    struct plain_run run = start_plainly(s, model);
    struct cnn_epoch *expected = calloc(s->epochs, sizeof *expected);
    for (size_t steps = 1; !at.done; steps++) {
        assert_int_equal(cnn_trainer_step(trainer, &at, NULL), CNN_OK);
        if (at.epoch_done) {
            struct cnn_epoch found = {at.loss, at.accuracy, at.val_loss, at.val_accuracy};
            expected[at.epoch] = plain_epoch(&run, at.epoch);
            assert_int_equal(steps, run.steps);
            compare(s, at.epoch, &found, &expected[at.epoch], model, &run);
        }
        for (size_t i = 0; i < STOPS; i++)
            if (s->stops[i] == steps)
                stop_and_resume(s, &model, &trainer);
    }
    assert_int_equal(cnn_trainer_epochs_done(trainer), s->epochs);
    for (size_t i = 0; i < s->epochs; i++) {
        struct cnn_epoch kept = cnn_trainer_epoch(trainer, i);
        near(s, i, "the loss kept", kept.loss, expected[i].loss, 2e-5);
        near(s, i, "the val_accuracy kept", kept.val_accuracy, expected[i].val_accuracy, 1e-12);
    }
    free(expected);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

static void runs_are_what_they_should_be(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        check_run(&settings[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs_are_what_they_should_be)};
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
