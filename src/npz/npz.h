/*
 * NumPy's .npz: a zip archive with one .npy file per array. Written without compression, so that it is read
 * as fast as it is copied, and with no time stamps, so that equal contents are equal files.
 */
#ifndef NPZ_NPZ_H
#define NPZ_NPZ_H

#include "npz/npy.h"

struct npz_writer;

/* Arrays are added one by one to an archive in memory. Errors of a step are kept and told by npz_finish. */
struct npz_writer *npz_writer_create(void);
void npz_add(struct npz_writer *writer, const char *name, const struct npy *array);
void npz_add_floats(struct npz_writer *writer, const char *name, size_t rank, const size_t *shape,
                    const float *values);
void npz_add_doubles(struct npz_writer *writer, const char *name, size_t rank, const size_t *shape,
                     const double *values);
void npz_add_double(struct npz_writer *writer, const char *name, double value);
void npz_add_whole(struct npz_writer *writer, const char *name, uint64_t value);
void npz_add_text(struct npz_writer *writer, const char *name, const char *text);
/* Adds all arrays of an archive, as they are. Errors: FORMAT (also for an array that this program does not
 * write: big-endian or in Fortran order), MEMORY. */
struct npz;
enum cnn_status npz_add_all(struct npz_writer *writer, struct npz *npz, struct cnn_error *error);

/* Gives up what was added. */
void npz_discard(struct npz_writer *writer);

/* Ends the archive and writes it to path; frees the writer in every case, also when it is NULL.
 * Errors: IO, MEMORY. */
enum cnn_status npz_finish(struct npz_writer *writer, const char *path, struct cnn_error *error);

/* Opens an archive that lies in memory, which must outlive it; path is for messages.
 * Errors: FORMAT (not a zip archive, cut short, a name twice or with a path that leaves it), MEMORY. */
enum cnn_status npz_open(const char *path, const uint8_t *bytes, size_t n_bytes, struct npz **npz,
                         struct cnn_error *error);
void npz_close(struct npz *npz);

bool npz_has(const struct npz *npz, const char *name);

/* The names in the archive, in its order; NULL past the end. */
const char *npz_name(const struct npz *npz, size_t i);

/* Bytes that its arrays take unpacked, all together. */
size_t npz_bytes(const struct npz *npz);

/* Reads one array of any type and shape, of at most max_bytes in the archive, its CRC checked; array points
 * into bytes. Errors: FORMAT, MEMORY. Owns: the caller frees *bytes, in every case. */
enum cnn_status npz_read_any(struct npz *npz, const char *name, size_t max_bytes, uint8_t **bytes,
                             struct npy *array, struct cnn_error *error);

/* Reads one array, checking type, shape and CRC. Floats and whole numbers of other sizes and orders are
 * converted; text is ASCII. Values must be finite. Errors: FORMAT, MEMORY. */
enum cnn_status npz_read_floats(struct npz *npz, const char *name, size_t rank, const size_t *shape,
                                float *values, struct cnn_error *error);
enum cnn_status npz_read_doubles(struct npz *npz, const char *name, size_t rank, const size_t *shape,
                                 double *values, struct cnn_error *error);
enum cnn_status npz_read_double(struct npz *npz, const char *name, double *value, struct cnn_error *error);
enum cnn_status npz_read_whole(struct npz *npz, const char *name, uint64_t *value, struct cnn_error *error);
enum cnn_status npz_read_text(struct npz *npz, const char *name, char *text, size_t size,
                              struct cnn_error *error);

#endif
