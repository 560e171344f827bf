/* What a dataset is inside, for the code that packs batches of it. */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include "cnn.h"

struct cnn_dataset {
    const char *source;
    bool synthetic;
    size_t count, height, width, channels, classes;
    size_t image_bytes;         /* height * width * channels */
    const uint8_t *images;      /* [count][height][width][channels] */
    const uint8_t *labels;      /* [count]; NULL: there are none */
    struct cnn_error no_labels; /* then: what is told to those who need them */
    char *owned_source;         /* what cnn_dataset_close frees; NULL in a slice */
    uint8_t *owned_images, *owned_labels;
};

enum { DATASET_MAX_SIDE = 16384, DATASET_MAX_CHANNELS = 1024 };

/* What every source of a dataset does: first and count as asked, count 0 standing for the rest, are checked
 * against the images there are (Errors: USAGE); memory is made for count images of the dataset's shape and
 * n_labels labels, 0: none (Errors: MEMORY); classes are counted over the whole split, so that a part of it
 * has as many. path and offset, that of the first label, are for messages (Errors: FORMAT). */
enum cnn_status dataset_check_range(const char *name, size_t n_images, size_t first, size_t *count,
                                    struct cnn_error *error);
enum cnn_status dataset_allocate(struct cnn_dataset *dataset, size_t n_labels, struct cnn_error *error);
enum cnn_status dataset_count_classes(const char *path, size_t offset, const uint8_t *labels, size_t n_labels,
                                      size_t *classes, struct cnn_error *error);

/* Errors: NOT_FOUND or MISMATCH, where there are no labels; says why. */
enum cnn_status dataset_check_labels(const struct cnn_dataset *dataset, struct cnn_error *error);

#endif
