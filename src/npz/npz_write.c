/* The archive is written here and not by minizip, which writes through a null pointer when memory runs out.
 * Source: PKWARE, ".ZIP File Format Specification", 4.3: local headers with data, central directory, its end.
 */
#include "npz/npz.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { MAX_NAME = 128, LOCAL_BYTES = 30, CENTRAL_BYTES = 46, END_BYTES = 22, MAX_ENTRIES = 65535 };
static const size_t max_bytes = INT32_MAX; /* what every reader of zip archives can count */

struct buffer {
    uint8_t *bytes;
    size_t n, capacity;
};

struct npz_writer {
    struct buffer file, directory; /* the directory follows the last file */
    uint32_t n_entries;
    bool failed;
};

struct npz_writer *npz_writer_create(void)
{
    return memory_alloc(1, sizeof(struct npz_writer));
}

/* Makes room for n more bytes and returns it; NULL, and failed, when there is none. */
static uint8_t *extend(struct npz_writer *w, struct buffer *b, size_t n)
{
    if (w->failed || n > max_bytes - b->n) {
        w->failed = true;
        return NULL;
    }
    if (b->n + n > b->capacity) {
        size_t capacity = 2 * (b->n + n);
        uint8_t *bytes = memory_alloc(capacity, 1);
        if (!bytes) {
            w->failed = true;
            return NULL;
        }
        if (b->n)
            memcpy(bytes, b->bytes, b->n);
        memory_free(b->bytes);
        b->bytes = bytes;
        b->capacity = capacity;
    }
    b->n += n;
    return b->bytes + b->n - n;
}

static void put_u16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

/* The 26 bytes that a local header and its copy in the directory share: stored, of the first day that zip
 * knows. */
static void put_common(uint8_t *p, uint32_t crc, size_t size, size_t name_length)
{
    enum { VERSION = 20, FIRST_DAY = 1 << 5 | 1 };
    memset(p, 0, 26);
    put_u16(p, VERSION);
    put_u16(p + 8, FIRST_DAY);
    bytes_put_u32_le(p + 10, crc);
    bytes_put_u32_le(p + 14, (uint32_t)size);
    bytes_put_u32_le(p + 18, (uint32_t)size);
    put_u16(p + 22, (uint32_t)name_length);
}

void npz_add(struct npz_writer *w, const char *name, const struct npy *array)
{
    if (!w)
        return;
    char file[MAX_NAME];
    uint8_t header[NPY_HEADER_BYTES];
    size_t data = array->count * array->item_size, length, offset = w->file.n;
    length = (size_t)snprintf(file, sizeof file, "%s.npy", name);
    npy_write_header(array, header);
    uint32_t crc = (uint32_t)crc32_z(crc32_z(0, header, sizeof header), array->data, data);
    w->failed = w->failed || data > max_bytes || w->n_entries == MAX_ENTRIES;
    uint8_t *p = extend(w, &w->file, LOCAL_BYTES + length + sizeof header + data);
    uint8_t *d = extend(w, &w->directory, CENTRAL_BYTES + length);
    if (!p || !d)
        return;
    bytes_put_u32_le(p, 0x04034b50);
    put_common(p + 4, crc, sizeof header + data, length);
    memcpy(p + LOCAL_BYTES, file, length);
    memcpy(p + LOCAL_BYTES + length, header, sizeof header);
    if (data)
        memcpy(p + LOCAL_BYTES + length + sizeof header, array->data, data);
    memset(d, 0, CENTRAL_BYTES);
    bytes_put_u32_le(d, 0x02014b50);
    put_common(d + 6, crc, sizeof header + data, length);
    bytes_put_u32_le(d + 42, (uint32_t)offset);
    memcpy(d + CENTRAL_BYTES, file, length);
    w->n_entries++;
}

