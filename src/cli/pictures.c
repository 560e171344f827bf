#include "pictures.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "input.h"
#include "message.h"
#include "pictures_print.h"
#include "quote.h"

enum {
    MOST_AT_A_TIME = 8, /* pictures in memory, each up to 50 million pixels */
    CLASSES_OF_DIGITS = 10
};

/* ---- what goes together ------------------------------------------------------------------------- */

/* The last part of a path without its ending: what a picture's stages are named by. "-" is "stdin". */
static void stem_of(const char *path, char *stem, size_t size)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    int length = (int)(dot && dot > name ? (size_t)(dot - name) : strlen(name));
    if (strcmp(path, "-") == 0)
        snprintf(stem, size, "stdin");
    else
        snprintf(stem, size, "%.*s", length, name);
}

/* Stages of two pictures would lie in the same files. */
static enum cnn_status check_stems(const struct operands *files, struct cnn_error *error)
{
    enum { STEM = 256 };
    for (size_t i = 0; i < files->count; i++)
        for (size_t k = 0; k < i; k++) {
            char one[STEM], other[STEM];
            stem_of(files->text[i], one, sizeof one);
            stem_of(files->text[k], other, sizeof other);
            if (strcmp(one, other) != 0)
                continue;
            fail(error, CNN_ERROR_USAGE, "--keep-stages: %.200s and %.200s would both be kept as %.64s",
                 files->text[k], files->text[i], one);
            return fail_hint(error, "name them one at a time, each with a folder of its own");
        }
    return CNN_OK;
}

static enum cnn_status check_out(const struct picture_settings *s, struct cnn_error *error)
{
    size_t length = strlen(s->out), ending = sizeof ".png" - 1;
    if (s->files.count != 1) {
        fail(error, CNN_ERROR_USAGE, "--out: expected one picture, found %zu", s->files.count);
        return fail_hint(error, "--keep-stages DIR keeps those of each picture");
    }
    if (length <= ending || strcasecmp(s->out + length - ending, ".png") != 0)
        return fail(error, CNN_ERROR_USAGE, "--out: expected a name that ends in .png, found '%.200s'",
                    s->out);
    return cnn_file_may_write(s->out, CNN_FILE_PNG, s->overwrite, NULL, error);
}

static enum cnn_status check_input(const struct operands *files, struct cnn_error *error)
{
    size_t n = 0;
    for (size_t i = 0; i < files->count; i++)
        n += strcmp(files->text[i], "-") == 0;
    return n > 1 ? fail(error, CNN_ERROR_USAGE,
                        "'-': standard input holds one picture, but is named %zu times", n)
                 : CNN_OK;
}

enum cnn_status pictures_check(const struct picture_settings *s, struct cnn_error *error)
{
    if (s->raw && s->clean)
        return fail(error, CNN_ERROR_USAGE, "--raw and --clean do not go together");
    if (s->raw && s->stages)
        return fail(error, CNN_ERROR_USAGE,
                    "--raw and --keep-stages do not go together: there are no stages");
    enum cnn_status status = check_input(&s->files, error);
    if (status == CNN_OK && s->stages)
        status = check_stems(&s->files, error);
    return status == CNN_OK && s->out ? check_out(s, error) : status;
}

/* ---- reading ------------------------------------------------------------------------------------ */

/* Where the stages of a picture go. */
struct stages {
    const struct picture_settings *settings;
    const char *file;
};

static enum cnn_status keep_stage(void *context, const struct cnn_picture_stage *stage,
                                  struct cnn_error *error)
{
    const struct stages *stages = context;
    char stem[256], path[4096];
    stem_of(stages->file, stem, sizeof stem);
    if ((size_t)snprintf(path, sizeof path, "%s/%s-%s.png", stages->settings->stages, stem, stage->name) >=
        sizeof path)
        return fail(error, CNN_ERROR_IO, "%.200s: the name is too long", stages->settings->stages);
    return cnn_picture_save(stage->pixels, stage->height, stage->width, 1, path, stages->settings->overwrite,
                            error);
}

