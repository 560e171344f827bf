/* A lock is held by one at a time, and never outlives its process. */
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[256], path[300], lock_path[310], temporary[310];

static int make_folder(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/cnn-test-XXXXXX", place ? place : "/tmp");
    snprintf(path, sizeof path, "%s/model.npz", mkdtemp(folder));
    snprintf(lock_path, sizeof lock_path, "%s/.model.npz.cnn-lock", folder);
    snprintf(temporary, sizeof temporary, "%s/.model.npz.cnn-tmp", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(lock_path);
    unlink(temporary);
    return rmdir(folder);
}

static struct cnn_lock *take(void)
{
    struct cnn_lock *lock = NULL;
    struct cnn_error error;
    assert_int_equal(cnn_lock_acquire(path, &lock, &error), CNN_OK);
    return lock;
}

static void assert_busy(const char *who)
{
    struct cnn_lock *lock;
    struct cnn_error error;
    char expected[400];
    assert_int_equal(cnn_lock_acquire(path, &lock, &error), CNN_ERROR_BUSY);
    snprintf(expected, sizeof expected, "%s: %s is training with this file", path, who);
    assert_string_equal(error.message, expected);
    assert_string_equal(error.hint, "wait until it ends, or name another file for this run");
}

static void the_second_is_refused_while_the_first_holds_it(void **state)
{
    (void)state;
    char who[40];
    struct cnn_lock *lock = take();
    snprintf(who, sizeof who, "process %ld", (long)getpid());
    assert_busy(who);
    cnn_lock_release(lock);
    assert_int_equal(access(lock_path, F_OK), -1);
    cnn_lock_release(take());
    cnn_lock_release(NULL);
}

/* Starts a process that holds the lock until it is killed. */
static pid_t holder(void)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct cnn_lock *lock;
        if (cnn_lock_acquire(path, &lock, NULL) != CNN_OK || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_true(child > 0);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void a_killed_holder_leaves_nothing_in_the_way(void **state)
{
    (void)state;
    char who[40];
    pid_t child = holder();
    snprintf(who, sizeof who, "process %ld", (long)child);
    assert_busy(who);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(access(lock_path, F_OK), 0); /* its file is still there, and means nothing */
    cnn_lock_release(take());
}

static void what_stands_in_the_lock_s_file_is_never_believed(void **state)
{
    (void)state;
    FILE *f = fopen(lock_path, "w");
    assert_non_null(f);
    fputs("cnn nonsense, and more of it than a number takes", f);
    fclose(f);
    cnn_lock_release(take());
    int fd = lock_open(lock_path, 0666, file_begins_ours);
    assert_true(fd >= 0);
    assert_busy("another program");
    assert_int_equal(write(fd, "cnn -7\n", 7), 7);
    assert_busy("another program");
    close(fd);
}

static void a_lock_needs_its_folder(void **state)
{
    (void)state;
    struct cnn_lock *lock;
    struct cnn_error error;
    char inside[320];
    snprintf(inside, sizeof inside, "%s/none/model.npz", folder);
    assert_int_equal(cnn_lock_acquire(inside, &lock, &error), CNN_ERROR_NOT_FOUND);
    assert_non_null(strstr(error.message, "No such file or directory"));
}

/* What happens between the open and the claim of a lock's file; once. In place of the library's flock. */
static void (*before_claim)(void);
static int taken = -1; /* what somebody else holds */

int flock(int fd, int operation)
{
    void (*happens)(void) = before_claim;
    before_claim = NULL;
    if (happens)
        happens();
    return (int)syscall(SYS_flock, fd, operation);
}

static void its_holder_removes_it(void)
{
    assert_int_equal(unlink(lock_path), 0);
}

static void another_replaces_it(void)
{
    assert_int_equal(unlink(lock_path), 0);
    taken = open(lock_path, O_RDWR | O_CREAT | O_EXCL, 0666);
    assert_true(taken >= 0 && syscall(SYS_flock, taken, LOCK_EX | LOCK_NB) == 0);
    assert_int_equal(write(taken, "cnn 7\n", 6), 6);
}

/* A claim on a file that has lost its name holds nobody off: it is made again, on the one that has the name.
 */
static void a_file_that_goes_before_the_claim_is_not_the_lock(void **state)
{
    (void)state;
    char who[40];
    before_claim = its_holder_removes_it;
    struct cnn_lock *lock = take();
    assert_null(before_claim);
    assert_int_equal(access(lock_path, F_OK), 0);
    snprintf(who, sizeof who, "process %ld", (long)getpid());
    assert_busy(who);
    cnn_lock_release(lock);
}

static void who_came_between_open_and_claim_has_it(void **state)
{
    (void)state;
    before_claim = another_replaces_it;
    assert_busy("process 7");
    assert_null(before_claim);
    close(taken);
    cnn_lock_release(take());
}

/* The claim is refused, and what has the lock's name is named and left alone. */
static void assert_taken(void)
{
    struct cnn_lock *lock;
    struct cnn_error error;
    char expected[800];
    assert_int_equal(cnn_lock_acquire(path, &lock, &error), CNN_ERROR_EXISTS);
    snprintf(expected, sizeof expected,
             "%s: cannot make its lock: %s is there, and was not left by this program", path, lock_path);
    assert_string_equal(error.message, expected);
}

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *name, const char *text)
{
    char found[64] = "";
    FILE *f = fopen(name, "r");
    assert_non_null(f);
    size_t n = fread(found, 1, sizeof found - 1, f);
    fclose(f);
    assert_int_equal(n, strlen(text));
    assert_string_equal(found, text);
}

static void a_link_in_the_lock_s_place_is_not_followed(void **state)
{
    (void)state;
    assert_int_equal(symlink(path, lock_path), 0);
    assert_taken();
    assert_int_equal(access(path, F_OK), -1);
}

/* A hard link: emptying it would empty the other name. */
static void a_second_name_in_the_lock_s_place_is_left_alone(void **state)
{
    (void)state;
    write_text(path, "cnn 7\n");
    assert_int_equal(link(path, lock_path), 0);
    assert_taken();
    assert_holds(path, "cnn 7\n");
}

static void a_text_in_the_lock_s_place_is_left_alone(void **state)
{
    (void)state;
    write_text(lock_path, "name = 'x'\n");
    assert_taken();
    assert_holds(lock_path, "name = 'x'\n");
}

static void a_pipe_in_the_lock_s_place_is_left_alone(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(lock_path, 0600), 0);
    assert_taken();
    assert_int_equal(access(lock_path, F_OK), 0);
}

