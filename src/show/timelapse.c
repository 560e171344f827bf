/* The filters as they learn: a film with a frame for each epoch, on one scale all along. */
#include "show/show.h"

#include "base/memory.h"
#include "base/status.h"
#include "nn/model_file.h"
#include "picture/png.h"
#include "train/run_file.h"
#include "train/snapshots.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_FRAMES = 41,
    MOST_KERNELS = 16,
    FRAME_MS = 400,
    LAST_MS = 2500,
    STEPS = 100,
    MOST_BYTES = 200000
};

/* A run and what its filters were after each epoch. */
struct film {
    struct cnn_model *model; /* whose weights are set anew for each frame */
    size_t epochs, floats;
    float *snapshots; /* [epochs][floats] */
    struct cnn_epoch *history;
    float limit[MOST_KERNELS];                /* of each array of filters, over all frames */
    char caption[SHEET_CAPTIONS][SHEET_LINE]; /* of the run as it ended */
    size_t n_states, n_frames;                /* there are, are drawn */
    struct canvas frames[MOST_FRAMES];
};

/* ---- reading ------------------------------------------------------------------------------------ */

static enum cnn_status read_run(struct npz *npz, const char *path, struct film *f, struct cnn_error *error)
{
    struct run run = {0};
    enum cnn_status status = run_file_read(npz, path, &run, error);
    if (status != CNN_OK)
        return status;
    f->epochs = run.numbers.epochs_done;
    f->floats = snapshots_floats(f->model);
    if (!snapshots_in(npz) || f->epochs == 0) {
        status = error_set(error, CNN_ERROR_MISMATCH, "%s: holds no snapshots", path);
        return error_hint(error, status, "cnn train --snapshots keeps the filters after each epoch");
    }
    f->snapshots = memory_alloc(f->epochs * f->floats, sizeof(float));
    f->history = memory_alloc(f->epochs, sizeof *f->history);
    if (!f->snapshots || !f->history)
        return error_memory(error, f->epochs * f->floats * sizeof(float));
    status = snapshots_read(npz, f->model, f->epochs, f->snapshots, error);
    return status == CNN_OK ? run_file_read_history(npz, f->epochs, f->history, error) : status;
}

