/* What covering each place of an image does to the answer, and the exact sum that the answer is. */
#include "show/show.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATCH = 6, MOST_TERMS = 10 };

/* An image, the places a patch can cover it at, and what the model then says. */
struct cover {
    const struct cnn_model *model;
    const struct cnn_dataset *dataset;
    size_t image, classes, last; /* last: the number of the last layer */
    size_t patch, rows, columns; /* places: rows x columns */
    size_t answer;               /* to the whole image */
    bool probabilities;          /* the outputs are */
    const char *before;          /* what is before the last activation: "logit" of softmax, else "sum z" */
    float output, sum;           /* of the answer, for the whole image; sum: before the activation */
    uint8_t *images, *labels;    /* [rows * columns] */
    float *outputs;              /* [rows * columns][classes] */
    float *sums;                 /* [classes] */
};

/* ---- covering ----------------------------------------------------------------------------------- */

static void cover_places(struct cover *c)
{
    struct cnn_dataset_info info = cnn_dataset_info(c->dataset);
    size_t row = info.width * info.channels, bytes = info.height * row;
    for (size_t y = 0; y < c->rows; y++)
        for (size_t x = 0; x < c->columns; x++) {
            uint8_t *to = c->images + (y * c->columns + x) * bytes;
            memcpy(to, cnn_dataset_image(c->dataset, c->image), bytes);
            for (size_t k = 0; k < c->patch; k++)
                memset(to + (y + k) * row + x * info.channels, 0, c->patch * info.channels);
        }
}

static enum cnn_status ask_whole(struct cover *c, struct cnn_error *error)
{
    enum cnn_status status = cnn_model_activations(c->model, c->dataset, c->image, c->last,
                                                   CNN_AFTER_ACTIVATION, c->outputs, error);
    if (status == CNN_OK)
        status = cnn_model_activations(c->model, c->dataset, c->image, c->last, CNN_BEFORE_ACTIVATION,
                                       c->sums, error);
    if (status != CNN_OK)
        return status;
    c->answer = show_best(c->outputs, c->classes);
    c->output = c->outputs[c->answer];
    c->sum = c->sums[c->answer];
    return CNN_OK;
}

static struct cnn_dataset covered(const struct cover *c)
{
    return show_images(c->dataset, c->images, c->labels, c->rows * c->columns);
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

/* A tile as large as the image, blank so far: each cell is the middle of a patch. */
static struct tile *add_blank(struct cnn_sheet *sheet, const struct cover *c)
{
    struct cnn_dataset_info info = cnn_dataset_info(c->dataset);
    struct tile *tile = sheet_add_tile(sheet, info.height, info.width, 1);
    for (size_t i = 0; tile->values && i < info.height * info.width; i++)
        tile->values[i] = SHEET_BLANK;
    return tile;
}

static float *value_of(const struct cover *c, struct tile *tile, size_t place)
{
    return tile->values + (place / c->columns + c->patch / 2) * tile->width + place % c->columns +
           c->patch / 2;
}

static void mark_least(const struct cover *c, struct tile *tile)
{
    size_t least = 0, y, x;
    for (size_t i = 1; i < c->rows * c->columns; i++)
        if (*value_of(c, tile, i) < *value_of(c, tile, least))
            least = i;
    y = least / c->columns;
    x = least % c->columns;
    tile->marked = true;
    tile->mark_y = y + c->patch / 2;
    tile->mark_x = x + c->patch / 2;
    SHEET_PRINT(tile->below[0], "least %.4g", (double)*value_of(c, tile, least));
    SHEET_PRINT(tile->below[1], "rows %zu to %zu, columns %zu to %zu", y, y + c->patch - 1, x,
                x + c->patch - 1);
}

static struct band *add_column(struct cnn_sheet *sheet, size_t column, const char *heading)
{
    struct band *band = sheet_add_band(sheet, BAND_TILES, heading);
    band->column = column;
    band->n_columns = 3;
    return band;
}

/* To one digit, which leaves room beside the scale. */
static float rounded_up(float x)
{
    double step = 1;
    while (step > (double)x && step > 1e-30)
        step /= 10;
    while (step * 10 <= (double)x)
        step *= 10;
    return (float)(ceil((double)x / step) * step);
}

static void add_outputs(struct cnn_sheet *sheet, const struct cover *c)
{
    char heading[SHEET_LINE];
    size_t fallen = 0, places = c->rows * c->columns;
    SHEET_PRINT(heading, "%s of %zu", c->probabilities ? "Probability" : "Output", c->answer);
    struct band *band = add_column(sheet, 1, heading);
    band->scale = (struct scale){SCALE_FROM_ZERO, 1};
    SHEET_PRINT(band->unit, "%s", c->probabilities ? "p" : "y");
    struct tile *tile = add_blank(sheet, c);
    for (size_t i = 0; tile->values && i < places; i++) {
        const float *row = c->outputs + i * c->classes;
        *value_of(c, tile, i) = row[c->answer];
        fallen += show_best(row, c->classes) != c->answer;
    }
    SHEET_PRINT(band->note, "uncovered %.4g; another digit wins at %zu of %zu places", (double)c->output,
                fallen, places);
    if (tile->values)
        mark_least(c, tile);
    if (!c->probabilities)
        band->scale = (struct scale){SCALE_SIGNED, rounded_up(band_limit(band))};
}

/* How the number before the activation changes at each place: what softmax hides where it is sure. */
static enum cnn_status add_sums(struct cnn_sheet *sheet, const struct cover *c, struct cnn_error *error)
{
    char heading[SHEET_LINE];
    struct cnn_dataset all = covered(c);
    enum cnn_status status = CNN_OK;
    SHEET_PRINT(heading, "Change of the %s of %zu", c->before, c->answer);
    struct band *band = add_column(sheet, 2, heading);
    SHEET_PRINT(band->unit, "%s", "z");
    SHEET_PRINT(band->note, "uncovered %.4g%s", (double)c->sum,
                c->probabilities ? "; it shows what softmax hides where it is sure"
                                 : ", before the activation");
    struct tile *tile = add_blank(sheet, c);
    if (!tile->values)
        return CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < c->rows * c->columns; i++) {
        status = cnn_model_activations(c->model, &all, i, c->last, CNN_BEFORE_ACTIVATION, c->sums, error);
        *value_of(c, tile, i) = c->sums[c->answer] - c->sum;
    }
    mark_least(c, tile);
    band->scale.limit = band_limit(band);
    return status;
}

