/*
 * Memory runs out: every allocation of every operation fails in turn, once and for good, those of zlib and
 * minizip among them, since this program's own malloc stands in for the system's. Each time the error is a
 * clear one, nothing is leaked, and nothing is half written.
 */
#include "train/archive.h"

#include <dlfcn.h>
#include <errno.h>

#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
static void every_allocation_fails_in_turn(void **state)
{
    (void)state;
    print_message("malloc cannot be replaced here\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_in_turn)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
#else

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

enum { MAX_LIVE = 4096 };
static bool counting, fail_for_good;
static size_t n_calls, fail_at; /* 0: none fails */
static void *live[MAX_LIVE];    /* the blocks counted, and not yet freed */
static size_t n_live;

/* OpenMP's own memory is not this program's: it keeps some for later, and ends the program when there is
 * none. */
static bool is_counted(void *caller)
{
    Dl_info from;
    return counting && !(dladdr(caller, &from) && strstr(from.dli_fname, "omp"));
}

static bool fails(bool counted)
{
    if (!counted)
        return false;
    n_calls++;
    bool failed = fail_at && (n_calls == fail_at || (fail_for_good && n_calls > fail_at));
    if (failed)
        errno = ENOMEM;
    return failed;
}

static void *note(bool counted, void *memory)
{
    if (counted && memory && n_live < MAX_LIVE)
        live[n_live++] = memory;
    return memory;
}

static void forget(const void *memory)
{
    for (size_t i = n_live; memory && i-- > 0;)
        if (live[i] == memory) {
            live[i] = live[--n_live];
            return;
        }
}

#define COUNTED is_counted(__builtin_return_address(0))

void *malloc(size_t n)
{
    bool counted = COUNTED;
    return fails(counted) ? NULL : note(counted, __libc_malloc(n));
}

void *calloc(size_t count, size_t n)
{
    bool counted = COUNTED;
    return fails(counted) ? NULL : note(counted, __libc_calloc(count, n));
}

void *realloc(void *old, size_t n)
{
    bool counted = COUNTED;
    void *memory = fails(counted) ? NULL : __libc_realloc(old, n);
    if (memory)
        forget(old);
    return note(counted, memory);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    bool counted = COUNTED;
    return fails(counted) ? NULL : note(counted, __libc_memalign(alignment, n));
}

void free(void *memory)
{
    forget(memory);
    __libc_free(memory);
}

enum { IMAGES = 40, SIDE = 6 };

static struct cnn_dataset *dataset;
static struct cnn_model *model;
static uint64_t saved_hash;

static struct cnn_model_options model_options = {
    .arch = "conv2d:2,3,swish flatten dense:6,softmax", .height = SIDE, .width = SIDE, .seed = 1};
static struct cnn_train_options train_options = {.epochs = 2,
                                                 .batch_size = 32,
                                                 .optimizer = "adam",
                                                 .validation_split = 0.1,
                                                 .early_stopping = "val_loss:2",
                                                 .schedule = "cosine"};

static enum cnn_status open_raw(struct cnn_error *error)
{
    struct cnn_dataset *d;
    enum cnn_status status = cnn_dataset_open(run_folder, CNN_TRAIN, 3, 20, &d, error);
    if (status == CNN_OK)
        cnn_dataset_close(d);
    return status;
}

static enum cnn_status open_gzip(struct cnn_error *error)
{
    struct cnn_dataset *d;
    enum cnn_status status = cnn_dataset_open(run_path("packed"), CNN_TRAIN, 0, 0, &d, error);
    if (status == CNN_OK)
        cnn_dataset_close(d);
    return status;
}

static enum cnn_status open_synth(struct cnn_error *error)
{
    struct cnn_dataset *d;
    enum cnn_status status = cnn_dataset_open("synth", CNN_TEST, 0, 4, &d, error);
    if (status == CNN_OK)
        cnn_dataset_close(d);
    return status;
}

static enum cnn_status slice(struct cnn_error *error)
{
    struct cnn_dataset *d;
    enum cnn_status status = cnn_dataset_slice(dataset, 1, 4, &d, error);
    if (status == CNN_OK)
        cnn_dataset_close(d);
    return status;
}

static enum cnn_status create(struct cnn_error *error)
{
    struct cnn_model *m;
    enum cnn_status status = cnn_model_create(&model_options, &m, error);
    if (status == CNN_OK)
        cnn_model_free(m);
    return status;
}

static enum cnn_status load(struct cnn_error *error)
{
    struct cnn_model *m;
    enum cnn_status status = cnn_model_load(run_path("run.npz"), &m, error);
    if (status != CNN_OK)
        return status;
    assert_int_equal(run_model_hash(m), saved_hash);
    cnn_model_free(m);
    return status;
}

static enum cnn_status save(struct cnn_error *error)
{
    return cnn_model_save(model, run_path("model.npz"), error);
}

static enum cnn_status predict(struct cnn_error *error)
{
    static float probabilities[IMAGES * SIDE];
    return cnn_model_predict(model, dataset, probabilities, error);
}

static enum cnn_status evaluate(struct cnn_error *error)
{
    struct cnn_scores scores;
    size_t confusion[SIDE * SIDE];
    return cnn_model_evaluate(model, dataset, &scores, confusion, error);
}

static enum cnn_status lock(struct cnn_error *error)
{
    struct cnn_lock *l;
    enum cnn_status status = cnn_lock_acquire(run_path("run.npz"), &l, error);
    if (status == CNN_OK)
        cnn_lock_release(l);
    return status;
}

/* Steps to the end of an epoch and one more, and a save. */
static enum cnn_status go_on(struct cnn_trainer *trainer, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < 3; i++)
        status = cnn_trainer_step(trainer, NULL, error);
    return status == CNN_OK ? cnn_trainer_save(trainer, run_path("model.npz"), error) : status;
}

static enum cnn_status train(struct cnn_error *error)
{
    struct cnn_model *m;
    struct cnn_trainer *trainer;
    enum cnn_status status = cnn_model_create(&model_options, &m, error);
    if (status != CNN_OK)
        return status;
    status = cnn_trainer_create(m, dataset, &train_options, &trainer, error);
    if (status == CNN_OK) {
        status = go_on(trainer, error);
        cnn_trainer_free(trainer);
    }
    cnn_model_free(m);
    return status;
}

static enum cnn_status resume(struct cnn_error *error)
{
    struct cnn_model *m;
    struct cnn_trainer *trainer;
    enum cnn_status status = cnn_trainer_resume(run_path("run.npz"), dataset, NULL, 0, &m, &trainer, error);
    if (status != CNN_OK)
        return status;
    status = go_on(trainer, error);
    cnn_trainer_free(trainer);
    cnn_model_free(m);
    return status;
}

static void pack(const char *name)
{
    char path[RUN_PATH];
    struct bytes b = bytes_read(run_path(name));
    snprintf(path, sizeof path, "%s/packed/%s.gz", run_folder, name);
    gzFile f = gzopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(gzwrite(f, b.p, (unsigned)b.n), b.n);
    assert_int_equal(gzclose(f), Z_OK);
    free(b.p);
}

static int make_all(void **state)
{
    struct cnn_error error;
    assert_int_equal(cnn_set_threads(1, NULL),
                     CNN_OK); /* OpenMP ends the program when it has no memory for a thread */
    assert_int_equal(run_make_folder(state), 0);
    run_write_data(IMAGES, SIDE, 1);
    dataset = run_open_data(0, 0);
    char command[RUN_PATH];
    snprintf(command, sizeof command, "mkdir %s/packed", run_folder);
    assert_int_equal(system(command), 0);
    pack("train-images-idx3-ubyte");
    pack("train-labels-idx1-ubyte");
    assert_int_equal(cnn_model_create(&model_options, &model, NULL), CNN_OK);
    assert_int_equal(train(&error), CNN_OK);
    assert_int_equal(rename(run_path("model.npz"), run_path("run.npz")), 0);
    struct cnn_model *m;
    assert_int_equal(cnn_model_load(run_path("run.npz"), &m, NULL), CNN_OK);
    saved_hash = run_model_hash(m);
    cnn_model_free(m);
    assert_int_equal(save(&error), CNN_OK);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    char command[RUN_PATH];
    cnn_dataset_close(dataset);
    cnn_model_free(model);
    snprintf(command, sizeof command, "rm -r %s", run_folder);
    return system(command);
}

/* Runs once, with allocation k failing; returns whether fewer than k were made. */
static bool run_once(const char *name, enum cnn_status (*operation)(struct cnn_error *), size_t k,
                     bool for_good)
{
    struct cnn_error error = {.message = ""};
    n_calls = 0;
    n_live = 0;
    fail_at = k;
    fail_for_good = for_good;
    counting = true;
    enum cnn_status status = operation(&error);
    counting = false;
    size_t leaked = n_live;
    bool all = n_calls < k;
    if (leaked != 0)
        fail_msg("%s, allocation %zu: %zu blocks leaked", name, k, leaked);
    /* minizip does not say why it opened nothing; only memory that stays away is found out then */
    bool unsaid = !for_good && strstr(error.message, "not a model file");
    bool told = status == CNN_ERROR_MEMORY && strstr(error.message, "memory ran out");
    if (status != CNN_OK && !told && !unsaid)
        fail_msg("%s, allocation %zu: status %d, \"%s\"", name, k, (int)status, error.message);
    if (all && status != CNN_OK)
        fail_msg("%s: fails with no allocation failing: %s", name, error.message);
    struct cnn_model *m;
    if (cnn_model_load(run_path("model.npz"), &m, &error) != CNN_OK)
        fail_msg("%s, allocation %zu left a broken file: %s", name, k, error.message);
    cnn_model_free(m);
    assert_int_not_equal(access(run_path("model.npz.tmp"), F_OK), 0);
    return all;
}

static void every_allocation_fails_in_turn(void **state)
{
    static const struct {
        const char *name;
        enum cnn_status (*operation)(struct cnn_error *error);
        size_t least; /* allocations that it makes */
    } operations[] = {
        {"open raw files", open_raw, 3},
        {"open gzip files", open_gzip, 5},
        {"draw digits", open_synth, 2},
        {"slice", slice, 1},
        {"create a model", create, 2},
        {"load", load, 20},
        {"save", save, 10},
        {"predict", predict, 1},
        {"evaluate", evaluate, 3},
        {"lock", lock, 2},
        {"train", train, 20},
        {"resume", resume, 50},
    };
    (void)state;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        size_t k = 0;
        struct cnn_error error;
        assert_int_equal(operations[i].operation(&error),
                         CNN_OK); /* what is made once and kept is not counted */
        for (int for_good = 0; for_good < 2; for_good++)
            for (k = 1; !run_once(operations[i].name, operations[i].operation, k, for_good); k++)
                ;
        print_message("%-16s %4zu allocations, each failing once and for good\n", operations[i].name, k - 1);
        assert_true(k > operations[i].least);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_in_turn)};
    return cmocka_run_group_tests(tests, make_all, remove_all);
}

#endif
