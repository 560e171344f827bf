#include "history.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

static enum cnn_status write_error(struct cnn_error *error, const char *path)
{
    return fail(error, CNN_ERROR_IO, "%.512s: cannot write: %s", path, strerror(errno));
}

enum cnn_status path_check_writable(const char *path, struct cnn_error *error)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    struct stat found;
    if (strlen(path) + 32 > sizeof folder) /* room for the endings of temporary files */
        return fail(error, CNN_ERROR_IO, "%.64s...: the path is too long", path);
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
    if (stat(path, &found) == 0 && !S_ISREG(found.st_mode))
        return fail(error, CNN_ERROR_IO, "%.512s: is there and is not a file", path);
    return access(folder, W_OK | X_OK) ? write_error(error, path) : CNN_OK;
}

static void write_rows(FILE *file, const struct cnn_trainer *trainer, bool validation)
{
    fprintf(file, "epoch,loss,accuracy%s\n", validation ? ",val_loss,val_accuracy" : "");
    for (size_t i = 0; i < cnn_trainer_epochs_done(trainer); i++) {
        struct cnn_epoch epoch = cnn_trainer_epoch(trainer, i);
        fprintf(file, "%zu,%.9g,%.9g", i + 1, epoch.loss, epoch.accuracy);
        if (validation)
            fprintf(file, ",%.9g,%.9g", epoch.val_loss, epoch.val_accuracy);
        fputc('\n', file);
    }
}

enum cnn_status history_write(const char *path, const struct cnn_trainer *trainer, bool validation,
                              struct cnn_error *error)
{
    char temporary[PATH_MAX];
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    FILE *file = fopen(temporary, "w");
    if (!file)
        return write_error(error, temporary);
    write_rows(file, trainer, validation);
    enum cnn_status status = CNN_OK;
    if (fflush(file) || ferror(file) || fsync(fileno(file)))
        status = write_error(error, temporary);
    if (fclose(file) && status == CNN_OK)
        status = write_error(error, temporary);
    if (status == CNN_OK && rename(temporary, path))
        status = write_error(error, path);
    if (status)
        unlink(temporary);
    return status;
}
