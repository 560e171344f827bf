/*
 * A model file is never trusted: whatever it holds, loading it and resuming from it give a clear error, or
 * the same model. What other programs write differently but mean the same is converted.
 */
#include "train/archive.h"

#include <math.h>
#include <sys/resource.h>

enum { IMAGES = 40, SIDE = 4, STEPS = 4 };

static struct cnn_dataset *dataset;
static uint64_t whole_model, whole_run; /* hashes of what the undamaged file holds */

/* An adam run with early stopping, so that every array there is stands in the file; in its second epoch. */
static void write_base(const char *path)
{
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_model_options options = {.arch = "conv2d:1,2,swish flatten dense:4,softmax",
                                        .height = SIDE,
                                        .width = SIDE,
                                        .scale = true,
                                        .seed = 3};
    struct cnn_train_options train = {.epochs = 5,
                                      .batch_size = 16,
                                      .optimizer = "adam",
                                      .seed = 4,
                                      .validation_split = 0.1,
                                      .early_stopping = "val_loss:3"};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_create(model, dataset, &train, &trainer, NULL), CNN_OK);
    for (size_t i = 0; i < STEPS; i++)
        assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_save(trainer, path, NULL), CNN_OK);
    whole_model = run_model_hash(model);
    whole_run = run_hash(trainer);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
}

static int make_base(void **state)
{
    if (run_make_folder(state) != 0)
        return -1;
    run_write_data(IMAGES, SIDE, 1);
    dataset = run_open_data(0, 0);
    write_base(run_path("base.npz"));
    return 0;
}

static int remove_base(void **state)
{
    cnn_dataset_close(dataset);
    return run_remove_folder(state);
}

static struct archive *base(void)
{
    return archive_read(run_path("base.npz"));
}

static void assert_clear(const char *path, enum cnn_status status, const struct cnn_error *error)
{
    bool clear = status == error->status && strncmp(error->message, path, strlen(path)) == 0 &&
                 strlen(error->message) > strlen(path) + 10 && !strchr(error->message, '\n');
    if (!clear || (status != CNN_ERROR_FORMAT && status != CNN_ERROR_MISMATCH))
        fail_msg("status %d: \"%s\"", (int)status, error->message);
}

/* Loads: the same model, or a clear error. */
static enum cnn_status load(const char *path, struct cnn_error *error)
{
    struct cnn_model *model = NULL;
    enum cnn_status status = cnn_model_load(path, &model, error);
    if (status != CNN_OK) {
        assert_null(model);
        assert_clear(path, status, error);
        return status;
    }
    if (run_model_hash(model) != whole_model)
        fail_msg("%s: another model was read, and no error", path);
    cnn_model_free(model);
    return CNN_OK;
}

/* The same for a run. may_differ: another run that can go on is fine too. */
static enum cnn_status resume(const char *path, bool may_differ, struct cnn_error *error)
{
    struct cnn_model *model = NULL;
    struct cnn_trainer *trainer = NULL;
    enum cnn_status status = cnn_trainer_resume(path, dataset, NULL, 0, &model, &trainer, error);
    if (status != CNN_OK) {
        assert_true(!model && !trainer);
        assert_clear(path, status, error);
        return status;
    }
    if (!may_differ && run_hash(trainer) != whole_run)
        fail_msg("%s: another run was read, and no error", path);
    if (may_differ && !cnn_trainer_progress(trainer).done)
        assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    return CNN_OK;
}

static void the_file_itself_is_read(void **state)
{
    (void)state;
    struct cnn_error error = {0};
    struct archive *a = base();
    const char *path = run_path("again.npz");
    assert_int_equal(load(run_path("base.npz"), &error), CNN_OK);
    assert_int_equal(resume(run_path("base.npz"), false, &error), CNN_OK);
    archive_write(a, path);
    assert_int_equal(resume(path, false, &error), CNN_OK);
    for (size_t i = 0; i < a->n; i++)
        a->part[i].deflate = true; /* as numpy.savez_compressed writes it */
    archive_write(a, path);
    assert_int_equal(resume(path, false, &error), CNN_OK);
    archive_free(a);
}

