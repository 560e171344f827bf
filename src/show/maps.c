/* What every layer makes of one image, with one scale a layer: where each feature was found. */
#include "show/show.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

enum { MOST_MAPS = 64, STRIP = 36 };

/* The numbers of a layer and of the one below it. */
struct layer_values {
    struct cnn_layer_info info;
    size_t count;
    float *values; /* [count], in the order of its shape */
};

static size_t count_of(const struct cnn_layer_info *info)
{
    return info->shape[0] * (info->rank > 1 ? info->shape[1] : 1) * (info->rank > 2 ? info->shape[2] : 1);
}

static enum cnn_status read_layer(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  size_t image, size_t i, struct layer_values *layer, struct cnn_error *error)
{
    layer->info = cnn_model_layer(model, i);
    layer->count = count_of(&layer->info);
    layer->values = memory_alloc(layer->count, sizeof(float));
    if (!layer->values)
        return error_memory(error, layer->count * sizeof(float));
    return cnn_model_activations(model, dataset, image, i, CNN_AFTER_ACTIVATION, layer->values, error);
}

/* ---- one layer ---------------------------------------------------------------------------------- */

struct range {
    float low, high;
    size_t below; /* numbers below 0 */
};

static struct range range_of(const float *values, size_t n)
{
    struct range range = {0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        range.low = values[i] < range.low ? values[i] : range.low;
        range.high = values[i] > range.high ? values[i] : range.high;
        range.below += values[i] < 0;
    }
    return range;
}

/* From 0 up, where what lies below 0 is small beside it, as with relu and swish; else to both sides alike. */
static struct scale scale_of(struct range range)
{
    enum { SMALL = 4 };
    float side = -range.low > range.high ? -range.low : range.high;
    if (-range.low * SMALL <= range.high && range.high > 0)
        return (struct scale){SCALE_FROM_ZERO, range.high};
    return (struct scale){SCALE_SIGNED, side > 0 ? side : 1};
}

/* Marks the strongest place and says its value; where all places are alike, none is. */
static void mark_strongest(struct tile *tile)
{
    size_t n = tile->height * tile->width, best = 0;
    bool alike = true;
    for (size_t i = 1; i < n; i++) {
        alike = alike && tile->values[i] == tile->values[0];
        if (tile->values[i] > tile->values[best])
            best = i;
    }
    if (alike && n > 1) {
        SHEET_PRINT(tile->below[0], "%.4g everywhere", (double)tile->values[0]);
        return;
    }
    tile->marked = true;
    tile->mark_y = best / tile->width;
    tile->mark_x = best % tile->width;
    SHEET_PRINT(tile->below[0], "most %.4g", (double)tile->values[best]);
    SHEET_PRINT(tile->below[1], "row %zu, column %zu", tile->mark_y, tile->mark_x);
}

static void add_map(struct cnn_sheet *sheet, const struct layer_values *layer, size_t map, bool each)
{
    size_t height = layer->info.shape[0], width = layer->info.shape[1], maps = layer->info.shape[2];
    struct tile *tile = sheet_add_tile(sheet, height, width, 1);
    if (!tile->values)
        return;
    for (size_t i = 0; i < height * width; i++)
        tile->values[i] = layer->values[i * maps + map];
    SHEET_PRINT(tile->above, "map %zu", map);
    mark_strongest(tile);
    if (each)
        tile->limit = scale_of(range_of(tile->values, height * width)).limit;
}

/* The units of a vector in rows; what is left of the last row stays blank. */
static void add_strip(struct cnn_sheet *sheet, const struct layer_values *layer)
{
    size_t n = layer->count, rows = (n + STRIP - 1) / STRIP, width = (n + rows - 1) / rows;
    struct tile *tile = sheet_add_tile(sheet, rows, width, 1);
    if (!tile->values)
        return;
    for (size_t i = 0; i < rows * width; i++)
        tile->values[i] = i < n ? layer->values[i] : SHEET_BLANK;
    size_t best = show_best(layer->values, n);
    tile->marked = true;
    tile->mark_y = best / width;
    tile->mark_x = best % width;
    SHEET_PRINT(tile->below[0], "most %.4g, unit %zu", (double)layer->values[best], best);
}

