/* What a look at the pixels and labels themselves tells: faults that every field of a file can be right with.
 */
#ifndef DATA_EXAMINE_H
#define DATA_EXAMINE_H

#include "cnn.h"

struct examination {
    unsigned least_label, most_label; /* 0 where there are no labels */
    unsigned most_pixel;
    double mean_pixel;
    /* Share of images whose nearest mean digit is that of their label, as they are and transposed: about 0.7
     * for digits, 0.1 for anything else. 0 where the images are not 28 x 28 x 1, or have no labels. */
    double digits, digits_transposed;
};

/* Looks at all labels, and at the pixels of up to 2,000 images. Errors: MEMORY. */
enum cnn_status examine(const struct cnn_dataset *dataset, struct examination *found,
                        struct cnn_error *error);

#endif
