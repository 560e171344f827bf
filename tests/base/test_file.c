/* Files are read whole and written whole or not at all. Each test works in a scratch folder of its own. */
#include "base/file.h"
#include "base/memory.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct scratch {
    char folder[256];
    char path[300]; /* of a file in it that is not there at first */
};

static int scratch_make(void **state)
{
    struct scratch *scratch = test_calloc(1, sizeof *scratch);
    const char *place = getenv("TMPDIR");
    snprintf(scratch->folder, sizeof scratch->folder, "%s/cnn-test-XXXXXX", place ? place : "/tmp");
    if (!mkdtemp(scratch->folder))
        return -1;
    snprintf(scratch->path, sizeof scratch->path, "%s/file", scratch->folder);
    *state = scratch;
    return 0;
}

/* Counts the names in the folder; removes them if asked. */
static size_t folder_count(const char *folder, bool remove_them)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char path[600];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (remove_them)
            remove(path);
    }
    closedir(entries);
    return n;
}

static int scratch_remove(void **state)
{
    struct scratch *scratch = *state;
    folder_count(scratch->folder, true);
    int failed = rmdir(scratch->folder);
    test_free(scratch);
    return failed;
}

static void write_text(const char *path, const char *text)
{
    struct cnn_error error;
    assert_int_equal(file_write(path, CNN_FILE_MODEL, (const uint8_t *)text, strlen(text), &error), CNN_OK);
}

static void assert_holds(const char *path, const char *text)
{
    uint8_t *bytes;
    size_t n_bytes;
    struct cnn_error error;
    assert_int_equal(file_read(path, 1 << 20, &bytes, &n_bytes, &error), CNN_OK);
    assert_int_equal(n_bytes, strlen(text));
    assert_memory_equal(bytes, text, n_bytes);
    memory_free(bytes);
}

/* Reading must fail with this status and a message that begins with the path, and leave the outputs alone. */
static void assert_unreadable(const char *path, size_t max_bytes, enum cnn_status status, const char *message)
{
    uint8_t mark, *bytes = &mark;
    size_t n_bytes = 99;
    struct cnn_error error;
    assert_int_equal(file_read(path, max_bytes, &bytes, &n_bytes, &error), status);
    assert_int_equal(error.status, status);
    assert_ptr_equal(bytes, &mark);
    assert_int_equal(n_bytes, 99);
    assert_memory_equal(error.message, path, strlen(path));
    assert_string_equal(error.message + strlen(path), message);
}

static void what_is_written_is_read(void **state)
{
    const struct scratch *scratch = *state;
    write_text(scratch->path, "");
    assert_holds(scratch->path, "");
    write_text(scratch->path, "first");
    assert_holds(scratch->path, "first");
    write_text(scratch->path, "2nd");
    assert_holds(scratch->path, "2nd");
}

/* What a model begins with. */
#define HEAD "PK\3\4 format.npy "

static void the_one_before_is_kept(void **state)
{
    const struct scratch *scratch = *state;
    char previous[310];
    snprintf(previous, sizeof previous, "%s.prev", scratch->path);
    write_text(scratch->path, HEAD "first");
    assert_int_equal(folder_count(scratch->folder, false), 1);
    write_text(scratch->path, HEAD "second");
    assert_holds(previous, HEAD "first");
    write_text(scratch->path, HEAD "third");
    assert_holds(previous, HEAD "second");
    assert_int_equal(folder_count(scratch->folder, false), 2);
    assert_int_equal(unlink(scratch->path), 0);
    write_text(scratch->path, HEAD "fourth"); /* nothing stood there: what is kept stays */
    assert_holds(previous, HEAD "second");
}

/* What a killed program left: a temporary file, longer than what comes next. */
static void a_leftover_is_written_over(void **state)
{
    const struct scratch *scratch = *state;
    char temporary[310];
    snprintf(temporary, sizeof temporary, "%s/.file.cnn-tmp", scratch->folder);
    FILE *left = fopen(temporary, "w");
    assert_non_null(left);
    fputs("PK\3\4 half of a longer text", left);
    fclose(left);
    write_text(scratch->path, "whole");
    assert_holds(scratch->path, "whole");
    assert_int_equal(folder_count(scratch->folder, false), 1);
}

