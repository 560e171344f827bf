#include "picture/plane.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/area.h"

#include <string.h>

enum cnn_status plane_make(struct plane *plane, size_t height, size_t width, struct cnn_error *error)
{
    *plane = (struct plane){height, width, memory_alloc(height, width)};
    return plane->pixels ? CNN_OK : error_memory(error, height * width);
}

enum cnn_status plane_reduce(const struct plane *in, size_t most, struct plane *out, struct cnn_error *error)
{
    size_t longer = in->height > in->width ? in->height : in->width, units = longer > most ? most : longer;
    size_t height = (in->height * units + longer - 1) / longer,
           width = (in->width * units + longer - 1) / longer;
    enum cnn_status status = plane_make(out, height, width, error);
    if (status != CNN_OK)
        return status;
    if (longer <= most) {
        memcpy(out->pixels, in->pixels, height * width);
        return CNN_OK;
    }
    struct axis y = {in->height, height, height, in->height}, x = {in->width, width, width, in->width};
    uint32_t *columns = memory_alloc(in->width, sizeof *columns);
    uint64_t *sums = memory_alloc(width * height, sizeof *sums), area = (uint64_t)in->height * in->width;
    if (columns && sums)
        area_sums(in->pixels, in->width, 1, &y, &x, columns, sums);
    else
        status = error_memory(error, width * height * sizeof *sums);
    for (size_t i = 0; i < height * width && status == CNN_OK; i++)
        out->pixels[i] = (uint8_t)((sums[i] + area / 2) / area);
    memory_free(columns);
    memory_free(sums);
    return status;
}

void plane_invert(struct plane *plane)
{
    uint8_t *pixels = plane->pixels;
    size_t n = plane->height * plane->width;
    for (size_t i = 0; i < n; i++)
        pixels[i] = (uint8_t)~pixels[i];
}

