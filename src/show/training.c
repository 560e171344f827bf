/* A network while it learns: its filters, what it makes of one image, its answer, and how far it has come. */
#include "show/show.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

/* What a small screen keeps the longest. */
enum { WORTH_IMAGE = 1, WORTH_LOSS, WORTH_FILTERS, WORTH_MAPS };
enum { MOST_ANSWERS = 10 };

/* The band that was added last; where memory ran out, one that nobody reads. */
static struct band *last_band(struct cnn_sheet *sheet)
{
    static struct band nowhere;
    return sheet->n_bands ? &sheet->bands[sheet->n_bands - 1] : &nowhere;
}

/* ---- curves ------------------------------------------------------------------------------------- */

static void add_curve(struct cnn_sheet *sheet, const float *values, size_t n, size_t every, bool dashed)
{
    struct curve *curve = n ? sheet_add_curve(sheet, n) : NULL;
    if (!curve || !curve->values)
        return;
    memcpy(curve->values, values, n * sizeof(float));
    curve->every = every;
    curve->run = dashed;
    curve->dashed = dashed;
}

static void add_curves(struct cnn_sheet *sheet, const char *heading, const struct cnn_course *course,
                       const float *values, const float *validation)
{
    char text[SHEET_LINE];
    SHEET_PRINT(text, course->epochs ? "%s; dashed or B: validation" : "%s",
                heading); /* B: without colours */
    struct band *band = sheet_add_band(sheet, BAND_CURVES, text);
    band->epoch = course->parts;
    add_curve(sheet, values, course->n, 1, false);
    add_curve(sheet, validation, course->epochs, course->parts, true);
}

/* ---- the answer --------------------------------------------------------------------------------- */

/* Whether fewer than MOST_ANSWERS classes are likelier, or as likely and before it. */
static bool is_likely(const float *outputs, size_t classes, size_t k)
{
    size_t before = 0;
    for (size_t i = 0; i < classes; i++)
        before += outputs[i] > outputs[k] || (outputs[i] == outputs[k] && i < k);
    return before < MOST_ANSWERS;
}

static void add_bars(struct cnn_sheet *sheet, const float *outputs, const struct cnn_model_info *info)
{
    const size_t best = show_best(outputs, info->classes);
    const double whole = info->probabilities ? 1 : show_largest(outputs, info->classes);
    sheet_add_band(sheet, BAND_BARS, info->classes > MOST_ANSWERS ? "likeliest answers" : "answer");
    for (size_t k = 0; k < info->classes; k++) {
        char number[SHEET_LABEL];
        if (!is_likely(outputs, info->classes, k))
            continue;
        struct bar *bar = sheet_add_bar(sheet);
        if (info->probabilities)
            cnn_percent(number, (double)outputs[k]);
        else
            SHEET_PRINT(number, "%.4g", (double)outputs[k]);
        SHEET_PRINT(bar->label, "%zu", k);
        SHEET_PRINT(bar->text, "%9s", number);
        bar->share = (double)outputs[k] / whole;
        bar->strong = k == best;
    }
}

static enum cnn_status read_answer(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   size_t image, float **outputs, struct cnn_error *error)
{
    size_t classes = cnn_model_info(model).classes, last = cnn_model_info(model).layers - 1;
    float *p = memory_alloc(classes, sizeof *p);
    if (!p)
        return error_memory(error, classes * sizeof *p);
    enum cnn_status status =
        cnn_model_activations(model, dataset, image, last, CNN_AFTER_ACTIVATION, p, error);
    if (status != CNN_OK)
        memory_free(p);
    else
        *outputs = p;
    return status;
}

static void set_title(struct cnn_sheet *sheet, const struct cnn_dataset *dataset, size_t image,
                      const float *outputs, const struct cnn_model_info *info,
                      const struct cnn_show_options *options)
{
    char number[SHEET_LABEL], truth[32] = "";
    size_t best = show_best(outputs, info->classes);
    if (cnn_dataset_info(dataset).labelled)
        snprintf(truth, sizeof truth, "it is %u, ", cnn_dataset_label(dataset, image));
    show_answer_number(number, info->probabilities, (double)outputs[best]);
    SHEET_PRINT(sheet->title, "image %zu: %sthe answer is %zu (%s)", image + (options ? options->first : 0),
                truth, best, number);
}

