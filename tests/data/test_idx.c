/* IDX files: every field wrong in turn, raw and as gzip, each with its own message; any range of a right one.
 */
#include "base/memory.h"
#include "data/idx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { ROOM = 4096, HEADER = 16, IMAGES = 3, IMAGE_BYTES = 6 };

/* Three images of 2 x 3 pixels, 0 .. 17. */
static size_t images_file(uint8_t *bytes)
{
    const uint8_t header[HEADER] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 3};
    memcpy(bytes, header, HEADER);
    for (size_t i = 0; i < IMAGES * IMAGE_BYTES; i++)
        bytes[HEADER + i] = (uint8_t)i;
    return HEADER + IMAGES * IMAGE_BYTES;
}

static size_t gzip_bytes(const uint8_t *bytes, size_t n, uint8_t *packed)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes;
    z.avail_in = (uInt)n;
    z.next_out = packed;
    z.avail_out = ROOM;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t n_packed = ROOM - z.avail_out;
    deflateEnd(&z);
    return n_packed;
}

/* Opens and reads everything, as a caller would. */
static enum cnn_status read_all(const uint8_t *bytes, size_t n, enum idx_kind kind, struct cnn_error *error)
{
    struct idx idx;
    uint8_t *copy = test_malloc(n ? n : 1), *items; /* a block of its own, so that a sanitizer sees its end */
    memcpy(copy, bytes, n);
    enum cnn_status status = idx_open_memory("file", copy, n, kind, &idx, error);
    if (status == CNN_OK) {
        items = test_malloc(idx.count * idx.item_bytes);
        status = idx_read(&idx, 0, idx.count, items, error);
        test_free(items);
        idx_close(&idx);
    }
    test_free(copy);
    return status;
}

static void expect_error(const uint8_t *bytes, size_t n, enum idx_kind kind, enum cnn_status expected,
                         const char *message, const char *hint)
{
    struct cnn_error error;
    enum cnn_status status = read_all(bytes, n, kind, &error);
    if (status != expected || !strstr(error.message, message) || !strstr(error.hint, hint))
        fail_msg("expected %d \"%s\" \"%s\"; found %d \"%s\" \"%s\"", (int)expected, message, hint,
                 (int)status, status ? error.message : "", status ? error.hint : "");
    assert_int_equal(error.status, expected);
    assert_ptr_equal(strstr(error.message, "file: "), error.message);
}

struct edit {
    size_t offset;
    uint8_t bytes[4];
    size_t n;
    const char *message, *hint;
};