/* A cleaned digit of 28 x 28 as the network takes it: itself, or at its size. */
static enum cnn_status fit_input(const struct pictures *p, const uint8_t *digit, uint8_t *pixels,
                                 struct cnn_error *error)
{
    struct cnn_picture *small;
    enum cnn_status status = cnn_picture_create(digit, CNN_DIGIT_SIDE, CNN_DIGIT_SIDE, 1, &small, error);
    if (status == CNN_OK) {
        status = cnn_picture_scale(small, p->info.height, p->info.width, pixels, error);
        cnn_picture_close(small);
    }
    return status;
}

static enum cnn_status clean_picture(const struct pictures *p, const char *file,
                                     const struct cnn_picture *picture, uint8_t *pixels,
                                     struct picture *result, struct cnn_error *error)
{
    struct cnn_cleaned cleaned;
    struct stages stages = {p->settings, file};
    enum cnn_status status =
        cnn_picture_clean(picture, p->settings->stages ? keep_stage : NULL, &stages, &cleaned, error);
    if (status != CNN_OK)
        return status;
    result->empty = cleaned.empty;
    result->n_hints = cleaned.n_hints;
    memcpy(result->hints, cleaned.hints, sizeof cleaned.hints);
    return fit_input(p, cleaned.pixels, pixels, error);
}

/* Of a folder where a picture is expected: what reads the images in it. */
static enum cnn_status hint_at_folder(const char *path, struct cnn_error *error)
{
    char word[QUOTE_TEXT];
    quote_word(word, path);
    return input_is_dataset(path) ? fail_hint(error, "its images: cnn predict --data %s", word)
                                  : fail_hint(error, "the pictures in it: cnn predict %s/*", word);
}

static enum cnn_status read_picture(const struct pictures *p, size_t i, struct cnn_error *error)
{
    const char *file = p->settings->files.text[i], *out = p->settings->out;
    uint8_t *pixels = p->pixels + i * p->image_bytes;
    struct cnn_picture *picture;
    enum cnn_status status = cnn_picture_open(file, p->info.channels, &picture, error);
    if (status != CNN_OK)
        return status == CNN_ERROR_FORMAT && input_is_folder(file) ? hint_at_folder(file, error) : status;
    status = p->clean ? clean_picture(p, file, picture, pixels, &p->each[i], error)
                      : cnn_picture_scale(picture, p->info.height, p->info.width, pixels, error);
    cnn_picture_close(picture);
    if (status == CNN_OK && out && !p->each[i].empty)
        status = cnn_picture_save(pixels, p->info.height, p->info.width, p->info.channels, out,
                                  p->settings->overwrite, error);
    p->each[i].read = status == CNN_OK;
    return status;
}

/* Several at a time, since each is a thing of its own. */
static void read_pictures(struct pictures *p)
{
    size_t threads = cnn_threads() < MOST_AT_A_TIME ? cnn_threads() : MOST_AT_A_TIME;
    (void)threads; /* without OpenMP */
#pragma omp parallel for schedule(dynamic) num_threads((int)threads) if (p->n > 1)
    for (size_t i = 0; i < p->n; i++) {
        struct cnn_error error = {0};
        if (read_picture(p, i, &error) != CNN_OK)
            p->errors[i] = error;
    }
}

/* Errors are told in the order of the command line where there are other pictures; the first one is kept. */
static void tell_errors(struct pictures *p, struct cnn_error *first)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->each[i].read)
            continue;
        if (p->n > 1)
            message_print("predict", &p->errors[i]);
        if (p->n_failed++ == 0)
            *first = p->errors[i];
    }
}

/* ---- all of it ---------------------------------------------------------------------------------- */

