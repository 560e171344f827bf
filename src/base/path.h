/* Names of files: where they lead, and the names that the program makes beside them. */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "cnn.h"

/* Beside a file NAME lie, while it is written, .NAME.cnn-tmp, and while a run owns it, .NAME.cnn-lock. */
#define PATH_TEMPORARY "cnn-tmp"
#define PATH_LOCK "cnn-lock"

/* The one before, NAME.prev. */
#define PATH_PREVIOUS ".prev"

/* Where a file of that name lies, or would lie when written: symbolic links followed, dangling ones too, its
 * folder absolute and without links. Two names of one file resolve to one text.
 * Errors: NOT_FOUND (no such folder), IO (links in a circle, a name that ends in a slash), MEMORY.
 * Owns: the caller (memory_free). */
enum cnn_status path_resolve(const char *path, char **real, struct cnn_error *error);

/* The path with a suffix; NULL when memory ran out. Owns: the caller. */
char *path_beside(const char *path, const char *suffix);

/* "folder/.NAME.ending" for "folder/NAME"; NULL when memory ran out. Owns: the caller. */
char *path_hidden(const char *path, const char *ending);

/* "cnn.3.npz" for "cnn.npz", "cnn.3.last.npz" for "cnn.last.npz", "cnn.3.npz.prev" for "cnn.npz.prev",
 * "text.3" for "text"; NULL when memory ran out. Owns: the caller. */
char *path_numbered(const char *path, unsigned number);

#endif
