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
    SHEET_PRINT(text, course->epochs ? "%s; dashed: validation" : "%s", heading);
    struct band *band = sheet_add_band(sheet, BAND_CURVES, text);
    band->epoch = course->parts;
    add_curve(sheet, values, course->n, 1, false);
    add_curve(sheet, validation, course->epochs, course->parts, true);
}

/* ---- the answer --------------------------------------------------------------------------------- */

/* Whether fewer than MOST_ANSWERS classes are more probable, or as probable and before it. */
static bool is_likely(const float *probabilities, size_t classes, size_t k)
{
    size_t before = 0;
    for (size_t i = 0; i < classes; i++)
        before += probabilities[i] > probabilities[k] || (probabilities[i] == probabilities[k] && i < k);
    return before < MOST_ANSWERS;
}

static void add_bars(struct cnn_sheet *sheet, const float *probabilities, size_t classes)
{
    size_t best = show_best(probabilities, classes);
    sheet_add_band(sheet, BAND_BARS, classes > MOST_ANSWERS ? "likeliest answers" : "answer");
    for (size_t k = 0; k < classes; k++) {
        char percent[SHEET_LABEL];
        if (!is_likely(probabilities, classes, k))
            continue;
        struct bar *bar = sheet_add_bar(sheet);
        show_percent(percent, (double)probabilities[k]);
        SHEET_PRINT(bar->label, "%zu", k);
        SHEET_PRINT(bar->text, "%9s", percent);
        bar->share = (double)probabilities[k];
        bar->strong = k == best;
    }
}

static enum cnn_status read_answer(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   size_t image, float **probabilities, struct cnn_error *error)
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
        *probabilities = p;
    return status;
}

static void set_title(struct cnn_sheet *sheet, const struct cnn_dataset *dataset, size_t image,
                      const float *probabilities, size_t classes, const struct cnn_show_options *options)
{
    char percent[SHEET_LABEL], truth[32] = "";
    size_t best = show_best(probabilities, classes);
    if (cnn_dataset_info(dataset).labelled)
        snprintf(truth, sizeof truth, "it is %u, ", cnn_dataset_label(dataset, image));
    show_percent(percent, (double)probabilities[best]);
    SHEET_PRINT(sheet->title, "image %zu: %sthe answer is %zu (%s)", image + (options ? options->first : 0),
                truth, best, percent);
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
    SHEET_PRINT(band->heading, "%s filters, to %.3g", cnn_model_layer(model, w.layer).name, (double)limit);
}

static enum cnn_status add_maps(struct cnn_sheet *sheet, const struct cnn_model *model,
                                const struct cnn_dataset *dataset, size_t image, size_t layer, size_t worth,
                                struct cnn_error *error)
{
    enum cnn_status status = show_add_layer(sheet, model, dataset, image, layer, error);
    struct band *band = last_band(sheet);
    band->worth = worth;
    SHEET_PRINT(band->heading, "%s maps, to %.3g", cnn_model_layer(model, layer).name,
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
                               const struct cnn_course *course, const float *probabilities,
                               struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    size_t i = 0;
    bool any = find_kernel(model, &i);
    add_image(sheet, dataset, image);
    if (any)
        add_filters(sheet, model, i, WORTH_FILTERS);
    add_curves(sheet, "loss", course, course->loss, course->val_loss);
    last_band(sheet)->worth = WORTH_LOSS;
    add_curves(sheet, "accuracy", course, course->accuracy, course->val_accuracy);
    add_bars(sheet, probabilities, cnn_model_info(model).classes);
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
    float *probabilities = NULL;
    enum cnn_status status = read_answer(model, dataset, image, &probabilities, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK) {
        set_title(made, dataset, image, probabilities, cnn_model_info(model).classes, options);
        status = add_all(made, model, dataset, image, course, probabilities, error);
    }
    memory_free(probabilities);
    return show_finish(status, made, sheet, error);
}
