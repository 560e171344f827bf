/*
 * The system refuses: every call that saving, keeping and loading make fails in turn. What the files of base
 * do is compiled into this test with each call counted, so that these copies stand in for the library's. And
 * the order of the calls: what a power cut leaves behind depends on it, and no other test can see that.
 */
#include "train/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

static size_t calls, fail_at;    /* the number of the call that fails, from 1; 0: none */
static bool fail_from;           /* and all after it */
static int failure;              /* its errno */
static size_t longest = 1 << 20; /* most bytes that a write or read takes at once */

static const char *failed; /* the name of the call that did */

static bool fails(const char *call)
{
    calls++;
    if (fail_at == 0 || calls < fail_at || (calls > fail_at && !fail_from))
        return false;
    errno = failure;
    failed = call;
    return true;
}

/* What was done to the disk, in order: "write NAME; fsync NAME; rename NAME NAME; fsync folder; ". */
static char journal[4096];
enum { MOST_FILES = 1024 };
static char opened[MOST_FILES][RUN_PATH]; /* the path behind each descriptor */

/* A path for the journal: the scratch folder is "folder", what lies in it goes by its name. */
static const char *in_journal(const char *path)
{
    size_t n = strlen(run_folder);
    if (strncmp(path, run_folder, n) != 0)
        return path;
    return path[n] == '/' && path[n + 1] ? path + n + 1 : "folder";
}

static int record(int result, const char *call, const char *from, const char *to)
{
    char line[3 * RUN_PATH];
    snprintf(line, sizeof line, "%s %s%s%s; ", call, in_journal(from), to ? " " : "",
             to ? in_journal(to) : "");
    size_t n = strlen(journal), m = strlen(line);
    bool again = n >= m && strcmp(journal + n - m, line) == 0; /* a write in two parts is one */
    if (result == 0 && !again && n + m < sizeof journal)
        strcpy(journal + n, line);
    return result;
}