static const struct edit edits[] = {
    {0, {1}, 1, "offset 0: not an IDX file; expected 00 00, found 01 00", ""},
    {1, {1}, 1, "offset 0: not an IDX file; expected 00 00, found 00 01", ""},
    {0,
     {'P', 'K', 3, 4},
     4,
     "offset 0: not an IDX file but a zip archive; expected 00 00, found 50 4b",
     "unpack it"},
    {0,
     {3, 8, 0, 0},
     4,
     "offset 0: the byte order is swapped; expected 00 00 08 03, found 03 08 00 00",
     "big-endian"},
    {0,
     {0x89, 'P', 'N', 'G'},
     4,
     "offset 0: not an IDX file but a PNG picture; expected 00 00, found 89 50",
     "numpy"},
    {0,
     {0xff, 0xd8, 0xff, 0xe0},
     4,
     "offset 0: not an IDX file but a JPEG picture;",
     "read are IDX files, raw or .gz, and .npz"},
    {0, {'B', 'Z', 'h', '9'}, 4, "offset 0: not an IDX file but packed by bzip2;", "bunzip2"},
    {0,
     {0x80, 4, 0x95, 0},
     4,
     "offset 0: not an IDX file but a Python pickle, which is never read;",
     "numpy"},
    {0, {'%', 'P', 'D', 'F'}, 4, "offset 0: not an IDX file but a PDF document;", ""},
    {0, {0x28, 0xb5, 0x2f, 0xfd}, 4, "offset 0: not an IDX file but packed by zstd;", "unzstd"},
    {0,
     {'<', '!', 'D', 'O'},
     4,
     "offset 0: not an IDX file but a web page; expected 00 00, found 3c 21",
     "scripts/fetch-mnist.sh"},
    {0, {'\r', '\n', '<', 'h'}, 4, "offset 0: not an IDX file but a web page", ""},
    {0, {0xef, 0xbb, 0xbf, '<'}, 4, "offset 0: not an IDX file but a web page", ""},
    {2,
     {0x0d},
     1,
     "offset 2: wrong element type; expected 0x08 (unsigned bytes), found 0x0d (32-bit floats)",
     ""},
    {2,
     {0x42},
     1,
     "offset 2: wrong element type; expected 0x08 (unsigned bytes), found 0x42 (an unknown type)",
     ""},
    {3, {1}, 1, "offset 3: wrong rank for images; expected 3 or 4, found 1", "label file"},
    {3, {2}, 1, "offset 3: wrong rank for images; expected 3 or 4, found 2", ""},
    {3, {5}, 1, "offset 3: wrong rank for images; expected 3 or 4, found 5", ""},
    {4, {0, 0, 0, 0}, 4, "offset 4: wrong count; expected 1 to 4294967295, found 0", ""},
    {8, {0, 0, 0, 0}, 4, "offset 8: wrong height; expected 1 to 16384, found 0", ""},
    {8, {0, 0, 0x40, 1}, 4, "offset 8: wrong height; expected 1 to 16384, found 16385", ""},
    {12, {0, 0, 0, 0}, 4, "offset 12: wrong width; expected 1 to 16384, found 0", ""},
    {12, {0x1c, 0, 0, 0}, 4, "offset 12: wrong width; expected 1 to 16384, found 469762048", "it is 28"},
};

static void every_field_is_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        uint8_t bytes[ROOM], packed[ROOM];
        char message[256];
        size_t n = images_file(bytes);
        memcpy(bytes + edits[i].offset, edits[i].bytes, edits[i].n);
        expect_error(bytes, n, IDX_IMAGES, CNN_ERROR_FORMAT, edits[i].message, edits[i].hint);
        const char *colon = strchr(edits[i].message, ':'); /* "offset 0" + " unpacked" + ": ..." */
        snprintf(message, sizeof message, "%.*s unpacked%s", (int)(colon - edits[i].message),
                 edits[i].message, colon);
        n = gzip_bytes(bytes, n, packed);
        expect_error(packed, n, IDX_IMAGES, CNN_ERROR_FORMAT, message, edits[i].hint);
    }
}

static void number_of_channels_is_checked(void **state)
{
    (void)state;
    uint8_t bytes[ROOM] = {0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9};
    struct idx idx;
    assert_int_equal(read_all(bytes, 23, IDX_IMAGES, NULL), CNN_OK);
    assert_int_equal(idx_open_memory("file", bytes, 23, IDX_IMAGES, &idx, NULL), CNN_OK);
    assert_int_equal(idx.channels, 3);
    assert_int_equal(idx.item_bytes, 3);
    idx_close(&idx);
    bytes[19] = 0;
    expect_error(bytes, 23, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "offset 16: wrong number of channels; expected 1 to 1024, found 0", "");
    bytes[18] = 5;
    expect_error(bytes, 23, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "offset 16: wrong number of channels; expected 1 to 1024, found 1280", "");
}

static void labels_have_rank_1(void **state)
{
    (void)state;
    uint8_t bytes[ROOM] = {0, 0, 8, 1, 0, 0, 0, 2, 5, 6};
    assert_int_equal(read_all(bytes, 10, IDX_LABELS, NULL), CNN_OK);
    expect_error(bytes, 9, IDX_LABELS, CNN_ERROR_FORMAT,
                 "offset 9: the file is too short for its header; expected 10 bytes, found 9", "cut short");
    size_t n = images_file(bytes);
    expect_error(bytes, n, IDX_LABELS, CNN_ERROR_FORMAT,
                 "offset 3: wrong rank for labels; expected 1, found 3", "image file");
}

