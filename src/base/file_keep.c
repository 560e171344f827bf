/* Files that a run did not make keep a name of their own: cnn.npz becomes cnn.1.npz too. */
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_KEPT = 100000, COPY_BYTES = 1 << 16 };

static enum cnn_status cannot_keep(const char *path, const char *name, struct cnn_error *error)
{
    return error_set(error, CNN_ERROR_IO, "%s: cannot be kept as %s: %s", path, name, strerror(errno));
}

/* What a numbered name is to a file. */
enum name_state { NAME_FREE, NAME_HAS_IT, NAME_TAKEN };

static enum name_state look_at(const char *path, const char *name)
{
    struct stat file, there;
    if (lstat(name, &there) != 0)
        return errno == ENOENT ? NAME_FREE : NAME_TAKEN;
    return stat(path, &file) == 0 && file.st_dev == there.st_dev && file.st_ino == there.st_ino ? NAME_HAS_IT
                                                                                                : NAME_TAKEN;
}

/* Copies all bytes from one descriptor to another, and syncs. False with errno. */
static bool copy_bytes(int from, int to)
{
    char bytes[COPY_BYTES];
    for (ssize_t n; (n = read(from, bytes, sizeof bytes)) != 0;) {
        if (n < 0 && errno != EINTR)
            return false;
        for (ssize_t done = 0, put; done < n; done += put)
            if ((put = write(to, bytes + done, (size_t)(n - done))) < 0) {
                if (errno != EINTR)
                    return false;
                put = 0;
            }
    }
    return fsync(to) == 0;
}

/* A copy under a name that nothing has; nothing is left of it when it fails. False with errno. */
static bool copy_file(const char *path, const char *name)
{
    struct stat info;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return false;
    int to = fstat(from, &info) == 0
                 ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, info.st_mode & 0666)
                 : -1;
    bool done = to >= 0 && copy_bytes(from, to);
    int code = errno;
    if (to >= 0 && close(to) != 0 && done) {
        done = false;
        code = errno;
    }
    if (to >= 0 && !done)
        unlink(name);
    close(from);
    errno = code;
    return done;
}

static bool give_name(const char *path, const char *name)
{
    if (link(path, name) == 0)
        return true;
    bool no_links = errno == EPERM || errno == ENOTSUP || errno == ENOSYS || errno == EMLINK;
    return no_links && copy_file(path, name);
}

/* Names that something else is about to be written to. */
struct used {
    char *const *name;
    size_t n;
};

static bool is_used(const struct used *used, const char *name)
{
    for (size_t i = 0; i < used->n; i++)
        if (used->name[i] && strcmp(used->name[i], name) == 0)
            return true;
    return false;
}

/* Whether the number is free for all of the files, but where they have it already. Errors: MEMORY. */
static enum cnn_status is_free(const struct file_keep *files, size_t n_files, const struct used *used,
                               unsigned number, bool *all_free, struct cnn_error *error)
{
    *all_free = true;
    for (size_t i = 0; i < n_files; i++) {
        char *name = path_numbered(files[i].as, number);
        if (!name)
            return error_memory(error, strlen(files[i].as));
        *all_free = *all_free && look_at(files[i].path, name) != NAME_TAKEN && !is_used(used, name);
        memory_free(name);
    }
    return CNN_OK;
}

static enum cnn_status keep_one(const struct file_keep *file, unsigned number, struct cnn_error *error)
{
    char *name = path_numbered(file->as, number);
    if (!name)
        return error_memory(error, strlen(file->as));
    enum cnn_status status = CNN_OK;
    struct stat info;
    if (stat(file->path, &info) != 0)
        status = errno == ENOENT ? CNN_OK : cannot_keep(file->path, name, error);
    else if (look_at(file->path, name) != NAME_HAS_IT)
        status = give_name(file->path, name) ? file_sync_folder(name, error)
                                             : cannot_keep(file->path, name, error);
    memory_free(name);
    return status;
}

enum cnn_status file_keep(const struct file_keep *files, size_t n_files, char *const *used, size_t n_used,
                          unsigned *number, struct cnn_error *error)
{
    const struct used others = {used, n_used};
    bool all_free = false;
    unsigned n = 0;
    enum cnn_status status = CNN_OK;
    while (status == CNN_OK && !all_free && n < MOST_KEPT)
        status = is_free(files, n_files, &others, ++n, &all_free, error);
    if (status == CNN_OK && !all_free)
        return error_set(error, CNN_ERROR_IO, "%s: %d earlier ones are kept already", files[0].path,
                         MOST_KEPT);
    for (size_t i = 0; status == CNN_OK && i < n_files; i++)
        status = keep_one(&files[i], n, error);
    if (status == CNN_OK)
        *number = n;
    return status;
}
