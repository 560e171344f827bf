/*
 * A digit is drawn as a hand would: one of the ways to write it, its control points moved a little, the whole
 * bent, slanted, turned and stretched; a smooth curve through the points; a round pen whose pressure changes
 * on the way. Then it is placed as MNIST places digits: the larger side of its box about 20 pixels,
 * the centre of mass near the middle. Only additions, multiplications, divisions and square roots, so that
 * every machine draws the same bits.
 */
#include "data/synth.h"

#include "base/random.h"
#include "base/threads.h"
#include "data/glyphs.h"
#include "data/pen.h"

#include <math.h>

enum {
    STEPS = 5,                             /* lines for each span between control points */
    MAX_PATH = GLYPH_POINTS * (STEPS + 1), /* points of a path */
    BLOCK = SYNTH_CLASSES                  /* images over which labels are balanced */
};

struct point {
    float x, y;
};

/* What differs from one digit to the next, over coordinates -0.5 .. 0.5. */
struct hand {
    float a, b, c, d;  /* x' = a x + b y, y' = c x + d y */
    float bend[6];     /* + bend0 y^2 + bend1 x y + bend2 x^2 in x', the rest in y' */
    float jitter;      /* how far control points stray */
    float radius;      /* of the pen, in pixels */
    float pressure[2]; /* change of the radius along the path: linear, and in the middle */
    float edge;        /* pixels from black to white */
    float rough;       /* how far the edge strays, in pixels */
    float box;         /* larger side of the digit, in pixels */
    struct point at;   /* the centre of mass */
};

/* About normal, cheaper than random_normal: the sum of three uniform numbers, scaled to deviation 1. */
static float wobble(struct random *random)
{
    float sum = -1.5F;
    for (int i = 0; i < 3; i++)
        sum += random_float(random); /* one at a time: C leaves the order of a + b open */
    return 2 * sum;
}

static float between(struct random *random, float low, float high)
{
    return low + (high - low) * random_float(random);
}

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

static struct hand draw_hand(struct random *random)
{
    struct hand hand;
    float slant = 0.15F + 0.25F * wobble(random); /* x per unit of height */
    float half = 0.06F * wobble(random);          /* tangent of half the angle */
    float cosine = (1 - half * half) / (1 + half * half), sine = 2 * half / (1 + half * half);
    float width = clamp(0.9F + 0.2F * wobble(random), 0.45F, 1.6F);
    hand.a = cosine * width; /* stretched, then slanted, then turned */
    hand.b = -cosine * slant - sine;
    hand.c = sine * width;
    hand.d = -sine * slant + cosine;
    for (int i = 0; i < 6; i++)
        hand.bend[i] = 0.16F * wobble(random);
    hand.jitter = 0.04F;
    hand.radius = between(random, 0.75F, 1.9F);
    hand.radius += between(random, 0, 0.25F); /* a few thick ones */
    hand.pressure[0] = 0.15F * wobble(random);
    hand.pressure[1] = 0.15F * wobble(random);
    hand.edge = between(random, 0.7F, 1.4F);
    hand.rough = between(random, 0, 0.5F);
    hand.box = between(random, 18.5F, 20.5F);
    hand.at.x = 0.5F * SYNTH_SIDE + 0.5F * wobble(random); /* MNIST's middle is pixel 14, not 13.5 */
    hand.at.y = 0.5F * SYNTH_SIDE + 0.5F * wobble(random);
    return hand;
}

static struct point bend(const struct hand *hand, struct point p)
{
    const float *k = hand->bend;
    float x = p.x + k[0] * p.y * p.y + k[1] * p.x * p.y + k[2] * p.x * p.x;
    float y = p.y + k[3] * p.x * p.x + k[4] * p.x * p.y + k[5] * p.y * p.y;
    return (struct point){hand->a * x + hand->b * y, hand->c * x + hand->d * y};
}

/* The control points as this hand sets them; a corner's twin stays with it. */
static void place_points(struct random *random, const struct hand *hand, const struct glyph *glyph,
                         struct point *points)
{
    for (int i = 0; i < GLYPH_POINTS; i++) {
        struct glyph_point g = glyph->points[i];
        if (i > 0 && g.x == glyph->points[i - 1].x && g.y == glyph->points[i - 1].y) {
            points[i] = points[i - 1];
            continue;
        }
        struct point p = {(float)g.x * 0.01F - 0.5F, (float)g.y * 0.01F - 0.5F};
        p.x += hand->jitter * wobble(random);
        p.y += hand->jitter * wobble(random);
        points[i] = bend(hand, p);
    }
}

/* Uniform Catmull-Rom: from p[1] to p[2], t 0 .. 1. Source: Catmull, Rom, 1974. */
static float spline(float p0, float p1, float p2, float p3, float t)
{
    return p1 +
           0.5F * t * ((p2 - p0) + t * ((2 * p0 - 5 * p1 + 4 * p2 - p3) + t * (3 * (p1 - p2) + p3 - p0)));
}