static void every_byte_flipped(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    static const uint8_t flips[] = {0xff}; /* ten times as slow */
#else
    static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
#endif
    (void)state;
    struct bytes file = bytes_read(run_path("base.npz"));
    const char *path = run_path("flipped.npz");
    struct cnn_error error = {0};
    size_t harmless = 0;
    for (size_t i = 0; i < file.n; i++)
        for (size_t k = 0; k < sizeof flips; k++) {
            file.p[i] ^= flips[k];
            run_write(path, file.p, file.n);
            enum cnn_status loaded = load(path, &error), resumed = resume(path, false, &error);
            assert_true(loaded == CNN_OK || resumed != CNN_OK);
            harmless += resumed == CNN_OK;
            file.p[i] ^= flips[k];
        }
    print_message("%zu bytes, %zu flips: %zu mean nothing, all others are told\n", file.n,
                  file.n * sizeof flips, harmless);
    assert_true(harmless < file.n * sizeof flips / 4);
    free(file.p);
}

/* The last bytes of the file are zeros, and are taken for zeros when they are missing. */
static void every_truncation(void **state)
{
    enum { LAST_ZEROS = 4 };
    (void)state;
    struct bytes file = bytes_read(run_path("base.npz"));
    const char *path = run_path("cut.npz");
    struct cnn_error error = {0};
    for (size_t n = 0; n < file.n; n++) {
        run_write(path, file.p, n);
        bool read = load(path, &error) == CNN_OK || resume(path, false, &error) == CNN_OK;
        if (read && n + LAST_ZEROS < file.n)
            fail_msg("the first %zu of %zu bytes are read as a whole file", n, file.n);
    }
    free(file.p);
}

static void every_array_missing(void **state)
{
    (void)state;
    const char *path = run_path("missing.npz");
    struct archive *a = base();
    for (size_t i = 0; i < a->n; i++) {
        struct cnn_error error = {0};
        struct part taken = a->part[i];
        a->part[i] = a->part[--a->n];
        archive_write(a, path);
        a->part[a->n++] = a->part[i];
        a->part[i] = taken;
        bool of_run = strncmp(taken.name, "training/", 9) == 0 || strncmp(taken.name, "slot_", 5) == 0 ||
                      strcmp(taken.name, "compat.npy") == 0;
        bool no_run = strcmp(taken.name, "training/epoch.npy") == 0;
        bool has_default = strcmp(taken.name, "format.npy") == 0;  /* an archive of somebody's own has none */
        bool aside = strcmp(taken.name, "training/data.npy") == 0; /* where images lay: --data says it too */
        enum cnn_status loaded = load(path, &error), resumed = resume(path, false, &error);
        enum cnn_status to_load = of_run || has_default ? CNN_OK : CNN_ERROR_FORMAT,
                        to_resume = no_run                 ? CNN_ERROR_MISMATCH
                                    : has_default || aside ? CNN_OK
                                                           : CNN_ERROR_FORMAT;
        if (loaded != to_load || resumed != to_resume)
            fail_msg("without %s: status %d, %d: %s", taken.name, (int)loaded, (int)resumed, error.message);
    }
    archive_free(a);
}

/* Writes an archive, and loads it; the error must say this. */
static void expect(struct archive *a, enum cnn_status status, const char *message)
{
    struct cnn_error error = {0};
    const char *path = run_path("changed.npz");
    archive_write(a, path);
    enum cnn_status found = load(path, &error);
    if (found != status || (status != CNN_OK && !strstr(error.message, message)))
        fail_msg("expected \"%s\", found status %d, \"%s\"", message, (int)found, error.message);
    archive_free(a);
}

/* One array in another form. */
static void expect_array(const char *name, const char *descr, const char *fortran, const char *shape,
                         const void *data, size_t n_data, enum cnn_status status, const char *message)
{
    struct archive *a = base();
    archive_set(a, name, descr, fortran, shape, data, n_data);
    expect(a, status, message);
}

enum { IN = 9, OUT = 4, KERNEL = IN * OUT };

