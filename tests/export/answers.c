/* What the program makes of networks and images, for scripts to compare a page's arithmetic with.
 *
 * answers FOLDER: FOLDER/N.html and N.json, a page and its answers, for each network of the table of layers.
 *
 * answers FOLDER DATA N ARCH...: the same for some architectures and N test images of DATA.
 *
 * answers --fma: products and sums that lie all but in the middle between two floats.
 *
 * answers --strokes: strokes of each digit, and the 784 bytes that they become.
 *
 * N.json: {images, bits: of the probabilities}, in hexadecimal digits, and explained: {en, ko}, what cnn
 * explain says of the first image, of the strongest number of the first convolution and of those of each
 * layer that says by lines how they come about. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "explain/exact.h"
#include "export/strokes.h"
#include "nn/table.h"

static const char *folder;
static const struct cnn_dataset *images;
static size_t n_pages;

static void die(const struct cnn_error *error)
{
    fprintf(stderr, "answers: %s\n", error->message);
    exit(1);
}

/* Weights that are not drawn as Glorot has them, so that biases, means and variances count; variances stay
 * positive.
 */
static void shake(struct cnn_model *model)
{
    struct random random = random_stream(7, 7);
    struct parameter *p;
    for (size_t i = 0; (p = model_parameter(model, i, NULL)); i++)
        for (size_t k = 0; k < p->count; k++)
            p->value[k] = p->initial > 0 ? 0.5F + random_float(&random)
                                         : p->value[k] + 0.25F * (random_float(&random) - 0.5F);
}

static FILE *open_in_folder(const char *ending, char *path, size_t size)
{
    snprintf(path, size, "%s/%zu.%s", folder, n_pages, ending);
    FILE *file = ending[0] == 'j' ? fopen(path, "w") : NULL;
    return file;
}

