#include "picture/rim.h"

enum {
    LEAST_SIDE = 40, /* twice the 20 pixels that a digit is fitted to: smaller ones were not made larger */
    RINGING = 24     /* Lanczos's window rings by 0.024 of the ink, a little more at corners */
};

enum side { TOP, BOTTOM, LEFT, RIGHT, N_SIDES };

static size_t lines_from(const struct box *box, enum side side)
{
    return side == TOP || side == BOTTOM ? box->height : box->width;
}

/* The brightest pixel of line i from a side of the box inward; of the last one where there are fewer. */
static unsigned brightest_line(const struct plane *plane, const struct box *box, enum side side, size_t i)
{
    bool row = side == TOP || side == BOTTOM;
    size_t lines = lines_from(box, side), along = row ? box->width : box->height,
           step = row ? 1 : plane->width;
    size_t in = i < lines ? i : lines - 1, from = side == TOP || side == LEFT ? in : lines - 1 - in;
    const uint8_t *first =
        plane->pixels + (box->top + (row ? from : 0)) * plane->width + box->left + (row ? 0 : from);
    unsigned most = 0;
    for (size_t k = 0; k < along; k++)
        most = first[k * step] > most ? first[k * step] : most;
    return most;
}

static inline uint8_t larger(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

static inline uint8_t apart(uint8_t a, uint8_t b)
{
    return (uint8_t)(a > b ? a - b : b - a);
}

/* The brightest pixel of the box, and the largest difference between neighbours in it. */
static void measure(const struct plane *ink, const struct box *box, unsigned *brightest, unsigned *steepest)
{
    uint8_t most = 0, step = 0;
    for (size_t y = box->top; y < box->top + box->height; y++) {
        const uint8_t *row = ink->pixels + y * ink->width + box->left;
        const uint8_t *above = y > box->top ? row - ink->width : row;
        for (size_t x = 0; x < box->width; x++) {
            most = larger(most, row[x]);
            step = larger(step, apart(row[x], above[x]));
        }
        for (size_t x = 1; x < box->width; x++)
            step = larger(step, apart(row[x], row[x - 1]));
    }
    *brightest = most;
    *steepest = step ? step : 1;
}

/* How many lines lie before the edge of the ink on one side: the first line that is half as bright as that
 * half an edge further in, but no more than half an edge. Lines that come in equal ones were repeated, and
 * are all ink. */
static size_t soft_lines(const struct plane *ink, const struct box *box, enum side side, unsigned brightest,
                         size_t half)
{
    size_t lines = lines_from(box, side), i = 0, last;
    while (i < lines / 2 && brightest_line(ink, box, side, i) * RINGING <= brightest)
        i++;
    if (brightest_line(ink, box, side, i) == brightest_line(ink, box, side, i + 1))
        return 0;
    for (last = i + half; i < last; i++)
        if (2 * brightest_line(ink, box, side, i) >= brightest_line(ink, box, side, i + half))
            break;
    return i;
}

/* An edge from nothing to all takes one pixel of the small picture by straight lines; in its middle cubics
 * are up to 5 / 4 as steep. So half an edge is about 9 / 16 of what the steepest place would take to rise to
 * all. */
void rim_trim(const struct plane *ink, struct box *box)
{
    unsigned brightest, steepest;
    size_t cut[N_SIDES];
    if (box->height < LEAST_SIDE && box->width < LEAST_SIDE)
        return;
    measure(ink, box, &brightest, &steepest);
    size_t half = (9 * brightest + 8 * steepest) / (16 * steepest);
    for (enum side side = TOP; side < N_SIDES; side++)
        cut[side] = soft_lines(ink, box, side, brightest, half);
    if (cut[TOP] + cut[BOTTOM] < box->height) {
        box->top += cut[TOP];
        box->height -= cut[TOP] + cut[BOTTOM];
    }
    if (cut[LEFT] + cut[RIGHT] < box->width) {
        box->left += cut[LEFT];
        box->width -= cut[LEFT] + cut[RIGHT];
    }
}
