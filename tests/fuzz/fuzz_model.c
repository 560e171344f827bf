/* Model files: loading one, and going on with the training run it holds, on the images in data/. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

enum { MAX_WEIGHTS = 20000 };

static const struct cnn_dataset *images(void)
{
    static struct cnn_dataset *dataset;
    struct cnn_error error;
    if (!dataset) {
        REQUIRE(cnn_dataset_open("tests/fuzz/data", CNN_TRAIN, 0, 0, &dataset, &error) == CNN_OK);
        REQUIRE(cnn_set_threads(1, &error) == CNN_OK);
    }
    return dataset;
}

static void load(const char *path)
{
    struct cnn_error error = {0};
    struct cnn_model *model;
    enum cnn_status status = cnn_model_load(path, &model, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    struct cnn_model_info info = cnn_model_info(model);
    REQUIRE(info.layers > 1 && info.classes > 0 && info.parameters > 0);
    REQUIRE(fuzz_is_plain(info.arch) && fuzz_is_plain(info.version));
    cnn_model_free(model);
}

/* The place that a run stands in must be one that it can go on from. */
static void resume(const char *path)
{
    struct cnn_error error = {0};
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    enum cnn_status status = cnn_trainer_resume(path, images(), NULL, 0, &model, &trainer, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    struct cnn_progress at = cnn_trainer_progress(trainer);
    REQUIRE(at.epoch < at.epochs && at.step <= at.steps_per_epoch);
    REQUIRE(cnn_trainer_epochs_done(trainer) <= at.epochs);
    if (!at.done && cnn_model_info(model).parameters <= MAX_WEIGHTS)
        fuzz_check_error(cnn_trainer_step(trainer, &at, &error), &error);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char path[64];
    int fd = memfd_create("model", 0);
    REQUIRE(fd >= 0 && write(fd, bytes, n_bytes) == (ssize_t)n_bytes);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    load(path);
    resume(path);
    close(fd);
    return 0;
}
