#include "picture/curves.h"

#include "picture/letters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MANY_TICKS = 5, PEN = 3, AXIS = 96, BELOW = 40, DASH = 12 };

/* ---- scales ------------------------------------------------------------------------------------- */

/* 1, 2 or 5 times a power of ten, not less than least. */
static double round_step(double least)
{
    double power = 1;
    while (power > least)
        power /= 10;
    while (power * 10 <= least)
        power *= 10;
    return least <= power       ? power
           : least <= 2 * power ? 2 * power
           : least <= 5 * power ? 5 * power
                                : 10 * power;
}

struct axis curves_axis(const struct band *band)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < band->n; i++)
        for (size_t k = 0; k < band->curves[i].n; k++) {
            double value = band->curves[i].values[k];
            low = value < low ? value : low; /* not fmin: gcc 12 for 64-bit Arm fails over it here */
            high = value > high ? value : high;
        }
    if (!(high > low)) { /* one value, or none; beside a large one a half is nothing */
        const double value = isfinite(low) ? low : 0.5, around = fabs(value) > 5e5 ? fabs(value) * 1e-6 : 0.5;
        low = value - around;
        high = value + around;
    }
    double step = round_step((high - low) / MANY_TICKS);
    return (struct axis){floor(low / step) * step, ceil(high / step) * step, step};
}

size_t curves_place(const struct curve *curve, size_t k)
{
    return curve->every ? (k + 1) * curve->every - 1 : k;
}

size_t curves_points(const struct band *band)
{
    size_t n = 1;
    for (size_t i = 0; i < band->n; i++) {
        const struct curve *curve = &band->curves[i];
        if (curve->n && curves_place(curve, curve->n - 1) + 1 > n)
            n = curves_place(curve, curve->n - 1) + 1;
    }
    return n;
}

size_t curves_epochs(const struct band *band)
{
    return curves_points(band) / (band->epoch ? band->epoch : 1);
}

size_t curves_epoch_end(const struct band *band, size_t epoch)
{
    return epoch * (band->epoch ? band->epoch : 1) - 1;
}

void curves_number(const struct axis *axis, double value, char *text)
{
    int digits = 0;
    for (double step = axis->step; step < 0.999 && digits < 9; step *= 10)
        digits++;
    snprintf(text, SHEET_LABEL, "%.*f", digits, value);
}

struct colour curves_colour(size_t run, bool dark)
{
    static const struct colour colours[] = {{0, 114, 178},  {213, 94, 0},  {0, 158, 115},  {204, 121, 167},
                                            {86, 180, 233}, {230, 159, 0}, {110, 110, 110}};
    struct colour colour = colours[run % (sizeof colours / sizeof *colours)];
    if (dark && run % 7 == 0)
        colour = (struct colour){77, 166, 224};
    return colour;
}

char curves_letter(size_t run)
{
    return (char)('a' + run % 26);
}

/* ---- on a page ---------------------------------------------------------------------------------- */

/* Where the plot lies. */
struct plot {
    struct canvas *canvas;
    struct axis axis;
    size_t points;
    int left, top, width, height;
};

static int x_of(const struct plot *p, size_t i)
{
    return p->points < 2 ? p->left + p->width / 2
                         : p->left + (int)((double)i * (p->width - 1) / (double)(p->points - 1) + 0.5);
}

static int y_of(const struct plot *p, double value)
{
    return p->top + (int)((p->axis.high - value) / (p->axis.high - p->axis.low) * (p->height - 1) + 0.5);
}

/* A line of square dots. *drawn counts them, so that dashes go on around corners. Source: Bresenham. */
static void draw_line(const struct plot *p, int x, int y, int to_x, int to_y, bool dashed, int *drawn,
                      struct colour colour)
{
    int dx = to_x > x ? to_x - x : x - to_x, dy = to_y > y ? to_y - y : y - to_y;
    int step_x = to_x > x ? 1 : -1, step_y = to_y > y ? 1 : -1, over = dx - dy;
    for (;;) {
        if (!dashed || *drawn / DASH % 2 == 0)
            canvas_fill(p->canvas, x - PEN / 2, y - PEN / 2, PEN, PEN, colour);
        ++*drawn;
        if (x == to_x && y == to_y)
            return;
        int twice = 2 * over;
        if (twice > -dy) {
            over -= dy;
            x += step_x;
        }
        if (twice < dx) {
            over += dx;
            y += step_y;
        }
    }
}

static void draw_curve(const struct plot *p, const struct curve *curve, bool dark)
{
    struct colour colour = curves_colour(curve->run, dark);
    int drawn = 0;
    for (size_t i = 0; i < curve->n; i++) {
        int x = x_of(p, curves_place(curve, i)), y = y_of(p, (double)curve->values[i]);
        if (i)
            draw_line(p, x_of(p, curves_place(curve, i - 1)), y_of(p, (double)curve->values[i - 1]), x, y,
                      curve->dashed, &drawn, colour);
        canvas_fill(p->canvas, x - PEN, y - PEN, 2 * PEN + 1, 2 * PEN + 1, colour);
    }
}

