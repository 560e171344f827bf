/*
 * Files: read whole, written whole or not at all, and never over what is somebody else's.
 *
 * Whatever the program writes, now or later, goes one way:
 *   before the work    cnn_file_may_write   may I write here, and what becomes of what is there?
 *   after it           cnn_file_write       asks again, then file_write
 * A new kind of file is a word in enum cnn_file_kind and a row in file_kind.c: what it begins with, and a
 * mark within its first bytes that only this program puts there (a picture's "Software" text, a page's
 * generator), so that the photograph or page of somebody else is never taken for one of ours.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "cnn.h"

/* Reads a file of at most max_bytes into fresh memory.
 * Errors: NOT_FOUND, IO, FORMAT (longer than max_bytes, a folder), MEMORY. Owns: the caller (memory_free). */
enum cnn_status file_read(const char *path, size_t max_bytes, uint8_t **bytes, size_t *n_bytes,
                          struct cnn_error *error);

/* Writes a file so that at every moment path holds either all of it or what it held before: .NAME.cnn-tmp is
 * written beside it, synced and renamed, the folder synced. Where path is a symbolic link, its target is what
 * is written; the mode of what stood there stays. Of a kind that keeps the one before, that becomes path.prev
 * (where the file system has hard links, and unless a file of somebody else has that name). What a killed
 * program left of the temporary file is written over by the next; a file that cannot be such a rest is left
 * alone. Errors: IO, NOT_FOUND (no such folder), BUSY (another is writing it), EXISTS (the temporary file's
 * place is taken), MEMORY; path is whole after each. */
enum cnn_status file_write(const char *path, enum cnn_file_kind kind, const uint8_t *bytes, size_t n_bytes,
                           struct cnn_error *error);

/* Whether anything stands at path. */
bool file_exists(const char *path);

/* Whether path holds a file that this program made as that kind, or an empty one; -1 with errno: no telling.
 */
int file_is_ours(const char *path, enum cnn_file_kind kind);

/* Whether these may be the first bytes of a file of this program, of any kind, perhaps cut short. */
bool file_begins_ours(const char *head, size_t n);

/* Whether the one before is kept when a file of that kind is written. */
bool file_keeps_previous(enum cnn_file_kind kind);

/* One of a group of files that belong together, and the name that its kept name is made of. */
struct file_keep {
    const char *path; /* resolved; what does not exist is passed over */
    const char *as;   /* mostly the same */
};

/* Gives each of the files a second name with a number in it (path_numbered of `as`), the first number that is
 * free for all of them; nothing is overwritten, and path stays as it is. Files that have such a name already
 * get no other. A file system without hard links gets copies. The names in used, resolved, some of them NULL,
 * count as taken: something else is about to be written there.
 * Errors: IO, MEMORY; then what was kept before the error stays. */
enum cnn_status file_keep(const struct file_keep *files, size_t n_files, char *const *used, size_t n_used,
                          unsigned *number, struct cnn_error *error);

/* Makes the entries of the folder that path lies in reach the disk. Errors: IO, MEMORY. */
enum cnn_status file_sync_folder(const char *path, struct cnn_error *error);

#endif
