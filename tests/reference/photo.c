#include "picture/photo.h"

#include "base/random.h"
#include "cnn.h"
#include "picture/encode.h"
#include "picture/picture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SIDE = 28 };

/* ---- the digit ----------------------------------------------------------------------------------- */

static double at(const uint8_t *digit, long y, long x)
{
    return y < 0 || x < 0 || y >= SIDE || x >= SIDE ? 0 : digit[y * SIDE + x];
}

static void cubic_weights(double t, double w[4])
{
    w[0] = ((-0.5 * t + 1) * t - 0.5) * t;
    w[1] = (1.5 * t - 2.5) * t * t + 1;
    w[2] = ((-1.5 * t + 2) * t + 0.5) * t;
    w[3] = (0.5 * t - 0.5) * t * t;
}

/* The digit at a place in its own pixels, centres at halves. */
static double cubic_at(const uint8_t *digit, double y, double x)
{
    double wy[4], wx[4], sum = 0;
    long y0 = (long)floor(y - 0.5), x0 = (long)floor(x - 0.5);
    cubic_weights(y - 0.5 - (double)y0, wy);
    cubic_weights(x - 0.5 - (double)x0, wx);
    for (long i = 0; i < 4; i++)
        for (long k = 0; k < 4; k++)
            sum += wy[i] * wx[k] * at(digit, y0 - 1 + i, x0 - 1 + k);
    return sum < 0 ? 0 : sum > 255 ? 255 : sum;
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

struct sheet {
    struct random random;
    float light[PHOTO_HEIGHT][PHOTO_WIDTH]; /* 0 .. 1: what comes back from each place */
};

static double between(struct sheet *s, double low, double high)
{
    return low + (high - low) * random_double(&s->random);
}

/* How much of the light the ink of a stroke takes, 0 .. 1; its edges are moved outward by pen half pixels. */
static double ink_at(const uint8_t *digit, double y, double x, int pen)
{
    if (y < -2 || x < -2 || y > SIDE + 2 || x > SIDE + 2)
        return 0;
    if (pen == 0)
        return cubic_at(digit, y, x) / 255;
    double best = pen > 0 ? 0 : 1, reach = abs(pen) / 2.0;
    for (int i = 0; i < 8; i++) {
        double angle = i * 0.78539816339744831;
        double v = cubic_at(digit, y + reach * sin(angle), x + reach * cos(angle)) / 255;
        best = pen > 0 ? fmax(best, v) : fmin(best, v);
    }
    double here = cubic_at(digit, y, x) / 255;
    return pen > 0 ? fmax(best, here) : fmin(best, here);
}

static void draw_digit(struct sheet *s, const uint8_t *digit, const struct photo_kind *kind)
{
    double times = between(s, 4, 8), side = SIDE * times, angle = between(s, -1, 1) * kind->turned / 57.29578;
    double top = between(s, 4, PHOTO_HEIGHT - side - 4), left = between(s, 4, PHOTO_WIDTH - side - 4);
    double takes = between(s, 0.55, 0.85) * (kind->faint ? 0.4 : 1), c = cos(angle), n = sin(angle);
    for (size_t y = 0; y < PHOTO_HEIGHT; y++)
        for (size_t x = 0; x < PHOTO_WIDTH; x++) {
            double v = ((double)y + 0.5 - top) / times - 14, u = ((double)x + 0.5 - left) / times - 14;
            s->light[y][x] *=
                (float)(1 - takes * ink_at(digit, c * v - n * u + 14, n * v + c * u + 14, kind->pen));
        }
}

static void draw_lines(struct sheet *s)
{
    double tilt = between(s, -0.03, 0.03), first = between(s, 0, 1), gap = PHOTO_HEIGHT / 12.0;
    for (size_t y = 0; y < PHOTO_HEIGHT; y++)
        for (size_t x = 0; x < PHOTO_WIDTH; x++) {
            double place = ((double)y + tilt * (double)x) / gap + first;
            double distance = fabs(place - floor(place) - 0.5) * gap;
            s->light[y][x] *= (float)(1 - 0.22 * fmin(1, fmax(0, 1.5 - distance)));
        }
}

/* Light that falls off in one direction, and the edge of a shadow, five pixels wide. */
static void shine(struct sheet *s, bool falls_off, bool shadow)
{
    double angle = between(s, 0, 6.2832), edge_angle = between(s, 0, 6.2832), place = between(s, -60, 60);
    double s1 = sin(angle), c1 = cos(angle), s2 = sin(edge_angle), c2 = cos(edge_angle);
    for (size_t y = 0; y < PHOTO_HEIGHT; y++)
        for (size_t x = 0; x < PHOTO_WIDTH; x++) {
            double v = (double)y - PHOTO_HEIGHT / 2.0, u = (double)x - PHOTO_WIDTH / 2.0;
            double far = (v * s1 + u * c1) / 400 + 0.5;
            double over = (v * s2 + u * c2 - place) / 5 + 0.5;
            if (falls_off)
                s->light[y][x] *= (float)(1 - 0.6 * fmin(1, fmax(0, far)));
            if (shadow)
                s->light[y][x] *= (float)(1 - 0.45 * fmin(1, fmax(0, over)));
        }
}

/* The mean of five along rows and columns. */
static void blur(struct sheet *s)
{
    static float row[PHOTO_HEIGHT][PHOTO_WIDTH];
    for (size_t way = 0; way < 2; way++) {
        for (int y = 0; y < PHOTO_HEIGHT; y++)
            for (int x = 0; x < PHOTO_WIDTH; x++) {
                float sum = 0;
                for (int k = -2; k <= 2; k++) {
                    int v = way ? y + k : y, u = way ? x : x + k;
                    v = v < 0 ? 0 : v >= PHOTO_HEIGHT ? PHOTO_HEIGHT - 1 : v;
                    u = u < 0 ? 0 : u >= PHOTO_WIDTH ? PHOTO_WIDTH - 1 : u;
                    sum += s->light[v][u];
                }
                row[y][x] = sum / 5;
            }
        memcpy(s->light, row, sizeof row);
    }
}

static void expose(struct sheet *s, const struct photo_kind *kind, uint8_t *pixels)
{
    for (size_t i = 0; i < (size_t)PHOTO_HEIGHT * PHOTO_WIDTH; i++) {
        double v = 235 * (double)s->light[i / PHOTO_WIDTH][i % PHOTO_WIDTH];
        if (kind->dark)
            v = 250 - v;
        if (kind->noise)
            v += 8 * random_normal(&s->random);
        pixels[i] = (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + 0.5);
    }
}

static void must(enum cnn_status status, const struct cnn_error *error)
{
    if (status != CNN_OK) {
        fprintf(stderr, "%s\n", error->message);
        exit(1);
    }
}

static struct cnn_picture *picture_of(const uint8_t *pixels, bool jpeg)
{
    struct cnn_picture *picture = NULL;
    struct cnn_error error = {0};
#ifdef CNN_JPEG
    if (jpeg) {
        static struct packed packed;
        struct jpeg_kind kind = {PHOTO_HEIGHT, PHOTO_WIDTH, 1, .quality = 75};
        encode_jpeg(&kind, pixels, NULL, 0, &packed);
        must(picture_decode("photo", packed.bytes, packed.n, 1, &picture, &error), &error);
        return picture;
    }
#endif
    (void)jpeg;
    must(cnn_picture_create(pixels, PHOTO_HEIGHT, PHOTO_WIDTH, 1, &picture, &error), &error);
    return picture;
}

struct cnn_picture *photo_make(const uint8_t *digit, const struct photo_kind *kind, uint64_t seed)
{
    static struct sheet s;
    static uint8_t pixels[PHOTO_HEIGHT * PHOTO_WIDTH];
    s.random = random_stream(seed, 0);
    for (size_t i = 0; i < (size_t)PHOTO_HEIGHT * PHOTO_WIDTH; i++)
        s.light[i / PHOTO_WIDTH][i % PHOTO_WIDTH] = 1;
    draw_digit(&s, digit, kind);
    if (kind->ruled)
        draw_lines(&s);
    shine(&s, kind->light, kind->shadow);
    if (kind->blur)
        blur(&s), blur(&s);
    expose(&s, kind, pixels);
    return picture_of(pixels, kind->jpeg);
}