static void describe(struct band *band, const struct layer_values *layer, struct range range, bool each)
{
    char shape[SHEET_LABEL], below[80] = "";
    show_shape(shape, &layer->info);
    SHEET_PRINT(band->heading, "%s   %s%s%s", layer->info.name, shape, layer->info.activation ? "   " : "",
                layer->info.activation ? layer->info.activation : "");
    if (range.below)
        snprintf(below, sizeof below, "; %.0f %% of its numbers are below 0, the least is %.3g",
                 100.0 * (double)range.below / (double)layer->count, (double)range.low);
    SHEET_PRINT(band->note, "%s%s", each ? "each map has a scale of its own" : "one scale for the layer",
                below);
}

static void add_layer(struct cnn_sheet *sheet, const struct layer_values *layer, bool each)
{
    struct range range = range_of(layer->values, layer->count);
    size_t maps = layer->info.rank == 3 ? layer->info.shape[2] : 0;
    struct band *band = sheet_add_band(sheet, BAND_TILES, "");
    describe(band, layer, range, each && maps);
    band->scale = scale_of(range);
    if (!each || !maps)
        SHEET_PRINT(band->unit, "%s", "output");
    for (size_t map = 0; map < maps && map < MOST_MAPS; map++)
        add_map(sheet, layer, map, each);
    if (maps > MOST_MAPS)
        SHEET_PRINT(band->note, "the first %d of its %zu maps; one scale for the layer", MOST_MAPS, maps);
    if (!maps)
        add_strip(sheet, layer);
}

enum cnn_status show_add_layer(struct cnn_sheet *sheet, const struct cnn_model *model,
                               const struct cnn_dataset *dataset, size_t image, size_t i,
                               struct cnn_error *error)
{
    struct layer_values layer;
    enum cnn_status status = read_layer(model, dataset, image, i, &layer, error);
    if (status == CNN_OK)
        add_layer(sheet, &layer, false);
    memory_free(layer.values);
    return status;
}

/* The same numbers as below, in another shape or as they were: nothing new to see. */
static void add_unchanged(struct cnn_sheet *sheet, const struct layer_values *layer, const char *below)
{
    char line[SHEET_LINE], shape[SHEET_LABEL];
    show_shape(shape, &layer->info);
    SHEET_PRINT(line, "%s   %s", layer->info.name, shape);
    struct band *band = sheet_add_band(sheet, BAND_LINES, line);
    SHEET_PRINT(band->note, "the numbers of %s as they are%s", below,
                layer->info.rank == 1 ? ", in one row" : "");
}

/* ---- the answer --------------------------------------------------------------------------------- */

/* A bar for each class: its probability and logit; without softmax its output, and z before the activation.
 */
static void add_class_bars(struct cnn_sheet *sheet, bool probabilities, const struct layer_values *last,
                           const float *before)
{
    const double whole = probabilities ? 1 : show_largest(last->values, last->count);
    const size_t best = show_best(last->values, last->count);
    for (size_t k = 0; k < last->count; k++) {
        struct bar *bar = sheet_add_bar(sheet);
        const double value = (double)last->values[k], z = (double)before[k];
        char percent[SHEET_LABEL];
        cnn_percent(percent, value);
        SHEET_PRINT(bar->label, "%zu", k);
        if (probabilities)
            SHEET_PRINT(bar->text, "%9s   logit %.4g", percent, z);
        else if (last->info.activation && strcmp(last->info.activation, "linear") != 0)
            SHEET_PRINT(bar->text, "%9.4g   z %.4g", value, z);
        else
            SHEET_PRINT(bar->text, "%9.4g", value);
        bar->share = value / whole;
        bar->strong = k == best;
    }
}