static enum cnn_status read_film(const char *path, struct film *f, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    enum cnn_status status = model_file_open(path, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    status = model_file_parse(npz, path, &f->model, error);
    if (status == CNN_OK)
        status = read_run(npz, path, f, error);
    npz_close(npz);
    memory_free(bytes);
    return status;
}

/* ---- frames ------------------------------------------------------------------------------------- */

/* Frame 0 is before training where the seed tells that; else the first one is after epoch 1. */
static void put_weights(struct film *f, const struct cnn_model *before, size_t epoch)
{
    if (epoch > 0)
        snapshots_put(f->snapshots + (epoch - 1) * f->floats, f->model);
    else
        memcpy(f->model->weights, before->weights, f->model->n_weights * sizeof(float));
}

static void widen_limits(struct film *f)
{
    for (size_t i = 0, k = 0; cnn_model_weights_at(f->model, i).rank && k < MOST_KERNELS; i++)
        if (show_is_kernel(f->model, i)) {
            float limit = show_filters_limit(f->model, i);
            f->limit[k] = limit > f->limit[k] ? limit : f->limit[k];
            k++;
        }
}

/* A hundred colours to each side of 0: a film has at most 255 in all, and is several times smaller so. */
static void add_filters(struct cnn_sheet *sheet, const struct film *f, size_t i, size_t kernel,
                        const struct cnn_show_options *options)
{
    show_add_filters(sheet, f->model, i, "one scale all along", f->limit[kernel], options);
    if (sheet->n_bands)
        sheet->bands[sheet->n_bands - 1].scale.steps = STEPS;
}

static enum cnn_status draw_frame(struct film *f, size_t epoch, const struct cnn_show_options *options,
                                  bool dark, struct canvas *canvas, struct cnn_error *error)
{
    struct cnn_sheet *sheet;
    enum cnn_status status = sheet_create(&sheet, error);
    if (status != CNN_OK)
        return status;
    if (epoch == 0)
        SHEET_PRINT(sheet->title, "Before training");
    else
        SHEET_PRINT(sheet->title, "After epoch %zu of %zu: loss %.4f, accuracy %.4f", epoch, f->epochs,
                    f->history[epoch - 1].loss, f->history[epoch - 1].accuracy);
    for (size_t i = 0, k = 0; cnn_model_weights_at(f->model, i).rank && k < MOST_KERNELS; i++)
        if (show_is_kernel(f->model, i))
            add_filters(sheet, f, i, k++, options);
    memcpy(sheet->caption, f->caption, sizeof f->caption);
    status = sheet_check(sheet, error);
    if (status == CNN_OK)
        status = sheet_draw(sheet, dark, canvas, error);
    sheet_free(sheet);
    return status;
}

/* The frames of a film are as large as each other; a number with a digit more may have made one larger. */
static enum cnn_status make_alike(struct film *f, bool dark, struct cnn_error *error)
{
    int width = 0, height = 0;
    for (size_t i = 0; i < f->n_frames; i++) {
        width = f->frames[i].width > width ? f->frames[i].width : width;
        height = f->frames[i].height > height ? f->frames[i].height : height;
    }
    for (size_t i = 0; i < f->n_frames; i++) {
        struct canvas *frame = &f->frames[i], larger;
        if (frame->width == width && frame->height == height)
            continue;
        enum cnn_status status = canvas_create(width, height, theme_of(dark)->ground, &larger, error);
        if (status != CNN_OK)
            return status;
        for (size_t y = 0; y < (size_t)frame->height; y++)
            memcpy(larger.rgb + y * (size_t)width * 3, frame->rgb + y * (size_t)frame->width * 3,
                   (size_t)frame->width * 3);
        canvas_free(frame);
        *frame = larger;
    }
    return CNN_OK;
}

/* Item i of n that are taken of 0 .. last as evenly as may be, both ends among them. */
static size_t spread(size_t i, size_t n, size_t last)
{
    return n > 1 ? (i * last + (n - 1) / 2) / (n - 1) : last;
}

static enum cnn_status draw_frames(struct film *f, const struct cnn_model *before,
                                   const struct cnn_show_options *options, bool dark, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    const size_t first = before ? 0 : 1, last = f->epochs - first,
                 n = last < MOST_FRAMES ? last + 1 : MOST_FRAMES;
    f->n_states = last + 1;
    for (size_t i = 0; i < n; i++) {
        put_weights(f, before, first + spread(i, n, last));
        widen_limits(f);
    }
    for (size_t i = 0; status == CNN_OK && i < n; i++) {
        const size_t epoch = first + spread(i, n, last);
        put_weights(f, before, epoch);
        status = draw_frame(f, epoch, options, dark, &f->frames[i], error);
        f->n_frames += status == CNN_OK;
    }
    return status == CNN_OK ? make_alike(f, dark, error) : status;
}

/* Before the model's weights are changed for the frames. */
static enum cnn_status read_caption(struct film *f, const struct cnn_show_options *options,
                                    struct cnn_error *error)
{
    struct cnn_sheet *sheet;
    enum cnn_status status = sheet_create(&sheet, error);
    if (status != CNN_OK)
        return status;
    show_caption(sheet, f->model, options);
    memcpy(f->caption, sheet->caption, sizeof f->caption);
    sheet_free(sheet);
    return CNN_OK;
}

static enum cnn_status make_film(struct film *f, const struct cnn_show_options *options, bool dark,
                                 struct cnn_error *error)
{
    struct cnn_model_info info = cnn_model_info(f->model);
    struct cnn_model *before = NULL;
    struct cnn_model_options as = {.arch = info.arch,
                                   .height = info.height,
                                   .width = info.width,
                                   .channels = info.channels,
                                   .scale = info.scale,
                                   .seed = info.seed};
    enum cnn_status status = info.weights_given ? CNN_OK : cnn_model_create(&as, &before, error);
    if (status == CNN_OK)
        status = read_caption(f, options, error);
    if (status == CNN_OK)
        status = draw_frames(f, before, options, dark, error);
    cnn_model_free(before);
    return status;
}

/* As many frames as fit in MOST_BYTES, and two where no film does. */
static enum cnn_status encode_film(const struct film *f, const struct cnn_show_options *options,
                                   size_t *n_frames, uint8_t **bytes, size_t *n_bytes,
                                   struct cnn_error *error)
{
    const struct png_line lines[] = {{"Software", "cnn " CNN_VERSION},
                                     {"Title", "The filters as they learn"},
                                     {"Comment", options ? options->command : NULL}};
    struct canvas chosen[MOST_FRAMES]; /* views */
    for (size_t n = f->n_frames;;) {
        for (size_t i = 0; i < n; i++)
            chosen[i] = f->frames[spread(i, n, f->n_frames - 1)];
        enum cnn_status status =
            png_encode_film(chosen, n, FRAME_MS, LAST_MS, lines, 3, bytes, n_bytes, error);
        *n_frames = n;
        if (status != CNN_OK || *n_bytes <= MOST_BYTES || n <= 2)
            return status;
        const size_t fit = n * MOST_BYTES / *n_bytes; /* the first frame is the largest: no more than these */
        memory_free(*bytes);
        n = fit < 2 ? 2 : fit < n ? fit : n - 1;
    }
}

static enum cnn_status write_film(const struct film *f, const struct cnn_show_options *options,
                                  const char *path, bool overwrite, size_t *left_out, struct cnn_error *error)
{
    uint8_t *bytes;
    size_t n_bytes, n_frames;
    enum cnn_status status = encode_film(f, options, &n_frames, &bytes, &n_bytes, error);
    if (status != CNN_OK)
        return status;
    status = cnn_file_write(path, CNN_FILE_PNG, overwrite, bytes, n_bytes, error);
    memory_free(bytes);
    if (left_out)
        *left_out = f->n_states - n_frames;
    return status;
}

enum cnn_status cnn_show_timelapse(const char *model, const struct cnn_show_options *options, bool dark,
                                   const char *path, bool overwrite, size_t *left_out,
                                   struct cnn_error *error)
{
    struct film *f = memory_alloc(1, sizeof *f);
    if (!f)
        return error_memory(error, sizeof *f);
    enum cnn_status status = read_film(model, f, error);
    if (status == CNN_OK)
        status = make_film(f, options, dark, error);
    if (status == CNN_OK)
        status = write_film(f, options, path, overwrite, left_out, error);
    for (size_t i = 0; i < f->n_frames; i++)
        canvas_free(&f->frames[i]);
    memory_free(f->snapshots);
    memory_free(f->history);
    cnn_model_free(f->model);
    memory_free(f);
    return status;
}
