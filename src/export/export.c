/* The kinds of export, and what all of them go through. */
#include "export/export.h"

#include "base/file.h"
#include "base/status.h"

#include <stdlib.h>
#include <string.h>

static const struct kind {
    struct cnn_word word;
    enum cnn_file_kind file;
    export_write *write;
} kinds[] = {
    {{"html", "html --out FILE.html",
      "one page that is the model: opened by double click, it computes the program's own bits while you "
      "draw; "
      "no network, no server"},
     CNN_FILE_HTML,
     export_html},
};
enum { N_KINDS = sizeof kinds / sizeof kinds[0] };

const struct cnn_word *export_word(size_t i)
{
    return i < N_KINDS ? &kinds[i].word : NULL;
}

static enum cnn_status find(const char *word, const struct kind **kind, struct cnn_error *error)
{
    const char *words[N_KINDS];
    for (size_t i = 0; i < N_KINDS; i++) {
        words[i] = kinds[i].word.word;
        if (strcmp(word, words[i]) == 0) {
            *kind = &kinds[i];
            return CNN_OK;
        }
    }
    return cnn_unknown_word("export", word, words, N_KINDS, error);
}

/* In memory first: the file is written whole. Owns: the caller, *bytes (free). */
static enum cnn_status write_to_memory(const struct kind *kind, const struct cnn_model *model,
                                       const struct cnn_export_options *options, char **bytes,
                                       size_t *n_bytes, struct cnn_error *error)
{
    FILE *out = open_memstream(bytes, n_bytes);
    if (!out)
        return error_memory(error, BUFSIZ);
    enum cnn_status status = kind->write(model, options, out, error);
    bool failed = ferror(out) != 0;
    if (fclose(out) != 0 || failed)
        status = status ? status : error_memory(error, *n_bytes);
    return status;
}

enum cnn_status cnn_export(const struct cnn_model *model, const char *kind_word, const char *path,
                           const struct cnn_export_options *options, struct cnn_error *error)
{
    static const struct cnn_export_options none = {0};
    const struct kind *kind = NULL;
    char *bytes = NULL;
    size_t n_bytes = 0;
    options = options ? options : &none;
    enum cnn_status status = find(kind_word, &kind, error);
    if (status == CNN_OK)
        status = cnn_file_may_write(path, kind->file, options->overwrite, NULL, error);
    if (status == CNN_OK)
        status = write_to_memory(kind, model, options, &bytes, &n_bytes, error);
    if (status == CNN_OK)
        status = cnn_file_write(path, kind->file, options->overwrite, (const uint8_t *)bytes, n_bytes, error);
    free(bytes);
    return status;
}
