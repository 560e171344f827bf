/* The filters after each epoch: what they were then, through stops and resumes, and where there are filters
 * at all. */
#include "base/memory.h"
#include "nn/model_file.h"
#include "picture/film.h"
#include "picture/palette.h"
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
    assert_int_equal(cnn_show_timelapse(path, NULL, false, film, false, NULL, &error), CNN_OK);
    uint8_t bytes[200000];
    FILE *f = fopen(film, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    assert_in_range(n, 1000, sizeof bytes - 1);
    assert_non_null(memmem(bytes, n, "acTL\0\0\0\4\0\0\0\0", 12)); /* for ever */
    assert_int_equal(cnn_model_save(model, plain, &error), CNN_OK);
    assert_int_equal(cnn_show_timelapse(plain, NULL, false, film, false, NULL, &error), CNN_ERROR_MISMATCH);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

static uint8_t *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    *n = (size_t)ftell(f);
    rewind(f);
    uint8_t *bytes = malloc(*n);
    assert_int_equal(fread(bytes, 1, *n, f), *n);
    fclose(f);
    return bytes;
}

/* Whether the film shows this title now. */
static void assert_titled(const struct player *p, const char *title)
{
    enum { MARGIN = 48, HIGH = 32, LETTER = 16 };
    struct canvas words;
    assert_int_equal(canvas_create((int)p->width, HIGH, theme_of(false)->ground, &words, &error), CNN_OK);
    canvas_text(&words, FONT_32, MARGIN, 0, title, theme_of(false)->text);
    if (memcmp(words.rgb, p->shown + (size_t)MARGIN * p->width * 3, (size_t)HIGH * p->width * 3) != 0)
        fail_msg("frame %u has not the title %s", p->seen, title);
    canvas_free(&words);
}

/* Gives an array of filters other weights throughout: a film can be no larger than so. */
static void shake(struct cnn_model *model, const char *name, uint32_t seed)
{
    struct cnn_weights w;
    float values[450];
    assert_int_equal(cnn_model_weights(model, name, &w, &error), CNN_OK);
    assert_in_range(w.count, 75, 450);
    for (size_t i = 0; i < w.count; i++) {
        seed = seed * 1664525 + 1013904223;
        values[i] = (float)(seed >> 8) * 0x1p-24F - 0.5F;
    }
    assert_int_equal(cnn_model_set_weights(model, name, values, w.count, &error), CNN_OK);
}

static void assert_epoch(const struct player *p, const struct cnn_trainer *trainer, size_t epoch)
{
    const struct cnn_epoch e = cnn_trainer_epoch(trainer, epoch - 1);
    char title[96];
    snprintf(title, sizeof title, "After epoch %zu of %zu: loss %.4f, accuracy %.4f", epoch,
             cnn_trainer_epochs_done(trainer), e.loss, e.accuracy);
    assert_titled(p, title);
}

/* The film of a run of the lesson; with other weights in each epoch, or those it learns. Returns the frames
 * that were left out. */
static size_t check_long_film(const struct cnn_dataset *digits, size_t epochs, bool shaken)
{
    const char *path = run_path("long.npz"), *film = run_path("long.png");
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_progress at = {0};
    const struct cnn_train_options how = {.epochs = epochs, .batch_size = 16, .snapshots = true};
    size_t left_out = 1000, n;
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.scale = true}, &model, &error), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, digits, &how, &trainer, &error), CNN_OK);
    for (uint32_t seed = 1; !at.done; seed++) {
        if (shaken)
            shake(model, "conv2d/kernel", seed);
        if (shaken)
            shake(model, "conv2d_1/kernel", seed);
        assert_int_equal(cnn_trainer_step(trainer, &at, &error), CNN_OK);
    }
    assert_int_equal(cnn_trainer_save(trainer, path, &error), CNN_OK);
    assert_int_equal(cnn_show_timelapse(path, NULL, false, film, false, &left_out, &error), CNN_OK);
    uint8_t *bytes = read_whole(film, &n);
    assert_in_range(n, 10000, 200000);
    struct player player = play(bytes, n);
    assert_true(next_frame(&player));
    if (shaken) /* what it began with is not known */
        assert_epoch(&player, trainer, 1);
    else
        assert_titled(&player, "Before training");
    while (next_frame(&player))
        ;
    assert_epoch(&player, trainer, epochs);
    assert_int_equal(player.delay_ms, 2500);
    assert_int_equal(player.seen, player.n_frames);
    assert_int_equal(player.n_frames + left_out, epochs + !shaken);
    free(player.shown);
    free(bytes);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    return left_out;
}

/* The lesson's film has every epoch of ten, and of thirty what fits, from the first to the last. */
static void a_long_film_leaves_out_epochs(void **state)
{
    (void)state;
    struct cnn_dataset *digits;
    assert_int_equal(cnn_dataset_open("synth", CNN_TRAIN, 0, 16, &digits, &error), CNN_OK);
    assert_int_equal(check_long_film(digits, 10, false), 0);
    assert_in_range(check_long_film(digits, 30, true), 1, 12);
    cnn_dataset_close(digits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(snapshots_are_the_filters_of_each_epoch_through_stops),
        cmocka_unit_test(what_has_no_filters_has_no_snapshots),
        cmocka_unit_test(a_film_is_made_of_them),
        cmocka_unit_test(a_long_film_leaves_out_epochs),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
