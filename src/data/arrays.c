#include "data/arrays.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/stream.h"
#include "npz/npz.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const size_t max_file_bytes = (size_t)1 << 31;

/* An array of the archive; bytes hold it. */
struct loaded {
    uint8_t *bytes;
    struct npy npy;
};

static void unload(struct loaded *array)
{
    memory_free(array->bytes);
    *array = (struct loaded){0};
}

bool arrays_is(const char *path)
{
    uint8_t magic[4] = {0};
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) /* a pipe would wait for its writer */
                     ? fopen(path, "rbe")
                     : NULL;
    size_t n = file ? fread(magic, 1, sizeof magic, file) : 0;
    if (file)
        fclose(file);
    return n == sizeof magic && memcmp(magic, "PK\3\4", sizeof magic) == 0;
}

static enum cnn_status wrong_images(const struct cnn_dataset *d, const char *name, struct cnn_error *error)
{
    error_set(error, CNN_ERROR_FORMAT,
              "%s: %s: expected bytes (uint8) of the shape (count, height, width) or (count, height, width, "
              "channels), each at least 1 and an image's side at most %d",
              d->source, name, DATASET_MAX_SIDE);
    return error_hint(error, CNN_ERROR_FORMAT,
                      "pixels are 0 to 255: images.astype(\"uint8\") after undoing any scaling");
}

/* Takes the shape, and the images asked for. */
static enum cnn_status take_images(struct cnn_dataset *d, const struct npy *x, const char *name, size_t first,
                                   size_t n_labels, struct cnn_error *error)
{
    bool fits = x->kind == 'u' && x->item_size == 1 && (x->rank == 3 || x->rank == 4) && x->count > 0;
    for (size_t i = 1; fits && i < 3; i++)
        fits = x->shape[i] <= DATASET_MAX_SIDE;
    if (!fits || (x->rank == 4 && x->shape[3] > DATASET_MAX_CHANNELS))
        return wrong_images(d, name, error);
    size_t count = d->count;
    enum cnn_status status = dataset_check_range(d->source, x->shape[0], first, &count, error);
    if (status != CNN_OK)
        return status;
    d->count = count;
    d->height = x->shape[1];
    d->width = x->shape[2];
    d->channels = x->rank == 4 ? x->shape[3] : 1;
    status = dataset_allocate(d, n_labels, error);
    size_t from = first * d->image_bytes, n = count * d->image_bytes;
    for (size_t i = 0; status == CNN_OK && x->fortran_order && i < n; i++)
        d->owned_images[i] = x->data[npy_place(x, from + i)];
    if (status == CNN_OK && !x->fortran_order)
        memcpy(d->owned_images, x->data + from, n);
    return status;
}

static enum cnn_status take_labels(struct cnn_dataset *d, const struct loaded *y, const char *name,
                                   size_t first, struct cnn_error *error)
{
    for (size_t i = 0; i < y->npy.count; i++) {
        uint64_t value;
        if (!npy_whole(&y->npy, i, &value) || value > UINT8_MAX)
            return error_set(error, CNN_ERROR_FORMAT,
                             "%s: %s: label %zu: expected a whole number from 0 to %d", d->source, name, i,
                             UINT8_MAX);
        d->owned_labels[i] = (uint8_t)value;
    }
    char where[512];
    snprintf(where, sizeof where, "%.350s: %s", d->source, name);
    enum cnn_status status = dataset_count_classes(where, (size_t)(y->npy.data - y->bytes), d->owned_labels,
                                                   y->npy.count, &d->classes, error);
    d->labels += first;
    return status;
}

static enum cnn_status check_labels(const struct cnn_dataset *d, const struct npy *x, const struct npy *y,
                                    const char *name, struct cnn_error *error)
{
    bool column = y->rank == 2 && y->shape[1] == 1; /* as Keras has those of CIFAR */
    if ((y->rank == 1 || column) && x->rank > 0 && y->count == x->shape[0])
        return CNN_OK;
    error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected the shape (%zu,), a label for each image", d->source,
              name, x->rank ? x->shape[0] : 0);
    return error_hint(error, CNN_ERROR_FORMAT, "%s",
                      y->rank == 2 ? "one-hot labels become numbers by y.argmax(1)" : "");
}

static enum cnn_status read_split(struct cnn_dataset *d, struct npz *npz, size_t most, bool test,
                                  size_t first, struct cnn_error *error)
{
    static const char *const names[2][2] = {{"x_train", "y_train"}, {"x_test", "y_test"}};
    const char *x_name = names[test][0], *y_name = names[test][1];
    struct loaded x = {0}, y = {0};
    if (!npz_has(npz, x_name)) {
        error_set(error, CNN_ERROR_NOT_FOUND, "%s: no %s images: there is no array %s in it", d->source,
                  test ? "test" : "training", x_name);
        return error_hint(error, CNN_ERROR_NOT_FOUND,
                          "expected x_train, y_train, x_test and y_test, as in Keras's mnist.npz");
    }
    bool labelled = npz_has(npz, y_name);
    if (!labelled)
        error_set(&d->no_labels, CNN_ERROR_NOT_FOUND, "%s: no %s labels: there is no array %s in it",
                  d->source, test ? "test" : "training", y_name);
    enum cnn_status status = npz_read_any(npz, x_name, most, &x.bytes, &x.npy, error);
    if (status == CNN_OK && labelled)
        status = npz_read_any(npz, y_name, most, &y.bytes, &y.npy, error);
    if (status == CNN_OK && labelled)
        status = check_labels(d, &x.npy, &y.npy, y_name, error);
    if (status == CNN_OK)
        status = take_images(d, &x.npy, x_name, first, labelled ? y.npy.count : 0, error);
    if (status == CNN_OK && labelled)
        status = take_labels(d, &y, y_name, first, error);
    unload(&x);
    unload(&y);
    return status;
}

enum cnn_status arrays_read(struct cnn_dataset *d, enum cnn_split split, size_t first, size_t count,
                            struct cnn_error *error)
{
    uint8_t *bytes;
    size_t n_bytes;
    struct npz *npz;
    enum cnn_status status = file_read(d->source, max_file_bytes, &bytes, &n_bytes, error);
    if (status != CNN_OK)
        return status;
    d->count = count;
    status = npz_open(d->source, bytes, n_bytes, &npz, error);
    if (status == CNN_OK) {
        uint64_t limit = stream_gzip_limit(n_bytes);
        status =
            read_split(d, npz, limit < SIZE_MAX ? (size_t)limit : SIZE_MAX, split == CNN_TEST, first, error);
        npz_close(npz);
    } else if (status == CNN_ERROR_FORMAT) {
        error_hint(error, status, "of zip archives, .npz with x_train, y_train, x_test and y_test is read");
    }
    memory_free(bytes);
    return status;
}
