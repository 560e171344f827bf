/* What the ink of a picture lies on. */
#ifndef PICTURE_GROUND_H
#define PICTURE_GROUND_H

#include "picture/plane.h"

/* The grey of a ground of one value: what most pixels are, those at the edge among them, and what else there
 * is hangs together in a few blobs; -1 where the ground is not so. reduced: the same picture, in which blobs
 * are counted. Errors: MEMORY. */
enum cnn_status ground_of_one_value(const struct plane *picture, const struct plane *reduced, int *ground,
                                    struct cnn_error *error);

/* Ink on a ground of one value, turned light on black. Returns whether it was dark on light. Shapes: ink as
 * picture. */
bool ground_subtract(const struct plane *picture, int ground, struct plane *ink);

/* A picture without the worst of its noise, ink dark on light. *dark_ink: it was so before. Owns: the caller,
 * the pixels of light. Errors: MEMORY. */
enum cnn_status ground_lighten(const struct plane *picture, struct plane *light, bool *dark_ink,
                               struct cnn_error *error);

/* The ground is what remains when everything dark is filled in that is narrower than 2 radius + 1 pixels, the
 * other way than along a straight edge; ink is the share of it that is missing, 0 .. 255. Shapes: all of one
 * size, made by the caller. Errors: MEMORY. */
enum cnn_status ground_divide(const struct plane *light, size_t radius, struct plane *ground,
                              struct plane *ink, struct cnn_error *error);

#endif
