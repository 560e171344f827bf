#include "base/file.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!folder)
        return error_memory(error, strlen(path));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum cnn_status status = CNN_OK;
    if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL)) /* EINVAL: a file system that cannot sync folders */
        status = io_error(error, folder, "sync the folder");
    if (fd >= 0)
        close(fd);
    free(folder);
    return status;
}

enum cnn_status file_write(const char *path, const uint8_t *bytes, size_t n_bytes, struct cnn_error *error)
{
    size_t length = strlen(path) + sizeof ".XXXXXX";
    char *temporary = memory_alloc(length, 1);
    if (!temporary)
        return error_memory(error, length);
    snprintf(temporary, length, "%s.XXXXXX", path);
    int fd = mkstemp(temporary);
    enum cnn_status status = CNN_OK;
    if (fd < 0) {
        status = io_error(error, path, "write beside");
        memory_free(temporary);
        return status;
    }
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(fd, 0666 & ~mask) != 0)
        status = io_error(error, path, "set the mode of");
    if (status == CNN_OK)
        status = write_all(fd, path, bytes, n_bytes, error);
    if (close(fd) != 0 && status == CNN_OK)
        status = io_error(error, path, "close");
    if (status == CNN_OK && rename(temporary, path) != 0)
        status = io_error(error, path, "rename to");
    if (status == CNN_OK)
        status = sync_folder(path, error);
    else
        unlink(temporary);
    memory_free(temporary);
    return status;
}
