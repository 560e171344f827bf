/* The filters of each convolution, as learned and as they were drawn from the seed, on one scale. A layer
 * that sees several maps is a table: a row for each map below, a column for each new one, so that a column is
 * one filter set. */
#include "show/show.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROWS = 12, MOST_COLUMNS = 12 };

/* The filters of one layer. Shapes: kernel (height, width, in, out) as Keras has it, bias [out] or NULL. */
struct filters {
    struct cnn_weights kernel, bias;
    const char *layer;
    size_t height, width, in, out;
};

/* The filters that array i of a model is the kernel of. */
static struct filters filters_of(const struct cnn_model *model, size_t i)
{
    struct filters f = {.kernel = cnn_model_weights_at(model, i)};
    struct cnn_weights next = cnn_model_weights_at(model, i + 1);
    f.layer = cnn_model_layer(model, f.kernel.layer).name;
    f.height = f.kernel.shape[0];
    f.width = f.kernel.shape[1];
    f.in = f.kernel.shape[2];
    f.out = f.kernel.shape[3];
    if (next.rank == 1 && next.layer == f.kernel.layer && next.count == f.out)
        f.bias = next;
    return f;
}

static float weight_at(const struct filters *f, size_t y, size_t x, size_t in, size_t out)
{
    return f->kernel.values[((y * f->width + x) * f->in + in) * f->out + out];
}

static float largest(const struct filters *f)
{
    float limit = 0;
    for (size_t i = 0; i < f->kernel.count; i++)
        limit = fabsf(f->kernel.values[i]) > limit ? fabsf(f->kernel.values[i]) : limit;
    return limit;
}

/* ---- one layer ---------------------------------------------------------------------------------- */

static void say_sums(struct tile *tile)
{
    float low = INFINITY, high = -INFINITY;
    double sum = 0;
    for (size_t i = 0; i < tile->height * tile->width; i++) {
        low = tile->values[i] < low ? tile->values[i] : low;
        high = tile->values[i] > high ? tile->values[i] : high;
        sum += (double)tile->values[i];
    }
    SHEET_PRINT(tile->below[0], "max % .3f", (double)high);
    SHEET_PRINT(tile->below[1], "min % .3f", (double)low);
    SHEET_PRINT(tile->below[2], "sum % .3f", sum);
}

/* In two lines, as narrow as the tiles of a table. */
static void say_bias(struct tile *tile, float bias)
{
    SHEET_PRINT(tile->below[0], "%s", "bias");
    SHEET_PRINT(tile->below[1], "% .3f", (double)bias);
}

static void add_filter(struct cnn_sheet *sheet, const struct filters *f, size_t in, size_t out, bool each)
{
    struct tile *tile = sheet_add_tile(sheet, f->height, f->width, 1);
    bool last = in + 1 == f->in || in + 1 == MOST_ROWS;
    float limit = 0;
    if (!tile->values)
        return;
    for (size_t y = 0; y < f->height; y++)
        for (size_t x = 0; x < f->width; x++) {
            float weight = weight_at(f, y, x, in, out);
            tile->values[y * f->width + x] = weight;
            limit = fabsf(weight) > limit ? fabsf(weight) : limit;
        }
    if (in == 0)
        SHEET_PRINT(tile->above, f->in > 1 ? "to map %zu" : "filter %zu", out);
    if (f->in == 1)
        say_sums(tile);
    if (f->in == 1 && f->bias.rank)
        SHEET_PRINT(tile->below[3], "bias % .3f", (double)f->bias.values[out]);
    else if (last && f->bias.rank)
        say_bias(tile, f->bias.values[out]);
    if (each)
        tile->limit = limit;
}

static void describe(struct band *band, const struct filters *f, const char *state, bool again)
{
    size_t n = f->in * f->out;
    SHEET_PRINT(band->heading, "%s   %zu filter set%s of %zu \xc3\x97 %zu \xc3\x97 %zu   %s", f->layer,
                f->out, f->out == 1 ? "" : "s", f->height, f->width, f->in, state);
    if (again)
        return;
    if (f->in == 1)
        SHEET_PRINT(band->note, "%s",
                    "blue adds, orange takes away; a filter slides over the image as it stands, not flipped");
    if (f->in > MOST_ROWS || f->out > MOST_COLUMNS)
        SHEET_PRINT(band->note, "the first of its %zu tiles; a column is one filter set", n);
    else if (f->in > 1)
        SHEET_PRINT(band->note,
                    "a column is one filter set: it looks at all %zu maps below and makes one new map",
                    f->in);
}