static inline uint8_t smaller(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

static inline uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static inline uint8_t middle(uint8_t a, uint8_t b, uint8_t c)
{
    return larger(smaller(a, b), smaller(larger(a, b), c));
}

/* The median of nine is that of three: the largest of the columns' smallest, the middle of their middles, the
 * smallest of their largest. */
static void median_row(const uint8_t *above, const uint8_t *row, const uint8_t *below, size_t width,
                       uint8_t *out)
{
    for (size_t x = 1; x + 1 < width; x++) {
        uint8_t low = 0, high = 255, mid[3];
        for (size_t k = 0; k < 3; k++) {
            uint8_t a = above[x + k - 1], b = row[x + k - 1], c = below[x + k - 1];
            low = larger(low, smaller(smaller(a, b), c));
            high = smaller(high, larger(larger(a, b), c));
            mid[k] = middle(a, b, c);
        }
        out[x] = middle(low, middle(mid[0], mid[1], mid[2]), high);
    }
}

void plane_median(const struct plane *in, struct plane *out)
{
    size_t width = in->width;
    memcpy(out->pixels, in->pixels, in->height * width);
    for (size_t y = 1; y + 1 < in->height; y++) {
        const uint8_t *row = in->pixels + y * width;
        median_row(row - width, row, row + width, width, out->pixels + y * width);
    }
}

/* Adds a row to the sums of columns, or takes it away. */
static void add_row(const struct plane *in, size_t y, uint32_t sign, uint32_t *columns)
{
    for (size_t x = 0; x < in->width; x++)
        columns[x] += sign * in->pixels[y * in->width + x];
}

static void mean_row(const uint32_t *columns, size_t width, size_t radius, uint32_t n_rows, uint8_t *out)
{
    uint32_t sum = 0, n = 0;
    for (size_t x = 0; x < radius && x < width; x++, n++)
        sum += columns[x];
    for (size_t x = 0; x < width; x++) {
        if (x + radius < width)
            sum += columns[x + radius], n++;
        if (x > radius)
            sum -= columns[x - radius - 1], n--;
        out[x] = (uint8_t)(sum / (n * n_rows));
    }
}

enum cnn_status plane_mean(const struct plane *in, size_t radius, struct plane *out, struct cnn_error *error)
{
    uint32_t *columns = memory_alloc(in->width, sizeof *columns), n_rows = 0;
    if (!columns)
        return error_memory(error, in->width * sizeof *columns);
    for (size_t y = 0; y < radius && y < in->height; y++, n_rows++)
        add_row(in, y, 1, columns);
    for (size_t y = 0; y < in->height; y++) {
        if (y + radius < in->height)
            add_row(in, y + radius, 1, columns), n_rows++;
        if (y > radius)
            add_row(in, y - radius - 1, (uint32_t)-1, columns), n_rows--;
        mean_row(columns, in->width, radius, n_rows, out->pixels + y * in->width);
    }
    memory_free(columns);
    return CNN_OK;
}

static void brighter(const uint8_t *a, const uint8_t *b, size_t n, uint8_t *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = larger(a[i], b[i]);
}

/* Each of the values becomes the brightest of itself and the next n - 1, stride apart, where there are so
 * many: of 1, 2, 4 ... values, then of n. Shapes: values, one and other [n_values]. Returns one, other, or
 * values. */
static const uint8_t *brightest_ahead(const uint8_t *values, size_t n_values, size_t stride, size_t n,
                                      uint8_t *one, uint8_t *other)
{
    for (size_t have = 1, step; have < n; have += step) {
        uint8_t *out = values == one ? other : one;
        step = have < n - have ? have : n - have;
        n_values -= step * stride;
        brighter(values, values + step * stride, n_values, out);
        values = out;
    }
    return values;
}

/* The brightest of radius pixels before each, itself, and radius after: of rows, then of columns. padded has
 * room for a line with radius black pixels on either side: black is never the brightest. */
static void brightest_rows(struct plane *plane, size_t radius, uint8_t *padded, uint8_t *one, uint8_t *other)
{
    size_t width = plane->width;
    for (size_t y = 0; y < plane->height; y++) {
        memcpy(padded + radius, plane->pixels + y * width, width);
        memcpy(plane->pixels + y * width,
               brightest_ahead(padded, width + 2 * radius, 1, 2 * radius + 1, one, other), width);
    }
}

static void brightest_columns(struct plane *plane, size_t radius, uint8_t *padded, uint8_t *one,
                              uint8_t *other)
{
    size_t width = plane->width, n = plane->height * width, margin = radius * width;
    memcpy(padded + margin, plane->pixels, n);
    memcpy(plane->pixels, brightest_ahead(padded, n + 2 * margin, width, 2 * radius + 1, one, other), n);
}

enum cnn_status plane_brightest(struct plane *plane, size_t radius, struct cnn_error *error)
{
    size_t line = plane->width + 2 * radius, n = (plane->height + 2 * radius) * plane->width;
    uint8_t *padded_line = memory_alloc(line, 1), *padded = memory_alloc(n, 1), *work = memory_alloc(n, 2);
    enum cnn_status status = CNN_OK;
    if (padded_line && padded && work) {
        brightest_rows(plane, radius, padded_line, work, work + n);
        brightest_columns(plane, radius, padded, work, work + n);
    } else
        status = error_memory(error, line + 3 * n);
    memory_free(padded_line);
    memory_free(padded);
    memory_free(work);
    return status;
}

enum cnn_status plane_darkest(struct plane *plane, size_t radius, struct cnn_error *error)
{
    plane_invert(plane);
    enum cnn_status status = plane_brightest(plane, radius, error);
    plane_invert(plane);
    return status;
}

enum cnn_status plane_widest_square(const struct plane *plane, size_t *side, struct cnn_error *error)
{
    /* Of each pixel in the row: the side of the largest square whose lower right corner it is. */
    size_t *sides = memory_alloc(plane->width, sizeof *sides);
    if (!sides)
        return error_memory(error, plane->width * sizeof *sides);
    *side = 0;
    for (size_t y = 0; y < plane->height; y++) {
        size_t above_left = 0, left = 0;
        for (size_t x = 0; x < plane->width; x++) {
            size_t above = sides[x], least = above < left ? above : left;
            least = least < above_left ? least : above_left;
            left = sides[x] = plane->pixels[y * plane->width + x] ? least + 1 : 0;
            above_left = above;
            *side = left > *side ? left : *side;
        }
    }
    memory_free(sides);
    return CNN_OK;
}
