/* The files of a run of cnn train: claimed before the work, and nobody else's lost by it. */
#ifndef CLI_RUN_FILES_H
#define CLI_RUN_FILES_H

#include <limits.h>

#include "train_settings.h"

enum { N_RUN_LOCKS = 3 };

struct run_files {
    char model[PATH_MAX]; /* where the run is saved */
    char last[PATH_MAX];  /* where early stopping leaves its end */
    const char *history;  /* NULL: none is written */
    char found[PATH_MAX]; /* that one, where the run's file named it */
    bool overwrite;
    struct cnn_lock *lock[N_RUN_LOCKS];
};

/* Names the files of a run and claims them: each may be written, no two are one, no other run has them.
 * Errors: EXISTS, BUSY, USAGE, NOT_FOUND, IO, MEMORY. */
enum cnn_status run_files_claim(struct run_files *files, const struct train_settings *settings,
                                struct cnn_error *error);

/* Of a run that goes on without --history: claims the one that it was written to, if that is still there, and
 * says so, or that it is not. Errors: as above. */
enum cnn_status run_files_go_on(struct run_files *files, const struct cnn_trainer *trainer,
                                const char *history, bool quiet, struct cnn_error *error);

/* Before the first step: what this run would replace and did not make gets a second name, which is said
 * unless quiet. Errors: EXISTS, IO, MEMORY. */
enum cnn_status run_files_keep(const struct run_files *files, const struct cnn_trainer *trainer, bool quiet,
                               struct cnn_error *error);

void run_files_release(struct run_files *files);

#endif
