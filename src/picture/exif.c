#include "picture/exif.h"

#include "base/bytes.h"

#include <stdbool.h>
#include <string.h>

/* Source: Exif 2.32, JEITA CP-3451; TIFF 6.0, section 2. */
enum {
    TIFF_HEADER = 8, /* byte order, 42, where the first directory begins */
    TIFF_ENTRY = 12, /* tag, type, count, value */
    TIFF_SHORT = 3,
    TAG_ORIENTATION = 0x0112
};

/* A TIFF file in memory, of either byte order. */
struct tiff {
    const uint8_t *bytes;
    size_t n_bytes;
    bool little;
};

static unsigned short_at(const struct tiff *t, size_t at)
{
    const uint8_t *p = t->bytes + at;
    return t->little ? (unsigned)(p[1] << 8 | p[0]) : (unsigned)(p[0] << 8 | p[1]);
}

static uint32_t long_at(const struct tiff *t, size_t at)
{
    return t->little ? bytes_u32_le(t->bytes + at) : bytes_u32_be(t->bytes + at);
}

static bool open_tiff(const uint8_t *bytes, size_t n_bytes, struct tiff *t)
{
    if (n_bytes < TIFF_HEADER)
        return false;
    *t = (struct tiff){bytes, n_bytes, bytes[0] == 'I'};
    return bytes[0] == bytes[1] && (t->little || bytes[0] == 'M') && short_at(t, 2) == 42;
}

/* The value in one entry of a directory; 0 where it is not an orientation. */
static unsigned orientation_in(const struct tiff *t, size_t entry)
{
    bool is_one = short_at(t, entry) == TAG_ORIENTATION && short_at(t, entry + 2) == TIFF_SHORT &&
                  long_at(t, entry + 4) == 1;
    unsigned value = is_one ? short_at(t, entry + 8) : 0;
    return value <= 8 ? value : 0;
}

unsigned exif_orientation(const uint8_t *bytes, size_t n_bytes)
{
    static const uint8_t magic[] = {'E', 'x', 'i', 'f', 0, 0};
    struct tiff t;
    if (n_bytes < sizeof magic || memcmp(bytes, magic, sizeof magic) ||
        !open_tiff(bytes + sizeof magic, n_bytes - sizeof magic, &t))
        return 1;
    size_t directory = long_at(&t, 4);
    if (directory > t.n_bytes - 2)
        return 1;
    size_t n_entries = short_at(&t, directory);
    for (size_t i = 0, entry = directory + 2; i < n_entries; i++, entry += TIFF_ENTRY) {
        if (entry > t.n_bytes || t.n_bytes - entry < TIFF_ENTRY)
            return 1;
        unsigned found = orientation_in(&t, entry);
        if (found)
            return found;
    }
    return 1;
}