/* ---- the sum of the answer ---------------------------------------------------------------------- */

/* A unit below and what it adds to the sum: its output times its weight. */
struct term {
    size_t unit;
    float output, weight;
};

static int compare_terms(const void *a, const void *b)
{
    const struct term *p = a, *q = b;
    float x = fabsf(p->output * p->weight), y = fabsf(q->output * q->weight);
    if (x < y || x > y)
        return x > y ? -1 : 1;
    return p->unit < q->unit ? -1 : p->unit > q->unit;
}

static void add_term(struct cnn_sheet *sheet, const char *label, double value, double largest,
                     const char *how)
{
    struct bar *bar = sheet_add_bar(sheet);
    SHEET_PRINT(bar->label, "%s", label);
    SHEET_PRINT(bar->text, "%+9.4f  %s", value, how);
    bar->share = largest > 0 ? value / largest : 0;
}

/* The largest terms, the rest as one, the bias; together they are the sum of the answer. */
static void add_terms(struct cnn_sheet *sheet, const struct cover *c, struct term *terms, size_t n,
                      float bias)
{
    char heading[SHEET_LINE], label[SHEET_LABEL], how[SHEET_LABEL];
    double sum = (double)bias, rest = 0;
    qsort(terms, n, sizeof *terms, compare_terms);
    size_t shown = n < MOST_TERMS ? n : MOST_TERMS;
    for (size_t i = 0; i < n; i++) {
        sum += (double)terms[i].output * (double)terms[i].weight;
        rest += i < shown ? 0 : (double)terms[i].output * (double)terms[i].weight;
    }
    double largest = fabs((double)terms[0].output * (double)terms[0].weight);
    largest = fabs(rest) > largest ? fabs(rest) : largest;
    SHEET_PRINT(heading, "What the %s of %zu is made of: output of a unit times its weight, and the bias",
                c->before, c->answer);
    struct band *band = sheet_add_band(sheet, BAND_BARS, heading);
    SHEET_PRINT(band->note, "the sum is %.4f; the network computed %.4f in single precision", sum,
                (double)c->sum);
    for (size_t i = 0; i < shown; i++) {
        SHEET_PRINT(label, "unit %zu", terms[i].unit);
        SHEET_PRINT(how, "%.4g \xc3\x97 %.4g", (double)terms[i].output, (double)terms[i].weight);
        add_term(sheet, label, (double)terms[i].output * (double)terms[i].weight, largest, how);
    }
    SHEET_PRINT(label, "%zu others", n - shown);
    if (n > shown)
        add_term(sheet, label, rest, largest, "");
    add_term(sheet, "bias", (double)bias, largest, "");
}

