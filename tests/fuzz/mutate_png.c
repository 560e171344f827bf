/* Changes a PNG and makes the checksum of each chunk right again, or the reader would see nothing but those.
 */
#include "mutate.h"

#include "base/bytes.h"

#include <zlib.h>

enum { SIGNATURE = 8, CHUNK_FRAME = 12 };

static void put_u32_be(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes, unsigned seed)
{
    (void)seed;
    size_t n = LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    for (size_t at = SIGNATURE; at + CHUNK_FRAME <= n;) {
        size_t length = bytes_u32_be(bytes + at);
        if (length > n - at - CHUNK_FRAME)
            break;
        put_u32_be(bytes + at + 8 + length, (uint32_t)crc32(0, bytes + at + 4, (uInt)length + 4));
        at += length + CHUNK_FRAME;
    }
    return n;
}