/* What others call their locks is not ours. */
static void a_lock_of_another_program_stays(void **state)
{
    (void)state;
    char other[320];
    snprintf(other, sizeof other, "%s.lock", path);
    write_text(other, "content-hash = 1\n");
    cnn_lock_release(take());
    assert_holds(other, "content-hash = 1\n");
    assert_int_equal(unlink(other), 0);
}

/* One file under two names has one lock. */
static void a_link_and_its_target_share_a_lock(void **state)
{
    (void)state;
    char link_path[310], expected[400];
    struct cnn_error error;
    struct cnn_lock *second, *lock = take();
    snprintf(link_path, sizeof link_path, "%s/link.npz", folder);
    assert_int_equal(symlink("model.npz", link_path), 0); /* dangling: the model is not there yet */
    enum cnn_status status = cnn_lock_acquire(link_path, &second, &error);
    unlink(link_path);
    assert_int_equal(status, CNN_ERROR_BUSY);
    snprintf(expected, sizeof expected, "%s: process %ld is training with this file", link_path,
             (long)getpid());
    assert_string_equal(error.message, expected);
    cnn_lock_release(lock);
}

/* The one who wrote half of the temporary file still lives: it is not written over. */
static void two_writers_of_a_file_do_not_mix(void **state)
{
    (void)state;
    struct cnn_error error;
    int fd = lock_open(temporary, 0666, file_begins_ours);
    assert_true(fd >= 0);
    assert_int_equal(lock_open(temporary, 0666, file_begins_ours), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    assert_int_equal(file_write(path, CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error), CNN_ERROR_BUSY);
    assert_string_equal(error.message + strlen(path), ": another program is writing it");
    assert_int_equal(access(temporary, F_OK), 0);
    close(fd);
    assert_int_equal(file_write(path, CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error), CNN_OK);
}

/* Many processes that take it and give it back as fast as they can: never two at once. */
static void never_two_at_once(void **state)
{
    enum { PROCESSES = 4, TURNS = 200 };
    (void)state;
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            for (int turn = 0; turn < TURNS;) {
                struct cnn_lock *lock;
                enum cnn_status status = cnn_lock_acquire(path, &lock, NULL);
                if (status == CNN_ERROR_BUSY)
                    continue;
                if (status != CNN_OK)
                    _exit(1);
                int fd = open(temporary, O_CREAT | O_EXCL | O_WRONLY, 0600); /* fails if another is here */
                if (fd < 0 || close(fd) != 0 || unlink(temporary) != 0)
                    _exit(1);
                cnn_lock_release(lock);
                turn++;
            }
            _exit(0);
        }
    int failed = 0;
    for (int i = 0, status; i < PROCESSES; i++)
        failed += wait(&status) < 0 || status != 0;
    assert_int_equal(failed, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_second_is_refused_while_the_first_holds_it),
        TEST(a_killed_holder_leaves_nothing_in_the_way),
        TEST(what_stands_in_the_lock_s_file_is_never_believed),
        TEST(a_file_that_goes_before_the_claim_is_not_the_lock),
        TEST(who_came_between_open_and_claim_has_it),
        TEST(a_lock_needs_its_folder),
        TEST(a_link_in_the_lock_s_place_is_not_followed),
        TEST(a_second_name_in_the_lock_s_place_is_left_alone),
        TEST(a_text_in_the_lock_s_place_is_left_alone),
        TEST(a_pipe_in_the_lock_s_place_is_left_alone),
        TEST(a_lock_of_another_program_stays),
        TEST(a_link_and_its_target_share_a_lock),
        TEST(two_writers_of_a_file_do_not_mix),
        TEST(never_two_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