static void what_means_the_same_is_converted(void **state)
{
    (void)state;
    struct archive *a = base();
    float value[KERNEL], turned[KERNEL];
    double wide[KERNEL];
    uint8_t swapped[4 * KERNEL];
    memcpy(value, archive_data(a, "dense/kernel"), sizeof value);
    for (size_t i = 0; i < KERNEL; i++) {
        wide[i] = (double)value[i];
        turned[i % OUT * IN + i / OUT] = value[i];
        for (size_t k = 0; k < 4; k++)
            swapped[4 * i + k] = archive_data(a, "dense/kernel")[4 * i + 3 - k];
    }
    expect_array("dense/kernel", "'<f8'", "False", "(9, 4)", wide, sizeof wide, CNN_OK, "");
    expect_array("dense/kernel", "'>f4'", "False", "(9, 4)", swapped, sizeof swapped, CNN_OK, "");
    expect_array("dense/kernel", "'<f4'", "True", "(9, 4)", turned, sizeof turned, CNN_OK, "");
    expect_array("seed", "'|u1'", "False", "()", "\3", 1, CNN_OK, "");
    expect_array("seed", "'>i4'", "False", "()", "\0\0\0\3", 4, CNN_OK, "");
    expect_array("scale", "'|b1'", "False", "()", "\1", 1, CNN_OK, "");
    struct bytes text = {0};
    for (const char *c = "conv2d:1,2,swish flatten dense:4,softmax"; *c; c++)
        bytes_add(&text, (uint8_t[]){0, 0, 0, (uint8_t)*c}, 4);
    bytes_add(&text, "\0\0\0\0\0\0\0\0", 8); /* numpy fills up with zeros */
    expect_array("spec", "'>U42'", "False", "()", text.p, text.n, CNN_OK, "");
    free(text.p);
    archive_add(a, "notes/of/mine.npy", "any bytes", 9);
    expect(a, CNN_OK, "");
}

static void what_cannot_be_meant_is_refused_with_a_reason(void **state)
{
    (void)state;
    static const uint8_t zero[8 * KERNEL];
    static const struct {
        const char *name, *descr, *order, *shape;
        size_t n_data;
        const char *message;
    } cases[] = {
        {"dense/kernel", "'<f2'", "False", "(9, 4)", 2 * KERNEL, "type is not one that a model holds"},
        {"dense/kernel", "'|O'", "False", "(9, 4)", 8 * KERNEL, "type is not one that a model holds"},
        {"dense/kernel", "'<c8'", "False", "(9, 4)", 8 * KERNEL, "type is not one that a model holds"},
        {"dense/kernel", "[('a', '<f4')]", "False", "(9, 4)", 4 * KERNEL, "type is not one"},
        {"dense/kernel", "'<i4'", "False", "(9, 4)", 4 * KERNEL, "expected floats, found another type"},
        {"dense/kernel", "'<f4'", "False", "(4, 9)", 4 * KERNEL, "expected the shape (9, 4), found (4, 9)"},
        {"dense/kernel", "'<f4'", "False", "(36,)", 4 * KERNEL, "expected the shape (9, 4), found (36)"},
        {"dense/kernel", "'<f4'", "False", "()", 4, "expected the shape (9, 4), found ()"},
        {"dense/kernel", "'<f4'", "False", "(9, 4, 1)", 4 * KERNEL, "expected the shape"},
        {"dense/kernel", "'<f4'", "False", "(1, 1, 1, 9, 4)", 4 * KERNEL, "at most 4 dimensions"},
        {"dense/kernel", "'<f4'", "False", "(0, 4)", 0, "expected the shape (9, 4), found (0, 4)"},
        {"dense/kernel", "'<f4'", "False", "(1000000000000, 4)", 4 * KERNEL, "found 144 bytes"},
        {"dense/kernel", "'<f4'", "False", "(4294967296, 4294967296)", 4 * KERNEL,
         "its shape cannot be read"},
        {"dense/kernel", "'<f4'", "False", "(99999999999999999999, 4)", 4 * KERNEL,
         "its shape cannot be read"},
        {"dense/kernel", "'<f4'", "False", "(-9, 4)", 4 * KERNEL, "its shape cannot be read"},
        {"dense/kernel", "'<f4'", "False", "(9, 4", 4 * KERNEL, "its shape cannot be read"},
        {"dense/kernel", "'<f4'", "Maybe", "(9, 4)", 4 * KERNEL, "neither True nor False"},
        {"dense/kernel", "'<f4'", "False", "(9, 4)", 4 * KERNEL - 1, "expected 36 items of 4 bytes"},
        {"dense/kernel", "'<f4'", "False", "(9, 4)", 4 * KERNEL + 1, "expected 36 items of 4 bytes"},
        {"dense/kernel", "'<f4'", "False", "(9, 4), 'shape': (9, 4)", 4 * KERNEL, "something other than"},
        {"seed", "'<f8'", "False", "()", 8, "expected a whole number"},
        {"seed", "'<u8'", "False", "(1,)", 8, "expected the shape (), found (1)"},
        {"seed", "'<u3'", "False", "()", 3, "type is not one that a model holds"},
        {"spec", "'<U9'", "False", "()", 36, "spec"},
        {"spec", "'|S40'", "False", "()", 40, "type is not one that a model holds"},
        {"spec", "'<u8'", "False", "()", 8, "expected a text"},
        {"format", "'<u8'", "False", "()", 8, "format: expected 1 to"},
        {"input/height", "'<u8'", "False", "()", 8, "a number that cannot be meant"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_array(cases[i].name, cases[i].descr, cases[i].order, cases[i].shape, zero, cases[i].n_data,
                     CNN_ERROR_FORMAT, cases[i].message);
}

static void numbers_that_are_not_finite_are_refused(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, 1e300};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double wide[KERNEL] = {[KERNEL - 1] = bad[i]};
        float narrow[KERNEL] = {[7] = (float)bad[i]};
        expect_array("dense/kernel", "'<f8'", "False", "(9, 4)", wide, sizeof wide, CNN_ERROR_FORMAT,
                     "value 35 is not a finite number");
        expect_array("dense/kernel", "'<f4'", "False", "(9, 4)", narrow, sizeof narrow, CNN_ERROR_FORMAT,
                     "value 7 is not a finite number");
    }
}