static int fake_open(const char *path, int flags, mode_t mode)
{
    int fd = fails("open") ? -1 : open(path, flags, mode);
    if (fd >= 0 && fd < MOST_FILES)
        snprintf(opened[fd], RUN_PATH, "%s", path);
    return fd;
}
static int fake_close(int fd)
{
    bool told = fails((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY ? "close what was read" : "close");
    int result = close(fd); /* a close that fails has closed all the same */
    errno = failure;
    return told ? -1 : result;
}
static ssize_t fake_write(int fd, const void *bytes, size_t n)
{
    if (fails("write"))
        return -1;
    record(0, "write", opened[fd], NULL);
    return write(fd, bytes, n < longest ? n : longest);
}
static ssize_t fake_read(int fd, void *bytes, size_t n)
{
    return fails("read") ? -1 : read(fd, bytes, n < longest ? n : longest);
}
static int fake_stat(const char *path, struct stat *info)
{
    return fails("stat") ? -1 : stat(path, info);
}

#define MODE(flags, mode, ...) flags, mode
#define open(path, ...) fake_open(path, MODE(__VA_ARGS__, 0, 0))
#define close(fd) fake_close(fd)
#define write(fd, bytes, n) fake_write(fd, bytes, n)
#define read(fd, bytes, n) fake_read(fd, bytes, n)
#define stat(path, info) fake_stat(path, info)
#define fstat(fd, info) (fails("fstat") ? -1 : fstat(fd, info))
#define lstat(path, info) (fails("lstat") ? -1 : lstat(path, info))
#define flock(fd, how) (fails("flock") ? -1 : flock(fd, how))
/* Not done: disks are slow, and no test cuts the power. */
#define fsync(fd) (fails("fsync") ? -1 : record(0, "fsync", opened[fd], NULL))
#define pread(fd, bytes, n, at) (fails("pread") ? -1 : pread(fd, bytes, n, at))
#define fchmod(fd, mode) (fails("fchmod") ? -1 : fchmod(fd, mode))
#define readlink(path, text, n) (fails("readlink") ? -1 : readlink(path, text, n))
#define realpath(path, text) (fails("realpath") ? NULL : realpath(path, text))
#define ftruncate(fd, n) (fails("ftruncate") ? -1 : ftruncate(fd, n))
#define access(path, how) (fails("access") ? -1 : access(path, how))
#define link(from, to) (fails("link") ? -1 : record(link(from, to), "link", from, to))
#define rename(from, to) (fails("rename") ? -1 : record(rename(from, to), "rename", from, to))
#define unlink(path) (fails("unlink") ? -1 : record(unlink(path), "unlink", path, NULL))
#include "base/file.c"
#include "base/file_keep.c"
#include "base/file_kind.c"
#include "base/lock.c"
#include "base/path.c"
#include "train/run_lock.c"
#undef open
#undef close
#undef write
#undef read
#undef stat
#undef fstat
#undef lstat
#undef flock
#undef fsync
#undef pread
#undef fchmod
#undef readlink
#undef realpath
#undef ftruncate
#undef access
#undef link
#undef rename
#undef unlink

static struct cnn_model *old_model, *new_model;
static uint64_t old_hash, new_hash;

static struct cnn_model *make_model(uint64_t seed)
{
    struct cnn_model *model;
    struct cnn_model_options options = {
        .arch = "flatten dense:7,relu dense:3,softmax", .height = 4, .width = 4, .seed = seed};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    return model;
}

static int make_models(void **state)
{
    old_model = make_model(1);
    new_model = make_model(2);
    old_hash = run_model_hash(old_model);
    new_hash = run_model_hash(new_model);
    return run_make_folder(state);
}

static int free_models(void **state)
{
    cnn_model_free(old_model);
    cnn_model_free(new_model);
    return run_remove_folder(state);
}

static size_t open_files(void)
{
    size_t n = 0;
    DIR *entries = opendir("/proc/self/fd");
    if (!entries)
        return 0; /* no such folder on this system: nothing is counted */
    while (readdir(entries))
        n++;
    closedir(entries);
    return n;
}

static uint64_t hash_of(const char *path)
{
    struct cnn_model *model;
    struct cnn_error error = {0};
    fail_at = 0;
    if (cnn_model_load(path, &model, &error) != CNN_OK)
        fail_msg("%s", error.message);
    uint64_t hash = run_model_hash(model);
    cnn_model_free(model);
    return hash;
}

static void arm(size_t k, bool from, int code)
{
    calls = 0;
    fail_at = k;
    fail_from = from;
    failure = code;
    failed = "";
}

/* An empty folder, or one with the old model and one before it. */
static void set_up(bool old)
{
    arm(0, false, 0);
    run_empty_folder();
    for (int i = 0; old && i < 2; i++)
        assert_int_equal(cnn_model_save(old_model, run_path("model.npz"), NULL), CNN_OK);
}

static void assert_told(enum cnn_status status, const struct cnn_error *error, const char *path, int code)
{
    bool kind = status == CNN_ERROR_IO || (code == ENOENT && status == CNN_ERROR_NOT_FOUND);
    if (!kind || error->status != status || strncmp(error->message, path, strlen(path)) != 0 ||
        !strstr(error->message, strerror(code)))
        fail_msg("call %zu, %s: status %d, \"%s\"", fail_at, strerror(code), (int)status, error->message);
}

/* Saves with call k failing. Whatever comes of it: a whole model stands there, the one before is whole,
 * nothing temporary is left, no descriptor is. Returns whether all calls were made and none failed. */
static bool save_once(bool old, size_t k, bool from, int code)
{
    const char *path = run_path("model.npz"), *previous = run_path("model.npz.prev");
    struct cnn_error error = {0};
    set_up(old);
    size_t files = open_files();
    arm(k, from, code);
    enum cnn_status status = cnn_model_save(new_model, path, &error);
    bool all = calls < k;
    assert_int_equal(open_files(), files);
    if (status != CNN_OK)
        assert_told(status, &error, path, code);
    else if (*failed && strcmp(failed, "stat") != 0 && strcmp(failed, "access") != 0 &&
             strcmp(failed, "close what was read") != 0)
        fail_msg("%s failed, and nothing was said", failed);
    if (old || status == CNN_OK) {
        uint64_t hash = hash_of(path);
        assert_true(hash == new_hash || (status != CNN_OK && hash == old_hash));
    }
    if (access(previous, F_OK) == 0)
        assert_int_equal(hash_of(previous), old_hash);
    struct stat left; /* what could not be claimed is not ours to remove, and was not written to */
    assert_true(from || stat(run_path(".model.npz.cnn-tmp"), &left) != 0 || left.st_size == 0);
    arm(0, false, 0); /* and the next save goes well */
    assert_int_equal(cnn_model_save(new_model, path, &error), CNN_OK);
    assert_int_equal(hash_of(path), new_hash);
    assert_int_not_equal(access(run_path(".model.npz.cnn-tmp"), F_OK), 0);
    assert_true(!all || status == CNN_OK);
    return all;
}

static void every_call_of_a_save_fails_in_turn(void **state)
{
    static const int codes[] = {EIO, ENOSPC, EACCES, EDQUOT, EROFS};
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        for (int old = 0; old < 2; old++)
            for (int from = 0; from < 2; from++)
                for (size_t k = 1; !save_once(old, k, from, codes[i]); k++)
                    n++;
    print_message("%zu failures\n", n);
    assert_true(n > 150);
}

static void short_writes_go_on(void **state)
{
    (void)state;
    longest = 100;
    for (size_t k = 1; k < 30; k++)
        save_once(true, k, false, EIO);
    assert_true(save_once(true, 1000, false, EIO));
    longest = 1 << 20;
}

/* Saves with call k failing with code; returns the name of the call that failed, and whether the save went
 * well. */
static const char *save_against(size_t k, int code, bool *well)
{
    set_up(true);
    arm(k, false, code);
    *well = cnn_model_save(new_model, run_path("model.npz"), NULL) == CNN_OK;
    const char *name = failed;
    uint64_t hash = hash_of(run_path("model.npz"));
    assert_true(hash == new_hash || (!*well && hash == old_hash));
    return name;
}

/* A signal in the middle of a write; a file system without hard links, or without locks: saved all the same.
 */
static void what_is_no_failure_is_none(void **state)
{
    static const struct {
        const char *call;
        int code;
    } cases[] = {{"write", EINTR}, {"link", EPERM},   {"link", ENOTSUP},  {"link", ENOSYS},
                 {"link", EMLINK}, {"flock", ENOLCK}, {"flock", ENOTSUP}, {"flock", ENOSYS}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool met = false, well;
        const char *name;
        for (size_t k = 1; *(name = save_against(k, cases[i].code, &well)); k++)
            if (strcmp(name, cases[i].call) == 0) {
                met = true;
                if (!well)
                    fail_msg("%s: %s should not matter", name, strerror(cases[i].code));
            }
        assert_true(met);
    }
}

static void every_call_of_a_load_fails_in_turn(void **state)
{
    (void)state;
    const char *path = run_path("model.npz");
    set_up(true);
    for (size_t k = 1;; k++) {
        struct cnn_model *model = NULL;
        struct cnn_error error = {0};
        size_t files = open_files();
        arm(k, false, EIO);
        enum cnn_status status = cnn_model_load(path, &model, &error);
        assert_int_equal(open_files(), files);
        bool all = calls < k;
        if (status == CNN_OK)
            assert_int_equal(run_model_hash(model), old_hash);
        else
            assert_told(status, &error, path, EIO);
        cnn_model_free(model);
        if (all)
            break;
    }
}

static void every_call_of_a_lock_fails_in_turn(void **state)
{
    (void)state;
    const char *path = run_path("model.npz");
    for (size_t k = 1;; k++) {
        struct cnn_lock *lock = NULL;
        struct cnn_error error = {0};
        size_t files = open_files();
        arm(k, false, EIO);
        enum cnn_status status = cnn_lock_acquire(path, &lock, &error);
        bool all = calls < k;
        if (status != CNN_OK)
            assert_told(status, &error, path, EIO);
        cnn_lock_release(lock);
        assert_int_equal(open_files(), files);
        if (all)
            break;
    }
}

static void assert_journal(const char *what, const char *expected)
{
    if (strcmp(journal, expected) != 0)
        fail_msg("%s: expected the order\n%s\nfound\n%s", what, expected, journal);
    journal[0] = '\0';
}

/* The bytes reach the disk before the name does, and the name before the call ends: a power cut at any moment
 * leaves the old file or the new one. */
static void a_save_is_on_the_disk_in_the_right_order(void **state)
{
    (void)state;
    set_up(false);
    journal[0] = '\0';
    const char *path = run_path("model.npz");
    assert_int_equal(cnn_model_save(old_model, path, NULL), CNN_OK);
    assert_journal("the first save", "write .model.npz.cnn-tmp; fsync .model.npz.cnn-tmp; "
                                     "rename .model.npz.cnn-tmp model.npz; fsync folder; ");
    assert_int_equal(cnn_model_save(old_model, path, NULL), CNN_OK);
    assert_journal("the second",
                   "write .model.npz.cnn-tmp; fsync .model.npz.cnn-tmp; link model.npz model.npz.prev; "
                   "rename .model.npz.cnn-tmp model.npz; fsync folder; ");
    assert_int_equal(cnn_model_save(new_model, path, NULL), CNN_OK);
    assert_journal("the third",
                   "write .model.npz.cnn-tmp; fsync .model.npz.cnn-tmp; unlink model.npz.prev; "
                   "link model.npz model.npz.prev; rename .model.npz.cnn-tmp model.npz; fsync folder; ");
}

/* From another folder than the file's, whose own entry is what has to reach the disk. */
static void a_history_is_written_in_the_same_order(void **state)
{
    (void)state;
    set_up(false);
    run_write_data(20, 4, 1);
    struct cnn_dataset *dataset = run_open_data(0, 0);
    struct cnn_model *model;
    struct cnn_trainer *trainer;
    struct cnn_error error;
    struct cnn_model_options options = {.arch = "flatten dense:10,softmax", .height = 4, .width = 4};
    assert_int_equal(cnn_model_create(&options, &model, NULL), CNN_OK);
    assert_int_equal(
        cnn_trainer_create(model, dataset, &(struct cnn_train_options){.epochs = 1}, &trainer, NULL), CNN_OK);
    assert_int_equal(cnn_trainer_step(trainer, NULL, NULL), CNN_OK);
    journal[0] = '\0';
    for (int i = 0; i < 2; i++) {
        if (cnn_trainer_save_history(trainer, run_path("run.csv"), false, &error) != CNN_OK)
            fail_msg("%s", error.message);
        assert_journal("a history", "write .run.csv.cnn-tmp; fsync .run.csv.cnn-tmp; "
                                    "rename .run.csv.cnn-tmp run.csv; fsync folder; ");
    }
    cnn_trainer_free(trainer);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
}

static unsigned number; /* that the last keep_once gave */

/* Gives the old model a number, with call k failing: 2 where it could not be told that 1 is free. */
static enum cnn_status keep_once(size_t k, int code, struct cnn_error *error)
{
    number = 1;
    set_up(true);
    const char *path = run_path("model.npz"), *previous = run_path("model.npz.prev");
    const struct file_keep files[] = {{path, path}, {previous, previous}};
    journal[0] = '\0';
    arm(k, false, code);
    enum cnn_status status = file_keep(files, 2, NULL, 0, &number, error);
    return status;
}

/* What is kept is on the disk before the run replaces it, also where it has to be copied. */
static void what_is_kept_is_on_the_disk(void **state)
{
    static const int codes[] = {EPERM, ENOTSUP, ENOSYS, EMLINK};
    (void)state;
    struct cnn_error error;
    assert_int_equal(keep_once(0, 0, &error), CNN_OK);
    assert_journal("links", "link model.npz model.1.npz; fsync folder; "
                            "link model.npz.prev model.1.npz.prev; fsync folder; ");
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        for (size_t k = 1, met = 0; met < 2; k++) { /* both calls of link in turn */
            if (keep_once(k, codes[i], &error) == CNN_OK && strcmp(failed, "link") == 0) {
                assert_journal("a copy",
                               met ? "link model.npz model.1.npz; fsync folder; write model.1.npz.prev; "
                                     "fsync model.1.npz.prev; fsync folder; "
                                   : "write model.1.npz; fsync model.1.npz; fsync folder; "
                                     "link model.npz.prev model.1.npz.prev; fsync folder; ");
                assert_int_equal(hash_of(run_path("model.1.npz")), old_hash);
                assert_int_equal(hash_of(run_path("model.1.npz.prev")), old_hash);
                met++;
            }
            assert_true(k < 100);
        }
}

/* Whatever fails: what was to be kept is whole where it is, and a name with a number holds all of it or is
 * not there. */
static void every_call_of_keeping_fails_in_turn(void **state)
{
    static const int codes[] = {EIO, ENOSPC, EACCES};
    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        for (size_t k = 1;; k++) {
            struct cnn_error error = {0};
            size_t files = open_files();
            enum cnn_status status = keep_once(k, codes[i], &error);
            bool all = calls < k;
            assert_int_equal(open_files(), files);
            if (status != CNN_OK)
                assert_told(status, &error, run_folder, codes[i]);
            assert_int_equal(hash_of(run_path("model.npz")), old_hash);
            assert_int_equal(hash_of(run_path("model.npz.prev")), old_hash);
            const char *kept = run_path(number == 1 ? "model.1.npz" : "model.2.npz");
            assert_true(status != CNN_OK || access(kept, F_OK) == 0);
            if (access(kept, F_OK) == 0)
                assert_int_equal(hash_of(kept), old_hash);
            if (all)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_of_a_save_fails_in_turn),
        cmocka_unit_test(short_writes_go_on),
        cmocka_unit_test(what_is_no_failure_is_none),
        cmocka_unit_test(a_save_is_on_the_disk_in_the_right_order),
        cmocka_unit_test(a_history_is_written_in_the_same_order),
        cmocka_unit_test(what_is_kept_is_on_the_disk),
        cmocka_unit_test(every_call_of_keeping_fails_in_turn),
        cmocka_unit_test(every_call_of_a_load_fails_in_turn),
        cmocka_unit_test(every_call_of_a_lock_fails_in_turn),
    };
    return cmocka_run_group_tests(tests, make_models, free_models);
}
