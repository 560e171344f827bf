/* Whole archives: each entry's checksum is looked at, the last one's too; what was added is what is read,
 * past 64 KiB as well; another program finds nothing wrong with them; numbers that do not fit, and shapes and
 * names that do not, are refused. */
#include "base/file.h"
#include "npz/npz.h"
#include "train/run.h"

enum { N = 20000, ENTRIES = 5 };

static const char *const names[ENTRIES] = {"first", "rows/values", "text", "whole", "last"};

static float values[N];

/* 160 KB: the last entries begin behind 64 KiB. */
static void write_archive(const char *path)
{
    struct npz_writer *w = npz_writer_create();
    for (size_t i = 0; i < N; i++)
        values[i] = (float)i * 0.5f - 1000;
    npz_add_floats(w, "first", 2, (size_t[]){2, 3}, values);
    npz_add_floats(w, "rows/values", 1, (size_t[]){N}, values);
    npz_add_text(w, "text", "some words");
    npz_add_whole(w, "whole", UINT64_MAX);
    npz_add_floats(w, "last", 3, (size_t[]){N / 4, 2, 2}, values);
    assert_int_equal(npz_finish(w, path, NULL), CNN_OK);
}

struct archive {
    uint8_t *bytes;
    size_t n;
    struct npz *npz;
};

