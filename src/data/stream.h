/* The content of a file, from front to back, whether it is stored raw or as gzip (told by its first bytes).
 */
#ifndef DATA_STREAM_H
#define DATA_STREAM_H

#include "cnn.h"

struct stream;

/* Opens a file, or bytes in memory that are called name in messages and must outlive the stream.
 * Errors: NOT_FOUND, IO, FORMAT (a folder, an empty file), MEMORY. Owns: the caller, until stream_close. */
enum cnn_status stream_open(const char *path, struct stream **stream, struct cnn_error *error);
enum cnn_status stream_open_memory(const char *name, const uint8_t *bytes, size_t n_bytes,
                                   struct stream **stream, struct cnn_error *error);
void stream_close(struct stream *stream);

/* Reads the next n_bytes of the content; *n_read is less only where the content ends.
 * Errors: IO, FORMAT (gzip that is damaged or cut short), MEMORY. */
enum cnn_status stream_read(struct stream *stream, uint8_t *bytes, size_t n_bytes, size_t *n_read,
                            struct cnn_error *error);

/* Passes over the next n_bytes; free for raw files. Errors: as stream_read; FORMAT where the content ends. */
enum cnn_status stream_skip(struct stream *stream, uint64_t n_bytes, struct cnn_error *error);

/* Makes sure that the content ends here, that gzip's checksum and length are right, and that nothing follows.
 * Errors: as stream_read; FORMAT (too long). */
enum cnn_status stream_end(struct stream *stream, struct cnn_error *error);

/* The name in messages, "path: offset N" of the next byte's place in the content, and whether it is gzip. */
const char *stream_name(const struct stream *stream);
bool stream_is_gzip(const struct stream *stream);

/* The most bytes that the content can have: exact for raw files. For gzip 1032 times the size up to 64 MiB,
 * and beyond that 100 times. */
uint64_t stream_limit(const struct stream *stream);

/* The same for packed bytes of gzip or zip that are not in a stream. */
uint64_t stream_gzip_limit(uint64_t packed_bytes);

#endif
