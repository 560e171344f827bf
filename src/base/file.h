/* Files: read whole, written whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "cnn.h"

/* Reads a file of at most max_bytes into fresh memory.
 * Errors: NOT_FOUND, IO, FORMAT (longer than max_bytes, a folder), MEMORY. Owns: the caller (memory_free). */
enum cnn_status file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *n_bytes,
                          struct cnn_error *error);

/* Writes a file so that at every moment path holds either all of it or what it held before, which is kept as
 * path.prev (where the file system has hard links): path.tmp is written, synced and renamed, the folder
 * synced. What a killed program left of path.tmp is written over by the next. Errors: IO, NOT_FOUND (no such
 * folder), BUSY (another is writing it), MEMORY; path is whole after each. */
enum cnn_status file_write(const char *path, const uint8_t *bytes, size_t n_bytes, struct cnn_error *error);

/* Whether anything stands at path. */
bool file_exists(const char *path);

/* The path with a suffix; NULL when memory ran out. Owns: the caller (memory_free). */
char *file_beside(const char *path, const char *suffix);

#endif
