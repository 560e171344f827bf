/* The filters after each epoch: what they were then, through stops and resumes, and where there are filters
 * at all. */
#include "base/memory.h"
#include "nn/model_file.h"
#include "train/run.h"
#include "train/snapshots.h"

enum { EPOCHS = 3, IMAGES = 48, SIDE = 8, FLOATS = 3 * 3 * 2 + 2 };

static struct cnn_dataset *dataset;
static struct cnn_error error;

static int make_data(void **state)
{
    if (run_make_folder(state) != 0)
        return -1;
    run_write_data(IMAGES, SIDE, 1);
    dataset = run_open_data(0, IMAGES);
    return 0;
}

static int remove_data(void **state)
{
    cnn_dataset_close(dataset);
    return run_remove_folder(state);
}

static enum cnn_status start(const char *arch, size_t epochs, struct cnn_model **model,
                             struct cnn_trainer **trainer)
{
    struct cnn_model_options as = {
        .arch = arch, .height = SIDE, .width = SIDE, .channels = 1, .scale = true, .seed = 5};
    struct cnn_train_options how = {.epochs = epochs, .batch_size = 16, .seed = 5, .snapshots = true};
    assert_int_equal(cnn_model_create(&as, model, &error), CNN_OK);
    return cnn_trainer_create(*model, dataset, &how, trainer, &error);
}

/* The snapshots in a run's file. Shapes: snapshots [epochs][FLOATS]. */
static void read_file(const char *path, size_t epochs, float *snapshots)
{
    uint8_t *bytes;
    struct npz *npz;
    struct cnn_model *model;
    assert_int_equal(model_file_open(path, &bytes, &npz, &error), CNN_OK);
    assert_int_equal(model_file_parse(npz, path, &model, &error), CNN_OK);
    assert_int_equal(snapshots_floats(model), FLOATS);
    assert_true(snapshots_in(npz));
    assert_int_equal(snapshots_read(npz, model, epochs, snapshots, &error), CNN_OK);
    cnn_model_free(model);
    npz_close(npz);
    memory_free(bytes);
}

/* Kernel and bias of the one layer that has filters. */
static void copy_filters(const struct cnn_model *model, float *filters)
{
    struct cnn_weights kernel, bias;
    assert_int_equal(cnn_model_weights(model, "conv2d/kernel", &kernel, &error), CNN_OK);
    assert_int_equal(cnn_model_weights(model, "conv2d/bias", &bias, &error), CNN_OK);
    memcpy(filters, kernel.values, kernel.count * sizeof(float));
    memcpy(filters + kernel.count, bias.values, bias.count * sizeof(float));
}

/* Stopped after every step and gone on with from the file, to the end. */
static void snapshots_are_the_filters_of_each_epoch_through_stops(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    float seen[EPOCHS][FLOATS], kept[EPOCHS][FLOATS];
    const char *path = run_path("run.npz");
    assert_int_equal(start("conv2d:2,3,relu flatten dense:10,softmax", EPOCHS, &model, &trainer), CNN_OK);
    while (!at.done) {
        assert_int_equal(cnn_trainer_step(trainer, &at, &error), CNN_OK);
        if (at.epoch_done)
            copy_filters(model, seen[at.epoch]);
        assert_int_equal(cnn_trainer_save(trainer, path, &error), CNN_OK);
        cnn_trainer_free(trainer);
        cnn_model_free(model);
        assert_int_equal(cnn_trainer_resume(path, dataset, NULL, 0, &model, &trainer, &error), CNN_OK);
        assert_true(cnn_trainer_options(trainer).snapshots);
    }
    read_file(path, EPOCHS, kept[0]);
    assert_memory_equal(kept, seen, sizeof seen);
    assert_memory_not_equal(kept[0], kept[1], sizeof kept[0]);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

static void what_has_no_filters_has_no_snapshots(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    assert_int_equal(start("flatten dense:10,softmax", EPOCHS, &model, &trainer), CNN_ERROR_USAGE);
    assert_non_null(strstr(error.message, "snapshots are of filters"));
    cnn_model_free(model);
    assert_int_equal(start("conv2d:200,8,relu flatten dense:10,softmax", 100000, &model, &trainer),
                     CNN_ERROR_USAGE);
    assert_non_null(strstr(error.message, "too many"));
    cnn_model_free(model);
}

/* A film has a frame before training and one an epoch, and says when there is nothing to film. */
static void a_film_is_made_of_them(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    const char *path = run_path("film.npz"), *film = run_path("film.png"), *plain = run_path("plain.npz");
    assert_int_equal(start("conv2d:2,3,relu flatten dense:10,softmax", EPOCHS, &model, &trainer), CNN_OK);
    while (!at.done)
        assert_int_equal(cnn_trainer_step(trainer, &at, &error), CNN_OK);
    assert_int_equal(cnn_trainer_save(trainer, path, &error), CNN_OK);
    assert_int_equal(cnn_show_timelapse(path, NULL, false, film, false, &error), CNN_OK);
    uint8_t bytes[200000];
    FILE *f = fopen(film, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_in_range(n, 1000, sizeof bytes - 1);
    assert_non_null(memmem(bytes, n, "acTL\0\0\0\4\0\0\0\0", 12)); /* for ever */
    assert_int_equal(cnn_model_save(model, plain, &error), CNN_OK);
    assert_int_equal(cnn_show_timelapse(plain, NULL, false, film, false, &error), CNN_ERROR_MISMATCH);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshots_are_the_filters_of_each_epoch_through_stops),
        cmocka_unit_test(what_has_no_filters_has_no_snapshots),
        cmocka_unit_test(a_film_is_made_of_them),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
