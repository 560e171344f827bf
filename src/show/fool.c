/* What breaks a model: the same images, changed in ways that a person hardly minds. Convolution finds a
 * feature anywhere; what comes after flatten has learned where. */
#include "show/show.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

/* An image that is to be changed. Shapes: from, to [height][width][channels]; they do not overlap. */
struct change {
    size_t height, width, channels, number;
    const uint8_t *from;
    uint8_t *to;
    int amount;
};

/* ---- the ways ----------------------------------------------------------------------------------- */

static size_t bytes_of(const struct change *c)
{
    return c->height * c->width * c->channels;
}

static void leave(const struct change *c)
{
    memcpy(c->to, c->from, bytes_of(c));
}

/* Copies the pixel at y, x of the original to row `to_y`, column `to_x`; paper where there is none. */
static void copy_pixel(const struct change *c, size_t to_y, size_t to_x, long y, long x)
{
    uint8_t *to = c->to + (to_y * c->width + to_x) * c->channels;
    if (y < 0 || x < 0 || y >= (long)c->height || x >= (long)c->width)
        memset(to, 0, c->channels);
    else
        memcpy(to, c->from + ((size_t)y * c->width + (size_t)x) * c->channels, c->channels);
}

/* Down and to the right. */
static void shift(const struct change *c)
{
    for (size_t y = 0; y < c->height; y++)
        for (size_t x = 0; x < c->width; x++)
            copy_pixel(c, y, x, (long)y - c->amount, (long)x - c->amount);
}

static void invert(const struct change *c)
{
    for (size_t i = 0; i < bytes_of(c); i++)
        c->to[i] = (uint8_t)(255 - c->from[i]);
}

static void divide(const struct change *c)
{
    for (size_t i = 0; i < bytes_of(c); i++)
        c->to[i] = (uint8_t)((c->from[i] + c->amount / 2) / c->amount);
}

