/* What the sheets of cnn_show_... share: the lines under a picture, numbers in words, and images made in
 * memory. */
#ifndef SHOW_SHOW_H
#define SHOW_SHOW_H

#include "data/dataset.h"
#include "picture/sheet.h"

/* Captions: the network, how it was trained and how well it reads test images where the model tells, and the
 * command that makes the sheet again. */
void show_caption(struct cnn_sheet *sheet, const struct cnn_model *model,
                  const struct cnn_show_options *options);

/* "image 17 of data/mnist". */
void show_image_name(char text[SHEET_LINE], const struct cnn_dataset *dataset, size_t image,
                     const struct cnn_show_options *options);

/* "24 × 24 × 3" or "84". */
void show_shape(char text[SHEET_LABEL], const struct cnn_layer_info *layer);

/* An answer's number: its probability as cnn_percent has it, or where a model has none "output 1.02". */
void show_answer_number(char text[SHEET_LABEL], bool probability, double number);

/* Numbers as bars of their own length: the longest of n is 1. */
double show_largest(const float *values, size_t n);

/* An image of a dataset as a tile of the last band, whose scale becomes that of its pixels. */
struct tile *show_add_image(struct cnn_sheet *sheet, const struct cnn_dataset *dataset, size_t image);

/* Images that a sheet makes, as a dataset: views of memory that the caller keeps. Shapes: images
 * [count][height][width][channels] as those of like, labels [count]. */
struct cnn_dataset show_images(const struct cnn_dataset *like, const uint8_t *images, const uint8_t *labels,
                               size_t count);

/* The class of the first largest of n numbers. */
size_t show_best(const float *values, size_t n);

/* Fails where layer names none, listing those there are; *only is its number, 0 for options->layer NULL. */
enum cnn_status show_find_layer(const struct cnn_model *model, const struct cnn_show_options *options,
                                size_t *only, struct cnn_error *error);

/* Array i of a model's weights as filters: whether it is any, its largest absolute weight, and its band. */
bool show_is_kernel(const struct cnn_model *model, size_t i);
float show_filters_limit(const struct cnn_model *model, size_t i);
void show_add_filters(struct cnn_sheet *sheet, const struct cnn_model *model, size_t i, const char *state,
                      float limit, const struct cnn_show_options *options);

/* What layer i makes of an image, as a band: a tile for each of its maps, the strongest place marked, or its
 * units in rows. Errors: as cnn_model_activations. */
enum cnn_status show_add_layer(struct cnn_sheet *sheet, const struct cnn_model *model,
                               const struct cnn_dataset *dataset, size_t image, size_t i,
                               struct cnn_error *error);

/* Hands a finished sheet over, or frees it after an error. */
enum cnn_status show_finish(enum cnn_status status, struct cnn_sheet *made, struct cnn_sheet **sheet,
                            struct cnn_error *error);

#endif
