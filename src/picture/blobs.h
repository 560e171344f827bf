/* What hangs together in a picture. */
#ifndef PICTURE_BLOBS_H
#define PICTURE_BLOBS_H

#include "picture/plane.h"

/* A part of a picture, in pixels. */
struct box {
    size_t top, left, height, width;
};

struct blob {
    size_t area; /* pixels */
    struct box box;
    bool at_edge; /* of the picture */
};

struct blobs {
    size_t n;
    uint32_t *label;   /* [height][width]: 1 + the number of the pixel's blob; 0: of none */
    struct blob *blob; /* [n] */
};

/* The blobs of pixels of at least threshold (> 0) that touch, if only by a corner, numbered from the top.
 * Errors: MEMORY. Owns: the caller, until blobs_free. */
enum cnn_status blobs_find(const struct plane *plane, unsigned threshold, struct blobs *blobs,
                           struct cnn_error *error);
void blobs_free(struct blobs *blobs);

#endif
