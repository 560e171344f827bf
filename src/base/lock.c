#include "base/lock.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_TRIES = 100 };

static bool claim(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno == ENOLCK || errno == ENOTSUP || errno == ENOSYS;
}

/* Whether path still names the file that is open. 0: no, it was removed or replaced; -1 with errno: no
 * telling. */
static int is_named(int fd, const char *path)
{
    struct stat held, named;
    if (fstat(fd, &held) != 0)
        return -1;
    if (lstat(path, &named) != 0)
        return errno == ENOENT ? 0 : -1;
    return held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

int lock_open(const char *path)
{
    for (int i = 0; i < MAX_TRIES; i++) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (fd < 0)
            return -1;
        int named = claim(fd) ? is_named(fd, path) : -1;
        if (named == 1)
            return fd;
        int code = errno;
        close(fd);
        errno = code;
        if (named < 0)
            return -1; /* else its holder removed it between our open and our claim: once more */
    }
    errno = EWOULDBLOCK;
    return -1;
}

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
