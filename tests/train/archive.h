/* Archives of arrays made byte by byte, as files that this program would not write. */
#ifndef TESTS_TRAIN_ARCHIVE_H
#define TESTS_TRAIN_ARCHIVE_H

#include "base/bytes.h"
#include "train/run.h"

#include <zlib.h>

enum { MAX_PARTS = 80, PART_NAME = 160 };

struct part {
    char name[PART_NAME]; /* with .npy */
    uint8_t *bytes;       /* unpacked */
    size_t n_bytes;
    bool deflate;
    uint32_t claim;  /* of the size unpacked; 0: the truth */
    unsigned method; /* claimed; 0: the truth */
    unsigned flags;
    unsigned twins; /* entries more of the directory, of the same data; the name must hold "0000" */
};

struct archive {
    struct part part[MAX_PARTS];
    size_t n;
};

struct bytes {
    uint8_t *p;
    size_t n, capacity;
};

static inline void bytes_add(struct bytes *b, const void *p, size_t n)
{
    if (b->n + n > b->capacity) {
        b->capacity = 2 * (b->n + n);
        b->p = realloc(b->p, b->capacity);
        assert_non_null(b->p);
    }
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
}

/* Numbers of 2 or 4 bytes: bytes_pack(b, "244", ...). */
static inline void bytes_pack(struct bytes *b, const char *sizes, ...)
{
    va_list args;
    va_start(args, sizes);
    for (; *sizes; sizes++) {
        uint8_t little[4];
        bytes_put_u32_le(little, va_arg(args, unsigned));
        bytes_add(b, little, *sizes == '2' ? 2 : 4);
    }
    va_end(args);
}

static inline struct bytes bytes_read(const char *path)
{
    struct bytes b = {0};
    uint8_t chunk[4096];
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
        bytes_add(&b, chunk, n);
    fclose(f);
    return b;
}

static inline void archive_free(struct archive *a)
{
    for (size_t i = 0; i < a->n; i++)
        free(a->part[i].bytes);
    free(a);
}

static inline struct part *archive_add(struct archive *a, const char *name, const void *bytes, size_t n_bytes)
{
    assert_true(a->n < MAX_PARTS);
    struct part *part = &a->part[a->n++];
    *part = (struct part){.bytes = malloc(n_bytes + 1), .n_bytes = n_bytes};
    snprintf(part->name, sizeof part->name, "%s", name);
    assert_non_null(part->bytes);
    if (n_bytes)
        memcpy(part->bytes, bytes, n_bytes);
    return part;
}

/* Reads an archive as this program writes it: stored, one entry after the other. */
static inline struct archive *archive_read(const char *path)
{
    struct archive *a = calloc(1, sizeof *a);
    struct bytes file = bytes_read(path);
    assert_non_null(a);
    for (size_t at = 0; bytes_u32_le(file.p + at) == 0x04034b50;) {
        char name[PART_NAME] = "";
        size_t n_bytes = bytes_u32_le(file.p + at + 18), n_name = file.p[at + 26], extra = file.p[at + 28];
        assert_true(n_name < sizeof name);
        memcpy(name, file.p + at + 30, n_name);
        at += 30 + n_name + extra;
        archive_add(a, name, file.p + at, n_bytes);
        at += n_bytes;
    }
    free(file.p);
    return a;
}

static inline struct part *archive_find(struct archive *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strncmp(a->part[i].name, name, strlen(name)) == 0 &&
            strcmp(a->part[i].name + strlen(name), ".npy") == 0)
            return &a->part[i];
    fail_msg("there is no array %s", name);
    return NULL;
}

static inline struct bytes deflate_all(const struct part *part)
{
    struct bytes packed = {0};
    uint8_t chunk[16384];
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = part->bytes;
    z.avail_in = (uInt)part->n_bytes;
    for (int code = Z_OK; code == Z_OK;) {
        z.next_out = chunk;
        z.avail_out = sizeof chunk;
        code = deflate(&z, Z_FINISH);
        bytes_add(&packed, chunk, sizeof chunk - z.avail_out);
    }
    deflateEnd(&z);
    return packed;
}

/* The directory's entries of a part: one, and one for each twin, named NAME0001 and so on. */
static inline void add_to_directory(struct bytes *directory, const struct part *part, unsigned method,
                                    unsigned crc, unsigned packed, unsigned unpacked, unsigned offset)
{
    char name[PART_NAME], number[8];
    strcpy(name, part->name);
    char *digits = strstr(name, "0000");
    for (unsigned twin = 0; twin <= part->twins; twin++) {
        snprintf(number, sizeof number, "%04u", twin % 10000);
        if (twin)
            memcpy(digits, number, 4);
        bytes_pack(directory, "42222224442222244", 0x02014b50, 20, 20, part->flags, method, 0, 33, crc,
                   packed, unpacked, (unsigned)strlen(name), 0, 0, 0, 0, 0, offset);
        bytes_add(directory, name, strlen(name));
    }
}

static inline void archive_write(const struct archive *a, const char *path)
{
    struct bytes file = {0}, directory = {0};
    unsigned n_entries = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct part *part = &a->part[i];
        struct bytes body = {part->bytes, part->n_bytes, 0};
        if (part->deflate)
            body = deflate_all(part);
        unsigned crc = (unsigned)crc32(0, part->bytes, (uInt)part->n_bytes), method = part->deflate ? 8 : 0;
        method = part->method ? part->method : method;
        unsigned unpacked = part->claim ? part->claim : (unsigned)part->n_bytes, offset = (unsigned)file.n;
        unsigned n_name = (unsigned)strlen(part->name);
        bytes_pack(&file, "42222244422", 0x04034b50, 20, part->flags, method, 0, 33, crc, (unsigned)body.n,
                   unpacked, n_name, 0);
        bytes_add(&file, part->name, n_name);
        bytes_add(&file, body.p, body.n);
        add_to_directory(&directory, part, method, crc, (unsigned)body.n, unpacked, offset);
        n_entries += 1 + part->twins;
        if (part->deflate)
            free(body.p);
    }
    unsigned start = (unsigned)file.n;
    bytes_add(&file, directory.p, directory.n);
    bytes_pack(&file, "42222442", 0x06054b50, 0, 0, n_entries, n_entries, (unsigned)directory.n, start, 0);
    run_write(path, file.p, file.n);
    free(file.p);
    free(directory.p);
}

/* Puts an array in the place of one: "<f4", "False", "(2, 3)" and its numbers. */
static inline struct part *archive_set(struct archive *a, const char *name, const char *descr,
                                       const char *fortran, const char *shape, const void *data,
                                       size_t n_data)
{
    struct part *part = archive_find(a, name);
    struct bytes b = {0};
    char text[512];
    int n = snprintf(text, sizeof text, "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n", descr, fortran,
                     shape);
    bytes_add(&b, "\x93NUMPY\1\0", 8);
    bytes_pack(&b, "2", (unsigned)n);
    bytes_add(&b, text, (size_t)n);
    bytes_add(&b, data, n_data);
    free(part->bytes);
    part->bytes = b.p;
    part->n_bytes = b.n;
    return part;
}

/* Where the numbers of an array start, as this program writes it. */
static inline uint8_t *archive_data(struct archive *a, const char *name)
{
    return archive_find(a, name)->bytes + 128;
}

#endif