static struct bytes wide_text(const char *text, char descr[32])
{
    struct bytes wide = {0};
    for (const char *c = text; *c; c++)
        bytes_add(&wide, (uint8_t[]){(uint8_t)*c, 0, 0, 0}, 4);
    snprintf(descr, 32, "'<U%zu'", strlen(text));
    return wide;
}

static void expect_spec(const char *spec, const char *message)
{
    char descr[32];
    struct bytes text = wide_text(spec, descr);
    expect_array("spec", descr, "False", "()", text.p, text.n, CNN_ERROR_FORMAT, message);
    free(text.p);
}

static void cross_entropy_without_softmax_is_refused(void **state)
{
    (void)state;
    static const char *const texts[][2] = {{"spec", "conv2d:1,2,swish flatten dense:4,linear"},
                                           {"loss", "categorical_crossentropy"}};
    struct archive *a = base();
    archive_add(a, "loss.npy", "", 0);
    for (size_t i = 0; i < 2; i++) {
        char descr[32];
        struct bytes text = wide_text(texts[i][1], descr);
        archive_set(a, texts[i][0], descr, "False", "()", text.p, text.n);
        free(text.p);
    }
    expect(a, CNN_ERROR_FORMAT, "loss: categorical_crossentropy: needs the probabilities of softmax");
}

