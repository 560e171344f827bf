/* cnn strip: a model without what resuming needs, which is half of its file. */
#include <stdio.h>
#include <sys/stat.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "output.h"

struct strip_settings {
    const char *model, *out;
    bool overwrite;
};

static const struct strip_settings defaults = {.model = MODEL_PATH};

#define FIELD(name) .field = offsetof(struct strip_settings, name)
static const struct option_row options[] = {
    {"model", "FILE", "the trained model; stays as it is", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    {"out", "FILE", "where the smaller one is written", OPTION_TEXT, FIELD(out), .group = GROUP_FILES},
    {"overwrite", NULL, "let --out replace what is there", OPTION_FLAG, FIELD(overwrite),
     .group = GROUP_FILES},
};

/* Whatever stands at --out, a model included, goes only with --overwrite. */
static enum cnn_status check_out(const struct strip_settings *s, struct cnn_error *error)
{
    bool collide = false;
    enum cnn_file_fate fate;
    if (!s->out)
        return fail(error, CNN_ERROR_USAGE,
                    "--out is missing: the file that the stripped model is written to");
    enum cnn_status status = cnn_file_may_write(s->out, CNN_FILE_MODEL, s->overwrite, &fate, error);
    if (status == CNN_OK)
        status = cnn_file_collide(s->model, s->out, &collide, error);
    if (status)
        return status;
    if (collide)
        return fail(error, CNN_ERROR_USAGE,
                    "--model %.200s and --out %.200s share a file: the run in it would be lost", s->model,
                    s->out);
    if (fate == CNN_FILE_NEW || s->overwrite)
        return CNN_OK;
    fail(error, CNN_ERROR_EXISTS, "%.300s: is there already", s->out);
    return fail_hint(error, "another --out, or --overwrite to replace it");
}

static unsigned long long size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 ? (unsigned long long)info.st_size : 0;
}

static enum cnn_status run_strip(const void *settings, struct cnn_error *error)
{
    const struct strip_settings *s = settings;
    struct cnn_model *model = NULL;
    struct cnn_lock *lock = NULL;
    char before[COUNT_TEXT], after[COUNT_TEXT];
    enum cnn_status status = check_out(s, error);
    if (status == CNN_OK)
        status = input_model(s->model, &model, error);
    if (status == CNN_OK)
        status = cnn_lock_acquire(s->out, &lock, error);
    if (status == CNN_OK)
        status = cnn_model_save(model, s->out, error);
    if (status == CNN_OK)
        say("%s: %s bytes; %s had %s", s->out, count_text(after, size_of(s->out)), s->model,
            count_text(before, size_of(s->model)));
    cnn_lock_release(lock);
    cnn_model_free(model);
    return status;
}

static const char *const details[] = {
    "cnn train saves with a model what --resume needs to go on to the bit: as many numbers again as there "
    "are "
    "weights, or twice as many. This writes the model alone: it predicts, evaluates and shows the same, and "
    "cannot be resumed.",
    NULL,
};

const struct command command_strip = {
    .name = "strip",
    .about = "Writes a model without what only resuming needs: half the size or less.",
    .details = details,
    .examples = "  cnn strip --out small.npz\n"
                "  cnn strip --model mine.npz --out mine-to-give-away.npz\n",
    .options = options,
    .n_options = COUNT_OF(options),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .run = run_strip,
};
