#include "picture/palette.h"

#include <math.h>

enum { N_STOPS = 6 };

/* From 0 outwards, in equal steps. */
static const struct colour light_up[N_STOPS] = {{247, 247, 246}, {206, 225, 239}, {140, 190, 220},
                                                {68, 143, 194},  {28, 94, 158},   {8, 48, 98}};
static const struct colour light_down[N_STOPS] = {{247, 247, 246}, {253, 222, 184}, {249, 182, 105},
                                                  {224, 133, 38},  {176, 90, 10},   {118, 54, 6}};
static const struct colour dark_up[N_STOPS] = {{38, 40, 45},   {30, 66, 104},   {33, 104, 164},
                                               {74, 150, 205}, {140, 192, 229}, {215, 234, 248}};
static const struct colour dark_down[N_STOPS] = {{38, 40, 45},   {94, 56, 22},   {150, 84, 18},
                                                 {208, 122, 28}, {243, 172, 88}, {255, 211, 148}};
static const struct colour light_below = {253, 231, 204}, dark_below = {68, 50, 34};

static const struct theme light = {
    {255, 255, 255}, {26, 28, 32}, {98, 102, 110}, {176, 180, 186}, {200, 0, 110}};
static const struct theme dark_theme = {
    {20, 22, 26}, {232, 234, 238}, {158, 163, 172}, {86, 90, 98}, {255, 92, 180}};

const struct theme *theme_of(bool dark)
{
    return dark ? &dark_theme : &light;
}

/* share: 0 at the first stop, 1 at the last. */
static struct colour between(const struct colour *stops, double share)
{
    double at = share * (N_STOPS - 1);
    int i = at >= N_STOPS - 1 ? N_STOPS - 2 : (int)at;
    double more = at - i;
    struct colour a = stops[i], b = stops[i + 1];
    return (struct colour){(uint8_t)(a.r + more * (b.r - a.r) + 0.5),
                           (uint8_t)(a.g + more * (b.g - a.g) + 0.5),
                           (uint8_t)(a.b + more * (b.b - a.b) + 0.5)};
}

struct colour palette_colour(struct scale scale, float value, bool dark)
{
    double share = (double)value / (double)scale.limit;
    if (isnan(value))
        return theme_of(dark)->ground;
    share = share > 1 ? 1 : share < -1 ? -1 : share;
    if (scale.steps)
        share = (int)(share * scale.steps + (share < 0 ? -0.5 : 0.5)) / (double)scale.steps;
    if (scale.kind == SCALE_INK) {
        double ink = share < 0 ? 0 : share;
        uint8_t grey = (uint8_t)((dark ? ink : 1 - ink) * 255 + 0.5);
        return (struct colour){grey, grey, grey};
    }
    if (share >= 0)
        return between(dark ? dark_up : light_up, share);
    if (scale.kind == SCALE_FROM_ZERO)
        return dark ? dark_below : light_below;
    return between(dark ? dark_down : light_down, -share);
}

struct colour palette_on(struct colour ground)
{
    /* Black and white differ as much from a luminance of 0.18; gamma is taken for 2. */
    int luminance = 2126 * ground.r * ground.r + 7152 * ground.g * ground.g + 722 * ground.b * ground.b;
    return luminance / 10000 > 255 * 255 * 21 / 100 ? (struct colour){0, 0, 0}
                                                    : (struct colour){255, 255, 255};
}

static int distance(struct colour a, struct colour b)
{
    return (a.r - b.r) * (a.r - b.r) + (a.g - b.g) * (a.g - b.g) + (a.b - b.b) * (a.b - b.b);
}

/* What xterm has: levels of each of red, green and blue, and greys between them. */
static const uint8_t level[6] = {0, 95, 135, 175, 215, 255};

static int nearest_level(int value)
{
    int best = 0;
    for (int i = 1; i < 6; i++)
        if ((level[i] - value) * (level[i] - value) < (level[best] - value) * (level[best] - value))
            best = i;
    return best;
}

int palette_256(struct colour colour)
{
    int r = nearest_level(colour.r), g = nearest_level(colour.g), b = nearest_level(colour.b);
    int sum = colour.r + colour.g + colour.b, step = sum < 10 ? 0 : sum > 699 ? 23 : (sum - 10) / 30;
    uint8_t grey = (uint8_t)(8 + 10 * step);
    return distance(colour, (struct colour){grey, grey, grey}) <
                   distance(colour, (struct colour){level[r], level[g], level[b]})
               ? 232 + step
               : 16 + 36 * r + 6 * g + b;
}