/* Two that are too near each other give way by half each, until all are apart or it has gone on for long. */
void curves_spread(int *y, size_t n, int apart)
{
    bool moved = true;
    for (int round = 0; moved && round < 1000; round++) {
        moved = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < i; k++) {
                int *upper = y[i] < y[k] ? &y[i] : &y[k], *lower = upper == &y[k] ? &y[i] : &y[k];
                int lacks = apart - (*lower - *upper);
                if (lacks <= 0)
                    continue;
                *upper -= lacks / 2;
                *lower += lacks - lacks / 2;
                moved = true;
            }
    }
}

/* The letters at the ends. */
static void draw_letters(const struct plot *p, const struct band *band, bool dark)
{
    int y[CURVES_MOST];
    size_t n = band->n < CURVES_MOST ? band->n : CURVES_MOST;
    for (size_t i = 0; i < n; i++)
        y[i] = band->curves[i].n ? y_of(p, (double)band->curves[i].values[band->curves[i].n - 1]) : 0;
    curves_spread(y, n, 24);
    for (size_t i = 0; i < n; i++) {
        const struct curve *curve = &band->curves[i];
        char letter[] = {curves_letter(curve->run), '\0'};
        letter[0] = (char)(letter[0] - (curve->dashed ? 'a' - 'A' : 0));
        canvas_text(p->canvas, FONT_24, x_of(p, curves_place(curve, curve->n - 1)) + 12, y[i] - 12, letter,
                    curves_colour(curve->run, dark));
    }
}

static void draw_axes(const struct plot *p, const struct band *band, bool dark)
{
    const struct theme *theme = theme_of(dark);
    char text[SHEET_LABEL];
    for (double value = p->axis.low; value < p->axis.high + p->axis.step / 2; value += p->axis.step) {
        int y = y_of(p, value);
        curves_number(&p->axis, value, text);
        canvas_fill(p->canvas, p->left, y, p->width, 1, theme->frame);
        canvas_text(p->canvas, FONT_24, p->left - 12 - (int)letters_count(text) * font_width(FONT_24), y - 12,
                    text, theme->faint);
    }
    size_t epochs = curves_epochs(band), every = epochs < 13 ? 1 : (size_t)round_step((double)epochs / 12);
    for (size_t i = 1; i <= epochs; i++) {
        if (i % every && i > 1)
            continue;
        snprintf(text, sizeof text, "%zu", i);
        int width = (int)letters_count(text) * font_width(FONT_24), x = x_of(p, curves_epoch_end(band, i));
        canvas_text(p->canvas, FONT_24, x - width / 2, p->top + p->height + 10, text, theme->faint);
    }
}

void curves_draw(struct canvas *canvas, const struct band *band, int left, int top, int width, bool dark)
{
    struct plot p = {canvas,   curves_axis(band), curves_points(band),       left + AXIS,
                     top + 12, width - AXIS - 60, CURVES_HEIGHT - BELOW - 12};
    draw_axes(&p, band, dark);
    for (size_t i = 0; i < band->n; i++)
        draw_curve(&p, &band->curves[i], dark);
    draw_letters(&p, band, dark);
}

/* ---- in a grid ---------------------------------------------------------------------------------- */

/* From row `from` to row `to` of a column, without the first. */
static void fill_column(uint8_t *cells, size_t width, size_t x, int from, int to, uint8_t mark)
{
    for (int y = from; y != to;) {
        y += to > y ? 1 : -1;
        cells[(size_t)y * width + x] = mark;
    }
}

static void trace_curve(const struct plot *p, const struct curve *curve, uint8_t mark, uint8_t *cells)
{
    size_t width = (size_t)p->width;
    for (size_t k = 0; k + 1 < curve->n || (k == 0 && curve->n); k++) {
        size_t next = k + 1 < curve->n ? k + 1 : k;
        int x = x_of(p, curves_place(curve, k)), to = x_of(p, curves_place(curve, next));
        double value = (double)curve->values[k], rise = (double)curve->values[next] - value;
        for (int at = x, y, before = y_of(p, value); at <= to; at++, before = y) {
            y = y_of(p, value + (to > x ? (double)(at - x) / (to - x) : 1) * rise);
            if (curve->dashed && at / 2 % 2)
                continue;
            if (at == x)
                cells[(size_t)before * width + (size_t)at] = mark;
            cells[(size_t)y * width + (size_t)at] = mark;
            fill_column(cells, width, (size_t)at, before, y, mark);
        }
    }
}

void curves_trace(const struct band *band, size_t width, size_t height, uint8_t *cells)
{
    struct plot p = {NULL, curves_axis(band), curves_points(band), 0, 0, (int)width, (int)height};
    memset(cells, 0, width * height);
    for (size_t i = 0; i < band->n; i++)
        trace_curve(&p, &band->curves[i], (uint8_t)(i + 1), cells);
}
