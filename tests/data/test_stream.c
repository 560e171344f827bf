/* Streams beyond what an IDX file asks of them: passing over, ends, and gzip in small and large pieces. */
#include "data/stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { CONTENT = 100000 };

static uint8_t content[CONTENT], packed[2 * CONTENT];
static size_t n_packed;

static int make_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < CONTENT; i++)
        content[i] = (uint8_t)(i * i >> 7);
    z_stream z = {.next_in = content, .avail_in = CONTENT, .next_out = packed, .avail_out = sizeof packed};
    if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return -1;
    int code = deflate(&z, Z_FINISH);
    n_packed = sizeof packed - z.avail_out;
    deflateEnd(&z);
    return code == Z_STREAM_END ? 0 : -1;
}

static struct stream *opened(bool gzip)
{
    struct stream *s;
    assert_int_equal(stream_open_memory("s", gzip ? packed : content, gzip ? n_packed : CONTENT, &s, NULL),
                     CNN_OK);
    assert_int_equal(stream_is_gzip(s), gzip);
    return s;
}

static void pieces_and_gaps(void **state)
{
    (void)state;
    for (int gzip = 0; gzip < 2; gzip++) {
        struct stream *s = opened(gzip);
        size_t at = 0, n;
        for (size_t step = 1; at + 2 * step <= CONTENT; step = step * 3 + 1) {
            static uint8_t bytes[CONTENT];
            assert_int_equal(stream_skip(s, step, NULL), CNN_OK);
            assert_int_equal(stream_read(s, bytes, step, &n, NULL), CNN_OK);
            assert_int_equal(n, step);
            assert_memory_equal(bytes, content + at + step, step);
            at += 2 * step;
        }
        assert_int_equal(stream_skip(s, CONTENT - at, NULL), CNN_OK);
        assert_int_equal(stream_end(s, NULL), CNN_OK);
        stream_close(s);
    }
}

static void the_end_is_where_it_is(void **state)
{
    (void)state;
    static const char *const too_long[] = {"s: offset 99999: the file is too long",
                                           "s: offset 99999 unpacked: the file is too long"};
    static const char *const too_short[] = {"s: offset 100000: the file ends too early",
                                            "s: offset 100000 unpacked: the content ends too early"};
    for (int gzip = 0; gzip < 2; gzip++) {
        struct cnn_error error;
        uint8_t bytes[16];
        size_t n;
        struct stream *s = opened(gzip);
        assert_int_equal(stream_skip(s, CONTENT - 1, &error), CNN_OK);
        assert_int_equal(stream_end(s, &error), CNN_ERROR_FORMAT);
        assert_memory_equal(error.message, too_long[gzip], strlen(too_long[gzip]));
        stream_close(s);
        s = opened(gzip);
        assert_int_equal(stream_skip(s, CONTENT - 3, &error), CNN_OK);
        assert_int_equal(stream_read(s, bytes, sizeof bytes, &n, &error), CNN_OK);
        assert_int_equal(n, 3);
        assert_int_equal(stream_read(s, bytes, sizeof bytes, &n, &error), CNN_OK);
        assert_int_equal(n, 0);
        assert_int_equal(stream_end(s, &error), CNN_OK);
        stream_close(s);
        s = opened(gzip);
        assert_int_equal(stream_skip(s, CONTENT + 1, &error), CNN_ERROR_FORMAT);
        assert_memory_equal(error.message, too_short[gzip], strlen(too_short[gzip]));
        stream_close(s);
    }
}

static void damage_is_told_wherever_it_is_met(void **state)
{
    (void)state;
    struct cnn_error error;
    struct stream *s;
    assert_int_equal(stream_open_memory("s", packed, n_packed / 2, &s, NULL), CNN_OK);
    assert_int_equal(stream_skip(s, CONTENT, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "cut short"));
    stream_close(s);
    packed[n_packed - 8] ^= 1; /* the checksum */
    s = opened(true);
    enum cnn_status status = stream_skip(s, CONTENT, &error); /* may meet it already */
    assert_int_equal(status == CNN_OK ? stream_end(s, &error) : status, CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "damaged"));
    stream_close(s);
    packed[n_packed - 8] ^= 1;
}

/* Appends a member of its own that holds content[first .. end - 1], at this level of compression. */
static size_t add_member(uint8_t *file, size_t n, size_t first, size_t end, int level)
{
    z_stream z = {.next_in = content + first,
                  .avail_in = (unsigned)(end - first),
                  .next_out = file + n,
                  .avail_out = 2 * CONTENT};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return (size_t)(z.next_out - file);
}

