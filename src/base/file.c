#include "base/file.h"

#include "base/lock.h"
#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum cnn_status io_error(struct cnn_error *error, const char *path, const char *what)
{
    int code = errno;
    return error_set(error, code == ENOENT ? CNN_ERROR_NOT_FOUND : CNN_ERROR_IO, "%s: cannot %s: %s", path,
                     what, strerror(code));
}

static enum cnn_status read_all(int fd, const char *path, uint8_t *bytes, size_t n_bytes,
                                struct cnn_error *error)
{
    for (size_t done = 0; done < n_bytes;) {
        ssize_t got = read(fd, bytes + done, n_bytes - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return io_error(error, path, "read");
        if (got == 0)
            return error_set(error, CNN_ERROR_IO, "%s: offset %zu: the file became shorter while it was read",
                             path, done);
        done += (size_t)got;
    }
    return CNN_OK;
}

enum cnn_status file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *n_bytes,
                          struct cnn_error *error)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would wait for its writer */
    if (fd < 0)
        return io_error(error, path, "open");
    enum cnn_status status = CNN_OK;
    uint8_t *memory = NULL;
    size_t size = 0;
    if (fstat(fd, &info) != 0)
        status = io_error(error, path, "look at");
    else if (!S_ISREG(info.st_mode))
        status = error_set(error, CNN_ERROR_FORMAT, "%s: not a file", path);
    else if ((uint64_t)info.st_size > max_bytes)
        status = error_set(error, CNN_ERROR_FORMAT, "%s: too large; expected at most %zu bytes, found %llu",
                           path, max_bytes, (unsigned long long)info.st_size);
    else {
        size = (size_t)info.st_size;
        memory = memory_alloc(size, 1);
        status = memory ? read_all(fd, path, memory, size, error) : error_memory(error, size);
    }
    close(fd);
    if (status != CNN_OK) {
        memory_free(memory);
        return status;
    }
    *bytes = memory;
    *n_bytes = size;
    return CNN_OK;
}

static enum cnn_status write_all(int fd, const char *path, const uint8_t *bytes, size_t n_bytes,
                                 struct cnn_error *error)
{
    for (size_t done = 0; done < n_bytes;) {
        ssize_t put = write(fd, bytes + done, n_bytes - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return io_error(error, path, "write");
        done += (size_t)put;
    }
    return fsync(fd) == 0 ? CNN_OK : io_error(error, path, "sync");
}

/* The folder's entry must reach the disk too, or a power cut may undo the rename. */
static enum cnn_status sync_folder(const char *path, struct cnn_error *error)
{
    const char *slash = strrchr(path, '/');
    char *folder = memory_copy_text(slash ? path : ".");
    if (!folder)
        return error_memory(error, strlen(path));
    if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum cnn_status status = CNN_OK;
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) /* EINVAL: a file system that cannot sync folders */
        status = io_error(error, path, "sync the folder of");
    if (fd >= 0)
        close(fd);
    memory_free(folder);
    return status;
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

char *file_beside(const char *path, const char *suffix)
{
    size_t length = strlen(path), more = strlen(suffix) + 1;
    char *text = memory_alloc(length + more, 1);
    if (text) {
        memcpy(text, path, length);
        memcpy(text + length, suffix, more);
    }
    return text;
}

/* A second name for what stands at path, which itself stays in place all the while. A file system without
 * hard links keeps none: a copy would cost as much as the file, and a rename would leave path empty for a
 * moment. */
static enum cnn_status keep_previous(const char *path, struct cnn_error *error)
{
    char *previous = file_beside(path, ".prev");
    if (!previous)
        return error_memory(error, strlen(path));
    enum cnn_status status = CNN_OK;
    if (!file_exists(path))
        status = CNN_OK; /* nothing to keep; what is kept already stays */
    else if (unlink(previous) != 0 && errno != ENOENT)
        status = io_error(error, previous, "replace");
    else if (link(path, previous) != 0 && errno != EPERM && errno != ENOTSUP && errno != ENOSYS &&
             errno != EMLINK)
        status = io_error(error, path, "keep the one before of");
    memory_free(previous);
    return status;
}

/* Fills the claimed temporary file and puts it in its place. */
static enum cnn_status write_and_rename(int fd, const char *temporary, const char *path, const uint8_t *bytes,
                                        size_t n_bytes, struct cnn_error *error)
{
    if (ftruncate(fd, 0) != 0)
        return io_error(error, path, "empty the temporary file of");
    enum cnn_status status = write_all(fd, path, bytes, n_bytes, error);
    if (status == CNN_OK)
        status = keep_previous(path, error);
    if (status == CNN_OK && rename(temporary, path) != 0)
        status = io_error(error, path, "rename to");
    return status;
}

static enum cnn_status write_through(const char *temporary, const char *path, const uint8_t *bytes,
                                     size_t n_bytes, struct cnn_error *error)
{
    int fd = lock_open(temporary);
    if (fd < 0 && errno == EWOULDBLOCK)
        return error_set(error, CNN_ERROR_BUSY, "%s: another program is writing it", path);
    if (fd < 0)
        return io_error(error, path, "write beside");
    enum cnn_status status = write_and_rename(fd, temporary, path, bytes, n_bytes, error);
    if (status != CNN_OK)
        unlink(temporary); /* before the claim on it ends */
    if (close(fd) != 0 && status == CNN_OK)
        status = io_error(error, path, "close");
    return status == CNN_OK ? sync_folder(path, error) : status;
}

enum cnn_status file_write(const char *path, const uint8_t *bytes, size_t n_bytes, struct cnn_error *error)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) /* a device would be renamed away */
        return error_set(error, CNN_ERROR_IO, "%s: cannot write: %s", path,
                         S_ISDIR(info.st_mode) ? "it is a folder" : "it is a device or pipe");
    char *temporary = file_beside(path, ".tmp");
    if (!temporary)
        return error_memory(error, strlen(path));
    enum cnn_status status = write_through(temporary, path, bytes, n_bytes, error);
    memory_free(temporary);
    return status;
}
