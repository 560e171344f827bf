#include "base/path.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_LINKS = 40, /* as many as Linux follows */
    MOST_ADDED = 64  /* bytes that the names of helpers are longer */
};

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* folder (n bytes of it) and name in one text; NULL when memory ran out. */
static char *join(const char *folder, size_t n, const char *name)
{
    size_t length = strlen(name) + 1;
    char *text = memory_alloc(n + length, 1);
    if (text) {
        memcpy(text, folder, n);
        memcpy(text + n, name, length);
    }
    return text;
}

/* Replaces *at, which is a link, by what it says. False when it cannot be read, or memory ran out (ENOMEM).
 */
static bool follow(char **at)
{
    char target[PATH_MAX];
    ssize_t n = readlink(*at, target, sizeof target - 1);
    if (n < 0)
        return false;
    target[n] = '\0';
    char *next = join(*at, target[0] == '/' ? 0 : folder_length(*at), target);
    if (!next) {
        errno = ENOMEM;
        return false;
    }
    memory_free(*at);
    *at = next;
    return true;
}

/* Follows the links that *at names. False with errno. */
static bool follow_all(char **at)
{
    struct stat info;
    for (int i = 0; i < MOST_LINKS; i++) {
        if (lstat(*at, &info) != 0)
            return errno == ENOENT; /* then the name is free, or its folder is missing */
        if (!S_ISLNK(info.st_mode))
            return true;
        if (!follow(at))
            return false;
    }
    errno = ELOOP;
    return false;
}

/* The folder of a path, without links, and the name in it. NULL with errno. */
static char *in_real_folder(const char *path)
{
    char real[PATH_MAX + 1];
    size_t n = folder_length(path);
    char *folder = n ? join("", 0, path) : join("", 0, ".");
    if (!folder) {
        errno = ENOMEM;
        return NULL;
    }
    if (n)
        folder[n] = '\0';
    bool found = realpath(folder, real) != NULL;
    memory_free(folder);
    if (!found)
        return NULL;
    if (strcmp(real, "/") != 0)
        strcat(real, "/");
    char *whole = join(real, strlen(real), path + n);
    if (!whole)
        errno = ENOMEM;
    return whole;
}

enum cnn_status path_resolve(const char *path, char **real, struct cnn_error *error)
{
    char *at = join("", 0, path), *whole = NULL;
    if (at && strlen(at) + MOST_ADDED > PATH_MAX)
        errno = ENAMETOOLONG;
    else if (at && (at[0] == '\0' || at[strlen(at) - 1] == '/'))
        errno = EISDIR;
    else if (at && follow_all(&at))
        whole = in_real_folder(at);
    int code = errno;
    memory_free(at);
    if (!at || (!whole && code == ENOMEM))
        return error_memory(error, strlen(path));
    if (!whole)
        return error_set(error, code == ENOENT ? CNN_ERROR_NOT_FOUND : CNN_ERROR_IO, "%s: cannot write: %s",
                         path, strerror(code));
    *real = whole;
    return CNN_OK;
}

char *path_beside(const char *path, const char *suffix)
{
    return join(path, strlen(path), suffix);
}

char *path_hidden(const char *path, const char *ending)
{
    size_t n = folder_length(path), room = strlen(path) + strlen(ending) + 3;
    char *text = memory_alloc(room, 1);
    if (text)
        snprintf(text, room, "%.*s.%s.%s", (int)n, path, path + n, ending);
    return text;
}

/* Whether the first at bytes of a path end so, with something of a name before it. */
static bool ends_in(const char *path, size_t at, const char *end)
{
    size_t n = strlen(end);
    return at > folder_length(path) + n && memcmp(path + at - n, end, n) == 0;
}

/* Where the endings of a name begin, which a number goes before. */
static size_t ending_at(const char *path)
{
    static const char last[] = ".last.npz";
    size_t at = strlen(path), first = folder_length(path) + 1; /* a dot in front is no ending */
    if (ends_in(path, at, PATH_PREVIOUS))
        at -= strlen(PATH_PREVIOUS);
    if (ends_in(path, at, last))
        return at - strlen(last);
    for (size_t i = at; i > first; i--)
        if (path[i - 1] == '.')
            return i - 1;
    return at;
}

char *path_numbered(const char *path, unsigned number)
{
    size_t at = ending_at(path), room = strlen(path) + 16;
    char *text = memory_alloc(room, 1);
    if (text)
        snprintf(text, room, "%.*s.%u%s", (int)at, path, number, path + at);
    return text;
}

/* The names of a file and its helpers, resolved. */
enum { N_NAMES = 4 };

static enum cnn_status names_of(const char *path, char **names, struct cnn_error *error)
{
    enum cnn_status status = path_resolve(path, &names[0], error);
    if (status != CNN_OK)
        return status;
    char *previous = path_beside(names[0], PATH_PREVIOUS);
    names[1] = path_hidden(names[0], PATH_TEMPORARY);
    names[2] = path_hidden(names[0], PATH_LOCK);
    if (previous && names[1] && names[2])
        status = path_resolve(previous, &names[3], error);
    else
        status = error_memory(error, strlen(path));
    memory_free(previous);
    return status;
}

/* One file under two spellings, as where letters have no case or a folder is mounted twice. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat left, right;
    return stat(a, &left) == 0 && stat(b, &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

enum cnn_status cnn_file_collide(const char *a, const char *b, bool *collide, struct cnn_error *error)
{
    char *of_a[N_NAMES] = {0}, *of_b[N_NAMES] = {0};
    enum cnn_status status = names_of(a, of_a, error);
    if (status == CNN_OK)
        status = names_of(b, of_b, error);
    bool found = status == CNN_OK && is_same_file(of_a[0], of_b[0]);
    for (size_t i = 0; status == CNN_OK && i < N_NAMES * N_NAMES; i++)
        found = found || strcmp(of_a[i / N_NAMES], of_b[i % N_NAMES]) == 0;
    if (status == CNN_OK)
        *collide = found;
    for (size_t i = 0; i < N_NAMES; i++) {
        memory_free(of_a[i]);
        memory_free(of_b[i]);
    }
    return status;
}
