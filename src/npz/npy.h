/*
 * One array in NumPy's .npy format: a header that says type, order and shape, then the numbers.
 * Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays"; versions 1.0 to 3.0 are
 * read, 1.0 is written.
 */
#ifndef NPZ_NPY_H
#define NPZ_NPY_H

#include "cnn.h"

enum { NPY_MAX_RANK = 4, NPY_HEADER_BYTES = 128 };

struct npy {
    char kind; /* 'f' float, 'i' and 'u' whole numbers, 'b' truth value, 'U' text of 4-byte characters */
    size_t item_size; /* bytes of one item; of one text for 'U' */
    bool big_endian, fortran_order;
    size_t rank, shape[NPY_MAX_RANK];
    size_t count;        /* items */
    const uint8_t *data; /* in the bytes that were parsed */
};

/* Reads a header and checks that exactly its numbers follow. name is for messages.
 * Errors: FORMAT (also for what is never harmless: objects, records, complex numbers, rank above 4). */
enum cnn_status npy_parse(const char *name, const uint8_t *bytes, size_t n_bytes, struct npy *npy,
                          struct cnn_error *error);

/* Item i in C order, converted: floats of 4 or 8 bytes, whole numbers of 1 to 8, either byte order, either
 * array order. npy_whole fails on floats, and where the value does not fit. */
double npy_float(const struct npy *npy, size_t i);
bool npy_whole(const struct npy *npy, size_t i, uint64_t *value);

/* The place, in the file, of item i of C order: i itself, but where the array is in Fortran order. */
size_t npy_place(const struct npy *npy, size_t i);

/* A text of rank 0 as ASCII. false: it is another type, longer than size - 1, or holds other characters. */
bool npy_text(const struct npy *npy, char *text, size_t size);

/* Writes the header of an array in C order, little-endian. Shapes: bytes [NPY_HEADER_BYTES]. */
void npy_write_header(const struct npy *npy, uint8_t *bytes);

#endif
