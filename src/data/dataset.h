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

/* Errors: NOT_FOUND or MISMATCH, where there are no labels; says why. */
enum cnn_status dataset_check_labels(const struct cnn_dataset *dataset, struct cnn_error *error);

#endif