static void add_filters(struct cnn_sheet *sheet, const struct filters *f, const char *state, bool again,
                        float limit, const struct cnn_show_options *options)
{
    bool each = options && options->each;
    size_t rows = f->in < MOST_ROWS ? f->in : MOST_ROWS,
           columns = f->out < MOST_COLUMNS ? f->out : MOST_COLUMNS;
    struct band *band = sheet_add_band(sheet, BAND_TILES, "");
    describe(band, f, state, again);
    band->scale = (struct scale){SCALE_SIGNED, limit > 0 ? limit : 1};
    band->columns = columns;
    band->numbers = options && options->numbers;
    if (!each)
        SHEET_PRINT(band->unit, "%s", "weight");
    if (f->in > 1)
        SHEET_PRINT(band->row, "%s", "map");
    for (size_t in = 0; in < rows; in++)
        for (size_t out = 0; out < columns; out++)
            add_filter(sheet, f, in, out, each);
}

bool show_is_kernel(const struct cnn_model *model, size_t i)
{
    return cnn_model_weights_at(model, i).rank == 4;
}

float show_filters_limit(const struct cnn_model *model, size_t i)
{
    struct filters f = filters_of(model, i);
    return largest(&f);
}

void show_add_filters(struct cnn_sheet *sheet, const struct cnn_model *model, size_t i, const char *state,
                      float limit, const struct cnn_show_options *options)
{
    struct filters f = filters_of(model, i);
    add_filters(sheet, &f, state, false, limit, options);
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

/* The model as it was drawn, before training; NULL where it was never trained. */
static enum cnn_status draw_before(const struct cnn_model *model, struct cnn_model **before,
                                   struct cnn_error *error)
{
    struct cnn_model_info info = cnn_model_info(model);
    *before = NULL;
    if (info.trained_epochs == 0 || info.weights_given)
        return CNN_OK;
    return cnn_model_create(&(struct cnn_model_options){.arch = info.arch,
                                                        .height = info.height,
                                                        .width = info.width,
                                                        .channels = info.channels,
                                                        .scale = info.scale,
                                                        .seed = info.seed},
                            before, error);
}

static void add_layer(struct cnn_sheet *sheet, const struct cnn_model *model, const struct cnn_model *before,
                      size_t i, const struct cnn_show_options *options)
{
    struct filters learned = filters_of(model, i), drawn = learned;
    float limit = largest(&learned);
    char state[40];
    if (before) {
        drawn = filters_of(before, i);
        limit = largest(&drawn) > limit ? largest(&drawn) : limit;
    }
    struct cnn_model_info info = cnn_model_info(model);
    snprintf(state, sizeof state, "as drawn from seed %llu", (unsigned long long)info.seed);
    if (info.weights_given)
        snprintf(state, sizeof state, "%s", info.trained_epochs ? "as learned" : "as given");
    add_filters(sheet, &learned, before ? "as learned" : state, false, limit, options);
    if (before)
        add_filters(sheet, &drawn, "before training, same scale", true, limit, options);
}

static enum cnn_status add_layers(struct cnn_sheet *sheet, const struct cnn_model *model, size_t only,
                                  const struct cnn_show_options *options, struct cnn_error *error)
{
    struct cnn_model *before;
    enum cnn_status status = draw_before(model, &before, error);
    size_t n = 0;
    struct cnn_weights w;
    for (size_t i = 0; status == CNN_OK && (w = cnn_model_weights_at(model, i)).rank; i++)
        if (show_is_kernel(model, i) && (!only || w.layer == only)) {
            add_layer(sheet, model, before, i, options);
            n++;
        }
    cnn_model_free(before);
    if (status == CNN_OK && n == 0) {
        status = error_set(error, CNN_ERROR_USAGE,
                           only ? "%s has no filters" : "%s: no layer of this network has filters",
                           only ? options->layer : cnn_model_info(model).arch);
        error_hint(error, status, "only convolutions have them");
    }
    return status;
}

enum cnn_status cnn_show_filters(const struct cnn_model *model, const struct cnn_show_options *options,
                                 struct cnn_sheet **sheet, struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    size_t only = 0;
    enum cnn_status status = show_find_layer(model, options, &only, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK)
        status = add_layers(made, model, only, options, error);
    if (status == CNN_OK) {
        bool trained = cnn_model_info(model).trained_epochs > 0, each = options && options->each;
        SHEET_PRINT(made->title, "The filters %s%s",
                    trained ? "that the network has learned" : "before training",
                    each ? ", each on a scale of its own: two tiles cannot be compared" : "");
        show_caption(made, model, options);
        if (trained && cnn_model_info(model).weights_given)
            SHEET_PRINT(made->bands[0].note, "%s",
                        "learned alone: this run began from given weights, which its file does not keep");
    }
    return show_finish(status, made, sheet, error);
}
