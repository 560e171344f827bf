#include "nn/npz.h"

#include "base/bytes.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "nn/zip_memory.h"

#include <minizip/zip.h>
#include <stdio.h>
#include <string.h>

enum { MAX_NAME = 128, STORE = 0 };

/* 1 January 1980, the first day that a zip archive knows. */
static const uLong first_day = 1u << 21 | 1u << 16;

struct npz_writer {
    struct zip_memory memory;
    zipFile zip;
    bool failed;
};

struct npz_writer *npz_writer_create(void)
{
    struct npz_writer *w = memory_alloc(1, sizeof *w);
    if (!w)
        return NULL;
    zlib_filefunc64_def functions;
    zip_memory_functions(&w->memory, &functions);
    w->zip = zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &functions);
    if (!w->zip) {
        memory_free(w);
        return NULL;
    }
    return w;
}

void npz_add(struct npz_writer *w, const char *name, const struct npy *array)
{
    if (!w || w->failed)
        return;
    char file[MAX_NAME];
    uint8_t header[NPY_HEADER_BYTES];
    size_t bytes = array->count * array->item_size;
    zip_fileinfo info = {.dosDate = first_day};
    snprintf(file, sizeof file, "%s.npy", name);
    npy_write_header(array, header);
    w->failed = bytes > UINT32_MAX / 2 ||
                zipOpenNewFileInZip64(w->zip, file, &info, NULL, 0, NULL, 0, NULL, STORE, 0, 0) != ZIP_OK ||
                zipWriteInFileInZip(w->zip, header, sizeof header) != ZIP_OK ||
                (bytes && zipWriteInFileInZip(w->zip, array->data, (unsigned)bytes) != ZIP_OK) ||
                zipCloseFileInZip(w->zip) != ZIP_OK;
}

static void add_numbers(struct npz_writer *w, const char *name, size_t item_size, size_t rank,
                        const size_t *shape, const void *values)
{
    struct npy array = {.kind = 'f', .item_size = item_size, .rank = rank, .count = 1, .data = values};
    for (size_t i = 0; i < rank; i++) {
        array.shape[i] = shape[i];
        array.count *= shape[i];
    }
    npz_add(w, name, &array);
}

void npz_add_floats(struct npz_writer *w, const char *name, size_t rank, const size_t *shape,
                    const float *values)
{
    add_numbers(w, name, sizeof *values, rank, shape, values);
}

void npz_add_doubles(struct npz_writer *w, const char *name, size_t rank, const size_t *shape,
                     const double *values)
{
    add_numbers(w, name, sizeof *values, rank, shape, values);
}

/* A single number: rank 0. */
static void add_scalar(struct npz_writer *w, const char *name, char kind, const void *value)
{
    uint64_t bits;
    uint8_t bytes[8];
    memcpy(&bits, value, sizeof bits);
    bytes_put_u64_le(bytes, bits);
    npz_add(w, name, &(struct npy){.kind = kind, .item_size = 8, .count = 1, .data = bytes});
}

void npz_add_double(struct npz_writer *w, const char *name, double value)
{
    add_scalar(w, name, 'f', &value);
}

void npz_add_whole(struct npz_writer *w, const char *name, uint64_t value)
{
    add_scalar(w, name, 'u', &value);
}

void npz_add_text(struct npz_writer *w, const char *name, const char *text)
{
    size_t n = strlen(text);
    uint8_t *wide = memory_alloc(n + 1, 4);
    if (!wide) {
        if (w)
            w->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        wide[4 * i] = (uint8_t)text[i];
    npz_add(w, name, &(struct npy){.kind = 'U', .item_size = 4 * (n ? n : 1), .count = 1, .data = wide});
    memory_free(wide);
}

enum cnn_status npz_finish(struct npz_writer *w, const char *path, struct cnn_error *error)
{
    if (!w)
        return error_memory(error, sizeof *w);
    bool failed = zipClose(w->zip, NULL) != ZIP_OK || w->failed || w->memory.failed;
    enum cnn_status status =
        failed ? error_set(error, CNN_ERROR_MEMORY, "%s: memory ran out while the archive was made", path)
               : file_write(path, w->memory.output, w->memory.size, error);
    memory_free(w->memory.output);
    memory_free(w);
    return status;
}