static void raw_files_of_another_length_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[ROOM] = {0};
    size_t n = images_file(bytes);
    expect_error(bytes, 0, IDX_IMAGES, CNN_ERROR_FORMAT, "the file is empty", "fetch it again");
    for (size_t cut = 1; cut < HEADER; cut++)
        expect_error(bytes, cut, IDX_IMAGES, CNN_ERROR_FORMAT,
                     "the images end too early; expected 4 more bytes, found", "cut short");
    for (size_t cut = HEADER; cut < n; cut++)
        expect_error(bytes, cut, IDX_IMAGES, CNN_ERROR_FORMAT,
                     "the file is too short for its header; expected 34 bytes, found", "cut short");
    expect_error(bytes, n + 1, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "offset 34: the file is too long for its header; expected 34 bytes, found 35", "");
}

static void gzip_of_another_length_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[ROOM] = {0}, packed[ROOM] = {0};
    size_t n = images_file(bytes);
    size_t n_packed = gzip_bytes(bytes, n - 1, packed);
    expect_error(packed, n_packed, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "offset 16 unpacked: the images end too early; expected 18 more bytes, found 17", "");
    n_packed = gzip_bytes(bytes, n + 1, packed);
    expect_error(packed, n_packed, IDX_IMAGES, CNN_ERROR_FORMAT, "offset 34 unpacked: the file is too long",
                 "");
    n_packed = gzip_bytes(bytes, n, packed);
    assert_int_equal(read_all(packed, n_packed, IDX_IMAGES, NULL), CNN_OK);
    for (size_t cut = 2; cut < n_packed; cut++)
        expect_error(packed, cut, IDX_IMAGES, CNN_ERROR_FORMAT,
                     "the gzip file is cut short; expected more bytes, found its end", "fetch it again");
    packed[n_packed] = 'x';
    expect_error(packed, n_packed + 1, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "bytes follow the gzip data; expected the end, found 1 bytes", "");
}

static void damaged_gzip_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[ROOM], packed[ROOM];
    size_t n_packed = gzip_bytes(bytes, images_file(bytes), packed);
    packed[n_packed - 8] ^= 1; /* CRC-32 */
    expect_error(packed, n_packed, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "the gzip file is damaged: incorrect data check", "gzip -t");
    packed[n_packed - 8] ^= 1;
    packed[n_packed - 4] ^= 1; /* length */
    expect_error(packed, n_packed, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "the gzip file is damaged: incorrect length check", "");
    packed[n_packed - 4] ^= 1;
    for (size_t i = 10; i < n_packed;
         i++) { /* after gzip's own header, whose flags and time mean nothing here */
        for (int bit = 0; bit < 8 && i != n_packed - 9; bit++) {
            packed[i] ^= (uint8_t)(1 << bit);
            if (read_all(packed, n_packed, IDX_IMAGES, NULL) != CNN_ERROR_FORMAT)
                fail_msg("byte %zu of %zu, bit %d: the damage was not seen", i, n_packed, bit);
            packed[i] ^= (uint8_t)(1 << bit);
        }
    }
}

static void absurd_sizes_ask_for_no_memory(void **state)
{
    (void)state;
    uint8_t bytes[ROOM], packed[ROOM];
    size_t n = images_file(bytes);
    memset(bytes + 4, 0xff, 4);
    expect_error(bytes, n, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "too short for its header; expected 25769803786 bytes, found 34", "");
    size_t n_packed = gzip_bytes(bytes, n, packed);
    expect_error(packed, n_packed, IDX_IMAGES, CNN_ERROR_FORMAT,
                 "the header promises more than a gzip file of this size should hold; expected at most",
                 "gzip -d");
    const uint8_t largest[20] = {0, 0, 8, 4, 255, 255, 255, 255, 0, 0, 64, 0, 0, 0, 64, 0, 0, 0, 4, 0};
    memcpy(bytes, largest, sizeof largest);
    expect_error(bytes, n, IDX_IMAGES, CNN_ERROR_FORMAT, "are more than memory can address", "");
}