/* ---- layers ------------------------------------------------------------------------------------- */

static void add_image(struct cnn_sheet *sheet, const struct cnn_dataset *dataset, size_t image)
{
    sheet_add_band(sheet, BAND_TILES, "image")->worth = WORTH_IMAGE;
    show_add_image(sheet, dataset, image);
}

/* The filters that array i of the weights is. */
static void add_filters(struct cnn_sheet *sheet, const struct cnn_model *model, size_t i, size_t worth)
{
    struct cnn_weights w = cnn_model_weights_at(model, i);
    float limit = show_filters_limit(model, i);
    show_add_filters(sheet, model, i, "", limit, NULL);
    struct band *band = last_band(sheet);
    band->worth = worth;
    if (w.shape[2] == 1)
        band->columns = 0; /* no table: they may stand in several rows */
    bool all = band->n == w.shape[2] * w.shape[3];
    SHEET_PRINT(band->heading, "%s %sfilters, to %.3g", cnn_model_layer(model, w.layer).name,
                all ? "" : "first ", (double)limit);
}

static enum cnn_status add_maps(struct cnn_sheet *sheet, const struct cnn_model *model,
                                const struct cnn_dataset *dataset, size_t image, size_t layer, size_t worth,
                                struct cnn_error *error)
{
    enum cnn_status status = show_add_layer(sheet, model, dataset, image, layer, error);
    struct band *band = last_band(sheet);
    band->worth = worth;
    bool all = band->n == cnn_model_layer(model, layer).shape[2];
    SHEET_PRINT(band->heading, "%s %smaps, to %.3g", cnn_model_layer(model, layer).name, all ? "" : "first ",
                (double)band->scale.limit);
    return status;
}

/* Array number `from` or the first after it that is the filters of a convolution; false: there is none. */
static bool find_kernel(const struct cnn_model *model, size_t *from)
{
    while (cnn_model_weights_at(model, *from).rank && !show_is_kernel(model, *from))
        ++*from;
    return cnn_model_weights_at(model, *from).rank > 0;
}

static enum cnn_status add_all(struct cnn_sheet *sheet, const struct cnn_model *model,
                               const struct cnn_dataset *dataset, size_t image,
                               const struct cnn_course *course, const float *outputs, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    size_t i = 0;
    bool any = find_kernel(model, &i);
    const struct cnn_model_info info = cnn_model_info(model);
    add_image(sheet, dataset, image);
    if (any)
        add_filters(sheet, model, i, WORTH_FILTERS);
    add_curves(sheet, "loss", course, course->loss, course->val_loss);
    last_band(sheet)->worth = WORTH_LOSS;
    add_curves(sheet, "accuracy", course, course->accuracy, course->val_accuracy);
    add_bars(sheet, outputs, &info);
    if (any)
        status =
            add_maps(sheet, model, dataset, image, cnn_model_weights_at(model, i).layer, WORTH_MAPS, error);
    while (status == CNN_OK && any && (i++, find_kernel(model, &i))) {
        add_filters(sheet, model, i, 0);
        status = add_maps(sheet, model, dataset, image, cnn_model_weights_at(model, i).layer, 0, error);
    }
    return status;
}

enum cnn_status cnn_show_training(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  size_t image, const struct cnn_course *course,
                                  const struct cnn_show_options *options, struct cnn_sheet **sheet,
                                  struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    float *outputs = NULL;
    enum cnn_status status = read_answer(model, dataset, image, &outputs, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK) {
        const struct cnn_model_info info = cnn_model_info(model);
        set_title(made, dataset, image, outputs, &info, options);
        status = add_all(made, model, dataset, image, course, outputs, error);
    }
    memory_free(outputs);
    return show_finish(status, made, sheet, error);
}
