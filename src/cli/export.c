/* cnn export: a model as something else. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "output.h"

struct export_settings {
    struct operands what;
    uint64_t threads;
    const char *model, *data, *out;
    bool overwrite, large;
};

static const struct export_settings defaults = {.model = MODEL_PATH};

#define FIELD(name) .field = offsetof(struct export_settings, name)
static const struct option_row options[] = {
    OPTION_DATA(FIELD(data)),
    {"model", "FILE", "the trained model; stays as it is", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    {"out", "FILE", "where it is written", OPTION_TEXT, FIELD(out), .group = GROUP_FILES},
    {"overwrite", NULL, "let --out replace a file that this program did not make", OPTION_FLAG,
     FIELD(overwrite), .group = GROUP_FILES},
    {"large", NULL, "a page of a network above 4 MB, too", OPTION_FLAG, FIELD(large), .group = GROUP_OUTPUT},
    OPTION_THREADS(FIELD(threads)),
};

static enum cnn_status list_kinds(void)
{
    const struct cnn_word *word;
    puts("What a model can be written as:");
    for (size_t i = 0; (word = cnn_word(CNN_WORDS_EXPORT, i)); i++)
        printf("  cnn export %s\n      %s\n", word->usage, word->help);
    return CNN_OK;
}

/* Before anything is read: a kind that there is, and a place to write to. */
static enum cnn_status check(const struct export_settings *s, struct cnn_error *error)
{
    const char *names[8];
    size_t n = 0;
    bool known = false;
    for (const struct cnn_word *word; n < COUNT_OF(names) && (word = cnn_word(CNN_WORDS_EXPORT, n)); n++) {
        names[n] = word->word;
        known = known || strcmp(s->what.text[0], word->word) == 0;
    }
    if (!known)
        return cnn_unknown_word("export", s->what.text[0], names, n, error);
    if (!s->out)
        return fail(error, CNN_ERROR_USAGE, "--out is missing: the file that the %s is written to",
                    s->what.text[0]);
    return cnn_file_may_write(s->out, CNN_FILE_HTML, s->overwrite, NULL, error);
}

/* The test images of the data; none where there is no data and none was asked for, which is said. */
static enum cnn_status open_test(const struct export_settings *s, struct cnn_dataset **dataset,
                                 struct cnn_error *error)
{
    enum cnn_status status = cnn_dataset_open(s->data, CNN_TEST, 0, 0, dataset, error);
    if (status == CNN_OK && !s->data && cnn_dataset_info(*dataset).synthetic) {
        note(
            "no MNIST found: the examples are digits drawn by the program, and the page cannot say how often "
            "answers are right; --data names images");
        cnn_dataset_close(*dataset);
        *dataset = NULL;
    }
    return status;
}

static enum cnn_status export_model(const struct export_settings *s, const struct cnn_model *model,
                                    const struct cnn_dataset *test, struct cnn_error *error)
{
    char size[COUNT_TEXT];
    struct stat info;
    const char *slash = strrchr(s->model, '/');
    enum cnn_status status = cnn_export(model, s->what.text[0], s->out,
                                        &(struct cnn_export_options){.name = slash ? slash + 1 : s->model,
                                                                     .test = test,
                                                                     .run = s->model,
                                                                     .large = s->large,
                                                                     .overwrite = s->overwrite},
                                        error);
    if (status == CNN_OK)
        say("saved %s, %s bytes", s->out,
            count_text(size, stat(s->out, &info) == 0 ? (uint64_t)info.st_size : 0));
    return status;
}

static enum cnn_status run_export(const void *settings, struct cnn_error *error)
{
    const struct export_settings *s = settings;
    struct cnn_model *model = NULL;
    struct cnn_dataset *test = NULL;
    if (s->what.count == 0)
        return list_kinds();
    enum cnn_status status = check(s, error);
    if (status == CNN_OK)
        status = input_machine(s->threads, error);
    if (status == CNN_OK)
        status = input_model(s->model, &model, error);
    if (status == CNN_OK)
        status = open_test(s, &test, error);
    if (status == CNN_OK)
        status = export_model(s, model, test, error);
    cnn_dataset_close(test);
    cnn_model_free(model);
    return status;
}

static const char *const details[] = {
    "html: a single file that needs neither network nor server. Draw in it and watch every layer; it "
    "computes "
    "what the program computes, to the last bit, and checks that on ten images when it opens. A walk "
    "explains "
    "it step by step, each with an address of its own: page.html#en/3, or page.html#ko/3 in Korean. Of a run "
    "that kept its filters (cnn train --snapshots) a slider shows them epoch by epoch.",
    "With test images (--data, $CNN_DATA or data/mnist) the page also says how often answers that are as "
    "sure "
    "were right.",
    NULL,
};

static const enum cnn_words words[] = {CNN_WORDS_EXPORT};

const struct command command_export = {
    .name = "export",
    .about = "Writes a model as a page to draw in; without a word lists what it can write.",
    .details = details,
    .examples = "  cnn export html --out page.html\n"
                "  cnn export html --model mine.npz --out mine.html\n",
    .words = words,
    .n_words = COUNT_OF(words),
    .options = options,
    .n_options = COUNT_OF(options),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .operands = "html",
    .operands_field = offsetof(struct export_settings, what),
    .most_operands = 1,
    .run = run_export,
};
