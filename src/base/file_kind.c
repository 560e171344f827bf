/* Whose a file is, told by its first bytes, and whether it may be written over. */
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

enum { HEAD_BYTES = 1024 }; /* a file's mark lies in these */

#define BYTES(text) text, sizeof text - 1

static const struct kind {
    const char *name; /* "is no NAME of this program" */
    const char *first;
    size_t n_first;
    const char *mark; /* somewhere behind them */
    size_t n_mark;
    bool keeps_previous;
} kinds[] = {
    [CNN_FILE_MODEL] = {"model", BYTES("PK\3\4"), BYTES("format.npy"), true},
    [CNN_FILE_HISTORY] = {"history", BYTES("epoch,loss,accuracy"), BYTES(""), false},
    [CNN_FILE_PNG] = {"picture", BYTES("\x89PNG\r\n\x1a\n"), BYTES("Software\0cnn"), false},
    [CNN_FILE_SVG] = {"drawing", BYTES("<svg"), BYTES("<metadata>cnn"), false},
    [CNN_FILE_HTML] = {"page", BYTES("<!DOCTYPE html>"), BYTES("name=\"generator\" content=\"cnn"), false},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

bool file_keeps_previous(enum cnn_file_kind kind)
{
    return kinds[kind].keeps_previous;
}

bool file_begins_ours(const char *head, size_t n)
{
    for (size_t i = 0; i < N_KINDS; i++)
        if (memcmp(head, kinds[i].first, n < kinds[i].n_first ? n : kinds[i].n_first) == 0)
            return true;
    return false;
}

/* Reads what a plain file begins with; nothing of one that is none. -1 with errno. */
static ssize_t read_head(const char *path, char *head)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    ssize_t n = fstat(fd, &info);
    if (n == 0 && S_ISREG(info.st_mode))
        n = pread(fd, head, HEAD_BYTES, 0);
    int code = errno;
    close(fd);
    errno = code;
    return n;
}

static bool is_kind(const char *head, size_t n, const struct kind *kind)
{
    return n >= kind->n_first && memcmp(head, kind->first, kind->n_first) == 0 &&
           memmem(head, n, kind->mark, kind->n_mark) != NULL;
}

int file_is_ours(const char *path, enum cnn_file_kind kind)
{
    char head[HEAD_BYTES];
    ssize_t n = read_head(path, head);
    return n < 0 ? -1 : n == 0 || is_kind(head, (size_t)n, &kinds[kind]);
}

static enum cnn_status refuse(const char *path, const struct kind *kind, struct cnn_error *error)
{
    enum cnn_status status = error_set(
        error, CNN_ERROR_EXISTS, "%s: is there already, and is no %s of this program", path, kind->name);
    return error_hint(error, status, "name another file, or add --overwrite if it may be lost");
}

/* What stands there is a plain file that may be written to. */
static enum cnn_status judge_file(const char *path, const char *real, const struct kind *kind, bool overwrite,
                                  enum cnn_file_fate *fate, struct cnn_error *error)
{
    char head[HEAD_BYTES];
    ssize_t n = access(real, W_OK) == 0 ? read_head(real, head) : -1;
    if (n < 0)
        return error_set(error, CNN_ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
    bool ours = n == 0 || is_kind(head, (size_t)n, kind);
    if (!ours && !overwrite)
        return refuse(path, kind, error);
    *fate = ours ? CNN_FILE_REPLACED : CNN_FILE_OVERWRITTEN;
    return CNN_OK;
}

/* Whether a file can be made in the folder that a resolved path lies in. */
static bool folder_takes_files(char *real)
{
    char *name = strrchr(real, '/') + 1, first = *name;
    *name = '\0';
    bool takes = access(real, W_OK | X_OK) == 0;
    *name = first;
    return takes;
}

static enum cnn_status judge(const char *path, char *real, const struct kind *kind, bool overwrite,
                             enum cnn_file_fate *fate, struct cnn_error *error)
{
    struct stat info;
    bool there = stat(real, &info) == 0;
    if ((!there && errno != ENOENT) || !folder_takes_files(real))
        return error_set(error, CNN_ERROR_IO, "%s: cannot write: %s", path, strerror(errno));
    if (!there) {
        *fate = CNN_FILE_NEW;
        return CNN_OK;
    }
    if (S_ISDIR(info.st_mode)) {
        error_set(error, CNN_ERROR_IO, "%s: cannot write: it is a folder", path);
        return error_hint(error, CNN_ERROR_IO, "name a file in it");
    }
    if (!S_ISREG(info.st_mode))
        return error_set(error, CNN_ERROR_IO, "%s: cannot write: it is a device or pipe", path);
    return judge_file(path, real, kind, overwrite, fate, error);
}

enum cnn_status cnn_file_may_write(const char *path, enum cnn_file_kind kind, bool overwrite,
                                   enum cnn_file_fate *fate, struct cnn_error *error)
{
    char *real;
    enum cnn_file_fate found = CNN_FILE_NEW;
    enum cnn_status status = path_resolve(path, &real, error);
    if (status != CNN_OK)
        return status;
    status = judge(path, real, &kinds[kind], overwrite, &found, error);
    memory_free(real);
    if (status == CNN_OK && fate)
        *fate = found;
    return status;
}

enum cnn_status cnn_file_write(const char *path, enum cnn_file_kind kind, bool overwrite,
                               const uint8_t *bytes, size_t n_bytes, struct cnn_error *error)
{
    enum cnn_status status = cnn_file_may_write(path, kind, overwrite, NULL, error);
    return status == CNN_OK ? file_write(path, kind, bytes, n_bytes, error) : status;
}
