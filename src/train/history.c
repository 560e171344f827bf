#include "train/history.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/status.h"
#include "train/trainer.h"

#include <stdio.h>
#include <string.h>

/* A line: five numbers of at most 24 characters, their commas and a line feed. */
enum { LINE_TEXT = 160 };

static size_t write_line(char *line, size_t number, const struct cnn_epoch *e, bool validation)
{
    int n = snprintf(line, LINE_TEXT, "%zu,%.9g,%.9g", number, e->loss, e->accuracy);
    if (validation)
        n += snprintf(line + n, (size_t)(LINE_TEXT - n), ",%.9g,%.9g", e->val_loss, e->val_accuracy);
    line[n++] = '\n';
    return (size_t)n;
}

char *history_text(const struct cnn_trainer *t, size_t *n)
{
    bool validation = t->validation != NULL;
    *n = (t->epochs_done + 1) * LINE_TEXT;
    char *text = memory_alloc(*n, 1);
    if (!text)
        return NULL;
    *n = (size_t)snprintf(text, LINE_TEXT, "epoch,loss,accuracy%s\n",
                          validation ? ",val_loss,val_accuracy" : "");
    for (size_t i = 0; i < t->epochs_done; i++)
        *n += write_line(text + *n, i + 1, &t->history[i], validation);
    return text;
}

enum cnn_status cnn_trainer_note_history(struct cnn_trainer *t, const char *path, struct cnn_error *error)
{
    char *place = NULL;
    enum cnn_status status = path ? path_resolve(path, &place, error) : CNN_OK;
    if (status != CNN_OK)
        return status;
    memory_free(t->history_place);
    t->history_place = place;
    return CNN_OK;
}

bool cnn_trainer_has_history(const struct cnn_trainer *t, const char *path)
{
    uint8_t *old = NULL;
    size_t n_old = 0, n_new = 0;
    char *text = history_text(t, &n_new);
    bool has = text && file_read(path, n_new, &old, &n_old, NULL) == CNN_OK && n_old > 0 &&
               memcmp(old, text, n_old) == 0;
    memory_free(old);
    memory_free(text);
    return has;
}

enum cnn_status cnn_trainer_save_history(const struct cnn_trainer *t, const char *path, bool overwrite,
                                         struct cnn_error *error)
{
    size_t n;
    char *text = history_text(t, &n);
    if (!text)
        return error_memory(error, n);
    enum cnn_status status =
        cnn_file_write(path, CNN_FILE_HISTORY, overwrite, (const uint8_t *)text, n, error);
    memory_free(text);
    return status;
}
