#include "show/show.h"

#include "base/memory.h"
#include "base/number.h"
#include "base/status.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define DOT " \xc2\xb7 " /* between the parts of a caption */

/* "test accuracy 0.9744 on 10,000 images", as cnn evaluate counts it; "" where the model holds no such
 * count. */
static void accuracy_text(char text[SHEET_LABEL * 2], const struct cnn_model *model)
{
    const struct cnn_confidence *table = cnn_model_confidence(model);
    size_t images = 0, right = 0;
    char number[NUMBER_WIDTH];
    for (size_t i = 0; table && i < CNN_CONFIDENCE_ROWS; i++) {
        images += table->images[i];
        right += table->right[i];
    }
    text[0] = '\0';
    if (images)
        snprintf(text, SHEET_LABEL * 2, "test accuracy %.4f on %s image%s" DOT,
                 (double)right / (double)images, number_text(number, (double)images), images == 1 ? "" : "s");
}

static void add_training(struct cnn_sheet *sheet, const struct cnn_model *model)
{
    struct cnn_model_info info = cnn_model_info(model);
    char epochs[40] = "not trained", begun[40] = "from given weights", accuracy[SHEET_LABEL * 2];
    if (info.trained_epochs)
        snprintf(epochs, sizeof epochs, "%zu epoch%s", info.trained_epochs,
                 info.trained_epochs == 1 ? "" : "s");
    if (!info.weights_given)
        snprintf(begun, sizeof begun, "seed %" PRIu64, info.seed);
    accuracy_text(accuracy, model);
    SHEET_PRINT(sheet->caption[0], "%s", info.arch);
    SHEET_PRINT(sheet->caption[1], "%s" DOT "%s" DOT "%spixels %s" DOT "fingerprint %016" PRIx64, begun,
                epochs, accuracy, info.scale ? "divided by 255" : "as they are, 0 to 255",
                cnn_model_fingerprint(model));
}

void show_caption(struct cnn_sheet *sheet, const struct cnn_model *model,
                  const struct cnn_show_options *options)
{
    if (model)
        add_training(sheet, model);
    if (options && options->command) {
        SHEET_PRINT(sheet->caption[2], "%s", options->command);
        sheet->command = memory_copy_text(options->command);
        sheet->memory_ran_out = sheet->memory_ran_out || !sheet->command;
    }
}

void show_image_name(char text[SHEET_LINE], const struct cnn_dataset *dataset, size_t image,
                     const struct cnn_show_options *options)
{
    sheet_print(text, SHEET_LINE, "image %zu of %.100s", image + (options ? options->first : 0),
                cnn_dataset_info(dataset).source);
}

void show_shape(char text[SHEET_LABEL], const struct cnn_layer_info *layer)
{
    if (layer->rank == 3)
        snprintf(text, SHEET_LABEL, "%zu \xc3\x97 %zu \xc3\x97 %zu", layer->shape[0], layer->shape[1],
                 layer->shape[2]);
    else
        snprintf(text, SHEET_LABEL, "%zu", layer->shape[0]);
}

void show_answer_number(char text[SHEET_LABEL], bool probability, double number)
{
    if (probability)
        cnn_percent(text, number);
    else
        snprintf(text, SHEET_LABEL, "output %.4g", number);
}

double show_largest(const float *values, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fabs((double)values[i]) > largest ? fabs((double)values[i]) : largest;
    return largest > 0 ? largest : 1;
}

struct tile *show_add_image(struct cnn_sheet *sheet, const struct cnn_dataset *dataset, size_t image)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    const uint8_t *pixels = cnn_dataset_image(dataset, image);
    size_t drawn = info.channels == 3 ? 3 : 1;
    struct tile *tile = sheet_add_tile(sheet, info.height, info.width, drawn);
    if (tile->values)
        for (size_t i = 0; i < info.height * info.width; i++)
            for (size_t c = 0; c < drawn; c++)
                tile->values[i * drawn + c] = pixels[i * info.channels + c];
    if (sheet->n_bands)
        sheet->bands[sheet->n_bands - 1].scale = (struct scale){SCALE_INK, 255};
    return tile;
}

struct cnn_dataset show_images(const struct cnn_dataset *like, const uint8_t *images, const uint8_t *labels,
                               size_t count)
{
    struct cnn_dataset made = *like;
    made.count = count;
    made.images = images;
    made.labels = labels;
    made.owned_source = NULL;
    made.owned_images = made.owned_labels = NULL;
    return made;
}

size_t show_best(const float *values, size_t n)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (values[i] > values[best])
            best = i;
    return best;
}

enum cnn_status show_find_layer(const struct cnn_model *model, const struct cnn_show_options *options,
                                size_t *only, struct cnn_error *error)
{
    size_t n = cnn_model_info(model).layers;
    *only = 0;
    if (!options || !options->layer)
        return CNN_OK;
    const char **names = memory_alloc(n, sizeof *names);
    if (!names)
        return error_memory(error, n * sizeof *names);
    for (size_t i = 1; i < n; i++) {
        names[i] = cnn_model_layer(model, i).name;
        if (strcmp(names[i], options->layer) == 0)
            *only = i;
    }
    enum cnn_status status =
        *only ? CNN_OK : cnn_unknown_word("layer", options->layer, names + 1, n - 1, error);
    memory_free(names);
    return status;
}

enum cnn_status show_finish(enum cnn_status status, struct cnn_sheet *made, struct cnn_sheet **sheet,
                            struct cnn_error *error)
{
    if (status == CNN_OK)
        status = sheet_check(made, error);
    if (status == CNN_OK)
        *sheet = made;
    else
        sheet_free(made);
    return status;
}
