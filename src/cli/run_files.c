#include "run_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "resume.h"

/* No two files of a run may be one, also not by their helpers. */
static enum cnn_status check_differ(const char *const *path, size_t n, struct cnn_error *error)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < i && path[i]; k++) {
            bool collide;
            enum cnn_status status = cnn_file_collide(path[k], path[i], &collide, error);
            if (status)
                return status;
            if (collide) {
                fail(error, CNN_ERROR_USAGE, "%.256s and %.256s would write over each other", path[k],
                     path[i]);
                return fail_hint(error, "give the history a name of its own");
            }
        }
    return CNN_OK;
}

/* Whether a model may be saved there. What lies there may have been written by NumPy: then it loads. */
static enum cnn_status model_may_go(const char *path, bool overwrite, struct cnn_error *error)
{
    struct cnn_model *model;
    struct cnn_error other = {0};
    enum cnn_status status = cnn_file_may_write(path, CNN_FILE_MODEL, overwrite, NULL, error);
    if (status != CNN_ERROR_EXISTS || cnn_model_load(path, &model, &other) != CNN_OK)
        return status;
    cnn_model_free(model);
    return CNN_OK;
}

/* Whether a file begins as one that an earlier version left when it was killed: a process's number in a lock,
 * an archive in a temporary file. */
static bool is_leftover(const char *path, bool lock)
{
    char head[16];
    struct stat info;
    FILE *file = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? fopen(path, "r") : NULL;
    if (!file)
        return false;
    size_t n = fread(head, 1, sizeof head, file);
    fclose(file);
    if (!lock)
        return n >= 4 && memcmp(head, "PK\3\4", 4) == 0;
    return n >= 2 && n < sizeof head && strspn(head, "0123456789") == n - 1 && head[n - 1] == '\n';
}

static void name_leftovers(const char *model)
{
    static const char *const endings[] = {".lock", ".tmp"};
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX + 8];
        snprintf(path, sizeof path, "%s%s", model, endings[i]);
        if (is_leftover(path, i == 0))
            note("%s was left by an earlier version of this program, and may be removed", path);
    }
}

enum cnn_status run_files_claim(struct run_files *files, const struct train_settings *s,
                                struct cnn_error *error)
{
    if (s->resume)
        resume_model_path(s->resume, files->model);
    else
        snprintf(files->model, sizeof files->model, "%s", s->model);
    resume_last_path(files->model, files->last);
    files->history = s->history;
    files->overwrite = s->overwrite;
    const char *const path[N_RUN_LOCKS] = {files->model, files->last, s->history};
    bool goes_on = s->resume && strcmp(s->resume, files->model) == 0; /* loading tells whether it can */
    enum cnn_status status = model_may_go(files->model, s->overwrite || goes_on, error);
    if (status == CNN_OK && s->history)
        status = cnn_file_may_write(s->history, CNN_FILE_HISTORY, s->overwrite, NULL, error);
    if (status == CNN_OK)
        status = check_differ(path, N_RUN_LOCKS, error);
    for (size_t i = 0; status == CNN_OK && i < N_RUN_LOCKS && path[i]; i++)
        status = cnn_lock_acquire(path[i], &files->lock[i], error);
    if (status == CNN_OK && s->verbose > 0)
        name_leftovers(files->model);
    return status;
}

enum cnn_status run_files_go_on(struct run_files *files, const struct cnn_trainer *trainer,
                                const char *history, bool quiet, struct cnn_error *error)
{
    if (files->history || !*history)
        return CNN_OK;
    if (!cnn_trainer_has_history(trainer, history)) {
        if (!quiet)
            note("the history of this run is no longer in %s; --history FILE writes all of it", history);
        return CNN_OK;
    }
    snprintf(files->found, sizeof files->found, "%s", history);
    const char *const path[N_RUN_LOCKS] = {files->model, files->last, files->found};
    enum cnn_status status = cnn_file_may_write(files->found, CNN_FILE_HISTORY, false, NULL, error);
    if (status == CNN_OK)
        status = check_differ(path, N_RUN_LOCKS, error);
    if (status == CNN_OK)
        status = cnn_lock_acquire(files->found, &files->lock[N_RUN_LOCKS - 1], error);
    if (status == CNN_OK)
        files->history = files->found;
    if (status == CNN_OK && !quiet)
        note("the history goes on in %s", files->found);
    return status;
}

static void say_kept(void *quiet, const char *path, const char *name)
{
    if (!*(const bool *)quiet)
        note("%s is of another run: kept as %s (--overwrite keeps nothing)", path, name);
}

enum cnn_status run_files_keep(const struct run_files *files, const struct cnn_trainer *trainer, bool quiet,
                               struct cnn_error *error)
{
    bool stops_early = *cnn_trainer_options(trainer).early_stopping != '\0';
    struct cnn_run_files names = {files->model, stops_early ? files->last : NULL, files->history};
    enum cnn_status status = stops_early ? model_may_go(files->last, files->overwrite, error) : CNN_OK;
    if (status || files->overwrite)
        return status;
    return cnn_trainer_keep(trainer, &names, say_kept, &quiet, error);
}

void run_files_release(struct run_files *files)
{
    for (size_t i = N_RUN_LOCKS; i-- > 0;)
        cnn_lock_release(files->lock[i]);
}
