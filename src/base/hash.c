#include "base/hash.h"

#include "base/bytes.h"

#define HASH_PRIME UINT64_C(0x100000001b3)

uint64_t hash_u64(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * HASH_PRIME;
    return hash ^ hash >> 32; /* a product carries upwards only; this brings it down again */
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n_bytes)
{
    const uint8_t *p = bytes;
    size_t i = 0;
    for (; n_bytes - i >= 8; i += 8)
        hash = hash_u64(hash, bytes_u64_le(p + i));
    uint8_t rest[8] = {0};
    for (size_t k = 0; i < n_bytes; i++, k++)
        rest[k] = p[i];
    hash = hash_u64(hash, bytes_u64_le(rest));
    return hash_u64(hash, n_bytes);
}
