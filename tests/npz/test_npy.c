/* Arrays in NumPy's format, one at a time: what is read, what is refused, and what is written. */
#include "npz/npy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 512 };

/* An array in a buffer of its own. */
struct array {
    uint8_t bytes[ROOM];
    size_t n;
};

static struct array make(const char *header, const void *data, size_t n_data)
{
    struct array a = {.bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}};
    size_t n = strlen(header);
    assert_true(n + n_data + 10 <= ROOM);
    a.bytes[8] = (uint8_t)n;
    memcpy(a.bytes + 10, header, n);
    memcpy(a.bytes + 10 + n, data, n_data);
    a.n = 10 + n + n_data;
    return a;
}

static struct npy parsed(const struct array *a)
{
    struct npy npy;
    struct cnn_error error;
    if (npy_parse("a", a->bytes, a->n, &npy, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return npy;
}

static void refused(const struct array *a, const char *why)
{
    struct npy npy;
    struct cnn_error error;
    assert_int_equal(npy_parse("a", a->bytes, a->n, &npy, &error), CNN_ERROR_FORMAT);
    if (!strstr(error.message, why))
        fail_msg("expected \"%s\" in \"%s\"", why, error.message);
}

static void the_start_is_checked(void **state)
{
    (void)state;
    const struct array good = make("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "\0\0\200?", 4);
    struct npy npy = parsed(&good);
    assert_true(npy_float(&npy, 0) == 1);
    struct array a = good;
    a.bytes[0] = 'N';
    refused(&a, "a: not a NumPy array");
    a = good;
    a.n = 9;
    refused(&a, "a: not a NumPy array");
    for (uint8_t version = 0; version < 8; version++) {
        a = good;
        a.bytes[6] = version;
        if (version == 0 || version > 3)
            refused(&a, "offset 6: version of the array format; expected 1 to 3");
    }
    a = good;
    a.bytes[9] = 0xff;
    refused(&a, "offset 8: length of the header");
    a = good;
    a.bytes[8] = (uint8_t)(a.n - 10 + 1);
    refused(&a, "offset 8: length of the header");
    a = good;
    a.n--;
    refused(&a, "expected 1 items of 4 bytes, found 3 bytes");
}

static void a_version_2_header_has_a_length_of_four_bytes(void **state)
{
    (void)state;
    const char header[] = "{'descr': '>i2', 'fortran_order': False, 'shape': (2,), }";
    struct array a = {.bytes = {0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, sizeof header - 1, 0, 0, 0}};
    memcpy(a.bytes + 12, header, sizeof header - 1);
    memcpy(a.bytes + 12 + sizeof header - 1, "\1\2\377\377", 4);
    a.n = 12 + sizeof header - 1 + 4;
    struct npy npy = parsed(&a);
    uint64_t value;
    assert_true(npy_whole(&npy, 0, &value));
    assert_int_equal(value, 0x102);
    assert_false(npy_whole(&npy, 1, &value)); /* -1 */
    a.n = 11;
    refused(&a, "offset 6");
}

static void headers_that_are_not_understood(void **state)
{
    (void)state;
    static const struct {
        const char *header, *why;
    } rows[] = {
        {"[]", "not a dictionary"},
        {"{'descr': '<f2', ", "type is not one that a model holds"},
        {"{'descr': '<c8', ", "type is not one that a model holds"},
        {"{'descr': '*f4', ", "type is not one that a model holds"},
        {"{'descr': <f4, ", "type is not one that a model holds"},
        {"{'descr': '<f", "type is not one that a model holds"},
        {"{'descr': '<b2', ", "type is not one that a model holds"},
        {"{'descr': '<U0', ", "type is not one that a model holds"},
        {"{'descr': '<i3', ", "type is not one that a model holds"},
        {"{'descr': '<f99999999999999999999', ", "type is not one that a model holds"},
        {"{'fortran_order': Maybe", "neither True nor False"},
        {"{'shape': 3", "shape cannot be read"},
        {"{'shape': (1, 2, 3, 4, 5)", "shape cannot be read"},
        {"{'shape': (-1,)", "shape cannot be read"},
        {"{'shape': (3)", "shape cannot be read"},
        {"{'shape': (,)", "shape cannot be read"},
        {"{'shape': (3 4)", "shape cannot be read"},
        {"{'shape': (4294967296, 4294967296)", "shape cannot be read"},
        {"{'shape': (1,), 'shape': (1,), }", "something other than"},
        {"{'size': 3, }", "something other than"},
        {"{'descr': '<f4', 'shape': (1,), }", "the header is not complete"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x", "something follows the header's end"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct array a = make(rows[i].header, "", 0);
        refused(&a, rows[i].why);
    }
}

static void items_of_every_size_and_order(void **state)
{
    (void)state;
    static const struct {
        const char *descr;
        size_t size;
        uint8_t bytes[8];
        bool whole;
        double value;
    } rows[] = {
        {"<u1", 1, {200}, true, 200},
        {"|b1", 1, {1}, true, 1},
        {"<u2", 2, {1, 2}, true, 0x201},
        {">u4", 4, {0, 1, 0, 2}, true, 65538},
        {"<i8", 8, {0, 0, 0, 0, 1}, true, 4294967296.0},
        {">i8", 8, {0, 0, 0, 1, 0, 0, 0, 0}, true, 4294967296.0},
        {">f4", 4, {0x40, 0x49, 0, 0}, false, 3.140625},
        {"<f8", 8, {0, 0, 0, 0, 0, 0, 0xf8, 0xbf}, false, -1.5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[128];
        uint64_t whole = 0;
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (1,), }",
                 rows[i].descr);
        struct array a = make(header, rows[i].bytes, rows[i].size);
        struct npy npy = parsed(&a);
        assert_true(npy_float(&npy, 0) == rows[i].value);
        assert_int_equal(npy_whole(&npy, 0, &whole), rows[i].whole);
        if (rows[i].whole)
            assert_true((double)whole == rows[i].value);
    }
}

static void fortran_order_is_turned(void **state)
{
    (void)state;
    /* [i][j][k] = 100 i + 10 j + k, the first index fastest */
    uint8_t data[2 * 3 * 4];
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 4; k++)
                data[i + 2 * (j + 3 * k)] = (uint8_t)(100 * i + 10 * j + k);
    struct array a = make("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }", data, sizeof data);
    struct npy npy = parsed(&a);
    for (size_t n = 0; n < 24; n++)
        assert_true(npy_float(&npy, n) == (double)(n / 12 * 100 + n / 4 % 3 * 10 + n % 4));
}

static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *descr, *data, *text; /* NULL: refused */
    } rows[] = {
        {"<U2", "a\0\0\0b\0\0\0", "ab"},  {">U2", "\0\0\0a\0\0\0b", "ab"},   {"<U2", "a\0\0\0\0\0\0\0", "a"},
        {"<U2", "\0\0\0\0b\0\0\0", NULL}, {"<U2", "a\0\0\0\33\0\0\0", NULL}, {"<U2", "a\0\0\0\0\1\0\0", NULL},
        {"<f8", "abcdefgh", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char header[128], text[3];
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': (), }",
                 rows[i].descr);
        struct array a = make(header, rows[i].data, 8);
        struct npy npy = parsed(&a);
        assert_int_equal(npy_text(&npy, text, sizeof text), rows[i].text != NULL);
        if (rows[i].text)
            assert_string_equal(text, rows[i].text);
        assert_false(npy_text(&npy, text, 2)); /* no room */
    }
}

