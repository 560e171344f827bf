#include "data/dataset.h"

#include "base/hash.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/arrays.h"
#include "data/idx.h"
#include "data/locate.h"
#include "data/synth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char default_folder[] = "data/mnist";
static const uint64_t default_seed = 1;

enum cnn_status dataset_check_range(const char *name, size_t n_images, size_t first, size_t *count,
                                    struct cnn_error *error)
{
    if (first >= n_images)
        return error_set(error, CNN_ERROR_USAGE, "%s: image %zu is past the end; expected 0 to %zu", name,
                         first, n_images - 1);
    if (*count == 0)
        *count = n_images - first;
    if (*count > n_images - first)
        return error_set(error, CNN_ERROR_USAGE,
                         "%s: %zu images from image %zu on are too many; expected at most %zu", name, *count,
                         first, n_images - first);
    return CNN_OK;
}

enum cnn_status dataset_allocate(struct cnn_dataset *d, size_t n_labels, struct cnn_error *error)
{
    d->image_bytes = d->height * d->width * d->channels;
    d->owned_images = memory_alloc(d->count, d->image_bytes);
    d->owned_labels = n_labels ? memory_alloc(n_labels, 1) : NULL;
    d->images = d->owned_images;
    d->labels = d->owned_labels;
    return d->images && (d->labels || !n_labels) ? CNN_OK : error_memory(error, d->count * d->image_bytes);
}

/* In a file with many images for each class, a class that none has means that a label is wrong, not that
 * there are more classes. */
enum cnn_status dataset_count_classes(const char *path, size_t offset, const uint8_t *labels, size_t n_labels,
                                      size_t *classes, struct cnn_error *error)
{
    enum { USUAL_CLASSES = 10, MANY = 20 };
    size_t place[256], largest = 0; /* where a label is first seen, + 1 */
    memset(place, 0, sizeof place);
    for (size_t i = n_labels; i-- > 0;)
        place[labels[i]] = i + 1;
    for (size_t label = 0; label < 256; label++)
        largest = place[label] ? label : largest;
    size_t first_missing = 1; /* labels may start at 1 */
    while (first_missing < largest && place[first_missing])
        first_missing++;
    if (largest >= USUAL_CLASSES && first_missing < largest && n_labels >= MANY * (largest + 1)) {
        error_set(
            error, CNN_ERROR_FORMAT,
            "%s: offset %zu: label out of range; expected 0 to %zu, as no image has label %zu, found %zu",
            path, offset + place[largest] - 1,
            (first_missing > USUAL_CLASSES ? first_missing : USUAL_CLASSES) - 1, first_missing, largest);
        return error_hint(error, CNN_ERROR_FORMAT, "the label file is damaged: fetch it again");
    }
    *classes = largest < USUAL_CLASSES ? USUAL_CLASSES : largest + 1;
    return CNN_OK;
}

/* All labels are read, whichever are asked for. */
static enum cnn_status read_labels(struct cnn_dataset *d, struct idx *labels, const char *path, size_t first,
                                   struct cnn_error *error)
{
    enum cnn_status status = idx_read(labels, 0, labels->count, d->owned_labels, error);
    if (status == CNN_OK)
        status =
            dataset_count_classes(path, labels->header_bytes, d->labels, labels->count, &d->classes, error);
    d->labels += first;
    return status;
}

/* labels: NULL where there are none. */
static enum cnn_status read_files(struct cnn_dataset *d, struct idx *images, struct idx *labels,
                                  const struct located *paths, size_t first, size_t count,
                                  struct cnn_error *error)
{
    if (labels && images->count != labels->count) {
        error_set(
            error, CNN_ERROR_FORMAT,
            "%s: offset 4: the number of labels differs from that of images in %s; expected %zu, found %zu",
            paths->labels, paths->images, images->count, labels->count);
        return error_hint(error, CNN_ERROR_FORMAT, "are these files of the same split, and of the same set?");
    }
    enum cnn_status status = dataset_check_range(d->source, images->count, first, &count, error);
    if (status != CNN_OK)
        return status;
    d->count = count;
    d->height = images->height;
    d->width = images->width;
    d->channels = images->channels;
    status = dataset_allocate(d, labels ? labels->count : 0, error);
    if (status == CNN_OK && labels)
        status = read_labels(d, labels, paths->labels, first, error);
    return status == CNN_OK ? idx_read(images, first, count, d->owned_images, error) : status;
}

static enum cnn_status open_files(struct cnn_dataset *d, enum cnn_split split, size_t first, size_t count,
                                  struct cnn_error *error)
{
    struct located paths;
    struct idx images, labels = {0};
    enum cnn_status status = locate(d->source, split, &paths, error);
    if (status != CNN_OK)
        return status;
    d->no_labels = paths.no_labels;
    status = idx_open(paths.images, IDX_IMAGES, &images, error);
    if (status == CNN_OK) {
        if (paths.labels)
            status = idx_open(paths.labels, IDX_LABELS, &labels, error);
        if (status == CNN_OK)
            status = read_files(d, &images, paths.labels ? &labels : NULL, &paths, first, count, error);
        idx_close(&labels);
        idx_close(&images);
    }
    located_free(&paths);
    return status;
}

