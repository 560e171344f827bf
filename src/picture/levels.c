#include "picture/levels.h"

enum {
    NOISE_TIMES = 4,        /* as many times the spread of the ground are noise */
    LEAST_ABOVE = 10,       /* and so is less than this above it */
    LEAST_CONTRAST = 20,    /* ink that differs by less, of 255, is none */
    THRESHOLD_PERCENT = 50, /* of the way from ground to ink */
    SHARE_OF_INK = 20000    /* one pixel in so many must be ink */
};

/* The value that so many of a histogram's pixels from first on do not exceed. */
static unsigned value_at(const size_t counts[256], unsigned first, size_t rank)
{
    size_t seen = 0;
    for (unsigned v = first; v < 255; v++) {
        seen += counts[v];
        if (seen > rank)
            return v;
    }
    return 255;
}

static size_t histogram(const struct plane *plane, size_t counts[256])
{
    size_t n = plane->height * plane->width;
    for (size_t i = 0; i < n; i++)
        counts[plane->pixels[i]]++;
    return n;
}

unsigned levels_median(const struct plane *plane)
{
    size_t counts[256] = {0}, n = histogram(plane, counts);
    return value_at(counts, 0, n / 2);
}

/* The mean of the darker of the two classes, from first on, that differ most: the ink, without its soft edges
 * and without what is fainter than it, such as lines of the paper. Source: Otsu, "A threshold selection
 * method from gray-level histograms", 1979. */
static unsigned ink_level(const size_t counts[256], unsigned first)
{
    uint64_t n = 0, sum = 0, n_low = 0, sum_low = 0;
    double most = -1;
    unsigned level;
    for (unsigned v = first; v < 256; v++) {
        n += counts[v];
        sum += (uint64_t)counts[v] * v;
    }
    level = (unsigned)(sum / n);
    for (unsigned v = first; v < 256 && n_low + counts[v] < n; v++) {
        n_low += counts[v];
        sum_low += (uint64_t)counts[v] * v;
        if (n_low == 0)
            continue;
        uint64_t n_high = n - n_low, sum_high = sum - sum_low;
        double difference = (double)sum_high / (double)n_high - (double)sum_low / (double)n_low;
        double between = (double)n_low * (double)n_high * difference * difference;
        if (between > most) {
            most = between;
            level = (unsigned)((sum_high + n_high / 2) / n_high);
        }
    }
    return level;
}

bool levels_find(const struct plane *ink, struct levels *levels)
{
    size_t counts[256] = {0}, n = histogram(ink, counts), n_above = 0;
    levels->ground = value_at(counts, 0, n / 2);
    unsigned spread = levels->ground - value_at(counts, 0, n / 6); /* a standard deviation of noise */
    unsigned noise = NOISE_TIMES * spread > LEAST_ABOVE ? NOISE_TIMES * spread : LEAST_ABOVE;
    for (unsigned v = levels->ground + noise + 1; v < 256; v++)
        n_above += counts[v];
    if (n_above == 0 || n_above * SHARE_OF_INK < n)
        return false;
    levels->ink = ink_level(counts, levels->ground + noise + 1);
    unsigned contrast = levels->ink - levels->ground;
    levels->threshold = levels->ground + contrast * THRESHOLD_PERCENT / 100;
    return contrast >= LEAST_CONTRAST;
}

uint8_t levels_grey(const struct levels *levels, unsigned ink)
{
    unsigned contrast = levels->ink - levels->ground;
    unsigned none = levels->ground + contrast / 5, all = levels->ground + contrast * 7 / 10;
    return (uint8_t)(ink <= none ? 0 : ink >= all ? 255 : (ink - none) * 255 / (all - none));
}
