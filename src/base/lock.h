/* A file that only one program at a time may hold. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

/* Opens path for writing, makes it if need be, and claims it. The system gives the claim up when the
 * descriptor is closed and when the process ends, however it ends, so that nothing is ever stale. Only who
 * holds a file may remove or rename it. Where a file system has no locks the file is opened all the same.
 * Errors: -1 with errno set; EWOULDBLOCK while another descriptor holds it. */
int lock_open(const char *path);

#endif
