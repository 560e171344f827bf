/* A digit as MNIST has it. */
#ifndef PICTURE_FIT_H
#define PICTURE_FIT_H

#include "picture/blobs.h"

enum { DIGIT_SIDE = CNN_DIGIT_SIDE };

/* Pours the ink in a box into 20 x 20 pixels, its longer side over all twenty, and lays them on 28 x 28 with
 * the centre of mass in the middle pixel (14, 14). Grey is stretched to 255 where all of it is below 250.
 * Shapes: digit [28][28]. Errors: MEMORY. */
enum cnn_status fit_digit(const struct plane *ink, const struct box *box, uint8_t *digit,
                          struct cnn_error *error);

#endif
