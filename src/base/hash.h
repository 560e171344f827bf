/* Fingerprints: a hash that tells apart what differs by accident. It is no protection against malice. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Goes on with hash over bytes, read as little-endian 64-bit words (the last one padded with zeros and
 * followed by the length), so that it is the same on every machine.
 * Source: FNV-1a (Fowler, Noll, Vo) over words, each step followed by a fold of the high half. */
uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t n_bytes);

/* Goes on with hash over one number. */
uint64_t hash_u64(uint64_t hash, uint64_t value);

#endif
