/* Changes what is inside a gzip file and packs it again, so that checksums do not keep the fuzzer out; every
 * fourth time the packed bytes themselves. Now and then a raw file is packed, and a packed one left raw. */
#include "mutate.h"

#include <string.h>
#include <zlib.h>

enum { MAX_CONTENT = 1 << 16, GZIP_WINDOW = 15 + 16 };

/* Both return the number of bytes made, 0 where it cannot be done. */
static size_t unpack(const uint8_t *bytes, size_t n_bytes, uint8_t *content)
{
    z_stream z = {
        .next_in = (Bytef *)bytes, .avail_in = (uInt)n_bytes, .next_out = content, .avail_out = MAX_CONTENT};
    if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return 0;
    inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return MAX_CONTENT - z.avail_out;
}

static size_t pack(uint8_t *content, size_t n_content, uint8_t *bytes, size_t max_bytes)
{
    z_stream z = {
        .next_in = content, .avail_in = (uInt)n_content, .next_out = bytes, .avail_out = (uInt)max_bytes};
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return 0;
    int code = deflate(&z, Z_FINISH);
    deflateEnd(&z);
    return code == Z_STREAM_END ? max_bytes - z.avail_out : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t n_bytes, size_t max_bytes, unsigned seed)
{
    static uint8_t content[MAX_CONTENT];
    if (seed % 4 == 0)
        return LLVMFuzzerMutate(bytes, n_bytes, max_bytes);
    size_t n = unpack(bytes, n_bytes, content);
    int was_packed = n > 0;
    if (!was_packed) {
        n = n_bytes < MAX_CONTENT ? n_bytes : MAX_CONTENT;
        memcpy(content, bytes, n);
    }
    n = LLVMFuzzerMutate(content, n, MAX_CONTENT);
    size_t packed = (seed / 4 % 8 != 0) == was_packed ? pack(content, n, bytes, max_bytes) : 0;
    if (packed)
        return packed;
    n = n < max_bytes ? n : max_bytes;
    memcpy(bytes, content, n);
    return n;
}
