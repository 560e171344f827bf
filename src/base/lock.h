/* A file that only one program at a time may hold. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether what a file begins with may have been written by this program; n may be less than is asked for. */
typedef bool lock_ours(const char *head, size_t n);
enum { LOCK_HEAD = 16 };

/* Opens path for reading and writing, makes it with that mode if need be, and claims it. What stands there
 * already, left by a program that was killed, is taken over only if it is a plain file under this one name,
 * of this user, and empty or ours by its first bytes. The system gives the claim up when the descriptor is
 * closed and when the process ends, however it ends, so that nothing is ever stale. Only who holds a file may
 * remove or rename it. Where a file system has no locks the file is opened all the same.
 * Errors: -1 with errno set; EWOULDBLOCK while another descriptor holds it, EEXIST: not to be taken over. */
int lock_open(const char *path, mode_t mode, lock_ours *ours);

#endif
