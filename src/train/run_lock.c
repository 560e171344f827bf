/* The claim of a run on the model file that it will write. */
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct cnn_lock {
    int fd;
    char *path; /* of the lock's own file */
};

/* The number in the lock's file, as its holder wrote it; 0: none. */
static long holder_of(const char *path)
{
    uint8_t *bytes;
    size_t n_bytes;
    char text[24] = "";
    if (file_read(path, sizeof text - 1, &bytes, &n_bytes, NULL) != CNN_OK)
        return 0;
    memcpy(text, bytes, n_bytes);
    memory_free(bytes);
    return strtol(text, NULL, 10);
}

static enum cnn_status lock_error(const char *path, const char *lock_path, struct cnn_error *error)
{
    int code = errno;
    if (code != EWOULDBLOCK)
        return error_set(error, code == ENOENT ? CNN_ERROR_NOT_FOUND : CNN_ERROR_IO,
                         "%s: cannot make its lock %s: %s", path, lock_path, strerror(code));
    long holder = holder_of(lock_path);
    char who[48] = "another program";
    if (holder > 0)
        snprintf(who, sizeof who, "process %ld", holder);
    enum cnn_status status = error_set(error, CNN_ERROR_BUSY, "%s: %s is training this model", path, who);
    return error_hint(error, status, "wait until it ends, or name another file for this run");
}

/* Who holds it is said for the reader's sake alone; a full disk must not end the run here. */
static void sign(int fd)
{
    char text[24];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || write(fd, text, (size_t)n) != n)
        return;
}

enum cnn_status cnn_lock_acquire(const char *path, struct cnn_lock **out, struct cnn_error *error)
{
    struct cnn_lock *lock = memory_alloc(1, sizeof *lock);
    char *lock_path = file_beside(path, ".lock");
    if (!lock || !lock_path) {
        memory_free(lock);
        memory_free(lock_path);
        return error_memory(error, sizeof *lock + strlen(path));
    }
    *lock = (struct cnn_lock){lock_open(lock_path), lock_path};
    if (lock->fd < 0) {
        enum cnn_status status = lock_error(path, lock_path, error);
        memory_free(lock);
        memory_free(lock_path);
        return status;
    }
    sign(lock->fd);
    *out = lock;
    return CNN_OK;
}

void cnn_lock_release(struct cnn_lock *lock)
{
    if (!lock)
        return;
    unlink(lock->path); /* while it is ours: who waits for it sees that the name is gone and makes it anew */
    close(lock->fd);
    memory_free(lock->path);
    memory_free(lock);
}
