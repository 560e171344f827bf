#include "train_run.h"

#include <inttypes.h>
#include <stdio.h>

#include "input.h"
#include "json.h"
#include "message.h"
#include "output.h"

/* Test images that are not there, or have no labels, are no failure of the training. */
static enum cnn_status say_no_score(const struct cnn_error *error)
{
    note("no test score: %s", error->message);
    return CNN_OK;
}

/* Scores the model on the test images, where the data has any that were not trained on: else none are
 * counted. */
static enum cnn_status score_on_test(const struct run *run, struct cnn_scores *scores,
                                     struct cnn_error *error)
{
    struct cnn_dataset *test;
    *scores = (struct cnn_scores){0};
    enum cnn_status status = input_dataset(run->data.source, CNN_TEST, 0, 0, &test, error);
    if (status)
        return status == CNN_ERROR_NOT_FOUND ? say_no_score(error) : status;
    bool as_many = cnn_dataset_info(test).count == cnn_dataset_info(run->data.train).count;
    if (as_many && cnn_dataset_fingerprint(test) == cnn_dataset_fingerprint(run->data.train))
        note("no test score: %s holds no images but those trained on", cnn_dataset_info(test).source);
    else
        status = cnn_model_evaluate(run->model, test, scores, NULL, error);
    cnn_dataset_close(test);
    return status == CNN_ERROR_NOT_FOUND ? say_no_score(error) : status;
}

static double images_per_s(const struct run *run)
{
    struct cnn_progress at = cnn_trainer_progress(run->trainer);
    return at.step_s > 0 ? (double)at.images / at.step_s : 0;
}

static void print_results(const struct run *run, const struct cnn_scores *test)
{
    char rate[COUNT_TEXT], count[NOUN_TEXT];
    if (test->count)
        printf("test accuracy  %.4f, loss %.4f (%s never trained on)\n", test->accuracy, test->loss,
               noun_text(count, test->count, "image"));
    say("saved          %s", run->files.model);
    printf("speed          %s images/s in training steps; %.1f s in all\n",
           count_text(rate, (uint64_t)images_per_s(run)), clock_s() - run->begin_s);
    printf("seed           %" PRIu64 "\n", cnn_trainer_options(run->trainer).seed);
    printf("fingerprint    %016" PRIx64 "\n", cnn_model_fingerprint(run->model));
}

static void json_results(const struct run *run, const struct cnn_scores *test)
{
    json_begin();
    json_text("event", "result");
    json_count("epochs", cnn_trainer_epochs_done(run->trainer));
    if (run->best_epoch)
        json_count("best_epoch", run->best_epoch);
    if (test->count) {
        json_count("test_images", test->count);
        json_real("test_loss", test->loss);
        json_real("test_accuracy", test->accuracy);
    }
    json_text("saved", run->files.model);
    json_real("images_per_second", images_per_s(run));
    json_real("seconds", clock_s() - run->begin_s);
    json_count("seed", cnn_trainer_options(run->trainer).seed);
    json_hash("fingerprint", cnn_model_fingerprint(run->model));
    json_end();
}

/* How sure the model was of test images, and how often rightly, is kept with it. */
static enum cnn_status keep_confidence(struct run *run, const struct cnn_scores *test,
                                       struct cnn_error *error)
{
    if (!test->count || !cnn_model_info(run->model).probabilities)
        return CNN_OK;
    cnn_model_set_confidence(run->model, &test->confidence);
    return run->best_epoch ? cnn_model_save(run->model, run->files.model, error)
                           : cnn_trainer_save(run->trainer, run->files.model, error);
}

enum cnn_status train_say_results(struct run *run, struct cnn_error *error)
{
    struct cnn_scores test;
    enum cnn_status status = score_on_test(run, &test, error);
    if (status == CNN_OK)
        status = keep_confidence(run, &test, error);
    if (status == CNN_OK && run->settings->json)
        json_results(run, &test);
    else if (status == CNN_OK)
        print_results(run, &test);
    return status;
}
