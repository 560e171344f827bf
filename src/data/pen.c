#include "data/pen.h"

#include <math.h>

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

/* Distance from each pixel near the line a b to the edge of the line, negative inside, where it is less than
 * what stands there. */
static void draw_line(const struct pen_point *a, const struct pen_point *b, float reach,
                      float distance[PEN_SIDE][PEN_SIDE])
{
    float dx = b->x - a->x, dy = b->y - a->y, length2 = dx * dx + dy * dy;
    float inverse = length2 > 0 ? 1 / length2 : 0;
    float margin = (a->radius > b->radius ? a->radius : b->radius) + reach;
    int x0 = (int)clamp(smaller(a->x, b->x) - margin, 0, PEN_SIDE - 1);
    int y0 = (int)clamp(smaller(a->y, b->y) - margin, 0, PEN_SIDE - 1);
    int x1 = (int)clamp(-smaller(-a->x, -b->x) + margin + 1, 0, PEN_SIDE - 1);
    int y1 = (int)clamp(-smaller(-a->y, -b->y) + margin + 1, 0, PEN_SIDE - 1);
    for (int y = y0; y <= y1; y++) {
        for (int x = x0; x <= x1; x++) {
            float px = (float)x - a->x, py = (float)y - a->y;
            float t = clamp((px * dx + py * dy) * inverse, 0, 1);
            float ex = px - t * dx, ey = py - t * dy;
            float d = sqrtf(ex * ex + ey * ey) - (a->radius + t * (b->radius - a->radius));
            distance[y][x] = smaller(d, distance[y][x]);
        }
    }
}

/* Where the edge strays to; eight pixels from each random number. */
static void roughen(float rough, struct random *random, float distance[PEN_SIDE][PEN_SIDE])
{
    float *d = &distance[0][0];
    for (int i = 0; i < PEN_SIDE * PEN_SIDE; i += 8) {
        uint64_t bits = random_u64(random);
        for (int k = 0; k < 8; k++, bits >>= 8)
            d[i + k] += rough * ((float)(bits & 255) * (1 / 127.5F) - 1);
    }
}

void pen_draw(const struct pen_point *path, size_t n, float edge, float rough, struct random *random,
              uint8_t *pixels)
{
    float distance[PEN_SIDE][PEN_SIDE];
    for (int y = 0; y < PEN_SIDE; y++)
        for (int x = 0; x < PEN_SIDE; x++)
            distance[y][x] = PEN_SIDE;
    for (size_t i = 0; i + 1 < n; i++)
        if (!path[i].lifted)
            draw_line(&path[i], &path[i + 1], edge / 2 + rough, distance);
    roughen(rough, random, distance);
    float inverse = 1 / edge;
    for (int y = 0; y < PEN_SIDE; y++)
        for (int x = 0; x < PEN_SIDE; x++)
            pixels[y * PEN_SIDE + x] = (uint8_t)(255 * clamp(0.5F - distance[y][x] * inverse, 0, 1) + 0.5F);
}