static void add_numbers(struct npz_writer *w, const char *name, size_t item_size, size_t rank,
                        const size_t *shape, const void *values)
{
    struct npy array = {.kind = 'f', .item_size = item_size, .rank = rank, .count = 1, .data = values};
    for (size_t i = 0; i < rank; i++) {
        array.shape[i] = shape[i];
        array.count *= shape[i];
    }
    npz_add(w, name, &array);
}

void npz_add_floats(struct npz_writer *w, const char *name, size_t rank, const size_t *shape,
                    const float *values)
{
    add_numbers(w, name, sizeof *values, rank, shape, values);
}

void npz_add_doubles(struct npz_writer *w, const char *name, size_t rank, const size_t *shape,
                     const double *values)
{
    add_numbers(w, name, sizeof *values, rank, shape, values);
}

/* A single number: rank 0. */
static void add_scalar(struct npz_writer *w, const char *name, char kind, const void *value)
{
    uint64_t bits;
    uint8_t bytes[8];
    memcpy(&bits, value, sizeof bits);
    bytes_put_u64_le(bytes, bits);
    npz_add(w, name, &(struct npy){.kind = kind, .item_size = 8, .count = 1, .data = bytes});
}

void npz_add_double(struct npz_writer *w, const char *name, double value)
{
    add_scalar(w, name, 'f', &value);
}

void npz_add_whole(struct npz_writer *w, const char *name, uint64_t value)
{
    add_scalar(w, name, 'u', &value);
}

void npz_add_text(struct npz_writer *w, const char *name, const char *text)
{
    size_t n = strlen(text);
    uint8_t *wide = memory_alloc(n + 1, 4);
    if (!wide) {
        if (w)
            w->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        wide[4 * i] = (uint8_t)text[i];
    npz_add(w, name, &(struct npy){.kind = 'U', .item_size = 4 * (n ? n : 1), .count = 1, .data = wide});
    memory_free(wide);
}

static enum cnn_status add_copy(struct npz_writer *w, struct npz *npz, const char *name,
                                struct cnn_error *error)
{
    uint8_t *bytes = NULL;
    struct npy array;
    enum cnn_status status = npz_read_any(npz, name, npz_bytes(npz), &bytes, &array, error);
    if (status == CNN_OK && (array.big_endian || array.fortran_order))
        status = error_set(error, CNN_ERROR_FORMAT, "%s: not written by this program", name);
    if (status == CNN_OK)
        npz_add(w, name, &array);
    memory_free(bytes);
    return status;
}

enum cnn_status npz_add_all(struct npz_writer *w, struct npz *npz, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    const char *name;
    for (size_t i = 0; status == CNN_OK && (name = npz_name(npz, i)); i++)
        status = add_copy(w, npz, name, error);
    return status;
}

/* Adds the directory and its end to the file. */
static void end_archive(struct npz_writer *w)
{
    size_t start = w->file.n, n = w->directory.n;
    uint8_t *p = extend(w, &w->file, n + END_BYTES);
    if (!p)
        return;
    if (n)
        memcpy(p, w->directory.bytes, n);
    p += n;
    memset(p, 0, END_BYTES);
    bytes_put_u32_le(p, 0x06054b50);
    put_u16(p + 8, w->n_entries);
    put_u16(p + 10, w->n_entries);
    bytes_put_u32_le(p + 12, (uint32_t)n);
    bytes_put_u32_le(p + 16, (uint32_t)start);
}

enum cnn_status npz_finish(struct npz_writer *w, const char *path, struct cnn_error *error)
{
    if (!w)
        return error_memory(error, sizeof *w);
    end_archive(w);
    enum cnn_status status =
        w->failed ? error_set(error, CNN_ERROR_MEMORY, "%s: memory ran out while the archive was made", path)
                  : file_write(path, CNN_FILE_MODEL, w->file.bytes, w->file.n, error);
    npz_discard(w);
    return status;
}

void npz_discard(struct npz_writer *w)
{
    if (!w)
        return;
    memory_free(w->file.bytes);
    memory_free(w->directory.bytes);
    memory_free(w);
}
