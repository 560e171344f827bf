/* A model's confidence, put into its file when it is there already. */
#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"

static enum cnn_status add_to_archive(struct npz *npz, const char *path, const struct cnn_confidence *table,
                                      struct cnn_error *error)
{
    if (npz_has(npz, CONFIDENCE_ARRAY))
        return CNN_OK;
    struct npz_writer *w = npz_writer_create();
    enum cnn_status status = npz_add_all(w, npz, error);
    if (status != CNN_OK) {
        npz_discard(w);
        return status;
    }
    confidence_add(w, table);
    return npz_finish(w, path, error);
}

enum cnn_status cnn_model_keep_confidence(const char *path, const struct cnn_confidence *confidence,
                                          struct cnn_error *error)
{
    struct cnn_lock *lock;
    uint8_t *bytes;
    struct npz *npz;
    enum cnn_status status = cnn_lock_acquire(path, &lock, error); /* or a run would lose what it saves now */
    if (status != CNN_OK)
        return status;
    status = model_file_open(path, &bytes, &npz, error);
    if (status == CNN_OK) {
        status = add_to_archive(npz, path, confidence, error);
        npz_close(npz);
        memory_free(bytes);
    }
    cnn_lock_release(lock);
    return status;
}