static void check_range(const uint8_t *bytes, size_t n, size_t first, size_t count)
{
    struct idx idx;
    uint8_t items[IMAGES * IMAGE_BYTES + 1];
    memset(items, 0xee, sizeof items);
    assert_int_equal(idx_open_memory("file", bytes, n, IDX_IMAGES, &idx, NULL), CNN_OK);
    assert_int_equal(idx.count, IMAGES);
    assert_int_equal(idx.height, 2);
    assert_int_equal(idx.width, 3);
    assert_int_equal(idx.channels, 1);
    assert_int_equal(idx.item_bytes, IMAGE_BYTES);
    assert_int_equal(idx_read(&idx, first, count, items, NULL), CNN_OK);
    for (size_t i = 0; i < count * IMAGE_BYTES; i++)
        assert_int_equal(items[i], first * IMAGE_BYTES + i);
    assert_int_equal(items[count * IMAGE_BYTES], 0xee);
    idx_close(&idx);
}

static void any_range_can_be_read(void **state)
{
    (void)state;
    uint8_t bytes[ROOM], packed[ROOM];
    size_t n = images_file(bytes), n_packed = gzip_bytes(bytes, n, packed);
    for (size_t first = 0; first < IMAGES; first++)
        for (size_t count = 1; first + count <= IMAGES; count++) {
            check_range(bytes, n, first, count);
            check_range(packed, n_packed, first, count);
        }
}

static void a_part_is_read_without_the_rest(void **state)
{
    (void)state;
    uint8_t bytes[ROOM], packed[ROOM];
    size_t n_packed = gzip_bytes(bytes, images_file(bytes), packed);
    packed[n_packed - 8] ^= 1; /* the checksum, which only a reader of everything reaches */
    check_range(packed, n_packed, 0, 2);
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    struct idx idx;
    struct cnn_error error;
    assert_int_equal(idx_open("/no/such/file", IDX_IMAGES, &idx, &error), CNN_ERROR_NOT_FOUND);
    assert_string_equal(error.message, "/no/such/file: cannot open: No such file or directory");
    assert_int_equal(idx_open("/", IDX_IMAGES, &idx, &error), CNN_ERROR_FORMAT);
    assert_string_equal(error.message, "/: not a file but a folder; expected an IDX file");
    assert_int_equal(idx_open("/dev/null", IDX_IMAGES, &idx, &error), CNN_ERROR_FORMAT);
    assert_string_equal(error.message, "/dev/null: not a file but a device or pipe; expected an IDX file");
}

/* Larger than the buffer for packed input, and not compressible. */
static void large_files_are_read_from_disk(void **state)
{
    (void)state;
    enum { SIDE = 512, BYTES = 16 + SIDE * SIDE };
    char path[] = "/tmp/cnn-test-idx-XXXXXX";
    uint8_t *bytes = test_calloc(BYTES, 1), *items = test_calloc(BYTES, 1);
    const uint8_t header[16] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 2, 0};
    memcpy(bytes, header, sizeof header);
    uint32_t x = 1;
    for (size_t i = 16; i < BYTES; i++)
        bytes[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (int packed = 0; packed < 2; packed++) {
        struct idx idx;
        gzFile file = gzopen(path, packed ? "wb1" : "wbT");
        assert_int_equal(gzwrite(file, bytes, BYTES), BYTES);
        assert_int_equal(gzclose(file), Z_OK);
        memset(items, 0, BYTES);
        assert_int_equal(idx_open(path, IDX_IMAGES, &idx, NULL), CNN_OK);
        assert_int_equal(idx_read(&idx, 0, 1, items, NULL), CNN_OK);
        assert_memory_equal(items, bytes + 16, SIDE * SIDE);
        idx_close(&idx);
    }
    unlink(path);
    test_free(bytes);
    test_free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_checked),
        cmocka_unit_test(number_of_channels_is_checked),
        cmocka_unit_test(labels_have_rank_1),
        cmocka_unit_test(raw_files_of_another_length_are_refused),
        cmocka_unit_test(gzip_of_another_length_is_refused),
        cmocka_unit_test(damaged_gzip_is_refused),
        cmocka_unit_test(absurd_sizes_ask_for_no_memory),
        cmocka_unit_test(any_range_can_be_read),
        cmocka_unit_test(a_part_is_read_without_the_rest),
        cmocka_unit_test(what_is_no_file_is_refused),
        cmocka_unit_test(large_files_are_read_from_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
