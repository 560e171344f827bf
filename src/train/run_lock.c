/* The claim of a run on a file that it will write. */
#include "base/file.h"
#include "base/lock.h"
#include "base/memory.h"
#include "base/path.h"
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

static const char signature[] = "cnn "; /* a lock's file holds this, and the number of its process */
enum { SIGNED = sizeof signature - 1 };

static bool is_signed(const char *head, size_t n)
{
    return memcmp(head, signature, n < SIGNED ? n : SIGNED) == 0;
}

/* The number in the lock's file, as its holder wrote it; 0: none. */
static long holder_of(const char *path)
{
    uint8_t *bytes;
    size_t n_bytes;
    char text[32] = "";
    if (file_read(path, sizeof text - 1, &bytes, &n_bytes, NULL) != CNN_OK)
        return 0;
    memcpy(text, bytes, n_bytes);
    memory_free(bytes);
    return n_bytes > SIGNED && is_signed(text, n_bytes) ? strtol(text + SIGNED, NULL, 10) : 0;
}

static enum cnn_status is_busy(const char *path, const char *lock_path, struct cnn_error *error)
{
    long holder = holder_of(lock_path);
    char who[48] = "another program";
    if (holder > 0)
        snprintf(who, sizeof who, "process %ld", holder);
    enum cnn_status status = error_set(error, CNN_ERROR_BUSY, "%s: %s is training with this file", path, who);
    return error_hint(error, status, "wait until it ends, or name another file for this run");
}

static enum cnn_status lock_error(const char *path, const char *lock_path, struct cnn_error *error)
{
    int code = errno;
    if (code == EWOULDBLOCK)
        return is_busy(path, lock_path, error);
    if (code != EEXIST)
        return error_set(error, code == ENOENT ? CNN_ERROR_NOT_FOUND : CNN_ERROR_IO,
                         "%s: cannot make its lock %s: %s", path, lock_path, strerror(code));
    enum cnn_status status =
        error_set(error, CNN_ERROR_EXISTS,
                  "%s: cannot make its lock: %s is there, and was not left by this program", path, lock_path);
    return error_hint(error, status, "move it away");
}

/* Who holds it is said for the reader's sake alone; a full disk must not end the run here. */
static void sign(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%s%ld\n", signature, (long)getpid());
    if (ftruncate(fd, 0) != 0 || write(fd, text, (size_t)n) != n)
        return;
}

enum cnn_status cnn_lock_acquire(const char *path, struct cnn_lock **out, struct cnn_error *error)
{
    char *real;
    enum cnn_status status = path_resolve(path, &real, error);
    if (status != CNN_OK)
        return status;
    struct cnn_lock *lock = memory_alloc(1, sizeof *lock);
    char *lock_path = path_hidden(real, PATH_LOCK);
    memory_free(real);
    if (!lock || !lock_path)
        status = error_memory(error, sizeof *lock + strlen(path));
    else if ((lock->fd = lock_open(lock_path, 0666, is_signed)) < 0)
        status = lock_error(path, lock_path, error);
    if (status != CNN_OK) {
        memory_free(lock);
        memory_free(lock_path);
        return status;
    }
    lock->path = lock_path;
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
