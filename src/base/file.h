/* Files: read whole, written whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "cnn.h"

/* Reads a file of at most max_bytes into fresh memory.
 * Errors: NOT_FOUND, IO, FORMAT (longer than max_bytes, a folder), MEMORY. Owns: the caller (memory_free). */
enum cnn_status file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *n_bytes,
                          struct cnn_error *error);

/* Writes a file so that path holds either all of it or what it held before: a temporary name in the same
 * folder, synced, renamed, the folder synced. Errors: IO. */
enum cnn_status file_write(const char *path, const uint8_t *bytes, size_t n_bytes, struct cnn_error *error);

#endif
