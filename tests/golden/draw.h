/*
 * What the golden values were computed from: the twin of the formula in scripts/make/golden_keras.py, to the
 * same bits. Images are a few strokes that depend on the class, so that there is something to learn.
 */
#ifndef GOLDEN_DRAW_H
#define GOLDEN_DRAW_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { DRAW_IMAGES = 320, DRAW_DOTS = 17, DRAW_ENDS = 12 };
enum { DRAW_PROTOTYPES = 1, DRAW_LABELS = 2, DRAW_SHAKE = 3, DRAW_ORDER = 4, DRAW_WEIGHTS = 100 };

static uint64_t draw_mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Number i of a stream, 0 .. 2^24 - 1. Source: SplitMix64. */
static uint32_t draw(uint64_t stream, uint64_t i)
{
    return (uint32_t)(draw_mix(draw_mix(stream) + (i + 1) * UINT64_C(0x9e3779b97f4a7c15)) >> 40);
}

static uint8_t draw_label(size_t image, size_t classes)
{
    return (uint8_t)(draw(DRAW_LABELS, image) % classes);
}

/* Coordinate k of an image's strokes, in eighths of a pixel: three strokes of two ends of (y, x). */
static int draw_end(size_t image, size_t class, size_t k, size_t size)
{
    int s = (int)size * 8;
    int prototype = (int)draw(DRAW_PROTOTYPES, class * DRAW_ENDS + k) % (s * 2 / 3) + s / 6;
    return prototype + (int)draw(DRAW_SHAKE, image * DRAW_ENDS + k) % (s / 6 + 1) - s / 12;
}

static int draw_distance(const int *ends, int y, int x)
{
    int best = 1 << 20;
    for (const int *e = ends; e < ends + DRAW_ENDS; e += 4)
        for (int k = 0; k < DRAW_DOTS; k++) {
            int dy = y - (e[0] * (16 - k) + e[2] * k) / 16;
            int dx = x - (e[1] * (16 - k) + e[3] * k) / 16;
            int d = dy * dy + dx * dx;
            best = d < best ? d : best;
        }
    return best;
}

/* Shapes: pixels [height][width]. */
static void draw_image(size_t image, size_t height, size_t width, size_t classes, uint8_t *pixels)
{
    int ends[DRAW_ENDS];
    for (size_t k = 0; k < DRAW_ENDS; k++)
        ends[k] = draw_end(image, draw_label(image, classes), k, k % 2 ? width : height);
    for (size_t i = 0; i < height * width; i++) {
        int v = 320 - 2 * draw_distance(ends, (int)(i / width) * 8 + 4, (int)(i % width) * 8 + 4);
        pixels[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v);
    }
}

/* The order in which the images are trained on, again and again. */
static void draw_order(uint32_t order[DRAW_IMAGES])
{
    for (uint32_t i = 0; i < DRAW_IMAGES; i++)
        order[i] = i;
    for (uint32_t i = DRAW_IMAGES; i > 1; i--) {
        uint32_t k = draw(DRAW_ORDER, i - 1) % i, t = order[i - 1];
        order[i - 1] = order[k];
        order[k] = t;
    }
}

/* Array index of the weights: uniform within the Glorot limit, a bias within 0.05. */
static void draw_weights(size_t index, size_t rank, const size_t *shape, size_t count, float *w)
{
    float limit = 0.05f;
    if (rank > 1) {
        size_t fans = count / shape[rank - 1] + count / shape[rank - 2];
        limit = (float)sqrt(6.0 / (double)fans);
    }
    for (size_t i = 0; i < count; i++)
        w[i] = (float)((int)draw(DRAW_WEIGHTS + index, i) - (1 << 23)) * 0x1p-23f * limit;
}

#endif
