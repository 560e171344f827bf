/* What the pooling layers have in common: where their windows lie over a map. */
#ifndef NN_POOL2D_H
#define NN_POOL2D_H

#include "nn/layer.h"

/* The arguments of a layer with a window of its own: SIZE[,stride=S][,same]. */
#define POOL2D_ARGUMENTS                                                                                     \
    {                                                                                                        \
        {"SIZE", ARGUMENT_SIZE, NULL}, {"stride", ARGUMENT_SIZE, ""},                                        \
        {                                                                                                    \
            "same", ARGUMENT_WORD, ""                                                                        \
        }                                                                                                    \
    }

/* The windows of such a layer; and the one window that is the whole map. */
struct pool2d_shape pool2d_windows(const struct layer *layer);
struct pool2d_shape pool2d_whole(const struct layer *layer);

/* Errors: USAGE where there is no map below. */
enum cnn_status pool2d_check(const struct layer *layer, struct cnn_error *error);

/* A layer's plan: sets out by its windows. Errors: USAGE where there is no map, or no window fits. */
enum cnn_status pool2d_plan(struct layer *layer, struct cnn_error *error);

/* For what a layer says of itself: its words' number and its tell (layer.h), and which texts hold. */
double pool2d_number(const struct layer *layer, const char *name);
void pool2d_tell(const struct layer *layer, layer_told *told, void *context);
bool pool2d_padded(const struct layer *layer);
bool pool2d_not_padded(const struct layer *layer);
bool pool2d_oblong_padded(const struct layer *layer); /* height and width do not have the same sum */
bool pool2d_oblong_not_padded(const struct layer *layer);

/* Step i to an output: place i of its window that lies inside the map, row by row; false past the last.
 * group: the row. */
bool pool2d_step(const struct pool2d_shape *windows, size_t output, size_t i, enum step_kind kind,
                 struct layer_step *step);

/* The same for a mean: all places, then the division by their number. */
bool pool2d_mean_step(const struct pool2d_shape *windows, size_t output, size_t i, struct layer_step *step);

#endif
