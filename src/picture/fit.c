/* How MNIST's images were made of black and white ones. Source: making_qmnist/xnist.lsh of QMNIST (BSD), and
 * Yadav and Bottou, arXiv 1905.10498. */
#include "picture/fit.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/area.h"

#include <string.h>

enum {
    FIT_SIDE = 20,    /* what the longer side of a digit is made to fill */
    FULL_INK = 250,   /* brighter than this is left as it is: 10 % of MNIST's images do not reach 255 */
    CENTRE_TWICE = 30 /* twice the place of the centre of mass, counted from edges, plus a half pixel */
};

/* What was poured: sums [height][width], each to be divided by area. */
struct poured {
    size_t height, width;
    uint64_t area, sums[FIT_SIDE * FIT_SIDE];
};

/* The box's corner is the corner of the first pixel, so that a digit enlarged by a whole number comes back.
 * Ink is poured at full width: MNIST's 0.99 would change an image that has its size already. */
static enum cnn_status pour(const struct plane *ink, const struct box *box, struct poured *p,
                            struct cnn_error *error)
{
    size_t longer = box->height > box->width ? box->height : box->width;
    uint32_t *column_sums = memory_alloc(box->width, sizeof *column_sums);
    if (!column_sums)
        return error_memory(error, box->width * sizeof *column_sums);
    p->height = (box->height * FIT_SIDE + longer - 1) / longer;
    p->width = (box->width * FIT_SIDE + longer - 1) / longer;
    p->area = (uint64_t)longer * longer;
    struct axis y = {box->height, p->height, FIT_SIDE, longer}, x = {box->width, p->width, FIT_SIDE, longer};
    area_sums(ink->pixels + box->top * ink->width + box->left, ink->width, 1, &y, &x, column_sums, p->sums);
    memory_free(column_sums);
    return CNN_OK;
}

/* Rounded to grey, the brightest stretched to 255 where it is faint. Shapes: grey as p->sums. */
static void to_grey(const struct poured *p, uint8_t *grey)
{
    uint64_t most = 1, n = p->height * p->width;
    for (size_t i = 0; i < n; i++)
        most = p->sums[i] > most ? p->sums[i] : most;
    bool stretched = most < FULL_INK * p->area;
    for (size_t i = 0; i < n; i++)
        grey[i] = (uint8_t)(stretched ? (255 * p->sums[i] + most / 2) / most
                                      : (p->sums[i] + p->area / 2) / p->area);
}

/* trunc(15 - b), b the centre of mass of so many weights along one direction, counted from the first edge. */
static int offset_of(const uint64_t *weights, size_t n)
{
    int64_t twice_moment = 0, sum = 0;
    for (size_t i = 0; i < n; i++) {
        twice_moment += (int64_t)((2 * i + 1) * weights[i]);
        sum += (int64_t)weights[i];
    }
    return sum ? (int)((CENTRE_TWICE * sum - twice_moment) / (2 * sum)) : 0;
}

static void place(const uint8_t *grey, size_t height, size_t width, uint8_t *digit)
{
    uint64_t rows[FIT_SIDE] = {0}, columns[FIT_SIDE] = {0};
    for (size_t i = 0; i < height * width; i++) {
        rows[i / width] += grey[i];
        columns[i % width] += grey[i];
    }
    int down = offset_of(rows, height), right = offset_of(columns, width);
    memset(digit, 0, DIGIT_SIDE * DIGIT_SIDE);
    for (int i = 0; i < (int)(height * width); i++) {
        int y = i / (int)width + down, x = i % (int)width + right;
        if (y >= 0 && y < DIGIT_SIDE && x >= 0 && x < DIGIT_SIDE)
            digit[y * DIGIT_SIDE + x] = grey[i];
    }
}

enum cnn_status fit_digit(const struct plane *ink, const struct box *box, uint8_t *digit,
                          struct cnn_error *error)
{
    struct poured p = {0};
    uint8_t grey[FIT_SIDE * FIT_SIDE];
    enum cnn_status status = pour(ink, box, &p, error);
    if (status != CNN_OK)
        return status;
    to_grey(&p, grey);
    place(grey, p.height, p.width, digit);
    return CNN_OK;
}
