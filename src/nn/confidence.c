/* How sure a model was of its answers on test images, and how often they were right: as it is kept with it.
 */
#include "base/status.h"
#include "nn/model_file.h"

#include <stdio.h>

static const double from[CNN_CONFIDENCE_ROWS + 1] = {0, 0.5, 0.7, 0.9, 0.99, 0.999, 1};

double cnn_confidence_from(size_t i)
{
    return from[i < CNN_CONFIDENCE_ROWS ? i : CNN_CONFIDENCE_ROWS];
}

size_t cnn_confidence_row(float probability)
{
    size_t i = CNN_CONFIDENCE_ROWS - 1;
    while (i > 0 && (double)probability < from[i])
        i--;
    return i;
}

const char *cnn_percent(char text[CNN_PERCENT], double share)
{
    double percent = 100 * share;
    if (percent > 0 && percent < 0.01)
        snprintf(text, CNN_PERCENT, "< 0.01 %%");
    else if (percent < 100 && percent > 99.99)
        snprintf(text, CNN_PERCENT, "> 99.99 %%");
    else
        snprintf(text, CNN_PERCENT, "%.2f %%", percent);
    return text;
}

const struct cnn_confidence *cnn_model_confidence(const struct cnn_model *model)
{
    return model->has_confidence ? &model->confidence : NULL;
}

void cnn_model_set_confidence(struct cnn_model *model, const struct cnn_confidence *confidence)
{
    model->has_confidence = model_gives_probabilities(model);
    model->confidence = *confidence;
}

/* A row in the file: where it begins, images, right ones. */
enum { FROM, IMAGES, RIGHT, COLUMNS };
static const size_t array_shape[] = {CNN_CONFIDENCE_ROWS, COLUMNS};

void confidence_add(struct npz_writer *w, const struct cnn_confidence *table)
{
    if (!table)
        return;
    double rows[CNN_CONFIDENCE_ROWS][COLUMNS];
    for (size_t i = 0; i < CNN_CONFIDENCE_ROWS; i++) {
        rows[i][FROM] = from[i];
        rows[i][IMAGES] = (double)table->images[i];
        rows[i][RIGHT] = (double)table->right[i];
    }
    npz_add_doubles(w, CONFIDENCE_ARRAY, 2, array_shape, &rows[0][0]);
}

/* A count that a double holds exactly. */
static bool is_count(double x)
{
    return x >= 0 && x <= 0x1p53 && (double)(uint64_t)x == x;
}

enum cnn_status confidence_read(struct npz *npz, const char *path, struct cnn_model *model,
                                struct cnn_error *error)
{
    double rows[CNN_CONFIDENCE_ROWS][COLUMNS];
    if (!npz_has(npz, CONFIDENCE_ARRAY))
        return CNN_OK;
    enum cnn_status status = npz_read_doubles(npz, CONFIDENCE_ARRAY, 2, array_shape, &rows[0][0], error);
    if (status != CNN_OK)
        return status;
    for (size_t i = 0; i < CNN_CONFIDENCE_ROWS; i++) {
        const double *row = rows[i];
        if (row[FROM] != from[i] || !is_count(row[IMAGES]) || !is_count(row[RIGHT]) ||
            row[RIGHT] > row[IMAGES])
            return error_set(error, CNN_ERROR_FORMAT, "%s: %s: row %zu cannot be meant", path,
                             CONFIDENCE_ARRAY, i);
        model->confidence.images[i] = (size_t)row[IMAGES];
        model->confidence.right[i] = (size_t)row[RIGHT];
    }
    model->has_confidence = model_gives_probabilities(model);
    return CNN_OK;
}
