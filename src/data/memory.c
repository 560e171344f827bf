/* Images that a program holds in memory, as a dataset. */
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"

#include <string.h>

static const char name[] = "images in memory";
static const size_t max_side = 16384, max_channels = 256; /* as for a model's input */

static enum cnn_status check(const uint8_t *pixels, size_t count, size_t height, size_t width,
                             size_t channels, struct cnn_error *error)
{
    if (!pixels || count == 0)
        return error_set(error, CNN_ERROR_USAGE, "%s: expected at least one image, found none", name);
    if (height == 0 || width == 0 || channels == 0 || height > max_side || width > max_side ||
        channels > max_channels)
        return error_set(error, CNN_ERROR_USAGE,
                         "%s: expected 1 x 1 x 1 to %zu x %zu x %zu, found %zu x %zu x %zu", name, max_side,
                         max_side, max_channels, height, width, channels);
    return CNN_OK;
}

static void say_no_labels(struct cnn_dataset *d)
{
    error_set(&d->no_labels, CNN_ERROR_NOT_FOUND, "%s: they have no labels, which this needs", name);
    error_hint(&d->no_labels, CNN_ERROR_NOT_FOUND, "give cnn_dataset_create a label for each image");
}

static enum cnn_status copy(struct cnn_dataset *d, const uint8_t *pixels, const uint8_t *labels,
                            struct cnn_error *error)
{
    d->images = d->owned_images = memory_alloc(d->count, d->image_bytes);
    if (labels)
        d->labels = d->owned_labels = memory_alloc(d->count, 1);
    if (!d->images || (labels && !d->labels))
        return error_memory(error, d->count * d->image_bytes);
    memcpy(d->owned_images, pixels, d->count * d->image_bytes);
    for (size_t i = 0; labels && i < d->count; i++) {
        d->owned_labels[i] = labels[i];
        d->classes = labels[i] >= d->classes ? labels[i] + (size_t)1 : d->classes;
    }
    return CNN_OK;
}

enum cnn_status cnn_dataset_create(const uint8_t *pixels, const uint8_t *labels, size_t count, size_t height,
                                   size_t width, size_t channels, struct cnn_dataset **dataset,
                                   struct cnn_error *error)
{
    enum cnn_status status = check(pixels, count, height, width, channels, error);
    if (status != CNN_OK)
        return status;
    struct cnn_dataset *d = memory_alloc(1, sizeof *d);
    if (!d)
        return error_memory(error, sizeof *d);
    *d = (struct cnn_dataset){.source = name,
                              .count = count,
                              .height = height,
                              .width = width,
                              .channels = channels,
                              .image_bytes = height * width * channels};
    say_no_labels(d);
    status = copy(d, pixels, labels, error);
    if (status == CNN_OK)
        *dataset = d;
    else
        cnn_dataset_close(d);
    return status;
}
