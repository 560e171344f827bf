/*
 * What a run may replace, and what it must keep. A run is its options and data alone, so that of two files of
 * the same run the later holds all that the earlier does: that one, and only that one, may go.
 */
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "train/history.h"
#include "train/run_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Whether they are the same but for the weights: network and what it is trained for. */
static bool same_network(const struct cnn_model *a, const struct cnn_model *b)
{
    return strcmp(a->arch, b->arch) == 0 && objective_same(&a->objective, &b->objective) &&
           a->scale == b->scale && a->input.size[0] == b->input.size[0] &&
           a->input.size[1] == b->input.size[1] && a->input.size[2] == b->input.size[2];
}

/* Whether the options and data are those of the trainer, so that both go the same way from the same start. */
static bool same_options(const struct cnn_trainer *t, const struct run *run)
{
    const struct cnn_train_options *a = &t->options, *b = &run->options;
    const struct run_numbers *n = &run->numbers;
    return a->batch_size == n->batch_size && a->seed == n->seed && a->compat == b->compat &&
           t->n_images == n->images && t->data_fingerprint == n->data_fingerprint &&
           t->validation_fingerprint == n->validation_fingerprint && a->learning_rate == b->learning_rate &&
           a->validation_split == b->validation_split && strcmp(t->optimizer_text, run->optimizer) == 0 &&
           strcmp(t->schedule_text, run->schedule) == 0 && strcmp(t->stopping_text, run->stopping) == 0 &&
           a->clipnorm == b->clipnorm && a->global_clipnorm == b->global_clipnorm && a->ema == b->ema &&
           (!schedule_needs_total(&t->schedule) || a->epochs == n->epochs);
}

/* Whether the history in the file is the beginning of the trainer's. */
static bool same_history(const struct cnn_trainer *t, struct npz *npz, size_t epochs_done)
{
    struct cnn_epoch *history = memory_alloc(epochs_done + 1, sizeof *history);
    bool same = history && run_file_read_history(npz, epochs_done, history, NULL) == CNN_OK;
    for (size_t i = 0; same && i < epochs_done; i++)
        same = memcmp(&history[i], &t->history[i], sizeof *history) == 0;
    memory_free(history);
    return same;
}

/* Whether the file holds an earlier state of the trainer's run, or this very one. */
static bool is_earlier(const struct cnn_trainer *t, const struct cnn_model *model, struct npz *npz,
                       const struct run *run)
{
    const struct run_numbers *n = &run->numbers;
    const struct cnn_progress *p = &t->progress;
    bool before = n->epoch < p->epoch || (n->epoch == p->epoch && n->step <= p->step);
    return before && n->epochs_done <= t->epochs_done && model->seed == t->model->seed &&
           same_network(model, t->model) && same_options(t, run) && same_history(t, npz, n->epochs_done);
}

/* Whether a model without a run is what the trainer's run left under early stopping: its best weights. */
static bool is_best(const struct cnn_trainer *t, const struct cnn_model *model)
{
    return t->best && t->epochs_done && same_network(model, t->model) &&
           memcmp(model->weights, t->best, t->model->n_weights * sizeof *t->best) == 0;
}

/* Whether what an archive holds would be lost. What cannot be read whole might be mended, and stays. */
static bool archive_is_lost(const struct cnn_trainer *t, struct npz *npz, const char *path)
{
    struct cnn_model *model = NULL;
    struct run run = {0};
    if (model_file_parse(npz, path, &model, NULL) != CNN_OK)
        return true;
    enum cnn_status status = run_file_read(npz, path, &run, NULL);
    bool mine;
    if (status == CNN_ERROR_MISMATCH)
        mine = is_best(t, model);
    else if (status != CNN_OK)
        mine = false;
    else
        mine = (run.numbers.epoch == 0 && run.numbers.step == 0) || is_earlier(t, model, npz, &run);
    cnn_model_free(model);
    return !mine;
}

/* Whether replacing the file at path by the trainer's run would lose a trained model. */
static enum cnn_status model_is_lost(const struct cnn_trainer *t, const char *path, bool *lost,
                                     struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    struct cnn_error cause = {0};
    *lost = false;
    struct stat info;
    if (stat(path, &info) == 0 ? info.st_size == 0 : errno == ENOENT)
        return CNN_OK; /* else opening it says what is wrong */
    enum cnn_status status = model_file_open(path, &bytes, &npz, &cause);
    if (status == CNN_ERROR_FORMAT) {
        *lost = true;
        return CNN_OK;
    }
    if (status != CNN_OK) {
        if (error)
            *error = cause;
        return status;
    }
    *lost = archive_is_lost(t, npz, path);
    npz_close(npz);
    memory_free(bytes);
    return CNN_OK;
}