/* One stroke, points[0 .. n-1], appended to the path. */
static size_t add_stroke(const struct point *points, size_t n, struct pen_point *path, size_t n_path)
{
    for (size_t i = 0; i + 1 < n; i++) {
        struct point p0 = points[i > 0 ? i - 1 : 0], p1 = points[i], p2 = points[i + 1],
                     p3 = points[i + 2 < n ? i + 2 : n - 1];
        if (p1.x == p2.x && p1.y == p2.y)
            continue;
        for (int step = 0; step < STEPS; step++) {
            float t = (float)step * (1.0F / STEPS);
            path[n_path++] = (struct pen_point){.x = spline(p0.x, p1.x, p2.x, p3.x, t),
                                                .y = spline(p0.y, p1.y, p2.y, p3.y, t)};
        }
    }
    path[n_path++] = (struct pen_point){.x = points[n - 1].x, .y = points[n - 1].y, .lifted = 1};
    return n_path;
}

static size_t make_path(const struct glyph *glyph, const struct point *points, struct pen_point *path)
{
    size_t n_path = 0, begin = 0;
    for (size_t i = 0; i < GLYPH_POINTS; i++) {
        if (glyph->points[i].x > 0)
            continue;
        if (i > begin)
            n_path = add_stroke(points + begin, i - begin, path, n_path);
        begin = i + 1;
    }
    return n_path;
}

static void press(const struct hand *hand, struct pen_point *path, size_t n)
{
    float inverse = 1 / (float)n;
    for (size_t i = 0; i < n; i++) {
        float t = (float)i * inverse - 0.5F;
        float factor = 1 + hand->pressure[0] * 2 * t + hand->pressure[1] * (1 - 8 * t * t);
        path[i].radius = hand->radius * clamp(factor, 0.6F, 1.4F);
    }
}

/* Scales the path so that the larger side of the box around it is box pixels. */
static void scale_to_box(struct pen_point *path, size_t n, float box)
{
    float x0 = path[0].x, x1 = x0, y0 = path[0].y, y1 = y0;
    for (size_t i = 1; i < n; i++) {
        x0 = path[i].x < x0 ? path[i].x : x0;
        x1 = path[i].x > x1 ? path[i].x : x1;
        y0 = path[i].y < y0 ? path[i].y : y0;
        y1 = path[i].y > y1 ? path[i].y : y1;
    }
    float side = x1 - x0 > y1 - y0 ? x1 - x0 : y1 - y0;
    float scale = box / (side > 0.1F ? side : 0.1F);
    for (size_t i = 0; i < n; i++) {
        path[i].x *= scale;
        path[i].y *= scale;
    }
}

/* Moves the path so that its ink, length times width, has its centre of mass there. */
static void centre(struct pen_point *path, size_t n, struct point at)
{
    float mass = 0, x = 0, y = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (path[i].lifted)
            continue;
        float dx = path[i + 1].x - path[i].x, dy = path[i + 1].y - path[i].y;
        float m = sqrtf(dx * dx + dy * dy) * (path[i].radius + path[i + 1].radius);
        mass += m;
        x += m * (path[i].x + path[i + 1].x) * 0.5F;
        y += m * (path[i].y + path[i + 1].y) * 0.5F;
    }
    float inverse = mass > 0 ? 1 / mass : 0;
    for (size_t i = 0; i < n; i++) {
        path[i].x += at.x - x * inverse;
        path[i].y += at.y - y * inverse;
    }
}

/* Ten images in a row show the ten digits, in an order of their own. */
static unsigned label_of(uint64_t seed, uint64_t split, size_t i)
{
    struct random random = random_stream(seed, (split + 2) << 40 | i / BLOCK);
    uint32_t order[BLOCK];
    random_permutation(&random, order, BLOCK);
    return order[i % BLOCK];
}

static void draw_digit(struct random *random, unsigned digit, uint8_t *pixels)
{
    struct point points[GLYPH_POINTS];
    struct pen_point path[MAX_PATH];
    const struct glyph *glyph = glyph_pick(digit, (uint32_t)(random_u64(random) >> 32));
    struct hand hand = draw_hand(random);
    place_points(random, &hand, glyph, points);
    size_t n = make_path(glyph, points, path);
    press(&hand, path, n);
    scale_to_box(path, n, hand.box - 2 * hand.radius);
    centre(path, n, hand.at);
    pen_draw(path, n, hand.edge, hand.rough, random, pixels);
}

size_t synth_count(enum cnn_split split)
{
    return split == CNN_TRAIN ? 60000 : 10000;
}

void synth_draw(uint64_t seed, enum cnn_split split, size_t first, size_t count, uint8_t *images,
                uint8_t *labels)
{
    uint64_t part = split == CNN_TRAIN ? 0 : 1;
#pragma omp parallel for num_threads((int)threads_wanted()) if (count >= 64)
    for (size_t k = 0; k < count; k++) {
        size_t i = first + k;
        unsigned label = label_of(seed, part, i);
        struct random random = random_stream(seed, part << 40 | i);
        labels[k] = (uint8_t)label;
        draw_digit(&random, label, images + k * SYNTH_SIDE * SYNTH_SIDE);
    }
}