/* Every pixel is moved by up to the amount, from a stream named by the image. */
static void add_noise(const struct change *c)
{
    struct random random = random_stream(UINT64_C(0x6e6f697365), c->number);
    for (size_t i = 0; i < bytes_of(c); i++) {
        int value = c->from[i] + (int)random_below(&random, (uint32_t)(2 * c->amount + 1)) - c->amount;
        c->to[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

/* Sine and cosine of some degrees, from the series: the same bits everywhere. */
static void turn_of(int degrees, double *sine, double *cosine)
{
    double x = degrees * 3.14159265358979323846 / 180, s = x, c = 1, term = 1;
    for (int i = 1; i < 24; i++) {
        term *= x / i;
        double sign = i % 4 < 2 ? 1 : -1;
        if (i % 2 == 0)
            c += sign * term;
        else if (i > 1)
            s += sign * term;
    }
    *sine = s;
    *cosine = c;
}

static double pixel_at(const struct change *c, long y, long x, size_t channel)
{
    if (y < 0 || x < 0 || y >= (long)c->height || x >= (long)c->width)
        return 0;
    return c->from[((size_t)y * c->width + (size_t)x) * c->channels + channel];
}

/* Between four pixels, by how near each is. */
static uint8_t blend(const struct change *c, double y, double x, size_t channel)
{
    long top = (long)(y + 1000) - 1000, left = (long)(x + 1000) - 1000; /* rounds down below 0 too */
    double down = y - (double)top, right = x - (double)left;
    double value = (1 - down) * ((1 - right) * pixel_at(c, top, left, channel) +
                                 right * pixel_at(c, top, left + 1, channel)) +
                   down * ((1 - right) * pixel_at(c, top + 1, left, channel) +
                           right * pixel_at(c, top + 1, left + 1, channel));
    return (uint8_t)(value + 0.5);
}

/* About the middle, clockwise. */
static void rotate(const struct change *c)
{
    double sine, cosine, middle_y = ((double)c->height - 1) / 2, middle_x = ((double)c->width - 1) / 2;
    turn_of(c->amount, &sine, &cosine);
    for (size_t y = 0; y < c->height; y++)
        for (size_t x = 0; x < c->width; x++)
            for (size_t k = 0; k < c->channels; k++) {
                double up = (double)y - middle_y, along = (double)x - middle_x;
                c->to[(y * c->width + x) * c->channels + k] =
                    blend(c, middle_y + cosine * up - sine * along, middle_x + cosine * along + sine * up, k);
            }
}

static void blank(const struct change *c)
{
    memset(c->to, 0, bytes_of(c));
}

static const struct way {
    const char *name;
    void (*make)(const struct change *change);
    int amount;
    bool other_scale; /* pixels go in divided by 255 where the model does not divide, and the other way round
                       */
} ways[] = {
    {"as they are", leave, 0, false},
    {"shifted by (1, 1)", shift, 1, false},
    {"shifted by (2, 2)", shift, 2, false},
    {"shifted by (3, 3)", shift, 3, false},
    {"shifted by (4, 4)", shift, 4, false},
    {"turned by 15 degrees", rotate, 15, false},
    {"turned by 45 degrees", rotate, 45, false},
    {"noise of up to 64", add_noise, 64, false},
    {"a quarter of the ink", divide, 4, false},
    {"the other scale", leave, 0, true},
    {"inverted", invert, 0, false},
    {"a blank image", blank, 0, false},
};
enum { N_WAYS = sizeof ways / sizeof *ways };

/* ---- trying one --------------------------------------------------------------------------------- */

struct trial {
    size_t right, wrong, sure_wrong; /* sure_wrong: wrong with more than 99 % */
    size_t answer;                   /* to the example */
    float sure;
};

/* Memory for all images at once, and what the model says of them. */
struct bench {
    const struct cnn_model *model, *other; /* other: of the other scale */
    const struct cnn_dataset *dataset;
    size_t count, classes, example;
    bool probabilities; /* the answers are: else there is no telling how sure one is */
    uint8_t *images;
    float *outputs; /* [count][classes] */
};

static void change_all(const struct bench *b, const struct way *way)
{
    struct cnn_dataset_info info = cnn_dataset_info(b->dataset);
    size_t bytes = info.height * info.width * info.channels;
    for (size_t i = 0; i < b->count; i++)
        way->make(&(struct change){info.height, info.width, info.channels, i,
                                   cnn_dataset_image(b->dataset, i), b->images + i * bytes, way->amount});
}

static enum cnn_status try_way(const struct bench *b, const struct way *way, struct trial *trial,
                               struct cnn_error *error)
{
    change_all(b, way);
    struct cnn_dataset changed = show_images(b->dataset, b->images, b->dataset->labels, b->count);
    enum cnn_status status =
        cnn_model_predict(way->other_scale ? b->other : b->model, &changed, b->outputs, error);
    *trial = (struct trial){0};
    for (size_t i = 0; status == CNN_OK && i < b->count; i++) {
        const float *row = b->outputs + i * b->classes;
        size_t best = show_best(row, b->classes);
        if (best == cnn_dataset_label(b->dataset, i)) {
            trial->right++;
        } else {
            trial->wrong++;
            trial->sure_wrong += row[best] > 0.99f;
        }
        if (i == b->example) {
            trial->answer = best;
            trial->sure = row[best];
        }
    }
    return status;
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

static const char *name_of(const struct bench *b, const struct way *way)
{
    bool scale = cnn_model_info(b->model).scale;
    return !way->other_scale ? way->name : scale ? "0..255, not 0..1" : "0..1, not 0..255";
}

static void add_bar(struct cnn_sheet *sheet, const struct bench *b, const struct way *way,
                    const struct trial *trial)
{
    struct bar *bar = sheet_add_bar(sheet);
    double share = (double)trial->right / (double)b->count;
    SHEET_PRINT(bar->label, "%s", name_of(b, way));
    if (b->probabilities)
        SHEET_PRINT(bar->text, "%5.1f %%  %5zu  %5zu", 100 * share, trial->wrong, trial->sure_wrong);
    else
        SHEET_PRINT(bar->text, "%5.1f %%  %5zu", 100 * share, trial->wrong);
    bar->share = share;
    bar->strong = way == ways;
}

static void add_example(struct cnn_sheet *sheet, const struct bench *b, const struct way *way,
                        const struct trial *trial)
{
    struct cnn_dataset_info info = cnn_dataset_info(b->dataset);
    char number[SHEET_LABEL];
    way->make(&(struct change){info.height, info.width, info.channels, b->example,
                               cnn_dataset_image(b->dataset, b->example), b->images, way->amount});
    struct cnn_dataset one = show_images(b->dataset, b->images, b->dataset->labels, 1);
    struct tile *tile = show_add_image(sheet, &one, 0);
    show_answer_number(number, b->probabilities, (double)trial->sure);
    SHEET_PRINT(tile->above, "%s", name_of(b, way));
    SHEET_PRINT(tile->below[0], "read as %zu", trial->answer);
    SHEET_PRINT(tile->below[1], "%s", number);
}

static enum cnn_status add_all(struct cnn_sheet *sheet, const struct bench *b,
                               const struct cnn_show_options *options, struct cnn_error *error)
{
    struct trial trials[N_WAYS];
    char heading[SHEET_LINE], name[SHEET_LINE];
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < N_WAYS; i++)
        status = try_way(b, &ways[i], &trials[i], error);
    if (status != CNN_OK)
        return status;
    struct band *band = sheet_add_band(sheet, BAND_BARS, "How many it reads rightly");
    if (b->probabilities)
        SHEET_PRINT(band->note, "%s", "sure: wrong with more than 99 % \"confidence\"");
    SHEET_PRINT(band->head, b->probabilities ? "  right  wrong   sure" : "  right  wrong");
    for (size_t i = 0; i < N_WAYS; i++)
        add_bar(sheet, b, &ways[i], &trials[i]);
    show_image_name(name, b->dataset, b->example, options);
    SHEET_PRINT(heading, "An example: %s, a %u", name, cnn_dataset_label(b->dataset, b->example));
    sheet_add_band(sheet, BAND_TILES, heading)->small = true;
    size_t shown = options && options->count && options->count < N_WAYS ? options->count : N_WAYS;
    for (size_t i = 0; i < shown; i++)
        add_example(sheet, b, &ways[i], &trials[i]);
    return CNN_OK;
}

/* The same weights in a model that divides its pixels by 255 where the first does not. */
static enum cnn_status make_other(const struct cnn_model *model, struct cnn_model **other,
                                  struct cnn_error *error)
{
    struct cnn_model_info info = cnn_model_info(model);
    struct cnn_model_options options = {.arch = info.arch,
                                        .height = info.height,
                                        .width = info.width,
                                        .channels = info.channels,
                                        .scale = !info.scale,
                                        .blank = true};
    enum cnn_status status = cnn_model_create(&options, other, error);
    struct cnn_weights w;
    for (size_t i = 0; status == CNN_OK && (w = cnn_model_weights_at(model, i)).rank; i++)
        status = cnn_model_set_weights(*other, w.name, w.values, w.count, error);
    return status;
}

static enum cnn_status try_all(struct cnn_sheet *sheet, const struct cnn_model *model,
                               const struct cnn_dataset *dataset, const struct cnn_show_options *options,
                               struct cnn_error *error)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    struct bench b = {.model = model,
                      .dataset = dataset,
                      .count = info.count,
                      .classes = cnn_model_info(model).classes,
                      .probabilities = cnn_model_info(model).probabilities};
    b.images = memory_alloc(b.count, info.height * info.width * info.channels);
    b.outputs = memory_alloc(b.count * b.classes, sizeof(float));
    struct cnn_model *other = NULL;
    enum cnn_status status = make_other(model, &other, error);
    b.other = other;
    if (status == CNN_OK && (!b.images || !b.outputs))
        status = error_memory(error, b.count * info.height * info.width * info.channels);
    if (status == CNN_OK)
        status = add_all(sheet, &b, options, error);
    cnn_model_free(other);
    memory_free(b.images);
    memory_free(b.outputs);
    return status;
}

enum cnn_status cnn_show_fool(const struct cnn_model *model, const struct cnn_dataset *dataset,
                              const struct cnn_show_options *options, struct cnn_sheet **sheet,
                              struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    enum cnn_status status = dataset_check_labels(dataset, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK)
        status = try_all(made, model, dataset, options, error);
    if (status == CNN_OK) {
        struct cnn_dataset_info info = cnn_dataset_info(dataset);
        SHEET_PRINT(made->title, "What fools the network: %zu images of %.80s, changed", info.count,
                    info.source);
        show_caption(made, model, options);
    }
    return show_finish(status, made, sheet, error);
}