/* A history is lost unless the trainer's own begins with it. */
static enum cnn_status history_is_lost(const struct cnn_trainer *t, const char *path, bool *lost,
                                       struct cnn_error *error)
{
    uint8_t *old = NULL;
    size_t n_old = 0, n_new = 0;
    *lost = false;
    struct stat info;
    if (stat(path, &info) != 0 && errno == ENOENT)
        return CNN_OK;
    char *text = history_text(t, &n_new);
    if (!text)
        return error_memory(error, n_new);
    enum cnn_status status = file_read(path, SIZE_MAX, &old, &n_old, error);
    *lost = status == CNN_OK && (n_old > n_new || memcmp(old, text, n_old) != 0);
    memory_free(old);
    memory_free(text);
    return status;
}

/* What stands under the names of a run, and what of it has to be kept. */
enum name { MODEL, MODEL_PREVIOUS, LAST, LAST_PREVIOUS, HISTORY, N_NAMES };

struct names {
    const char *given[N_NAMES]; /* as the caller named it; NULL for those before */
    char *real[N_NAMES];        /* NULL: none */
    bool lost[N_NAMES];
};

static enum cnn_status find_names(const struct cnn_run_files *files, struct names *names,
                                  struct cnn_error *error)
{
    const char *given[N_NAMES] = {[MODEL] = files->model, [LAST] = files->last, [HISTORY] = files->history};
    memcpy(names->given, given, sizeof given);
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < N_NAMES; i++)
        if (given[i])
            status = path_resolve(given[i], &names->real[i], error);
    for (size_t i = MODEL; status == CNN_OK && i <= LAST; i += LAST - MODEL)
        if (names->real[i] && !(names->real[i + 1] = path_beside(names->real[i], PATH_PREVIOUS)))
            status = error_memory(error, strlen(names->real[i]));
    return status;
}

/* Whether a save would take the name away from what has it. The one before is left alone unless it is ours.
 */
static bool is_replaced(const char *path, bool previous)
{
    return !previous || file_is_ours(path, CNN_FILE_MODEL) == 1;
}

static enum cnn_status judge_names(const struct cnn_trainer *t, struct names *names, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < HISTORY; i++)
        if (names->real[i] && is_replaced(names->real[i], i == MODEL_PREVIOUS || i == LAST_PREVIOUS))
            status = model_is_lost(t, names->real[i], &names->lost[i], error);
    if (status == CNN_OK && names->real[HISTORY])
        status = history_is_lost(t, names->real[HISTORY], &names->lost[HISTORY], error);
    return status;
}

/* The files to keep. The one before goes along with its file; alone, it takes the number of that. */
static size_t choose(const struct names *names, struct file_keep *files)
{
    size_t n = 0;
    for (size_t i = 0; i < N_NAMES; i++) {
        bool previous = i == MODEL_PREVIOUS || i == LAST_PREVIOUS;
        bool along = previous && names->lost[i - 1];
        if (names->real[i] && (names->lost[i] || along))
            files[n++] = (struct file_keep){names->real[i], names->real[previous && !along ? i - 1 : i]};
    }
    return n;
}

/* Tells the caller of each file that was kept; the one before a kept file needs no word. */
static enum cnn_status tell(const struct names *names, unsigned number,
                            void (*kept)(void *context, const char *path, const char *name), void *context,
                            struct cnn_error *error)
{
    for (size_t i = 0; i < N_NAMES; i++) {
        bool previous = i == MODEL_PREVIOUS || i == LAST_PREVIOUS;
        if (!names->lost[i] || (previous && names->lost[i - 1]))
            continue;
        struct stat info;
        const char *base = names->given[previous ? i - 1 : i];
        if (lstat(base, &info) == 0 && S_ISLNK(info.st_mode))
            base = names->real[previous ? i - 1 : i];
        char *name = path_numbered(base, number);
        char *path = path_beside(base, previous ? PATH_PREVIOUS : "");
        if (name && path)
            kept(context, path, name);
        bool told = name && path;
        memory_free(name);
        memory_free(path);
        if (!told)
            return error_memory(error, strlen(base));
    }
    return CNN_OK;
}

enum cnn_status cnn_trainer_keep(const struct cnn_trainer *t, const struct cnn_run_files *run_files,
                                 void (*kept)(void *context, const char *path, const char *name),
                                 void *context, struct cnn_error *error)
{
    struct names names = {0};
    struct file_keep files[N_NAMES];
    unsigned number = 0;
    enum cnn_status status = find_names(run_files, &names, error);
    if (status == CNN_OK)
        status = judge_names(t, &names, error);
    size_t n = status == CNN_OK ? choose(&names, files) : 0;
    if (n)
        status = file_keep(files, n, names.real, N_NAMES, &number, error);
    if (n && status == CNN_OK)
        status = tell(&names, number, kept, context, error);
    for (size_t i = 0; i < N_NAMES; i++)
        memory_free(names.real[i]);
    return status;
}