/* What a network that was made for digits looks like: one grey picture of 28 x 28, ten answers. */
static bool made_for_digits(const struct cnn_model_info *info)
{
    return info->channels == 1 && info->height == CNN_DIGIT_SIDE && info->width == CNN_DIGIT_SIDE &&
           info->classes == CLASSES_OF_DIGITS;
}

static enum cnn_status choose_cleaning(struct pictures *p, struct cnn_error *error)
{
    const struct picture_settings *s = p->settings;
    if (p->info.channels != 1 && p->info.channels != 3)
        return fail(error, CNN_ERROR_MISMATCH,
                    "pictures have 1 channel, grey, or 3, RGB; this network takes %zu", p->info.channels);
    p->clean = !s->raw && (s->clean || made_for_digits(&p->info));
    if (p->clean && p->info.channels != 1)
        return fail(error, CNN_ERROR_USAGE, "--clean: expected a network of one channel, found one of %zu",
                    p->info.channels);
    if (!p->clean && s->stages) {
        fail(error, CNN_ERROR_USAGE, "--keep-stages: there are none without the clean-up");
        return fail_hint(error, "--clean cleans up for a network that was not made for digits");
    }
    if (!p->clean)
        note("pictures are scaled to %zu x %zu pixels and nothing else%s", p->info.width, p->info.height,
             s->raw ? "" : ": this network was not made for digits of 28 x 28");
    return CNN_OK;
}

static enum cnn_status make_folder(const char *path, struct cnn_error *error)
{
    struct stat there;
    if (mkdir(path, 0777) == 0)
        return CNN_OK;
    if (errno != EEXIST)
        return fail(error, CNN_ERROR_IO, "%s: cannot make the folder: %s", path, strerror(errno));
    return stat(path, &there) == 0 && S_ISDIR(there.st_mode)
               ? CNN_OK
               : fail(error, CNN_ERROR_IO, "%s: cannot make the folder: a file of that name is there", path);
}

static enum cnn_status predict_pictures(struct pictures *p, struct cnn_error *error)
{
    struct cnn_dataset *dataset;
    enum cnn_status status = cnn_dataset_create(p->pixels, NULL, p->n, p->info.height, p->info.width,
                                                p->info.channels, &dataset, error);
    if (status != CNN_OK)
        return status;
    status = cnn_model_predict(p->model, dataset, p->outputs, error);
    if (status == CNN_OK)
        status = pictures_print(p, dataset, error);
    cnn_dataset_close(dataset);
    return status;
}

static enum cnn_status read_and_show(struct pictures *p, struct cnn_error *error)
{
    struct cnn_error first = {0};
    enum cnn_status status = choose_cleaning(p, error);
    if (status == CNN_OK && p->settings->stages)
        status = make_folder(p->settings->stages, error);
    if (status != CNN_OK)
        return status;
    read_pictures(p);
    tell_errors(p, &first);
    if (p->n_failed < p->n)
        status = predict_pictures(p, error);
    if (status != CNN_OK || p->n_failed == 0)
        return status;
    if (p->n > 1)
        return fail(error, first.status, "%zu of %zu pictures failed", p->n_failed, p->n);
    *error = first;
    return first.status;
}

enum cnn_status pictures_show(const struct cnn_model *model, const struct picture_settings *settings,
                              struct cnn_error *error)
{
    struct cnn_model_info info = cnn_model_info(model);
    struct pictures p = {.settings = settings,
                         .model = model,
                         .info = info,
                         .n = settings->files.count,
                         .image_bytes = info.height * info.width * info.channels};
    p.each = calloc(p.n, sizeof *p.each);
    p.errors = calloc(p.n, sizeof *p.errors);
    p.pixels = calloc(p.n, p.image_bytes);
    p.outputs = calloc(p.n, info.classes * sizeof *p.outputs);
    enum cnn_status status =
        p.each && p.errors && p.pixels && p.outputs ? read_and_show(&p, error) : fail_memory(error);
    free(p.each);
    free(p.errors);
    free(p.pixels);
    free(p.outputs);
    return status;
}
