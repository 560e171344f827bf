#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
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

/* Whether the file that is open may be taken over. 0: not ours; -1 with errno: no telling. */
static int is_ours(int fd, lock_ours *ours)
{
    struct stat held;
    char head[LOCK_HEAD];
    if (fstat(fd, &held) != 0)
        return -1;
    if (!S_ISREG(held.st_mode) || held.st_nlink > 1 || held.st_uid != geteuid())
        return 0;
    ssize_t n = pread(fd, head, sizeof head, 0);
    return n < 0 ? -1 : n == 0 || ours(head, (size_t)n);
}

/* Opened without waiting for the other end of a pipe, and not through a link. */
static int open_here(const char *path, mode_t mode)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, mode);
    if (fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO))
        errno = EEXIST;
    return fd;
}

int lock_open(const char *path, mode_t mode, lock_ours *ours)
{
    for (int i = 0; i < MAX_TRIES; i++) {
        int fd = open_here(path, mode);
        if (fd < 0)
            return -1;
        int named = claim(fd) ? is_named(fd, path) : -1;
        int good = named == 1 ? is_ours(fd, ours) : -1;
        if (good == 1)
            return fd;
        int code = good == 0 ? EEXIST : errno;
        close(fd);
        errno = code;
        if (named != 0)
            return -1; /* else its holder removed it between our open and our claim: once more */
    }
    errno = EWOULDBLOCK;
    return -1;
}
