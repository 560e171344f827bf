#include "base/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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