static void an_architecture_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    expect_spec("flatten dense:4,softmax", "dense/kernel");
    expect_spec("conv2d:1,9,swish flatten dense:4,softmax", "spec: layer 1");
    expect_spec("conv2d:4,2,swish", "spec: the last layer");
    expect_spec("flatten dense:4,swish", "dense/kernel");
    expect_spec("flatten dense:4,softmax lstm:3", "unknown layer");
    expect_spec("conv2d:1,2,swish\x01flatten dense:4,softmax", "expected a text");
    expect_spec("conv2d:1,2,swish flatten dense:4,softm\xe4x", "expected a text");
    expect_spec("flatten dense:65536,relu dense:65536,softmax", "spec:");
    char long_text[6000];
    memset(long_text, ' ', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    expect_spec(long_text, "spec");
    uint8_t text[4 * 40] = {'f', 0, 0, 0, 0, 0, 0, 0, 'x'};
    expect_array("spec", "'<U40'", "False", "()", text, sizeof text, CNN_ERROR_FORMAT, "expected a text");
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void no_more_memory_than_the_file_is_worth(void **state)
{
    (void)state;
    static const char *const names[] = {"dense/kernel", "spec", "seed", "extra"};
    static uint8_t zeros[64 << 20];
    memset(zeros, 1, sizeof zeros); /* the test's own copies are counted before */
    struct archive *warm = base();
    archive_add(warm, "extra.npy", zeros, sizeof zeros)->deflate = true;
    expect(warm, CNN_OK, "");
    long before = peak_kib();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct archive *a = base();
        bool extra = strcmp(names[i], "extra") == 0;
        struct part *part = extra ? archive_add(a, "extra.npy", "", 0) : archive_find(a, names[i]);
        free(part->bytes);
        part->bytes = malloc(part->n_bytes = sizeof zeros);
        assert_non_null(part->bytes);
        memset(part->bytes, 0, sizeof zeros);
        part->deflate = true; /* 64 KiB unpack to 64 MiB */
        expect(a, extra ? CNN_OK : CNN_ERROR_FORMAT, "expected at most");
    }
    /* weights of 1 GiB, and only 40 bytes to back them */
    expect_spec("conv2d:1,2,swish flatten dense:65536,relu dense:4096,softmax", "weights, found");
    struct archive *a = base();
    archive_find(a, "seed")->claim = 0x7fffffff;
    expect(a, CNN_ERROR_FORMAT, "claims 2147483647 bytes");
    a = base();
    archive_find(a, "seed")->deflate = true;
    archive_find(a, "seed")->claim = 1 << 20;
    expect(a, CNN_ERROR_FORMAT, "claims 1048576 bytes");
    print_message("memory beyond the test's own: %ld KiB\n", peak_kib() - before);
#ifndef __SANITIZE_ADDRESS__
    assert_true(peak_kib() - before < 32 << 10);
#endif
}

/* Entries of the directory that share their data: each would claim a large array of the same few bytes. */
static void entries_that_overlap_are_refused(void **state)
{
    (void)state;
    enum { TWINS = 900, LARGE = 1 << 20 };
    struct archive *a = base();
    struct part *part = archive_add(a, "extra0000.npy", "", 0);
    free(part->bytes);
    part->bytes = calloc(1, LARGE);
    part->n_bytes = LARGE;
    part->deflate = true; /* 1 KiB for 1 MiB, so 1 MiB for 1 GiB */
    part->twins = TWINS;
    expect(a, CNN_ERROR_FORMAT, "packed bytes, more than the file has beside its other entries");
    a = base(); /* one twin is enough, when the data is most of the file */
    static uint8_t noise[1 << 16];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * i >> 7);
    archive_add(a, "extra0000.npy", noise, sizeof noise)->twins = 1;
    expect(a, CNN_ERROR_FORMAT, "more than the file has beside its other entries");
}

static void packings_that_are_not_read_are_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned method, flags;
        const char *message;
    } cases[] = {{12, 0, "kernel.npy: compression method; expected 0 (stored) or 8 (deflate), found 12"},
                 {1, 0, "found 1"},
                 {14, 0, "found 14"},
                 {99, 1, "is encrypted"},
                 {0, 1, "conv2d/kernel.npy is encrypted"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct archive *a = base();
        archive_find(a, "conv2d/kernel")->method = cases[i].method;
        archive_find(a, "conv2d/kernel")->flags = cases[i].flags;
        expect(a, CNN_ERROR_FORMAT, cases[i].message);
    }
    struct archive *a = base(); /* sizes behind the data, as Python writes what it cannot seek in */
    archive_find(a, "conv2d/kernel")->flags = 8;
    expect(a, CNN_OK, "");
}

static void names_that_lead_out_or_come_twice_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *message;
    } cases[] = {
        {"../weights.npy", "leads out of the archive"},
        {"/etc/passwd.npy", "leads out of the archive"},
        {"a/../../b.npy", "leads out of the archive"},
        {"a\\b.npy", "leads out of the archive"},
        {"seed.npy", "stands there twice"},
        {"readme.txt", "is not an array"},
        {".npy", "is not an array"},
        {"bell\a.npy", "cannot be read"},
        {"012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
         "9"
         "01234567890123456789012345678901234567890.npy",
         "cannot be read"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct archive *a = base();
        archive_add(a, cases[i].name, "x", 1);
        expect(a, CNN_ERROR_FORMAT, cases[i].message);
    }
}