static enum cnn_status add_answer(struct cnn_sheet *sheet, const struct cnn_model *model,
                                  const struct cnn_dataset *dataset, size_t image,
                                  const struct layer_values *last, struct cnn_error *error)
{
    char heading[SHEET_LINE];
    float *before = memory_alloc(last->count, sizeof(float));
    if (!before)
        return error_memory(error, last->count * sizeof(float));
    struct cnn_model_info info = cnn_model_info(model);
    enum cnn_status status =
        cnn_model_activations(model, dataset, image, info.layers - 1, CNN_BEFORE_ACTIVATION, before, error);
    SHEET_PRINT(heading, "%s   %zu%s%s: the answer", last->info.name, last->count,
                last->info.activation ? "   " : "", last->info.activation ? last->info.activation : "");
    sheet_add_band(sheet, BAND_BARS, heading);
    if (status == CNN_OK)
        add_class_bars(sheet, info.probabilities, last, before);
    memory_free(before);
    return status;
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

static void add_input(struct cnn_sheet *sheet, const struct cnn_dataset *dataset, size_t image,
                      const struct layer_values *input)
{
    char heading[SHEET_LINE], shape[SHEET_LABEL];
    show_shape(shape, &input->info);
    SHEET_PRINT(heading, "%s   %s   the image, from 0 (paper) to 255 (ink)", input->info.name, shape);
    sheet_add_band(sheet, BAND_TILES, heading);
    show_add_image(sheet, dataset, image);
}

/* Adds layer i, given the one below it. */
static enum cnn_status add_any(struct cnn_sheet *sheet, const struct cnn_model *model,
                               const struct cnn_dataset *dataset, size_t image, size_t i,
                               const struct layer_values *below, const struct layer_values *layer, bool each,
                               struct cnn_error *error)
{
    bool last = i + 1 == cnn_model_info(model).layers;
    if (i == 0)
        add_input(sheet, dataset, image, layer);
    else if (last)
        return add_answer(sheet, model, dataset, image, layer, error);
    else if (layer->count == below->count &&
             memcmp(layer->values, below->values, layer->count * sizeof(float)) == 0)
        add_unchanged(sheet, layer, below->info.name);
    else
        add_layer(sheet, layer, each);
    return CNN_OK;
}

static enum cnn_status add_layers(struct cnn_sheet *sheet, const struct cnn_model *model,
                                  const struct cnn_dataset *dataset, size_t image,
                                  const struct cnn_show_options *options, size_t only,
                                  struct cnn_error *error)
{
    struct layer_values below = {.values = NULL}, layer = {.values = NULL};
    enum cnn_status status = CNN_OK;
    for (size_t i = 0, n = cnn_model_info(model).layers; status == CNN_OK && i < n; i++) {
        memory_free(below.values);
        below = layer;
        layer.values = NULL;
        status = read_layer(model, dataset, image, i, &layer, error);
        if (status == CNN_OK && (!only || i == 0 || i == only))
            status =
                add_any(sheet, model, dataset, image, i, &below, &layer, options && options->each, error);
    }
    memory_free(below.values);
    memory_free(layer.values);
    return status;
}

static enum cnn_status set_title(struct cnn_sheet *sheet, const struct cnn_model *model,
                                 const struct cnn_dataset *dataset, size_t image,
                                 const struct cnn_show_options *options, struct cnn_error *error)
{
    char name[SHEET_LINE], number[SHEET_LABEL], truth[32] = "";
    struct cnn_dataset_info data = cnn_dataset_info(dataset);
    struct cnn_model_info info = cnn_model_info(model);
    if (image >= data.count)
        return error_set(error, CNN_ERROR_USAGE, "there is no image %zu; %s holds %zu", image, data.source,
                         data.count);
    float *outputs = memory_alloc(info.classes, sizeof(float));
    if (!outputs)
        return error_memory(error, info.classes * sizeof(float));
    struct cnn_dataset one = show_images(dataset, cnn_dataset_image(dataset, image), NULL, 1);
    enum cnn_status status = cnn_model_predict(model, &one, outputs, error);
    if (status == CNN_OK) {
        size_t best = show_best(outputs, info.classes);
        show_image_name(name, dataset, image, options);
        show_answer_number(number, info.probabilities, (double)outputs[best]);
        if (data.labelled)
            snprintf(truth, sizeof truth, "it is %u, ", cnn_dataset_label(dataset, image));
        SHEET_PRINT(sheet->title, "What the network sees in %s: %sthe answer is %zu (%s)", name, truth, best,
                    number);
    }
    memory_free(outputs);
    return status;
}

enum cnn_status cnn_show_maps(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t image,
                              const struct cnn_show_options *options, struct cnn_sheet **sheet,
                              struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    size_t only = 0;
    enum cnn_status status = show_find_layer(model, options, &only, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK)
        status = set_title(made, model, dataset, image, options, error);
    if (status == CNN_OK)
        status = add_layers(made, model, dataset, image, options, only, error);
    if (status == CNN_OK)
        show_caption(made, model, options);
    return show_finish(status, made, sheet, error);
}