static struct archive read_archive(const char *path)
{
    struct archive a;
    struct cnn_error error = {0};
    assert_int_equal(file_read(path, 1 << 20, &a.bytes, &a.n, NULL), CNN_OK);
    if (npz_open(path, a.bytes, a.n, &a.npz, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return a;
}

static void close_archive(struct archive *a)
{
    npz_close(a->npz);
    free(a->bytes);
}

/* Reads entry i as what it is. */
static enum cnn_status read_entry(struct npz *npz, size_t i, float *floats, char *text, uint64_t *whole,
                                  struct cnn_error *error)
{
    switch (i) {
    case 0:
        return npz_read_floats(npz, names[i], 2, (size_t[]){2, 3}, floats, error);
    case 1:
        return npz_read_floats(npz, names[i], 1, (size_t[]){N}, floats, error);
    case 2:
        return npz_read_text(npz, names[i], text, 20, error);
    case 3:
        return npz_read_whole(npz, names[i], whole, error);
    default:
        return npz_read_floats(npz, names[i], 3, (size_t[]){N / 4, 2, 2}, floats, error);
    }
}

static void what_is_added_is_what_is_read(void **state)
{
    (void)state;
    static const size_t counts[ENTRIES] = {6, N, 0, 0, N};
    static float floats[N];
    char text[20];
    uint64_t whole = 0;
    write_archive(run_path("a.npz"));
    struct archive a = read_archive(run_path("a.npz"));
    for (size_t i = 0; i < ENTRIES; i++) {
        assert_string_equal(npz_name(a.npz, i), names[i]);
        assert_int_equal(read_entry(a.npz, i, floats, text, &whole, NULL), CNN_OK);
        assert_memory_equal(floats, values, counts[i] * sizeof *floats);
    }
    assert_null(npz_name(a.npz, ENTRIES));
    assert_string_equal(text, "some words");
    assert_true(whole == UINT64_MAX);
    close_archive(&a);
}

/* The last byte of an entry's data: before the next local header, the last before the directory. */
static size_t last_byte_of(const uint8_t *bytes, size_t n, size_t entry)
{
    static const uint8_t local[4] = {'P', 'K', 3, 4}, central[4] = {'P', 'K', 1, 2};
    size_t found = 0;
    for (size_t at = 1; at + 4 <= n; at++)
        if (memcmp(bytes + at, local, 4) == 0 || memcmp(bytes + at, central, 4) == 0)
            if (found++ == entry)
                return at - 1;
    return 0;
}

static void each_entry_has_its_checksum(void **state)
{
    (void)state;
    static float floats[N];
    char text[20];
    uint64_t whole;
    write_archive(run_path("a.npz"));
    for (size_t damaged = 0; damaged < ENTRIES; damaged++) {
        struct archive a = read_archive(run_path("a.npz"));
        size_t at = last_byte_of(a.bytes, a.n, damaged);
        assert_true(at > 0);
        a.bytes[at] ^= 1;
        for (size_t i = 0; i < ENTRIES; i++) {
            struct cnn_error error = {0};
            enum cnn_status status = read_entry(a.npz, i, floats, text, &whole, &error);
            assert_int_equal(status, i == damaged ? CNN_ERROR_FORMAT : CNN_OK);
            if (i == damaged && !strstr(error.message, "checksum"))
                fail_msg("%s: %s", names[i], error.message);
        }
        close_archive(&a);
    }
}

/* Another program agrees on every checksum and offset. */
static void python_finds_nothing_wrong(void **state)
{
    (void)state;
    char command[RUN_PATH + 64];
    write_archive(run_path("a.npz"));
    snprintf(command, sizeof command, "python3 -m zipfile -t '%s' >'%s' 2>&1", run_path("a.npz"),
             run_path("said"));
    if (system("python3 -c 'import zipfile' 2>/dev/null") != 0)
        skip();
    assert_int_equal(system(command), 0);
    uint8_t *said;
    size_t n;
    assert_int_equal(file_read(run_path("said"), 1000, &said, &n, NULL), CNN_OK);
    assert_int_equal(n,
                     strlen("Done testing\n")); /* it says more of a wrong checksum, and still exits with 0 */
    free(said);
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    static const double doubles[2] = {1, 1e39}; /* the second is more than a float holds */
    float floats[2];
    double back[2];
    struct npz_writer *w = npz_writer_create();
    npz_add_doubles(w, "numbers", 1, (size_t[]){2}, doubles);
    assert_int_equal(npz_finish(w, run_path("a.npz"), NULL), CNN_OK);
    struct archive a = read_archive(run_path("a.npz"));
    assert_int_equal(npz_read_doubles(a.npz, "numbers", 1, (size_t[]){2}, back, NULL), CNN_OK);
    assert_memory_equal(back, doubles, sizeof back);
    assert_int_equal(npz_read_floats(a.npz, "numbers", 1, (size_t[]){2}, floats, NULL), CNN_ERROR_FORMAT);
    close_archive(&a);
}

static void shapes_have_a_rank(void **state)
{
    (void)state;
    static float floats[6];
    static const struct {
        size_t rank, shape[3];
    } wrong[] = {{1, {6, 1, 1}}, {3, {2, 3, 1}}, {2, {3, 2, 1}}, {1, {2, 1, 1}}, {0, {1, 1, 1}}};
    write_archive(run_path("a.npz"));
    struct archive a = read_archive(run_path("a.npz"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(npz_read_floats(a.npz, "first", wrong[i].rank, wrong[i].shape, floats, NULL),
                         CNN_ERROR_FORMAT);
    close_archive(&a);
}

static void a_name_stands_once_wherever_it_stands(void **state)
{
    (void)state;
    static const char *const order[][3] = {{"a", "a", "b"}, {"a", "b", "a"}, {"b", "a", "a"}};
    for (size_t i = 0; i < 3; i++) {
        struct npz_writer *w = npz_writer_create();
        for (size_t k = 0; k < 3; k++)
            npz_add_whole(w, order[i][k], k);
        assert_int_equal(npz_finish(w, run_path("a.npz"), NULL), CNN_OK);
        uint8_t *bytes;
        size_t n;
        struct npz *npz;
        assert_int_equal(file_read(run_path("a.npz"), 1 << 20, &bytes, &n, NULL), CNN_OK);
        assert_int_equal(npz_open("a.npz", bytes, n, &npz, NULL), CNN_ERROR_FORMAT);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_is_what_is_read),
        cmocka_unit_test(each_entry_has_its_checksum),
        cmocka_unit_test(python_finds_nothing_wrong),
        cmocka_unit_test(numbers_that_do_not_fit_are_refused),
        cmocka_unit_test(shapes_have_a_rank),
        cmocka_unit_test(a_name_stands_once_wherever_it_stands),
    };
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
