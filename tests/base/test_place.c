/* Where a file may be written, and what becomes of what is there. */
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"

#include <dirent.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MODEL "PK\3\4 format.npy "

static char folder[256];

/* A name in the scratch folder; the text lives until 8 more are asked for. */
static const char *in(const char *name)
{
    static char path[8][400];
    static size_t next;
    char *text = path[next++ % 8];
    snprintf(text, sizeof path[0], "%s/%s", folder, name);
    return text;
}

static int make_folder(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/cnn-test-XXXXXX", place ? place : "/tmp");
    char real[PATH_MAX];
    if (!mkdtemp(folder) || !realpath(folder, real))
        return -1;
    snprintf(folder, sizeof folder, "%.200s", real);
    return mkdir(in("sub"), 0700);
}

/* Removes a folder's files, and returns how many there were. */
static size_t empty(const char *path)
{
    size_t n = 0;
    DIR *entries = opendir(path);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        char name[700];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        n += unlink(name) == 0;
    }
    closedir(entries);
    return n;
}

static int remove_folder(void **state)
{
    (void)state;
    empty(in("sub"));
    rmdir(in("sub"));
    empty(folder);
    return rmdir(folder);
}

static void put(const char *name, const char *text)
{
    FILE *f = fopen(in(name), "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void assert_holds(const char *name, const char *text)
{
    uint8_t *bytes;
    size_t n;
    if (file_read(in(name), 1000, &bytes, &n, NULL) != CNN_OK)
        fail_msg("%s cannot be read; expected \"%s\"", name, text);
    if (n != strlen(text) || memcmp(bytes, text, n) != 0)
        fail_msg("%s: expected \"%s\", found \"%.*s\"", name, text, (int)n, (char *)bytes);
    memory_free(bytes);
}

static void write_model(const char *name, const char *text)
{
    struct cnn_error error = {0};
    if (file_write(in(name), CNN_FILE_MODEL, (const uint8_t *)text, strlen(text), &error) != CNN_OK)
        fail_msg("%s", error.message);
}

static enum cnn_file_fate fate(const char *name, enum cnn_file_kind kind, bool overwrite)
{
    enum cnn_file_fate found;
    struct cnn_error error = {0};
    if (cnn_file_may_write(in(name), kind, overwrite, &found, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return found;
}

static void assert_refused(const char *name, enum cnn_file_kind kind, bool overwrite, enum cnn_status status,
                           const char *why)
{
    struct cnn_error error = {0};
    const char *path = in(name);
    assert_int_equal(cnn_file_may_write(path, kind, overwrite, NULL, &error), status);
    assert_memory_equal(error.message, path, strlen(path));
    assert_string_equal(error.message + strlen(path), why);
}

/* One file of each kind, and files of others that look like them. */
static const struct {
    enum cnn_file_kind kind;
    const char *ours, *look_alike, *name;
    size_t n;
} kinds[] = {
    {CNN_FILE_MODEL, MODEL, "PK\3\4 arr_0.npy", "model", 0},
    {CNN_FILE_HISTORY, "epoch,loss,accuracy\n1,2,3\n", "epoch,score\n", "history", 0},
    {CNN_FILE_PNG, "\x89PNG\r\n\x1a\n....IHDR....tEXtSoftware\0cnn", "\x89PNG\r\n\x1a\n....IHDR", "picture",
     36},
    {CNN_FILE_HTML, "<!DOCTYPE html><meta name=\"generator\" content=\"cnn 0.1\">",
     "<!DOCTYPE html><p>Mine</p>", "page", 0},
};

static void only_files_of_its_own_kind_are_replaced(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char why[80];
        snprintf(why, sizeof why, ": is there already, and is no %s of this program", kinds[i].name);
        assert_int_equal(fate("new", kinds[i].kind, false), CNN_FILE_NEW);
        FILE *f = fopen(in("ours"), "wb");
        fwrite(kinds[i].ours, 1, kinds[i].n ? kinds[i].n : strlen(kinds[i].ours), f);
        fclose(f);
        assert_int_equal(fate("ours", kinds[i].kind, false), CNN_FILE_REPLACED);
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
            if (k != i)
                assert_int_equal(fate("ours", kinds[k].kind, true), CNN_FILE_OVERWRITTEN);
        put("other", kinds[i].look_alike);
        assert_refused("other", kinds[i].kind, false, CNN_ERROR_EXISTS, why);
        assert_int_equal(fate("other", kinds[i].kind, true), CNN_FILE_OVERWRITTEN);
        struct cnn_error error;
        assert_int_equal(cnn_file_write(in("other"), kinds[i].kind, false, (const uint8_t *)"x", 1, &error),
                         CNN_ERROR_EXISTS);
        assert_string_equal(error.hint, "name another file, or add --overwrite if it may be lost");
        assert_holds("other", kinds[i].look_alike);
        put("empty", "");
        assert_int_equal(fate("empty", kinds[i].kind, false), CNN_FILE_REPLACED);
    }
}

static void what_is_no_plain_file_is_never_written_to(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(in("pipe"), 0600), 0);
    assert_refused("pipe", CNN_FILE_PNG, true, CNN_ERROR_IO, ": cannot write: it is a device or pipe");
    assert_refused("sub", CNN_FILE_PNG, true, CNN_ERROR_IO, ": cannot write: it is a folder");
    assert_refused("sub/", CNN_FILE_PNG, true, CNN_ERROR_IO, ": cannot write: Is a directory");
    assert_refused("none/file", CNN_FILE_PNG, true, CNN_ERROR_NOT_FOUND,
                   ": cannot write: No such file or directory");
    if (geteuid() == 0)
        return; /* root writes anywhere */
    put("protected", MODEL);
    assert_int_equal(chmod(in("protected"), 0400), 0);
    assert_refused("protected", CNN_FILE_MODEL, false, CNN_ERROR_IO, ": cannot write: Permission denied");
    assert_int_equal(chmod(in("sub"), 0500), 0);
    assert_refused("sub/new", CNN_FILE_MODEL, false, CNN_ERROR_IO, ": cannot write: Permission denied");
    assert_int_equal(chmod(in("sub"), 0700), 0);
}

static bool is_link(const char *name)
{
    struct stat info;
    assert_int_equal(lstat(in(name), &info), 0);
    return S_ISLNK(info.st_mode);
}

static void a_link_s_target_is_written(void **state)
{
    (void)state;
    put("sub/target", MODEL "old");
    assert_int_equal(symlink("sub/target", in("near")), 0);
    assert_int_equal(symlink("near", in("far")), 0);
    assert_int_equal(symlink(in("sub/new"), in("dangling")), 0);
    write_model("far", MODEL "new");
    assert_holds("sub/target", MODEL "new");
    assert_holds("sub/target.prev", MODEL "old");
    assert_int_equal(fate("dangling", CNN_FILE_MODEL, false), CNN_FILE_NEW);
    write_model("dangling", MODEL "first");
    assert_holds("sub/new", MODEL "first");
    assert_true(is_link("near") && is_link("far") && is_link("dangling"));
    assert_int_equal(empty(in("sub")), 3);
}

static void links_in_a_circle_are_told(void **state)
{
    (void)state;
    assert_int_equal(symlink("b", in("a")), 0);
    assert_int_equal(symlink("a", in("b")), 0);
    assert_refused("a", CNN_FILE_MODEL, true, CNN_ERROR_IO,
                   ": cannot write: Too many levels of symbolic links");
}

static void the_mode_of_the_file_before_stays(void **state)
{
    (void)state;
    static const mode_t modes[] = {0600, 0640, 0666};
    for (size_t i = 0; i < 3; i++) {
        struct stat info;
        put("model", MODEL);
        assert_int_equal(chmod(in("model"), modes[i]), 0);
        mode_t before = umask(022);
        write_model("model", MODEL "new");
        umask(before);
        assert_int_equal(stat(in("model"), &info), 0);
        assert_int_equal(info.st_mode & 07777, modes[i]);
        assert_int_equal(unlink(in("model")), 0);
    }
}

/* What has the name of a helper and is not ours: the write says so, or does without. */
static void nobody_else_s_file_is_taken_for_a_helper(void **state)
{
    (void)state;
    struct cnn_error error;
    const char *const temporary = ".model.cnn-tmp";
    put(temporary, "somebody's notes");
    assert_int_equal(file_write(in("model"), CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error),
                     CNN_ERROR_EXISTS);
    assert_non_null(strstr(error.message, "/.model.cnn-tmp is there, and was not left by this program"));
    assert_holds(temporary, "somebody's notes");
    assert_int_equal(unlink(in(temporary)), 0);
    put("other", MODEL);
    assert_int_equal(link(in("other"), in(temporary)), 0);
    assert_int_equal(file_write(in("model"), CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error),
                     CNN_ERROR_EXISTS);
    assert_holds("other", MODEL);
    assert_int_equal(unlink(in(temporary)), 0);
    assert_int_equal(mkfifo(in(temporary), 0600), 0);
    assert_int_equal(file_write(in("model"), CNN_FILE_MODEL, (const uint8_t *)"x", 1, &error),
                     CNN_ERROR_EXISTS);
    assert_int_equal(unlink(in(temporary)), 0);
    put("model.tmp", "notes");
    put("model.prev", "more notes");
    write_model("model", MODEL "1");
    write_model("model", MODEL "2");
    assert_holds("model", MODEL "2");
    assert_holds("model.prev", "more notes");
    assert_holds("model.tmp", "notes");
}

static bool collide(const char *a, const char *b)
{
    bool found;
    struct cnn_error error = {0};
    if (cnn_file_collide(in(a), in(b), &found, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return found;
}

static void names_that_are_one_file_are_found(void **state)
{
    (void)state;
    assert_int_equal(symlink("m", in("link")), 0);
    assert_int_equal(symlink("sub", in("same")), 0);
    static const char *const pairs[][2] = {
        {"m", "m"},
        {"m", "./m"},
        {"m", "sub/../m"},
        {"m", "link"},
        {"m", "m.prev"},
        {"m", ".m.cnn-tmp"},
        {"m", ".m.cnn-lock"},
        {"link", "m.prev"},
        {"sub/m", "same/m"},
        {"sub/m", "same/.m.cnn-tmp"},
        {"same/m", "sub/m.prev"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (!collide(pairs[i][0], pairs[i][1]) || !collide(pairs[i][1], pairs[i][0]))
            fail_msg("%s and %s should be one", pairs[i][0], pairs[i][1]);
    assert_false(collide("m", "m.tmp"));
    assert_false(collide("m", "sub/m"));
    assert_false(collide("m", "m.csv"));
    assert_false(collide("m", "m.1"));
}

static void numbered_names_keep_their_endings(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"cnn.npz", "cnn.3.npz"},           {"cnn.last.npz", "cnn.3.last.npz"},
        {"cnn.npz.prev", "cnn.3.npz.prev"}, {"cnn.last.npz.prev", "cnn.3.last.npz.prev"},
        {"a.b/text", "a.b/text.3"},         {"a.b/.hidden", "a.b/.hidden.3"},
        {"run.csv", "run.3.csv"},           {"text.prev", "text.3.prev"},
        {".last.npz", ".last.3.npz"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char *name = path_numbered(pairs[i][0], 3);
        assert_string_equal(name, pairs[i][1]);
        memory_free(name);
    }
}

/* Keeps m and what is before it; returns the number. */
static unsigned keep(void)
{
    unsigned number = 0;
    struct cnn_error error = {0};
    char m[400], before[400];
    snprintf(m, sizeof m, "%s", in("m.npz"));
    snprintf(before, sizeof before, "%s", in("m.npz.prev"));
    const struct file_keep files[] = {{m, m}, {before, before}};
    if (file_keep(files, 2, NULL, 0, &number, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return number;
}

static void what_is_kept_gets_the_next_free_number(void **state)
{
    (void)state;
    put("m.npz", "one");
    put("m.npz.prev", "before one");
    put("m.1.npz.prev", "somebody's"); /* 1 is free for only one of the two */
    assert_int_equal(keep(), 2);
    assert_int_equal(keep(), 2); /* kept already */
    assert_holds("m.npz", "one");
    assert_holds("m.2.npz", "one");
    assert_holds("m.2.npz.prev", "before one");
    assert_int_equal(unlink(in("m.npz")), 0);
    put("m.npz", "two");
    assert_int_equal(keep(), 3);
    assert_holds("m.2.npz", "one");
    assert_holds("m.3.npz", "two");
    assert_holds("m.1.npz.prev", "somebody's");
    assert_int_not_equal(access(in("m.1.npz"), F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_files_of_its_own_kind_are_replaced),
        TEST(what_is_no_plain_file_is_never_written_to),
        TEST(a_link_s_target_is_written),
        TEST(links_in_a_circle_are_told),
        TEST(the_mode_of_the_file_before_stays),
        TEST(nobody_else_s_file_is_taken_for_a_helper),
        TEST(names_that_are_one_file_are_found),
        TEST(numbered_names_keep_their_endings),
        TEST(what_is_kept_gets_the_next_free_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
