/* Numbers in files, whatever the byte order of the machine. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdint.h>

static inline uint32_t bytes_u32_be(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline uint32_t bytes_u32_le(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | (uint32_t)p[0];
}

static inline uint64_t bytes_u64_le(const uint8_t *p)
{
    return (uint64_t)bytes_u32_le(p + 4) << 32 | bytes_u32_le(p);
}

static inline void bytes_put_u32_be(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline void bytes_put_u32_le(uint8_t *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (8 * i));
}

static inline void bytes_put_u64_le(uint8_t *p, uint64_t value)
{
    bytes_put_u32_le(p, (uint32_t)value);
    bytes_put_u32_le(p + 4, (uint32_t)(value >> 32));
}

#endif