/* Only where the last layer is dense: a sum over the units of the layer before it. */
static enum cnn_status add_contributions(struct cnn_sheet *sheet, const struct cover *c,
                                         struct cnn_error *error)
{
    struct cnn_weights kernel = {0}, bias = {0}, w;
    for (size_t i = 0; (w = cnn_model_weights_at(c->model, i)).rank; i++) {
        if (w.layer == c->last && w.rank == 2 && w.shape[1] == c->classes)
            kernel = w;
        if (w.layer == c->last && w.rank == 1)
            bias = w;
    }
    struct cnn_layer_info below = cnn_model_layer(c->model, c->last - 1);
    size_t n = kernel.shape[0];
    if (!kernel.rank || below.rank != 1 || below.shape[0] != n)
        return CNN_OK;
    float *outputs = memory_alloc(n, sizeof *outputs);
    struct term *terms = memory_alloc(n, sizeof *terms);
    enum cnn_status status = outputs && terms ? CNN_OK : error_memory(error, n * sizeof *terms);
    if (status == CNN_OK)
        status = cnn_model_activations(c->model, c->dataset, c->image, c->last - 1, CNN_AFTER_ACTIVATION,
                                       outputs, error);
    for (size_t i = 0; status == CNN_OK && i < n; i++)
        terms[i] = (struct term){i, outputs[i], kernel.values[i * c->classes + c->answer]};
    if (status == CNN_OK)
        add_terms(sheet, c, terms, n, bias.rank ? bias.values[c->answer] : 0);
    memory_free(outputs);
    memory_free(terms);
    return status;
}

/* ---- */

static enum cnn_status add_all(struct cnn_sheet *sheet, struct cover *c,
                               const struct cnn_show_options *options, struct cnn_error *error)
{
    char name[SHEET_LINE], number[SHEET_LABEL];
    enum cnn_status status = ask_whole(c, error);
    if (status != CNN_OK)
        return status;
    show_image_name(name, c->dataset, c->image, options);
    show_answer_number(number, c->probabilities, (double)c->output);
    SHEET_PRINT(sheet->title, "What the answer %zu (%s) to %s rests on", c->answer, number, name);
    struct band *band = add_column(sheet, 0, "The image");
    SHEET_PRINT(
        band->note,
        "%zu \xc3\x97 %zu of its pixels are covered with paper (0) at each place in turn; cells beside "
        "are the patch's middle",
        c->patch, c->patch);
    SHEET_PRINT(band->unit, "%s", "pixel");
    show_add_image(sheet, c->dataset, c->image);
    cover_places(c);
    struct cnn_dataset all = covered(c);
    status = cnn_model_predict(c->model, &all, c->outputs, error);
    if (status == CNN_OK)
        add_outputs(sheet, c);
    if (status == CNN_OK)
        status = add_sums(sheet, c, error);
    return status == CNN_OK ? add_contributions(sheet, c, error) : status;
}

static enum cnn_status cover_image(struct cnn_sheet *sheet, struct cover *c,
                                   const struct cnn_show_options *options, struct cnn_error *error)
{
    struct cnn_dataset_info info = cnn_dataset_info(c->dataset);
    size_t side = info.height < info.width ? info.height : info.width,
           bytes = info.height * info.width * info.channels;
    if (c->image >= info.count)
        return error_set(error, CNN_ERROR_USAGE, "there is no image %zu; %s holds %zu", c->image, info.source,
                         info.count);
    c->patch = side < PATCH ? side : PATCH;
    c->rows = info.height - c->patch + 1;
    c->columns = info.width - c->patch + 1;
    size_t places = c->rows * c->columns;
    c->images = memory_alloc(places, bytes);
    c->labels = memory_alloc(places, 1);
    c->outputs = memory_alloc(places * c->classes, sizeof(float));
    c->sums = memory_alloc(c->classes, sizeof(float));
    enum cnn_status status = c->images && c->labels && c->outputs && c->sums
                                 ? add_all(sheet, c, options, error)
                                 : error_memory(error, places * bytes);
    memory_free(c->images);
    memory_free(c->labels);
    memory_free(c->outputs);
    memory_free(c->sums);
    return status;
}

enum cnn_status cnn_show_occlusion(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   size_t image, const struct cnn_show_options *options,
                                   struct cnn_sheet **sheet, struct cnn_error *error)
{
    struct cnn_model_info info = cnn_model_info(model);
    struct cover cover = {.model = model,
                          .dataset = dataset,
                          .image = image,
                          .classes = info.classes,
                          .last = info.layers - 1,
                          .probabilities = info.probabilities,
                          .before = info.probabilities ? "logit" : "sum z"};
    struct cnn_sheet *made = NULL;
    enum cnn_status status = sheet_create(&made, error);
    if (status == CNN_OK)
        status = cover_image(made, &cover, options, error);
    if (status == CNN_OK)
        show_caption(made, model, options);
    return show_finish(status, made, sheet, error);
}
