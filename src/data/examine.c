#include "data/examine.h"

#include "base/memory.h"
#include "base/status.h"
#include "data/synth.h"

enum { PIXELS = SYNTH_SIDE * SYNTH_SIDE, DRAWN = 2000, LOOKED_AT = 2000 };

/* The mean of the digits that the program draws. */
struct means {
    double pixel[SYNTH_CLASSES][PIXELS];
};

static enum cnn_status draw_means(struct means *means, struct cnn_error *error)
{
    uint8_t *images = memory_alloc(DRAWN, PIXELS), labels[DRAWN];
    size_t count[SYNTH_CLASSES] = {0};
    if (!images)
        return error_memory(error, (size_t)DRAWN * PIXELS);
    synth_draw(1, CNN_TRAIN, 0, DRAWN, images, labels);
    for (size_t i = 0; i < DRAWN; i++) {
        count[labels[i]]++;
        for (size_t k = 0; k < PIXELS; k++)
            means->pixel[labels[i]][k] += images[i * PIXELS + k];
    }
    for (size_t c = 0; c < SYNTH_CLASSES; c++)
        for (size_t k = 0; k < PIXELS && count[c]; k++)
            means->pixel[c][k] /= (double)count[c];
    memory_free(images);
    return CNN_OK;
}

static unsigned nearest(const struct means *means, const uint8_t *image, bool transposed)
{
    unsigned best = 0;
    double least = -1;
    for (unsigned c = 0; c < SYNTH_CLASSES; c++) {
        double distance = 0;
        for (size_t k = 0; k < PIXELS; k++) {
            size_t from = transposed ? k % SYNTH_SIDE * SYNTH_SIDE + k / SYNTH_SIDE : k;
            double difference = means->pixel[c][k] - image[from];
            distance += difference * difference;
        }
        if (least < 0 || distance < least) {
            least = distance;
            best = c;
        }
    }
    return best;
}

static enum cnn_status compare_with_digits(const struct cnn_dataset *dataset, size_t n,
                                           struct examination *found, struct cnn_error *error)
{
    struct means *means = memory_alloc(1, sizeof *means);
    enum cnn_status status = means ? draw_means(means, error) : error_memory(error, sizeof *means);
    for (size_t i = 0; status == CNN_OK && i < n; i++) {
        const uint8_t *image = cnn_dataset_image(dataset, i);
        unsigned label = cnn_dataset_label(dataset, i);
        found->digits += nearest(means, image, false) == label;
        found->digits_transposed += nearest(means, image, true) == label;
    }
    found->digits /= (double)n;
    found->digits_transposed /= (double)n;
    memory_free(means);
    return status;
}

enum cnn_status examine(const struct cnn_dataset *dataset, struct examination *found, struct cnn_error *error)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    size_t pixels = info.height * info.width * info.channels;
    size_t n = info.count < LOOKED_AT ? info.count : LOOKED_AT;
    *found = (struct examination){.least_label = info.labelled ? UINT8_MAX : 0};
    for (size_t i = 0; info.labelled && i < info.count; i++) {
        unsigned label = cnn_dataset_label(dataset, i);
        found->least_label = label < found->least_label ? label : found->least_label;
        found->most_label = label > found->most_label ? label : found->most_label;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < pixels; k++) {
            unsigned pixel = cnn_dataset_image(dataset, i)[k];
            found->most_pixel = pixel > found->most_pixel ? pixel : found->most_pixel;
            found->mean_pixel += pixel;
        }
    found->mean_pixel /= (double)(n * pixels);
    bool comparable =
        info.labelled && info.height == SYNTH_SIDE && info.width == SYNTH_SIDE && info.channels == 1;
    return comparable ? compare_with_digits(dataset, n, found, error) : CNN_OK;
}
