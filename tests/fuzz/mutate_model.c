/* Changes the arrays in an archive and writes it anew, with the checksums and sizes that they then have;
 * every fourth time the bytes of the archive themselves. */
#include "mutate.h"

#include "base/bytes.h"

#include <string.h>
#include <zlib.h>

enum { MAX_PARTS = 64, MAX_NAME = 100, MAX_ARRAY = 1 << 15, LOCAL = 30, CENTRAL = 46, END = 22 };

struct part {
    char name[MAX_NAME];
    size_t n_name, n_bytes;
    uint8_t bytes[MAX_ARRAY];
    int deflate;
};

struct archive {
    size_t n;
    struct part part[MAX_PARTS];
};

static void put_u16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static size_t get_u16(const uint8_t *p)
{
    return (size_t)p[0] | (size_t)p[1] << 8;
}

/* Takes over one entry at bytes; returns its length, 0 where there is none that is whole. */
static size_t read_part(const uint8_t *bytes, size_t n_bytes, struct part *part)
{
    if (n_bytes < LOCAL || bytes_u32_le(bytes) != 0x04034b50)
        return 0;
    size_t packed = bytes_u32_le(bytes + 18), extra = get_u16(bytes + 28);
    part->n_name = get_u16(bytes + 26);
    part->deflate = get_u16(bytes + 8) == 8;
    size_t start = LOCAL + part->n_name + extra;
    if (part->n_name > MAX_NAME || start + packed > n_bytes)
        return 0;
    memcpy(part->name, bytes + LOCAL, part->n_name);
    z_stream z = {.next_in = (Bytef *)bytes + start,
                  .avail_in = (uInt)packed,
                  .next_out = part->bytes,
                  .avail_out = MAX_ARRAY};
    if (part->deflate && inflateInit2(&z, -15) == Z_OK) {
        inflate(&z, Z_FINISH);
        inflateEnd(&z);
        part->n_bytes = MAX_ARRAY - z.avail_out;
    } else {
        part->n_bytes = packed < MAX_ARRAY ? packed : MAX_ARRAY;
        memcpy(part->bytes, bytes + start, part->n_bytes);
    }
    return start + packed;
}

static void read_archive(const uint8_t *bytes, size_t n_bytes, struct archive *archive)
{
    archive->n = 0;
    for (size_t at = 0; archive->n < MAX_PARTS; archive->n++) {
        size_t length = read_part(bytes + at, n_bytes - at, &archive->part[archive->n]);
        if (length == 0)
            return;
        at += length;
    }
}

/* The body of an entry as it is stored. Returns its length, at most room; 0 where it does not fit. */
static size_t put_body(struct part *part, uint8_t *to, size_t room)
{
    z_stream z = {
        .next_in = part->bytes, .avail_in = (uInt)part->n_bytes, .next_out = to, .avail_out = (uInt)room};
    if (part->deflate && deflateInit2(&z, 1, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
        int code = deflate(&z, Z_FINISH);
        deflateEnd(&z);
        return code == Z_STREAM_END ? room - z.avail_out : 0;
    }
    if (part->n_bytes > room)
        return 0;
    memcpy(to, part->bytes, part->n_bytes);
    return part->n_bytes;
}

/* Appends a local entry, and its line in the directory. Returns the new end; 0 where it does not fit. */
static size_t put_part(struct part *part, uint8_t *bytes, size_t at, size_t max_bytes, uint8_t *directory,
                       size_t *n_directory)
{
    if (at + LOCAL + part->n_name > max_bytes)
        return 0;
    uint8_t *local = bytes + at, *central = directory + *n_directory;
    size_t start = at + LOCAL + part->n_name, n = put_body(part, bytes + start, max_bytes - start);
    if (n == 0)
        return 0;
    memset(local, 0, LOCAL);
    bytes_put_u32_le(local, 0x04034b50);
    put_u16(local + 4, 20);
    put_u16(local + 8, part->deflate ? 8 : 0);
    put_u16(local + 12, 33);
    bytes_put_u32_le(local + 14, (uint32_t)crc32(0, part->bytes, (uInt)part->n_bytes));
    bytes_put_u32_le(local + 18, (uint32_t)n);
    bytes_put_u32_le(local + 22, (uint32_t)part->n_bytes);
    put_u16(local + 26, part->n_name);
    memcpy(local + LOCAL, part->name, part->n_name);
    memset(central, 0, CENTRAL);
    bytes_put_u32_le(central, 0x02014b50);
    put_u16(central + 4, 20);
    memcpy(central + 6, local + 4, LOCAL - 4);
    bytes_put_u32_le(central + 42, (uint32_t)at);
    memcpy(central + CENTRAL, part->name, part->n_name);
    *n_directory += CENTRAL + part->n_name;
    return start + n;
}

/* Returns the length of the archive; 0 where it does not fit. */
static size_t write_archive(struct archive *archive, uint8_t *bytes, size_t max_bytes)
{
    static uint8_t directory[MAX_PARTS * (CENTRAL + MAX_NAME) + END];
    size_t at = 0, n = 0;
    for (size_t i = 0; i < archive->n; i++) {
        at = put_part(&archive->part[i], bytes, at, max_bytes, directory, &n);
        if (at == 0)
            return 0;
    }
    uint8_t *end = directory + n;
    memset(end, 0, END);
    bytes_put_u32_le(end, 0x06054b50);
    put_u16(end + 8, archive->n);
    put_u16(end + 10, archive->n);
    bytes_put_u32_le(end + 12, (uint32_t)n);
    bytes_put_u32_le(end + 16, (uint32_t)at);
    if (at + n + END > max_bytes)
        return 0;
    memcpy(bytes + at, directory, n + END);
    return at + n + END;
}

/* One change: an array's bytes, its name, its packing, its place, or it goes. */
static void change(struct archive *archive, unsigned random)
{
    struct part *part = &archive->part[random / 16 % archive->n];
    switch (random % 16) {
    case 0:
        part->deflate = !part->deflate;
        return;
    case 1:
        part->n_name = LLVMFuzzerMutate((uint8_t *)part->name, part->n_name, MAX_NAME);
        return;
    case 2:
        *part = archive->part[--archive->n];
        return;
    case 3:
        memcpy(part->bytes, archive->part[random / 1024 % archive->n].bytes, part->n_bytes);
        return;
    default:
        part->n_bytes = LLVMFuzzerMutate(part->bytes, part->n_bytes, MAX_ARRAY);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes, unsigned seed)
{
    static struct archive archive;
    static uint8_t made[1 << 20];
    if (seed % 4 == 0)
        return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    read_archive(bytes, n_bytes, &archive);
    for (unsigned n = 1 + seed / 4 % 3; n > 0 && archive.n > 0; n--, seed = seed * 1664525u + 1013904223u)
        change(&archive, seed >> 8);
    size_t n = write_archive(&archive, made, max_bytes < sizeof made ? max_bytes : sizeof made);
    if (archive.n == 0 || n == 0)
        return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    memcpy(bytes, made, n);
    return n;
}
