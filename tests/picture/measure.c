/* What the clean-up is worth: the tables of docs/pictures.md, printed. scripts/measure/pictures.sh runs it.
 * Usage: picture_measure MODEL DATA COUNT */
#include "base/random.h"
#include "cnn.h"
#include "picture/enlarge.h"
#include "picture/photo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = CNN_DIGIT_SIDE, PIXELS = SIDE * SIDE, MOST_TIMES = 35 };

static struct cnn_error error;

static void must(enum cnn_status status)
{
    if (status == CNN_OK)
        return;
    fprintf(stderr, "picture_measure: %s\n", error.message);
    exit(1);
}

static void *room_for(size_t n)
{
    void *memory = malloc(n);
    if (!memory)
        abort();
    return memory;
}

/* The network, the digits it is tried on, and what has been made of them. */
struct trial {
    struct cnn_model *model;
    size_t n;
    uint8_t *digits, *labels, *cleaned, *scaled; /* [n][784], [n], [n][784], [n][784] */
    size_t empty;                                /* pictures in which nothing was found */
    size_t within;                               /* pictures cleaned to within 3 grey levels of the digit */
};

/* Digits correctly read, percent. Shapes: pixels [n][784]. */
static double accuracy(const struct trial *t, const uint8_t *pixels)
{
    struct cnn_dataset *dataset;
    struct cnn_scores scores;
    must(cnn_dataset_create(pixels, t->labels, t->n, SIDE, SIDE, 1, &dataset, &error));
    must(cnn_model_evaluate(t->model, dataset, &scores, NULL, &error));
    cnn_dataset_close(dataset);
    return 100 * scores.accuracy;
}

static bool is_within(const uint8_t *a, const uint8_t *b, int limit)
{
    for (size_t i = 0; i < PIXELS; i++)
        if (abs(a[i] - b[i]) > limit)
            return false;
    return true;
}

/* Picture i of the trial, cleaned up and merely scaled. */
static void take(struct trial *t, size_t i, struct cnn_picture *picture)
{
    struct cnn_cleaned result;
    must(cnn_picture_clean(picture, NULL, NULL, &result, &error));
    must(cnn_picture_scale(picture, SIDE, SIDE, t->scaled + i * PIXELS, &error));
    memcpy(t->cleaned + i * PIXELS, result.pixels, PIXELS);
    t->empty += result.empty;
    t->within += is_within(result.pixels, t->digits + i * PIXELS, 3);
    cnn_picture_close(picture);
}

static void print_row(struct trial *t, const char *name)
{
    printf("%-38s %8.2f %8.2f %8zu\n", name, accuracy(t, t->cleaned), accuracy(t, t->scaled), t->empty);
    fflush(stdout);
    t->empty = t->within = 0;
}

/* ---- what must come back as it is --------------------------------------------------------------- */

static void measure_identity(const char *data)
{
    size_t same = 0, n = 0;
    for (int split = CNN_TRAIN; split <= CNN_TEST; split++) {
        struct cnn_dataset *dataset;
        must(cnn_dataset_open(data, (enum cnn_split)split, 0, 0, &dataset, &error));
        size_t count = cnn_dataset_info(dataset).count;
        for (size_t i = 0; i < count; i++) {
            struct cnn_picture *picture;
            struct cnn_cleaned result;
            must(cnn_picture_create(cnn_dataset_image(dataset, i), SIDE, SIDE, 1, &picture, &error));
            must(cnn_picture_clean(picture, NULL, NULL, &result, &error));
            same += memcmp(result.pixels, cnn_dataset_image(dataset, i), PIXELS) == 0;
            cnn_picture_close(picture);
        }
        n += count;
        cnn_dataset_close(dataset);
    }
    printf("images that come back byte for byte    %zu of %zu (%.3f %%)\n", same, n,
           100.0 * (double)same / (double)n);
}

/* An enlarged digit, off the middle of a larger sheet of the same ground. */
static struct cnn_picture *enlarged(const uint8_t *digit, size_t side, enum enlarging how, struct paint paint,
                                    uint64_t seed)
{
    struct random random = random_stream(seed, 1);
    size_t height = side + random_below(&random, (uint32_t)side),
           width = side + random_below(&random, (uint32_t)side);
    size_t top = random_below(&random, (uint32_t)(height - side + 1)),
           left = random_below(&random, (uint32_t)(width - side + 1));
    uint8_t *large = room_for(side * side), *sheet = room_for(height * width);
    struct cnn_picture *picture;
    enlarge(digit, side, how, paint, large);
    memset(sheet, paint.ground, height * width);
    for (size_t y = 0; y < side; y++)
        memcpy(sheet + (top + y) * width + left, large + y * side, side);
    must(cnn_picture_create(sheet, height, width, 1, &picture, &error));
    free(large);
    free(sheet);
    return picture;
}

static const struct paint dark_on_white = {255, 0};
static const struct paint paints[] = {{0, 255}, {255, 0}, {200, 30}, {60, 220}};
static const double factors[] = {2, 2.5, 3.7, 5.3, 10, 17.3, 35};
enum { N_PAINTS = sizeof paints / sizeof *paints, N_FACTORS = sizeof factors / sizeof *factors };

static void measure_repeated(struct trial *t)
{
    for (size_t i = 0; i < t->n; i++)
        take(t, i,
             enlarged(t->digits + i * PIXELS, SIDE * (2 + i % (MOST_TIMES - 1)), ENLARGE_NEAREST,
                      dark_on_white, i));
    printf("enlarged 2 to 35 times, inverted, moved: %zu of %zu within 3 grey levels\n\n", t->within, t->n);
    printf("%-38s %8s %8s %8s\n", "accuracy, percent", "cleaned", "scaled", "no digit");
    printf("%-38s %8.2f\n", "the images themselves", accuracy(t, t->digits));
    print_row(t, "enlarged 2 to 35 times, by repetition");
    for (size_t i = 0; i < t->n; i++)
        take(t, i, enlarged(t->digits + i * PIXELS, 57 + i * 37 % 920, ENLARGE_NEAREST, dark_on_white, i));
    print_row(t, "enlarged to any size, nearest pixel");
}

