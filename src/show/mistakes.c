/* The images that a network gets wrong, grouped by what is taken for what: the commonest first, and in each
 * group the ones it was surest of. */
#include "show/show.h"

#include "base/memory.h"
#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 40, MOST_GROUPS = 6 };

struct mistake {
    size_t image, truth, answer, pair; /* pair: how many images are taken for the same wrong class */
    float sure;
};

/* ---- finding them ------------------------------------------------------------------------------- */

static enum cnn_status predict_all(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   float **outputs, struct cnn_error *error)
{
    size_t n = cnn_dataset_info(dataset).count, classes = cnn_model_info(model).classes;
    *outputs = memory_alloc(n * classes, sizeof(float));
    if (!*outputs)
        return error_memory(error, n * classes * sizeof(float));
    return cnn_model_predict(model, dataset, *outputs, error);
}

/* Fills found, or only counts where that is NULL. */
static size_t find_mistakes(const struct cnn_dataset *dataset, const float *outputs, size_t classes,
                            struct mistake *found)
{
    size_t n = 0;
    for (size_t i = 0; i < cnn_dataset_info(dataset).count; i++) {
        const float *row = outputs + i * classes;
        size_t best = show_best(row, classes), truth = cnn_dataset_label(dataset, i);
        if (best == truth)
            continue;
        if (found)
            found[n] = (struct mistake){i, truth, best, 0, row[best]};
        n++;
    }
    return n;
}

static void count_pairs(struct mistake *found, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            found[i].pair += found[k].truth == found[i].truth && found[k].answer == found[i].answer;
}

/* Larger groups first, then by truth and answer, then by how sure, then by number. */
static int compare(const void *a, const void *b)
{
    const struct mistake *p = a, *q = b;
    if (p->pair != q->pair)
        return p->pair > q->pair ? -1 : 1;
    if (p->truth != q->truth)
        return p->truth < q->truth ? -1 : 1;
    if (p->answer != q->answer)
        return p->answer < q->answer ? -1 : 1;
    if (p->sure < q->sure || p->sure > q->sure)
        return p->sure > q->sure ? -1 : 1;
    return p->image < q->image ? -1 : p->image > q->image;
}

/* ---- showing them ------------------------------------------------------------------------------- */

static void add_images(struct cnn_sheet *sheet, bool sure, const struct cnn_dataset *dataset,
                       const struct mistake *found, size_t n, const struct cnn_show_options *options)
{
    char number[SHEET_LABEL];
    struct band *band = sheet_add_band(sheet, BAND_TILES,
                                       sure ? "What it is, what it was taken for, and how sure that was"
                                            : "What it is, what it was taken for, and the output that won");
    band->small = true;
    SHEET_PRINT(band->note, "the commonest confusion first, in each the %s first",
                sure ? "surest" : "largest output");
    for (size_t i = 0; i < n; i++) {
        struct tile *tile = show_add_image(sheet, dataset, found[i].image);
        show_answer_number(number, sure, (double)found[i].sure);
        SHEET_PRINT(tile->above, "%zu, not %zu", found[i].truth, found[i].answer);
        SHEET_PRINT(tile->below[0], "%s", number);
        SHEET_PRINT(tile->below[1], "image %zu", found[i].image + (options ? options->first : 0));
    }
}

static void add_groups(struct cnn_sheet *sheet, const struct mistake *found, size_t n)
{
    size_t shown = 0;
    sheet_add_band(sheet, BAND_BARS, "The commonest confusions");
    for (size_t i = 0; i < n && shown < MOST_GROUPS; i += found[i].pair, shown++) {
        struct bar *bar = sheet_add_bar(sheet);
        SHEET_PRINT(bar->label, "%zu taken for %zu", found[i].truth, found[i].answer);
        SHEET_PRINT(bar->text, "%zu", found[i].pair);
        bar->share = (double)found[i].pair / (double)found[0].pair;
    }
}

static size_t count_sure(const struct mistake *found, size_t n, float least)
{
    size_t sure = 0;
    for (size_t i = 0; i < n; i++)
        sure += found[i].sure > least;
    return sure;
}

static void set_title(struct cnn_sheet *sheet, const struct cnn_model *model, struct cnn_dataset_info data,
                      const struct mistake *found, size_t n)
{
    char sure[80] = "";
    if (cnn_model_info(model).probabilities)
        snprintf(sure, sizeof sure, ", %zu of them with more than 99 %% \"confidence\"",
                 count_sure(found, n, 0.99f));
    SHEET_PRINT(sheet->title, "%zu of %zu images of %.80s read wrongly%s", n, data.count, data.source, sure);
}

static enum cnn_status add_mistakes(struct cnn_sheet *sheet, const struct cnn_model *model,
                                    const struct cnn_dataset *dataset, const float *outputs,
                                    const struct cnn_show_options *options, struct cnn_error *error)
{
    size_t classes = cnn_model_info(model).classes;
    size_t n = find_mistakes(dataset, outputs, classes, NULL);
    struct mistake *found = memory_alloc(n, sizeof *found);
    if (!found)
        return error_memory(error, n * sizeof *found);
    find_mistakes(dataset, outputs, classes, found);
    count_pairs(found, n);
    qsort(found, n, sizeof *found, compare);
    set_title(sheet, model, cnn_dataset_info(dataset), found, n);
    size_t wanted = options && options->count ? options->count : MANY;
    if (n) {
        add_groups(sheet, found, n);
        add_images(sheet, cnn_model_info(model).probabilities, dataset, found, wanted < n ? wanted : n,
                   options);
    }
    memory_free(found);
    return CNN_OK;
}

enum cnn_status cnn_show_mistakes(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  const struct cnn_show_options *options, struct cnn_sheet **sheet,
                                  struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    float *outputs = NULL;
    enum cnn_status status = dataset_check_labels(dataset, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK)
        status = predict_all(model, dataset, &outputs, error);
    if (status == CNN_OK)
        status = add_mistakes(made, model, dataset, outputs, options, error);
    memory_free(outputs);
    if (status == CNN_OK)
        show_caption(made, model, options);
    return show_finish(status, made, sheet, error);
}
