/* The IDX file: images or labels as bytes behind a big-endian header.
 * Source: the file format of the MNIST database (LeCun, Cortes, Burges). idx.c lists its fields. */
#ifndef DATA_IDX_H
#define DATA_IDX_H

#include "cnn.h"

enum idx_kind { IDX_IMAGES, IDX_LABELS };

struct idx {
    struct stream *stream;
    enum idx_kind kind;
    size_t count;                   /* images or labels in the file */
    size_t height, width, channels; /* 1, 1, 1 for labels */
    size_t item_bytes;              /* height * width * channels */
    size_t header_bytes;            /* before the first item */
};

/* Opens a file, or bytes in memory that are called name in messages, and checks every field of the header;
 * count * item_bytes fits size_t and is no more than the file can hold. name or path must outlive the idx.
 * Errors: NOT_FOUND, IO, FORMAT, MEMORY. Owns: the caller, until idx_close. */
enum cnn_status idx_open(const char *path, enum idx_kind kind, struct idx *idx, struct cnn_error *error);
enum cnn_status idx_open_memory(const char *name, const uint8_t *bytes, size_t n_bytes, enum idx_kind kind,
                                struct idx *idx, struct cnn_error *error);
void idx_close(struct idx *idx);

/* Reads items first .. first + count - 1, which must lie in the file, once after opening. Reading up to the
 * last item also checks that the file ends there, and gzip's checksum.
 * Shapes: items [count][height][width][channels]. Errors: IO, FORMAT, MEMORY. */
enum cnn_status idx_read(struct idx *idx, size_t first, size_t count, uint8_t *items,
                         struct cnn_error *error);

#endif
