#include "picture/area.h"

#include <string.h>

/* The input pixels first .. last that lie on output pixel i. */
static void covered(const struct axis *a, size_t i, size_t *first, size_t *last)
{
    *first = i * a->out_units / a->in_units;
    *last = ((i + 1) * a->out_units - 1) / a->in_units;
    if (*last >= a->n_in)
        *last = a->n_in - 1;
}

/* What input pixel k and output pixel i share, in units. */
static size_t shared(const struct axis *a, size_t k, size_t i)
{
    size_t begin = k * a->in_units, end = begin + a->in_units;
    size_t out_begin = i * a->out_units, out_end = out_begin + a->out_units;
    return (end < out_end ? end : out_end) - (begin > out_begin ? begin : out_begin);
}

/* The rows under one output row, each times its share, added up. */
static void add_rows(const uint8_t *in, size_t stride, size_t row_bytes, const struct axis *y, size_t out_row,
                     uint32_t *column_sums)
{
    size_t first, last;
    memset(column_sums, 0, row_bytes * sizeof *column_sums);
    covered(y, out_row, &first, &last);
    for (size_t k = first; k <= last; k++) {
        const uint8_t *row = in + k * stride;
        uint32_t share = (uint32_t)shared(y, k, out_row);
        for (size_t i = 0; i < row_bytes; i++)
            column_sums[i] += share * row[i];
    }
}

static void add_columns(const uint32_t *column_sums, size_t channels, const struct axis *x, uint64_t *sums)
{
    for (size_t i = 0; i < x->n_out; i++) {
        size_t first, last;
        covered(x, i, &first, &last);
        for (size_t c = 0; c < channels; c++) {
            uint64_t sum = 0;
            for (size_t k = first; k <= last; k++)
                sum += (uint64_t)shared(x, k, i) * column_sums[k * channels + c];
            sums[i * channels + c] = sum;
        }
    }
}

void area_sums(const uint8_t *in, size_t stride, size_t channels, const struct axis *y, const struct axis *x,
               uint32_t *column_sums, uint64_t *sums)
{
    for (size_t i = 0; i < y->n_out; i++) {
        add_rows(in, stride, x->n_in * channels, y, i, column_sums);
        add_columns(column_sums, channels, x, sums + i * x->n_out * channels);
    }
}