static void a_header_reads_back(void **state)
{
    (void)state;
    const struct npy arrays[] = {
        {.kind = 'f', .item_size = 4, .rank = 4, .shape = {5, 4, 3, 2}, .count = 120},
        {.kind = 'f', .item_size = 8, .rank = 2, .shape = {0, 4}, .count = 0},
        {.kind = 'u', .item_size = 8, .rank = 0, .count = 1},
        {.kind = 'u', .item_size = 1, .rank = 1, .shape = {7}, .count = 7},
        {.kind = 'U', .item_size = 4 * 3, .rank = 0, .count = 1},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        static uint8_t bytes[NPY_HEADER_BYTES + 480];
        struct npy npy;
        npy_write_header(&arrays[i], bytes);
        size_t n = NPY_HEADER_BYTES + arrays[i].count * arrays[i].item_size;
        assert_int_equal(npy_parse("a", bytes, n, &npy, NULL), CNN_OK);
        assert_int_equal(bytes[NPY_HEADER_BYTES - 1], '\n');
        assert_int_equal(npy.kind, arrays[i].kind);
        assert_int_equal(npy.item_size, arrays[i].item_size);
        assert_int_equal(npy.rank, arrays[i].rank);
        assert_memory_equal(npy.shape, arrays[i].shape, sizeof npy.shape);
        assert_int_equal(npy.count, arrays[i].count);
        assert_ptr_equal(npy.data, bytes + NPY_HEADER_BYTES);
        assert_false(npy.fortran_order || npy.big_endian);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_start_is_checked),
        cmocka_unit_test(a_version_2_header_has_a_length_of_four_bytes),
        cmocka_unit_test(headers_that_are_not_understood),
        cmocka_unit_test(items_of_every_size_and_order),
        cmocka_unit_test(fortran_order_is_turned),
        cmocka_unit_test(texts),
        cmocka_unit_test(a_header_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
