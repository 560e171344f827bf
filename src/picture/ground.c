#include "picture/ground.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/blobs.h"

#include <string.h>

enum {
    /* A ground of one value. All but one of MNIST's 70,000 images have fewer than half as many blobs. */
    MOST_BLOBS = 24,
    GROUND_PERCENT = 40,
    EDGE_PERCENT = 75,
    /* A ground of many. */
    COARSE_SIDE = 128, /* pixels: enough to see whether ink is dark or light */
    NOISY_SIDE = 128   /* smaller pictures have strokes too thin for a median */
};

static void count_values(const struct plane *p, size_t first, size_t step, size_t n, size_t counts[256])
{
    for (size_t i = 0; i < n; i++)
        counts[p->pixels[first + i * step]]++;
}

static int most_frequent(const size_t counts[256])
{
    int best = 0;
    for (int v = 1; v < 256; v++)
        if (counts[v] > counts[best])
            best = v;
    return best;
}

/* How many of a hundred pixels of the outermost rows and columns have a value. */
static size_t percent_at_edge(const struct plane *p, int value)
{
    size_t counts[256] = {0}, last_row = (p->height - 1) * p->width;
    count_values(p, 0, 1, p->width, counts);
    count_values(p, last_row, 1, p->width, counts);
    count_values(p, 0, p->width, p->height, counts);
    count_values(p, p->width - 1, p->width, p->height, counts);
    return counts[value] * 100 / (2 * (p->height + p->width));
}

/* Lines of a ruled sheet reach from side to side, and are no ink. */
static bool any_spans(const struct blobs *blobs, const struct plane *plane)
{
    for (size_t i = 0; i < blobs->n; i++)
        if (blobs->blob[i].box.height == plane->height || blobs->blob[i].box.width == plane->width)
            return true;
    return false;
}

enum cnn_status ground_of_one_value(const struct plane *picture, const struct plane *reduced, int *ground,
                                    struct cnn_error *error)
{
    size_t counts[256] = {0}, n = picture->height * picture->width;
    count_values(picture, 0, 1, n, counts);
    int value = most_frequent(counts);
    *ground = -1;
    if (counts[value] * 100 < n * GROUND_PERCENT || percent_at_edge(picture, value) < EDGE_PERCENT)
        return CNN_OK;
    struct plane other;
    struct blobs blobs;
    enum cnn_status status = plane_make(&other, reduced->height, reduced->width, error);
    if (status != CNN_OK)
        return status;
    for (size_t i = 0; i < other.height * other.width; i++)
        other.pixels[i] = reduced->pixels[i] != value;
    status = blobs_find(&other, 1, &blobs, error);
    memory_free(other.pixels);
    if (status != CNN_OK)
        return status;
    if (blobs.n <= MOST_BLOBS && !any_spans(&blobs, reduced))
        *ground = value;
    blobs_free(&blobs);
    return CNN_OK;
}

bool ground_subtract(const struct plane *picture, int ground, struct plane *ink)
{
    size_t n = picture->height * picture->width;
    int64_t above = 0;
    for (size_t i = 0; i < n; i++)
        above += picture->pixels[i] - ground;
    bool dark = above < 0;
    for (size_t i = 0; i < n; i++) {
        int difference = dark ? ground - picture->pixels[i] : picture->pixels[i] - ground;
        ink->pixels[i] = (uint8_t)(difference > 0 ? difference : 0);
    }
    return dark;
}

/* Whether what stands out from its surroundings is darker than they are: the third moment of the differences
 * is that of the few pixels far off, while slopes of light and edges of shadows have as much on either side.
 */
static enum cnn_status ink_is_dark(const struct plane *picture, bool *dark, struct cnn_error *error)
{
    struct plane coarse = {0}, mean = {0};
    int64_t moment = 0;
    enum cnn_status status = plane_reduce(picture, COARSE_SIDE, &coarse, error);
    if (status == CNN_OK)
        status = plane_make(&mean, coarse.height, coarse.width, error);
    if (status == CNN_OK)
        status = plane_mean(&coarse, COARSE_SIDE / 10, &mean, error);
    for (size_t i = 0; status == CNN_OK && i < coarse.height * coarse.width; i++) {
        int64_t difference = coarse.pixels[i] - mean.pixels[i];
        moment += difference * difference * difference;
    }
    *dark = moment < 0;
    memory_free(coarse.pixels);
    memory_free(mean.pixels);
    return status;
}

/* Fills in all that is dark and narrower than 2 radius + 1, either way. */
static enum cnn_status fill_in(struct plane *plane, size_t radius, struct cnn_error *error)
{
    enum cnn_status status = plane_brightest(plane, radius, error);
    return status == CNN_OK ? plane_darkest(plane, radius, error) : status;
}

/* n / d for n < 2^16 and d < 2^8, as (n * inverse[d]) >> 24: an inverse is too large by less than 2^-16 of
 * it.
 */
static void divide(const uint8_t *light, const uint8_t *ground, size_t n, uint8_t *ink)
{
    uint64_t inverses[256] = {0};
    for (uint64_t d = 1; d < 256; d++)
        inverses[d] = (1 << 24) / d + 1;
    for (size_t i = 0; i < n; i++) {
        unsigned whole = ground[i], missing = whole > light[i] ? whole - light[i] : 0;
        ink[i] = (uint8_t)((255 * missing + whole / 2) * inverses[whole] >> 24);
    }
}

enum cnn_status ground_lighten(const struct plane *picture, struct plane *light, bool *dark_ink,
                               struct cnn_error *error)
{
    size_t height = picture->height, width = picture->width;
    enum cnn_status status = plane_make(light, height, width, error);
    if (status == CNN_OK)
        status = ink_is_dark(picture, dark_ink, error);
    if (status != CNN_OK)
        return status;
    if (height >= NOISY_SIDE && width >= NOISY_SIDE)
        plane_median(picture, light);
    else
        memcpy(light->pixels, picture->pixels, height * width);
    if (!*dark_ink)
        plane_invert(light);
    return CNN_OK;
}

enum cnn_status ground_divide(const struct plane *light, size_t radius, struct plane *ground,
                              struct plane *ink, struct cnn_error *error)
{
    memcpy(ground->pixels, light->pixels, light->height * light->width);
    enum cnn_status status = fill_in(ground, radius, error);
    if (status == CNN_OK)
        divide(light->pixels, ground->pixels, light->height * light->width, ink->pixels);
    return status;
}
