/* A file in memory for minizip to read. */
#ifndef NPZ_ZIP_MEMORY_H
#define NPZ_ZIP_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include <minizip/ioapi.h>

struct zip_memory {
    const uint8_t *input;
    size_t size, position;
};

/* The functions that make minizip read memory instead of a file. */
void zip_memory_functions(struct zip_memory *memory, zlib_filefunc64_def *functions);

#endif
