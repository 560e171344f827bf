/* A file in memory for minizip. */
#ifndef NN_ZIP_MEMORY_H
#define NN_ZIP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <minizip/ioapi.h>

struct zip_memory {
    const uint8_t *input; /* when reading; NULL when writing */
    uint8_t *output;      /* when writing: grows; freed by its owner with memory_free */
    size_t size, capacity, position;
    bool failed; /* memory ran out */
};

/* The functions that make minizip read and write memory instead of a file. */
void zip_memory_functions(struct zip_memory *memory, zlib_filefunc64_def *functions);

#endif