static void expect_content(const uint8_t *file, size_t n_file)
{
    static uint8_t bytes[CONTENT];
    struct stream *s;
    struct cnn_error error = {0};
    size_t n;
    assert_int_equal(stream_open_memory("s", file, n_file, &s, NULL), CNN_OK);
    assert_int_equal(stream_read(s, bytes, CONTENT, &n, &error), CNN_OK);
    assert_int_equal(n, CONTENT);
    assert_memory_equal(bytes, content, CONTENT);
    if (stream_end(s, &error) != CNN_OK)
        fail_msg("%s", error.message);
    stream_close(s);
}

/* Members that meet at every place about the end of a buffer of 32 KiB; empty ones; zeros behind the last. */
static void several_members_and_padding(void **state)
{
    (void)state;
    static uint8_t file[6 * CONTENT];
    for (size_t cut = 32768 - 60; cut < 32768 + 10; cut++) {
        size_t n = add_member(file, 0, 0, cut, 0);
        n = add_member(file, n, cut, CONTENT, 6);
        expect_content(file, n);
    }
    size_t n = add_member(file, 0, 0, 0, 6);
    for (size_t i = 0; i < 100; i++)
        n = add_member(file, n, i * CONTENT / 100, (i + 1) * CONTENT / 100, 9);
    n = add_member(file, n, 0, 0, 9);
    expect_content(file, n);
    memset(file + n, 0, sizeof file - n);
    expect_content(file, n + 1);
    expect_content(file, n + 511);
    expect_content(file, n + 100000);
}

static void what_follows_a_member_is_told(void **state)
{
    (void)state;
    static uint8_t file[6 * CONTENT];
    struct stream *s;
    struct cnn_error error;
    size_t n = add_member(file, 0, 0, CONTENT, 6);
    static const struct {
        const char *bytes;
        size_t n;
        const char *message;
    } cases[] = {{"x", 1, "bytes follow the gzip data; expected the end, found 1 bytes"},
                 {"\0\0\0x", 4, "bytes follow the gzip data; expected the end, found 1 bytes"},
                 {"\0\x1f\x8b", 3, "bytes follow the gzip data; expected the end, found 2 bytes"},
                 {"\x1f", 1, "cut short"},
                 {"\x1f\x8b\x08", 3, "cut short"},
                 {"\x1f\x8c\x08", 3, "damaged"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memcpy(file + n, cases[i].bytes, cases[i].n);
        assert_int_equal(stream_open_memory("s", file, n + cases[i].n, &s, NULL), CNN_OK);
        assert_int_equal(stream_skip(s, CONTENT, &error), CNN_OK);
        assert_int_equal(stream_end(s, &error), CNN_ERROR_FORMAT);
        if (!strstr(error.message, cases[i].message))
            fail_msg("expected \"%s\", found \"%s\"", cases[i].message, error.message);
        stream_close(s);
    }
    n = add_member(file, n, 0, 10, 6); /* the second member brings more than was promised */
    assert_int_equal(stream_open_memory("s", file, n, &s, NULL), CNN_OK);
    assert_int_equal(stream_skip(s, CONTENT, &error), CNN_OK);
    assert_int_equal(stream_end(s, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "the file is too long"));
    stream_close(s);
}

static void limits(void **state)
{
    (void)state;
    struct stream *s = opened(false);
    assert_true(stream_limit(s) == CONTENT);
    assert_string_equal(stream_name(s), "s");
    stream_close(s);
    static const struct {
        size_t packed;
        uint64_t most;
    } cases[] = {
        {20, 20640}, {7630, 7630 * 1032}, {100000, 64 << 20}, {671088, 64 << 20}, {671089, 67108900}};
    static uint8_t bytes[671089];
    memcpy(bytes, packed, 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(stream_open_memory("s", bytes, cases[i].packed, &s, NULL), CNN_OK);
        assert_int_equal(stream_limit(s), cases[i].most);
        stream_close(s);
    }
    stream_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_and_gaps),
        cmocka_unit_test(the_end_is_where_it_is),
        cmocka_unit_test(damage_is_told_wherever_it_is_met),
        cmocka_unit_test(several_members_and_padding),
        cmocka_unit_test(what_follows_a_member_is_told),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, make_content, NULL);
}