/* Every whole number of a run, and every float, set to what it cannot be: told, or another run that can go
 * on. */
static void absurd_numbers_never_get_through(void **state)
{
    (void)state;
    static const uint64_t whole[] = {0, 1, 2, 3, 1000001, UINT64_C(1) << 32, UINT64_MAX / 16, UINT64_MAX};
    static const double real[] = {0, -1, 1e-300, 1e300, NAN, INFINITY, -INFINITY, 0.99999};
    const char *path = run_path("absurd.npz");
    struct archive *a = base();
    size_t refused = 0, tried = 0;
    for (size_t i = 0; i < a->n; i++) {
        struct part *part = &a->part[i];
        if (part->n_bytes != 136)
            continue;
        uint8_t *at = part->bytes + 128, kept[8];
        memcpy(kept, at, 8);
        for (size_t k = 0; k < 8; k++, tried++) {
            struct cnn_error error = {0};
            if (memmem(part->bytes, 128, "<f8", 3))
                memcpy(at, &real[k], 8);
            else
                bytes_put_u64_le(at, whole[k]);
            archive_write(a, path);
            refused += resume(path, true, &error) != CNN_OK;
        }
        memcpy(at, kept, 8);
    }
    print_message("%zu of %zu refused\n", refused, tried);
    assert_true(refused * 10 > tried * 7);
    archive_free(a);
}

static void the_one_before_is_pointed_to(void **state)
{
    (void)state;
    const char *path = run_path("second.npz");
    struct cnn_error error = {0};
    struct bytes file = bytes_read(run_path("base.npz"));
    write_base(path);
    write_base(path);
    size_t weights = 0;
    while (memcmp(file.p + weights, "dense/kernel", 12) != 0)
        weights++;
    file.p[weights + 200] ^= 1;
    for (int i = 0; i < 3; i++) {
        if (i == 2)
            unlink(path);
        else
            run_write(path, file.p, i ? file.n / 2 : file.n);
        struct cnn_model *model;
        assert_int_not_equal(cnn_model_load(path, &model, &error), CNN_OK);
        if (strncmp(error.hint, "the one saved before it is kept: ", 33) != 0)
            fail_msg("%s; %s", error.message, error.hint);
        assert_int_equal(load(error.hint + 33, &error), CNN_OK);
    }
    free(file.p);
}

static void what_is_no_model_says_so(void **state)
{
    (void)state;
    const char *path = run_path("other.npz");
    struct cnn_error error = {0};
    run_write(path, "<html>Not found</html>", 22);
    assert_int_equal(load(path, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "not a model file"));
    run_write(path, "", 0);
    assert_int_equal(load(path, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "found an empty file"));
    struct archive *a = calloc(1, sizeof *a);
    assert_non_null(a);
    expect(a, CNN_ERROR_FORMAT, "");
    a = calloc(1, sizeof *a);
    assert_non_null(a);
    archive_add(a, "x.npy", "x", 1);
    expect(a, CNN_ERROR_FORMAT, "not a model of this program");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_itself_is_read),
        cmocka_unit_test(every_byte_flipped),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(every_array_missing),
        cmocka_unit_test(what_means_the_same_is_converted),
        cmocka_unit_test(what_cannot_be_meant_is_refused_with_a_reason),
        cmocka_unit_test(numbers_that_are_not_finite_are_refused),
        cmocka_unit_test(an_architecture_that_does_not_fit_is_refused),
        cmocka_unit_test(cross_entropy_without_softmax_is_refused),
        cmocka_unit_test(no_more_memory_than_the_file_is_worth),
        cmocka_unit_test(entries_that_overlap_are_refused),
        cmocka_unit_test(packings_that_are_not_read_are_refused),
        cmocka_unit_test(names_that_lead_out_or_come_twice_are_refused),
        cmocka_unit_test(absurd_numbers_never_get_through),
        cmocka_unit_test(the_one_before_is_pointed_to),
        cmocka_unit_test(what_is_no_model_says_so),
    };
    return cmocka_run_group_tests(tests, make_base, remove_base);
}