/* By each of the factors, and in each of the paints, in turn. */
static void measure_enlarged(struct trial *t)
{
    static const char *const names[N_ENLARGINGS] = {"enlarged 2 to 35 times, nearest pixel",
                                                    "  straight lines", "  cubic, a = -0.5",
                                                    "  cubic, a = -0.75", "  Lanczos"};
    for (enum enlarging how = ENLARGE_NEAREST; how < N_ENLARGINGS; how++) {
        for (size_t i = 0; i < t->n; i++)
            take(t, i,
                 enlarged(t->digits + i * PIXELS, (size_t)(SIDE * factors[i % N_FACTORS] + 0.5), how,
                          paints[i / N_FACTORS % N_PAINTS], i));
        print_row(t, names[how]);
    }
}

/* ---- photographs -------------------------------------------------------------------------------- */

static const struct photo_kind kinds[] = {
    {.name = "photograph: dark ink on white paper"},
    {.name = "  light falls off", .light = true},
    {.name = "  the edge of a shadow", .shadow = true},
    {.name = "  noise", .noise = true},
    {.name = "  out of focus", .blur = true},
    {.name = "  JPEG, quality 75", .jpeg = true},
    {.name = "  ruled paper", .ruled = true},
    {.name = "  all of these at once",
     .light = true,
     .shadow = true,
     .noise = true,
     .blur = true,
     .jpeg = true,
     .ruled = true},
    {.name = "  chalk, and all but ruled",
     .dark = true,
     .light = true,
     .shadow = true,
     .noise = true,
     .blur = true,
     .jpeg = true},
    {.name = "not mended: turned by up to 10 degrees", .turned = 10},
    {.name = "  turned by up to 20 degrees", .turned = 20},
    {.name = "  pen wider by 1 pixel each side", .pen = 2},
    {.name = "  pen wider by 1/2 pixel each side", .pen = 1},
    {.name = "  pen narrower by 1/2 pixel each side", .pen = -1},
    {.name = "  pen narrower by 1 pixel each side", .pen = -2},
    {.name = "faint: a third of the light or less", .faint = true},
    {.name = "  and noise", .faint = true, .noise = true},
    {.name = "  and light, shadow, blur, JPEG",
     .faint = true,
     .noise = true,
     .light = true,
     .shadow = true,
     .blur = true,
     .jpeg = true},
    {.name = "  and noise, thin", .faint = true, .noise = true, .pen = -1},
};

static void measure_photos(struct trial *t)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t i = 0; i < t->n; i++)
            take(t, i, photo_make(t->digits + i * PIXELS, &kinds[k], i));
        print_row(t, kinds[k].name);
    }
}

/* In all ways at once, one by one: light, shadow, noise, blur, JPEG, ruled, dark. */
static void measure_empty(const struct trial *t)
{
    enum { WAYS = 128 };
    static const uint8_t nothing[PIXELS];
    size_t answers = 0, lost = 0, each = t->n / 64 + 1;
    for (size_t k = 0; k < WAYS * each; k++) {
        const struct photo_kind kind = {.light = k & 1,
                                        .shadow = k >> 1 & 1,
                                        .noise = k >> 2 & 1,
                                        .blur = k >> 3 & 1,
                                        .jpeg = k >> 4 & 1,
                                        .ruled = k >> 5 & 1,
                                        .dark = k >> 6 & 1};
        for (int drawn = 0; drawn < 2; drawn++) {
            struct cnn_cleaned result;
            struct cnn_picture *picture =
                photo_make(drawn ? t->digits + k % t->n * PIXELS : nothing, &kind, k);
            must(cnn_picture_clean(picture, NULL, NULL, &result, &error));
            answers += !drawn && !result.empty;
            lost += drawn && result.empty;
            cnn_picture_close(picture);
        }
    }
    printf("\nempty sheets, photographed in %d ways: %zu of %zu get an answer\n", WAYS, answers, WAYS * each);
    printf("digits, in the same ways: %zu of %zu get none\n", lost, WAYS * each);
}

int main(int argc, char **argv)
{
    struct trial t = {.n = argc == 4 ? strtoul(argv[3], NULL, 10) : 0};
    struct cnn_dataset *data;
    if (t.n == 0) {
        fprintf(stderr, "usage: picture_measure MODEL DATA COUNT\n");
        return 2;
    }
    must(cnn_model_load(argv[1], &t.model, &error));
    must(cnn_dataset_open(argv[2], CNN_TEST, 0, t.n, &data, &error));
    t.digits = room_for(t.n * PIXELS), t.labels = room_for(t.n);
    t.cleaned = room_for(t.n * PIXELS), t.scaled = room_for(t.n * PIXELS);
    for (size_t i = 0; i < t.n; i++) {
        t.labels[i] = (uint8_t)cnn_dataset_label(data, i);
        memcpy(t.digits + i * PIXELS, cnn_dataset_image(data, i), PIXELS);
    }
    measure_identity(argv[2]);
    measure_repeated(&t);
    measure_enlarged(&t);
    measure_photos(&t);
    measure_empty(&t);
    free(t.digits), free(t.labels), free(t.cleaned), free(t.scaled);
    cnn_dataset_close(data);
    cnn_model_free(t.model);
    return 0;
}
