/* How well a network reads pictures of digits, with the clean-up and without: the table that docs/pictures.md
 * shows. Usage: picture_measure MODEL DATA train|test FIRST COUNT */
#include "base/random.h"
#include "cnn.h"
#include "picture/photo.h"
#include "picture/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 28, PIXELS = SIDE * SIDE };

static struct cnn_error error;

static void must(enum cnn_status status)
{
    if (status == CNN_OK)
        return;
    fprintf(stderr, "picture_measure: %s\n", error.message);
    exit(1);
}

static void put_idx(const char *path, const uint8_t *header, size_t n_header, const uint8_t *items, size_t n)
{
    FILE *f = fopen(path, "wb");
    fwrite(header, 1, n_header, f), fwrite(items, 1, n, f), fclose(f);
}

/* Digits correctly read, percent. Shapes: pixels [n][784]. */
static double accuracy(const struct cnn_model *model, const uint8_t *pixels, const uint8_t *labels, size_t n)
{
    struct cnn_dataset *dataset;
    struct cnn_scores scores;
    uint8_t h[16] = {0, 0, 8, 3, 0, 0, (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0, 28, 0, 0, 0, 28};
    put_idx("/tmp/photo-m-images-idx3-ubyte", h, 16, pixels, n * PIXELS);
    h[3] = 1;
    put_idx("/tmp/photo-m-labels-idx1-ubyte", h, 8, labels, n);
    must(cnn_dataset_open("/tmp/photo-m-images-idx3-ubyte", CNN_TEST, 0, 0, &dataset, &error));
    must(cnn_model_evaluate(model, dataset, &scores, NULL, &error));
    cnn_dataset_close(dataset);
    return 100 * scores.accuracy;
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return 2;
    struct cnn_model *model;
    struct cnn_dataset *data;
    size_t first = strtoul(argv[4], NULL, 10), n = strtoul(argv[5], NULL, 10);
    must(cnn_model_load(argv[1], &model, &error));
    must(cnn_dataset_open(argv[2], strcmp(argv[3], "test") ? CNN_TRAIN : CNN_TEST, first, n, &data, &error));
    uint8_t *labels = malloc(n), *cleaned = malloc(n * PIXELS), *scaled = malloc(n * PIXELS);
    for (size_t i = 0; i < n; i++) {
        labels[i] = (uint8_t)cnn_dataset_label(data, i);
        memcpy(cleaned + i * PIXELS, cnn_dataset_image(data, i), PIXELS);
    }
    printf("%-34s %8.2f\n", "the images themselves", accuracy(model, cleaned, labels, n));
    static const struct photo_kind kinds[] = {
        {.name = "on white paper"},
        {.name = "light falls off", .light = true},
        {.name = "edge of a shadow", .shadow = true},
        {.name = "noise", .noise = true},
        {.name = "out of focus", .blur = true},
        {.name = "JPEG, quality 75", .jpeg = true},
        {.name = "ruled paper", .ruled = true},
        {.name = "all of these",
         .light = true,
         .shadow = true,
         .noise = true,
         .blur = true,
         .jpeg = true,
         .ruled = true},
        {.name = "chalk, all but ruled",
         .dark = true,
         .light = true,
         .shadow = true,
         .noise = true,
         .blur = true,
         .jpeg = true},
        {.name = "turned by up to 10 degrees", .turned = 10},
        {.name = "turned by up to 20 degrees", .turned = 20},
        {.name = "pen wider by 1 px", .pen = 2},
        {.name = "pen wider by 1/2 px", .pen = 1},
        {.name = "pen narrower by 1/2 px", .pen = -1},
    };
    for (size_t k = argc > 6 ? strtoul(argv[6], NULL, 10) : 0;
         k < (argc > 7 ? strtoul(argv[7], NULL, 10) : sizeof kinds / sizeof *kinds); k++) {
        size_t empty = 0;
        for (size_t i = 0; i < n; i++) {
            struct cnn_cleaned result;
            struct cnn_picture *p = photo_make(cnn_dataset_image(data, i), &kinds[k], i);
            must(cnn_picture_clean(p, NULL, NULL, &result, &error));
            memcpy(cleaned + i * PIXELS, result.pixels, PIXELS);
            must(cnn_picture_scale(p, SIDE, SIDE, scaled + i * PIXELS, &error));
            empty += result.empty;
            cnn_picture_close(p);
        }
        printf("%-34s %8.2f %8.2f  empty %zu\n", kinds[k].name, accuracy(model, cleaned, labels, n),
               accuracy(model, scaled, labels, n), empty);
        fflush(stdout);
    }
    return 0;
}
