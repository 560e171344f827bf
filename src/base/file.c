#include "base/file.h"

#include "base/lock.h"
#include "base/memory.h"
#include "base/path.h"
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

static enum cnn_status not_a_file(const char *path, bool folder, struct cnn_error *error)
{
    error_set(error, CNN_ERROR_FORMAT, "%s: not a file but a %s", path, folder ? "folder" : "device or pipe");
    return folder ? error_hint(error, CNN_ERROR_FORMAT, "name a file in it") : CNN_ERROR_FORMAT;
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
        status = not_a_file(path, S_ISDIR(info.st_mode), error);
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
enum cnn_status file_sync_folder(const char *path, struct cnn_error *error)
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

/* What one write is about. */
struct writing {
    const char *path; /* as the caller named it, for messages */
    char *real, *temporary, *previous;
    const uint8_t *bytes;
    size_t n_bytes;
    bool there;         /* something stands at real */
    struct stat before; /* and that is it */
};

static bool no_hard_links(int code)
{
    return code == EPERM || code == ENOTSUP || code == ENOSYS || code == EMLINK;
}

/* A second name for what stands at the path, which itself stays in place all the while. A file system without
 * hard links keeps none: a copy would cost as much as the file, and a rename would leave the path empty for a
 * moment. A file of somebody else that has the name keeps it. */
static enum cnn_status keep_previous(const struct writing *w, enum cnn_file_kind kind,
                                     struct cnn_error *error)
{
    if (!w->there || !file_keeps_previous(kind))
        return CNN_OK; /* nothing to keep; what is kept already stays */
    bool linked = link(w->real, w->previous) == 0;
    if (!linked && errno == EEXIST) {
        int ours = file_is_ours(w->previous, kind);
        if (ours == 0)
            return CNN_OK;
        if (ours < 0 || unlink(w->previous) != 0)
            return io_error(error, w->path, "replace the one before of");
        linked = link(w->real, w->previous) == 0;
    }
    return linked || no_hard_links(errno) ? CNN_OK : io_error(error, w->path, "keep the one before of");
}

/* The new file belongs to whom the old one belonged, as far as this user may say so, with its mode. */
static enum cnn_status take_mode(int fd, const struct writing *w, struct cnn_error *error)
{
    if (!w->there)
        return CNN_OK;
    bool given = fchown(fd, w->before.st_uid, w->before.st_gid) == 0;
    (void)given; /* only root can give a file away; the mode is what counts */
    return fchmod(fd, w->before.st_mode & 07777) == 0 ? CNN_OK : io_error(error, w->path, "set the mode of");
}

/* Fills the claimed temporary file and puts it in its place. */
static enum cnn_status write_and_rename(int fd, const struct writing *w, enum cnn_file_kind kind,
                                        struct cnn_error *error)
{
    if (ftruncate(fd, 0) != 0)
        return io_error(error, w->path, "empty the temporary file of");
    enum cnn_status status = take_mode(fd, w, error);
    if (status == CNN_OK)
        status = write_all(fd, w->path, w->bytes, w->n_bytes, error);
    if (status == CNN_OK)
        status = keep_previous(w, kind, error);
    if (status == CNN_OK && rename(w->temporary, w->real) != 0)
        status = io_error(error, w->path, "rename to");
    return status;
}

static enum cnn_status cannot_claim(const struct writing *w, struct cnn_error *error)
{
    if (errno == EWOULDBLOCK)
        return error_set(error, CNN_ERROR_BUSY, "%s: another program is writing it", w->path);
    if (errno != EEXIST)
        return io_error(error, w->path, "write beside");
    enum cnn_status status = error_set(
        error, CNN_ERROR_EXISTS, "%s: cannot write beside: %s is there, and was not left by this program",
        w->path, w->temporary);
    return error_hint(error, status, "move it away");
}

static enum cnn_status write_through(const struct writing *w, enum cnn_file_kind kind,
                                     struct cnn_error *error)
{
    int fd = lock_open(w->temporary, w->there ? w->before.st_mode & 0666 : 0666, file_begins_ours);
    if (fd < 0)
        return cannot_claim(w, error);
    enum cnn_status status = write_and_rename(fd, w, kind, error);
    if (status != CNN_OK)
        unlink(w->temporary); /* before the claim on it ends */
    if (close(fd) != 0 && status == CNN_OK)
        status = io_error(error, w->path, "close");
    return status == CNN_OK ? file_sync_folder(w->real, error) : status;
}

/* Looks at what stands where the writing goes. */
static enum cnn_status look(struct writing *w, struct cnn_error *error)
{
    w->there = stat(w->real, &w->before) == 0;
    if (!w->there && errno != ENOENT)
        return io_error(error, w->path, "write");
    if (w->there && !S_ISREG(w->before.st_mode)) /* a device would be renamed away */
        return error_set(error, CNN_ERROR_IO, "%s: cannot write: it is a %s", w->path,
                         S_ISDIR(w->before.st_mode) ? "folder" : "device or pipe");
    return CNN_OK;
}

enum cnn_status file_write(const char *path, enum cnn_file_kind kind, const uint8_t *bytes, size_t n_bytes,
                           struct cnn_error *error)
{
    struct writing w = {.path = path, .bytes = bytes, .n_bytes = n_bytes};
    enum cnn_status status = path_resolve(path, &w.real, error);
    if (status != CNN_OK)
        return status;
    w.temporary = path_hidden(w.real, PATH_TEMPORARY);
    w.previous = path_beside(w.real, PATH_PREVIOUS);
    status = w.temporary && w.previous ? look(&w, error) : error_memory(error, strlen(path));
    if (status == CNN_OK)
        status = write_through(&w, kind, error);
    memory_free(w.previous);
    memory_free(w.temporary);
    memory_free(w.real);
    return status;
}