static bool is_synth(const char *source)
{
    return strcmp(source, "synth") == 0 || strncmp(source, "synth:", 6) == 0;
}

static enum cnn_status synth_seed(const char *source, uint64_t *seed, struct cnn_error *error)
{
    *seed = default_seed;
    if (source[5] == '\0')
        return CNN_OK;
    const char *digits = source + 6;
    size_t length = strspn(digits, "0123456789");
    errno = 0;
    unsigned long long value = strtoull(digits, NULL, 10);
    if (length == 0 || digits[length] != '\0' || errno == ERANGE)
        return error_set(error, CNN_ERROR_USAGE,
                         "%s: wrong seed; expected synth:N with a whole number N, found '%s'", source,
                         digits);
    *seed = value;
    return CNN_OK;
}

static enum cnn_status open_synth(struct cnn_dataset *d, enum cnn_split split, size_t first, size_t count,
                                  struct cnn_error *error)
{
    uint64_t seed;
    enum cnn_status status = synth_seed(d->source, &seed, error);
    if (status == CNN_OK)
        status = dataset_check_range(d->source, synth_count(split), first, &count, error);
    if (status != CNN_OK)
        return status;
    d->synthetic = true;
    d->count = count;
    d->height = d->width = SYNTH_SIDE;
    d->channels = 1;
    d->classes = SYNTH_CLASSES;
    status = dataset_allocate(d, count, error);
    if (status == CNN_OK)
        synth_draw(seed, split, first, count, d->owned_images, d->owned_labels);
    return status;
}

static const char *default_source(void)
{
    const char *named = getenv("CNN_DATA");
    if (named && named[0] != '\0')
        return named;
    return locate_any(default_folder) ? default_folder : "synth";
}

enum cnn_status cnn_dataset_open(const char *source, enum cnn_split split, size_t first, size_t count,
                                 struct cnn_dataset **dataset, struct cnn_error *error)
{
    if (!source)
        source = default_source();
    struct cnn_dataset *d = memory_alloc(1, sizeof *d);
    if (!d)
        return error_memory(error, sizeof *d);
    d->source = d->owned_source = memory_copy_text(source);
    enum cnn_status status = !d->source          ? error_memory(error, strlen(source))
                             : is_synth(source)  ? open_synth(d, split, first, count, error)
                             : arrays_is(source) ? arrays_read(d, split, first, count, error)
                                                 : open_files(d, split, first, count, error);
    if (status == CNN_OK)
        *dataset = d;
    else
        cnn_dataset_close(d);
    return status;
}

enum cnn_status cnn_dataset_slice(const struct cnn_dataset *dataset, size_t first, size_t count,
                                  struct cnn_dataset **slice, struct cnn_error *error)
{
    if (count == 0)
        return error_set(error, CNN_ERROR_USAGE, "%s: a slice of no images; expected at least 1",
                         dataset->source);
    enum cnn_status status = dataset_check_range(dataset->source, dataset->count, first, &count, error);
    if (status != CNN_OK)
        return status;
    struct cnn_dataset *part = memory_alloc(1, sizeof *part);
    if (!part)
        return error_memory(error, sizeof *part);
    *part = *dataset;
    part->count = count;
    part->images += first * part->image_bytes;
    if (part->labels)
        part->labels += first;
    part->owned_source = NULL;
    part->owned_images = part->owned_labels = NULL;
    *slice = part;
    return CNN_OK;
}

void cnn_dataset_close(struct cnn_dataset *dataset)
{
    if (!dataset)
        return;
    memory_free(dataset->owned_source);
    memory_free(dataset->owned_images);
    memory_free(dataset->owned_labels);
    memory_free(dataset);
}

struct cnn_dataset_info cnn_dataset_info(const struct cnn_dataset *dataset)
{
    return (struct cnn_dataset_info){.source = dataset->source,
                                     .synthetic = dataset->synthetic,
                                     .count = dataset->count,
                                     .height = dataset->height,
                                     .width = dataset->width,
                                     .channels = dataset->channels,
                                     .labelled = dataset->labels != NULL,
                                     .classes = dataset->classes};
}

uint64_t cnn_dataset_fingerprint(const struct cnn_dataset *dataset)
{
    const size_t shape[4] = {dataset->count, dataset->height, dataset->width, dataset->channels};
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < 4; i++)
        hash = hash_u64(hash, shape[i]);
    hash = hash_bytes(hash, dataset->images, dataset->count * dataset->image_bytes);
    return dataset->labels ? hash_bytes(hash, dataset->labels, dataset->count) : hash;
}

const uint8_t *cnn_dataset_image(const struct cnn_dataset *dataset, size_t i)
{
    return dataset->images + i * dataset->image_bytes;
}

unsigned cnn_dataset_label(const struct cnn_dataset *dataset, size_t i)
{
    return dataset->labels[i];
}

enum cnn_status dataset_check_labels(const struct cnn_dataset *dataset, struct cnn_error *error)
{
    if (dataset->labels)
        return CNN_OK;
    if (error)
        *error = dataset->no_labels;
    return dataset->no_labels.status;
}
