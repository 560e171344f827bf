#include "picture/enlarge.h"

#include <math.h>
#include <stdlib.h>

enum { SIDE = 28, MOST_TAPS = 6 };

static const double pi = 3.14159265358979323846;

/* Keys's cubic. Source: "Cubic convolution interpolation for digital image processing", 1981. */
static double cubic(double x, double a)
{
    x = fabs(x);
    return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

static double sinc(double x)
{
    return x == 0 ? 1 : sin(pi * x) / (pi * x);
}

static double weight_of(enum enlarging how, double x)
{
    switch (how) {
    case ENLARGE_LINEAR:
        return fmax(0, 1 - fabs(x));
    case ENLARGE_CUBIC:
        return cubic(x, -0.5);
    case ENLARGE_CUBIC_SHARP:
        return cubic(x, -0.75);
    case ENLARGE_LANCZOS:
        return fabs(x) < 3 ? sinc(x) * sinc(x / 3) : 0;
    default:
        return x >= -0.5 && x < 0.5;
    }
}

/* What one output pixel takes of each of the six pixels around it, of which first is the first. */
struct taps {
    long first;
    double weights[MOST_TAPS];
};

/* What lies beyond the edge has no weight. */
static struct taps taps_of(enum enlarging how, size_t i, size_t side)
{
    double place = ((double)i + 0.5) * SIDE / (double)side - 0.5, sum = 0;
    struct taps taps = {.first = (long)floor(place) - 2};
    for (long k = 0; k < MOST_TAPS; k++) {
        long at = taps.first + k;
        sum += taps.weights[k] = at >= 0 && at < SIDE ? weight_of(how, place - (double)at) : 0;
    }
    for (long k = 0; k < MOST_TAPS; k++)
        taps.weights[k] /= sum;
    return taps;
}

/* Along one direction: in [28] values step apart to out [side] values out_step apart, rounded and clipped. */
static void enlarge_line(const uint8_t *in, size_t step, const struct taps *taps, size_t side, uint8_t *out,
                         size_t out_step)
{
    for (size_t i = 0; i < side; i++) {
        double sum = 0.5;
        for (long k = 0; k < MOST_TAPS; k++)
            if (taps[i].weights[k] != 0)
                sum += taps[i].weights[k] * in[(size_t)(taps[i].first + k) * step];
        out[i * out_step] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
}

void enlarge(const uint8_t *digit, size_t side, enum enlarging how, struct paint paint, uint8_t *pixels)
{
    uint8_t painted[SIDE * SIDE], *rows = malloc(SIDE * side);
    struct taps *taps = malloc(side * sizeof *taps);
    if (!taps || !rows)
        abort();
    for (size_t i = 0; i < side; i++)
        taps[i] = taps_of(how, i, side);
    for (size_t i = 0; i < SIDE * SIDE; i++)
        painted[i] = (uint8_t)((paint.ground * (255 - digit[i]) + paint.ink * digit[i] + 127) / 255);
    for (size_t y = 0; y < SIDE; y++)
        enlarge_line(painted + y * SIDE, 1, taps, side, rows + y * side, 1);
    for (size_t x = 0; x < side; x++)
        enlarge_line(rows + x, side, taps, side, pixels + x, side);
    free(rows);
    free(taps);
}