static void the_mode_is_that_of_any_new_file(void **state)
{
    const struct scratch *scratch = *state;
    struct stat info;
    mode_t before = umask(027);
    write_text(scratch->path, "text");
    assert_int_equal(umask(before), 027);
    assert_int_equal(stat(scratch->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
}

static void a_name_without_a_folder_is_written_here(void **state)
{
    const struct scratch *scratch = *state;
    char here[4096];
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(scratch->folder), 0);
    write_text("file", "here");
    assert_int_equal(chdir(here), 0);
    assert_holds(scratch->path, "here");
}

static void what_cannot_be_read_says_why(void **state)
{
    const struct scratch *scratch = *state;
    assert_unreadable(scratch->path, 10, CNN_ERROR_NOT_FOUND, ": cannot open: No such file or directory");
    assert_unreadable(scratch->folder, 10, CNN_ERROR_FORMAT, ": not a file but a folder");
    write_text(scratch->path, "0123456789");
    assert_unreadable(scratch->path, 9, CNN_ERROR_FORMAT, ": too large; expected at most 9 bytes, found 10");
    assert_holds(scratch->path, "0123456789");
}

static void a_pipe_without_a_writer_is_refused_at_once(void **state)
{
    const struct scratch *scratch = *state;
    assert_int_equal(mkfifo(scratch->path, 0600), 0);
    assert_unreadable(scratch->path, 10, CNN_ERROR_FORMAT, ": not a file but a device or pipe");
}

/* A limit on the size of files stands for the full disk: the first write comes back short, the next one
 * fails. */
static void a_full_disk_leaves_the_old_file(void **state)
{
    const struct scratch *scratch = *state;
    write_text(scratch->path, "old");
    static uint8_t bytes[20000];
    struct rlimit limit, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 12345;
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    struct cnn_error error;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    enum cnn_status status = file_write(scratch->path, CNN_FILE_MODEL, bytes, sizeof bytes, &error);
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, before);
    assert_int_equal(status, CNN_ERROR_IO);
    assert_string_equal(error.message + strlen(scratch->path), ": cannot write: File too large");
    assert_holds(scratch->path, "old");
    assert_int_equal(folder_count(scratch->folder, false), 1);
}

static void a_folder_that_is_not_there_cannot_be_written_to(void **state)
{
    const struct scratch *scratch = *state;
    char path[400];
    snprintf(path, sizeof path, "%s/model.npz", scratch->path);
    struct cnn_error error;
    assert_int_equal(file_write(path, CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error), CNN_ERROR_NOT_FOUND);
    assert_string_equal(error.message + strlen(path), ": cannot write: No such file or directory");
}

static void a_folder_in_the_way_stays(void **state)
{
    const struct scratch *scratch = *state;
    struct cnn_error error;
    assert_int_equal(mkdir(scratch->path, 0700), 0);
    assert_int_equal(file_write(scratch->path, CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error),
                     CNN_ERROR_IO);
    assert_string_equal(error.message + strlen(scratch->path), ": cannot write: it is a folder");
    assert_int_equal(folder_count(scratch->folder, false), 1);
}

/* Renaming over it would take the device away. */
static void a_device_stays(void **state)
{
    const struct scratch *scratch = *state;
    struct stat info;
    struct cnn_error error;
    assert_int_equal(mkfifo(scratch->path, 0600), 0);
    assert_int_equal(file_write(scratch->path, CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error),
                     CNN_ERROR_IO);
    assert_string_equal(error.message + strlen(scratch->path), ": cannot write: it is a device or pipe");
    assert_int_equal(stat(scratch->path, &info), 0);
    assert_true(S_ISFIFO(info.st_mode));
}

static void a_read_only_folder_keeps_what_it_holds(void **state)
{
    const struct scratch *scratch = *state;
    if (geteuid() == 0)
        skip(); /* root writes anywhere */
    write_text(scratch->path, "old");
    struct cnn_error error;
    assert_int_equal(chmod(scratch->folder, 0500), 0);
    enum cnn_status status = file_write(scratch->path, CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error);
    assert_int_equal(chmod(scratch->folder, 0700), 0);
    assert_int_equal(status, CNN_ERROR_IO);
    assert_holds(scratch->path, "old");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(the_one_before_is_kept),
        TEST(a_leftover_is_written_over),
        TEST(the_mode_is_that_of_any_new_file),
        TEST(a_name_without_a_folder_is_written_here),
        TEST(what_cannot_be_read_says_why),
        TEST(a_pipe_without_a_writer_is_refused_at_once),
        TEST(a_full_disk_leaves_the_old_file),
        TEST(a_folder_that_is_not_there_cannot_be_written_to),
        TEST(a_folder_in_the_way_stays),
        TEST(a_device_stays),
        TEST(a_read_only_folder_keeps_what_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
