/* What cnn predict prints of pictures. */
#ifndef CLI_PICTURES_PRINT_H
#define CLI_PICTURES_PRINT_H

#include "pictures.h"

struct picture {
    bool read, empty; /* empty: nothing is drawn, so there is no answer */
    size_t n_hints;
    struct cnn_hint hints[CNN_HINTS];
};

/* The pictures as the network gets them. */
struct pictures {
    const struct picture_settings *settings;
    const struct cnn_model *model;
    struct cnn_model_info info;
    bool clean;
    size_t n, n_failed, image_bytes;
    struct picture *each;     /* [n] */
    struct cnn_error *errors; /* [n], of those that could not be read */
    uint8_t *pixels;          /* [n][height][width][channels] */
    float *outputs;           /* [n][classes] */
};

/* As CSV, as JSON, or for people: in a terminal each with its ten bars, unless they are many. dataset: of the
 * pictures, as they are. */
enum cnn_status pictures_print(const struct pictures *p, const struct cnn_dataset *dataset,
                               struct cnn_error *error);

#endif