static void put_letters(void *context, const char *text)
{
    for (; *text; text++)
        if (*text == '\n')
            fputs("\\n", context);
        else
            fprintf(context, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void put_explanation(FILE *out, const struct cnn_model *model, enum cnn_language language)
{
    enum { COLUMNS = 1000 };
    struct cnn_error error;
    struct cnn_dataset *one;
    struct cnn_dataset_info info = cnn_dataset_info(images);
    struct cnn_explain_options options = {.language = language, .columns = COLUMNS};
    if (cnn_dataset_create(cnn_dataset_image(images, 0), NULL, 1, info.height, info.width, info.channels,
                           &one, &error) != CNN_OK)
        die(&error);
    fputs("[\"", out);
    if (cnn_explain(model, one, 0, &options, put_letters, out, &error) != CNN_OK)
        die(&error);
    fputs("\",\"", out);
    options.all = true;
    for (size_t i = 0; i < model->n_layers && !options.layer; i++)
        options.layer = strcmp(model->layer[i].type->word, "conv2d") == 0 ? model->layer[i].name : NULL;
    if (options.layer && cnn_explain(model, one, 0, &options, put_letters, out, &error) != CNN_OK)
        die(&error);
    fputs("\"", out);
    for (size_t i = 0; i < model->n_layers; i++) {
        options.layer = model->layer[i].name;
        if (!line_next(&model->layer[i], TOPIC_NUMBER, NULL))
            continue;
        fputs(",\"", out);
        if (cnn_explain(model, one, 0, &options, put_letters, out, &error) != CNN_OK)
            die(&error);
        fputs("\"", out);
    }
    fputs("]", out);
    cnn_dataset_close(one);
}

static void put_images(FILE *out, const struct cnn_model *model)
{
    struct cnn_error error;
    struct cnn_dataset_info info = cnn_dataset_info(images);
    size_t classes = cnn_model_info(model).classes, bytes = info.height * info.width * info.channels;
    float *p = calloc(info.count * classes, sizeof *p);
    if (cnn_model_predict(model, images, p, &error) != CNN_OK)
        die(&error);
    fputs("{\"images\":[", out);
    for (size_t i = 0; i < info.count; i++) {
        fputs(i ? ",\"" : "\"", out);
        for (size_t k = 0; k < bytes; k++)
            fprintf(out, "%02x", cnn_dataset_image(images, i)[k]);
        fputs("\"", out);
    }
    fputs("],\"bits\":[", out);
    for (size_t i = 0; i < info.count; i++) {
        fputs(i ? ",\"" : "\"", out);
        for (size_t c = 0; c < classes; c++) {
            uint32_t bits;
            memcpy(&bits, &p[i * classes + c], sizeof bits);
            fprintf(out, "%08" PRIx32, bits);
        }
        fputs("\"", out);
    }
    fputs("],\"explained\":{\"en\":", out);
    put_explanation(out, model, CNN_ENGLISH);
    fputs(",\"ko\":", out);
    put_explanation(out, model, CNN_KOREAN);
    fputs("}}\n", out);
    free(p);
}

static void write_page(const char *arch)
{
    struct cnn_error error;
    struct cnn_dataset_info info = cnn_dataset_info(images);
    struct cnn_model *model;
    char path[512];
    const struct cnn_model_options options = {.arch = arch,
                                              .height = info.height,
                                              .width = info.width,
                                              .channels = info.channels,
                                              .scale = n_pages % 2,
                                              .seed = 3};
    if (cnn_model_create(&options, &model, &error) != CNN_OK)
        die(&error);
    shake(model);
    n_pages++;
    open_in_folder("html", path, sizeof path);
    if (cnn_export(
            model, "html", path,
            &(struct cnn_export_options){.test = images, .name = arch, .large = true, .overwrite = true},
            &error) != CNN_OK)
        die(&error);
    FILE *out = open_in_folder("json", path, sizeof path);
    put_images(out, model);
    fclose(out);
    cnn_model_free(model);
}

static struct cnn_dataset *random_images(size_t count, size_t side, size_t channels)
{
    struct cnn_dataset *made;
    struct cnn_error error;
    struct random random = random_stream(1, 2);
    size_t n = count * side * side * channels;
    uint8_t *pixels = malloc(n);
    for (size_t i = 0; i < n; i++)
        pixels[i] = (uint8_t)random_u64(&random);
    if (cnn_dataset_create(pixels, NULL, count, side, side, channels, &made, &error) != CNN_OK)
        die(&error);
    free(pixels);
    return made;
}

/* [[a, b, c, a * b + c], ...]: (1 + e)(1 - e) 2^-24 is a little less than half of c's last place. */
static int print_fma(void)
{
    enum { CASES = 2000 };
    struct random random = random_stream(5, 6);
    putchar('[');
    for (int i = 0; i < CASES; i++) {
        const float e = (float)(1 + random_below(&random, 255)) * 0x1p-23F,
                    c = (1 + random_float(&random)) * (i % 2 ? 1.0F : -1.0F),
                    a = (1 + e) * (i % 4 < 2 ? 1.0F : -1.0F), b = (1 - e) * 0x1p-24F;
        printf("%s[%.9g,%.9g,%.9g,%.9g]", i ? "," : "", (double)a, (double)b, (double)c,
               (double)fmaf(a, b, c));
    }
    puts("]");
    return 0;
}

int main(int argc, char **argv)
{
    enum { SIDE = 13, CHANNELS = 2, COUNT = 12 };
    struct cnn_dataset *dataset;
    struct cnn_error error;
    if (argc == 2 && strcmp(argv[1], "--strokes") == 0)
        return strokes_print(stdout);
    if (argc == 2 && strcmp(argv[1], "--fma") == 0)
        return print_fma();
    if (argc < 2)
        return 2;
    folder = argv[1];
    if (argc == 2) {
        images = dataset = random_images(COUNT, SIDE, CHANNELS);
        each_network(SIDE, CHANNELS, write_page);
    } else {
        if (cnn_dataset_open(argv[2], CNN_TEST, 0, (size_t)atoi(argv[3]), &dataset, &error) != CNN_OK)
            die(&error);
        images = dataset;
        for (int i = 4; i < argc; i++)
            write_page(argv[i]);
    }
    cnn_dataset_close(dataset);
    printf("%zu pages\n", n_pages);
    return 0;
}
