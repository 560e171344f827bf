/* Curves as a drawing that scales: SVG, in a font that every reader has. */
#include "picture/curves.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 800, LEFT = 64, RIGHT = 40, PANEL = 240, PANEL_GAP = 64, TOP = 64, ROW = 20, LETTERS = 86 };

struct drawing {
    struct writer to;
    bool dark;
    bool measured; /* nothing is written: what is wanted is the height */
};

static void add(struct drawing *d, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;

static void add(struct drawing *d, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    writer_put(&d->to, text);
}

/* A text that may hold anything. */
static void add_words(struct drawing *d, int x, int y, const char *style, const char *words)
{
    add(d, "<text x=\"%d\" y=\"%d\"%s>", x, y, style);
    for (; *words; words++)
        if (*words == '<' || *words == '&' || *words == '>')
            add(d, "&#%d;", *words);
        else
            add(d, "%c", *words);
    add(d, "</text>\n");
}

static double y_of(const struct axis *axis, double value, int top)
{
    return top + (axis->high - value) / (axis->high - axis->low) * PANEL;
}

static double x_of(size_t i, size_t points)
{
    int width = WIDTH - LEFT - RIGHT;
    return points < 2 ? LEFT + width / 2.0 : LEFT + (double)i * width / (double)(points - 1);
}

static void add_axes(struct drawing *d, const struct band *band, const struct axis *axis, int top)
{
    size_t points = curves_points(band), epochs = curves_epochs(band);
    char text[SHEET_LABEL];
    for (double value = axis->low; value < axis->high + axis->step / 2; value += axis->step) {
        double y = y_of(axis, value, top);
        curves_number(axis, value, text);
        add(d, "<path d=\"M%d %.1fH%d\" class=\"g\"/>\n", LEFT, y, WIDTH - RIGHT);
        add_words(d, LEFT - 8, (int)(y + 4.5), " class=\"e\"", text);
    }
    size_t every = epochs < 13 ? 1 : epochs / 12 + 1;
    for (size_t i = 1; i <= epochs; i += every) {
        snprintf(text, sizeof text, "%zu", i);
        add_words(d, (int)(x_of(curves_epoch_end(band, i), points) + 0.5), top + PANEL + 18, " class=\"m\"",
                  text);
    }
}

static void add_curve(struct drawing *d, const struct curve *curve, const struct axis *axis, size_t points,
                      int top)
{
    struct colour c = curves_colour(curve->run, d->dark);
    add(d, "<polyline fill=\"none\" stroke=\"#%02x%02x%02x\" stroke-width=\"2\"%s points=\"", c.r, c.g, c.b,
        curve->dashed ? " stroke-dasharray=\"6 4\"" : "");
    for (size_t i = 0; i < curve->n; i++)
        add(d, "%s%.1f,%.1f", i ? " " : "", x_of(curves_place(curve, i), points),
            y_of(axis, (double)curve->values[i], top));
    add(d, "\"/>\n");
}

static void add_letters(struct drawing *d, const struct band *band, const struct axis *axis, size_t points,
                        int top)
{
    int y[CURVES_MOST];
    size_t n = band->n < CURVES_MOST ? band->n : CURVES_MOST;
    for (size_t i = 0; i < n; i++)
        y[i] = (int)(y_of(axis, (double)band->curves[i].values[band->curves[i].n - 1], top) + 4.5);
    curves_spread(y, n, 14);
    for (size_t i = 0; i < n; i++) {
        const struct curve *curve = &band->curves[i];
        struct colour c = curves_colour(curve->run, d->dark);
        char letter[] = {(char)(curves_letter(curve->run) - (curve->dashed ? 'a' - 'A' : 0)), '\0'},
             style[48];
        snprintf(style, sizeof style, " style=\"fill:#%02x%02x%02x\"", c.r, c.g, c.b);
        add_words(d, (int)x_of(curves_place(curve, curve->n - 1), points) + 8, y[i], style, letter);
    }
}

static void add_panel(struct drawing *d, const struct band *band, int top)
{
    struct axis axis = curves_axis(band);
    add_words(d, LEFT, top - 12, " class=\"t\"", band->heading);
    add_axes(d, band, &axis, top);
    for (size_t i = 0; i < band->n; i++)
        add_curve(d, &band->curves[i], &axis, curves_points(band), top);
    add_letters(d, band, &axis, curves_points(band), top);
}

/* As much of a text as fits in a line, broken at a blank where there is one. */
static size_t line_length(const char *text)
{
    size_t end = 0, blank = 0, letters = 0;
    for (; text[end] && letters < LETTERS; letters += ((unsigned char)text[++end] & 0xc0) != 0x80)
        blank = text[end] == ' ' ? end : blank;
    while (((unsigned char)text[end] & 0xc0) == 0x80)
        end++;
    return text[end] && blank ? blank : end;
}

/* The captions, each in as many lines as it takes. Returns the height of all. */
static int add_captions(struct drawing *d, const struct cnn_sheet *sheet, int top)
{
    int y = top;
    for (size_t i = 0; i < SHEET_CAPTIONS; i++)
        for (const char *text = sheet->caption[i]; *text; y += ROW) {
            char line[SHEET_LINE];
            size_t length = line_length(text);
            snprintf(line, sizeof line, "%.*s", (int)length, text);
            if (!d->measured)
                add_words(d, LEFT, y, "", line);
            text += length;
            text += strspn(text, " ");
        }
    return y - top;
}

/* The height that the sheet's bands take, and how many are curves. */
static int height_of(const struct cnn_sheet *sheet, size_t *panels)
{
    struct drawing nowhere = {.measured = true};
    int height = TOP + ROW + add_captions(&nowhere, sheet, 0);
    *panels = 0;
    for (size_t i = 0; i < sheet->n_bands; i++) {
        bool curves = sheet->bands[i].kind == BAND_CURVES;
        height += curves ? PANEL + PANEL_GAP : (int)(sheet->bands[i].n + 1) * ROW;
        *panels += curves;
    }
    return height;
}

static void add_head(struct drawing *d, const struct cnn_sheet *sheet, int height)
{
    const struct theme *theme = theme_of(d->dark);
    struct colour g = theme->ground, t = theme->text, f = theme->frame;
    add(d,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
        "<metadata>cnn " CNN_VERSION "</metadata>\n",
        WIDTH, height, WIDTH, height);
    add(d,
        "<style>text{font:13px "
        "monospace;fill:#%02x%02x%02x;white-space:pre}.t{font-weight:bold}.e{text-anchor:end}"
        ".m{text-anchor:middle}.g{stroke:#%02x%02x%02x}</style>\n<rect width=\"%d\" height=\"%d\" "
        "fill=\"#%02x%02x%02x\"/>\n",
        t.r, t.g, t.b, f.r, f.g, f.b, WIDTH, height, g.r, g.g, g.b);
    add_words(d, LEFT, 28, " class=\"t\"", sheet->title);
}

static void add_sheet(struct drawing *d, const struct cnn_sheet *sheet, int height)
{
    int top = TOP;
    add_head(d, sheet, height);
    for (size_t i = 0; i < sheet->n_bands; i++) {
        const struct band *band = &sheet->bands[i];
        if (band->kind == BAND_CURVES) {
            add_panel(d, band, top);
            top += PANEL + PANEL_GAP;
        }
        if (band->kind == BAND_LINES)
            add_words(d, LEFT, (top += ROW) - ROW, " class=\"t\"", band->heading);
        for (size_t k = 0; band->kind == BAND_LINES && k < band->n; k++)
            add_words(d, LEFT, (top += ROW) - ROW, "", band->lines[k]);
    }
    add_captions(d, sheet, top + ROW);
    add(d, "</svg>\n");
}

enum cnn_status curves_svg(const struct cnn_sheet *sheet, bool dark, char **text, size_t *n_bytes,
                           struct cnn_error *error)
{
    struct drawing d = {.dark = dark};
    size_t panels;
    int height = height_of(sheet, &panels);
    if (!panels)
        return error_set(error, CNN_ERROR_USAGE, "only curves are written as SVG; all else is PNG");
    add_sheet(&d, sheet, height);
    if (d.to.memory_ran_out) {
        memory_free(d.to.text);
        return error_memory(error, d.to.room);
    }
    *text = d.to.text;
    *n_bytes = d.to.used;
    return CNN_OK;
}
