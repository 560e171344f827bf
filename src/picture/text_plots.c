/* Bars and curves for the terminal. */
#include "picture/curves.h"
#include "picture/text.h"

#include "picture/letters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { BAR = 40 };

/* ---- bars --------------------------------------------------------------------------------------- */

static void put_bar(struct writer *w, const struct bar *bar, size_t length, size_t before)
{
    struct scale scale = {SCALE_SIGNED, 1};
    writer_put_blanks(w, before);
    writer_use(w,
               writer_code(w, palette_colour(scale,
                                             bar->share < 0 ? -0.6f
                                             : bar->strong  ? 0.75f
                                                            : 0.5f,
                                             w->dark)),
               -1);
    for (size_t i = 0; i < length; i++)
        writer_put(w, w->colours == CNN_COLOURS_NONE ? bar->share < 0 ? "-" : "#"
                                                     : "\xe2\x96\x88"); /* a full block */
    writer_use(w, -1, -1);
}

void text_bars(struct writer *w, const struct band *band)
{
    size_t label = 0, text = 0;
    bool signs = false;
    for (size_t i = 0; i < band->n; i++) {
        const struct bar *bar = &band->bars[i];
        label = letters_count(bar->label) > label ? letters_count(bar->label) : label;
        text = letters_count(bar->text) > text ? letters_count(bar->text) : text;
        signs = signs || bar->share < 0;
    }
    size_t room = w->columns > label + text + 6 ? w->columns - label - text - 4 : 2;
    size_t whole = room > BAR ? BAR : room, side = signs ? whole / 2 : whole;
    if (band->head[0]) {
        writer_put_blanks(w, label + whole + 4);
        writer_put_styled(w, DIM, band->head);
        writer_end_line(w);
    }
    for (size_t i = 0; i < band->n; i++) {
        const struct bar *bar = &band->bars[i];
        size_t length = (size_t)(fabs(bar->share) * (double)side + 0.5);
        size_t before = !signs ? 0 : bar->share < 0 ? side - length : side;
        writer_put_field(w, bar->strong ? BOLD : "", bar->label, label);
        writer_put(w, "  ");
        put_bar(w, bar, length, before);
        writer_put_blanks(w, whole - before - length + 2);
        writer_put_styled(w, bar->strong ? BOLD : "", bar->text);
        writer_end_line(w);
    }
}

/* ---- curves ------------------------------------------------------------------------------------- */

enum { PLOT_LINES = 32, PLOT_LEFT = 9, PLOT_MOST = 160, PLOT_ROOM = 64 };

/* A character of a plot: two cells with colours, else the letter of a run. */
static void put_cell(struct writer *w, const struct band *band, const uint8_t *upper, const uint8_t *lower)
{
    uint8_t one = *upper ? *upper : *lower;
    if (w->colours == CNN_COLOURS_NONE) {
        char letter[] = {' ', '\0'};
        if (one)
            letter[0] = (char)(curves_letter(band->curves[one - 1].run) -
                               (band->curves[one - 1].dashed ? 'a' - 'A' : 0));
        writer_put(w, letter);
        return;
    }
    long above = *upper ? writer_code(w, curves_colour(band->curves[*upper - 1].run, w->dark)) : -1;
    long below = *lower ? writer_code(w, curves_colour(band->curves[*lower - 1].run, w->dark)) : -1;
    writer_use(w, above < 0 ? below : above, above < 0 ? -1 : below);
    writer_put(w, !one ? " " : above < 0 ? "\xe2\x96\x84" : "\xe2\x96\x80");
}

/* What stands below the ends of the axis: where the plot begins and where it ends. */
static void put_epochs(struct writer *w, const struct band *band, size_t width)
{
    size_t points = curves_points(band), epoch = band->epoch > 1 ? band->epoch : 1;
    char text[SHEET_LABEL];
    snprintf(text, sizeof text, epoch > 1 ? "epoch %zu" : "%zu", (points + epoch - 1) / epoch);
    if (epoch == 1 && points > 1)
        writer_put(w, "1");
    else if (width > strlen(text))
        writer_put(w, " ");
    if (points > 1 || epoch > 1)
        writer_put_blanks(w, width > strlen(text) ? width - 1 - strlen(text) : 0);
    writer_put(w, points > 1 || epoch > 1 ? text : "1");
    writer_end_line(w);
}

void text_curves(struct writer *w, const struct band *band, size_t lines)
{
    uint8_t cells[2 * PLOT_LINES * PLOT_MOST];
    size_t fine = w->colours == CNN_COLOURS_NONE ? 1 : 2, left = PLOT_LEFT;
    struct axis axis = curves_axis(band);
    char high[SHEET_LABEL], low[SHEET_LABEL], text[SHEET_LABEL + 16];
    curves_number(&axis, axis.high, high);
    curves_number(&axis, axis.low, low);
    if (w->columns < PLOT_ROOM) /* no blanks are left over for numbers to stand in line */
        left = (strlen(high) > strlen(low) ? strlen(high) : strlen(low)) + 1;
    size_t width = w->columns > left + 1 ? w->columns - left - 1 : 1;
    width = width > PLOT_MOST ? PLOT_MOST : width;
    lines = lines > PLOT_LINES ? PLOT_LINES : lines;
    curves_trace(band, width, lines * fine, cells);
    for (size_t line = 0; line < lines; line++) {
        const char *number = line == 0 ? high : line + 1 == lines ? low : "";
        snprintf(text, sizeof text, "%*s ", (int)left - 1, number);
        writer_put(w, text);
        for (size_t x = 0; x < width; x++)
            put_cell(w, band, cells + line * fine * width + x, cells + ((line + 1) * fine - 1) * width + x);
        writer_use(w, -1, -1);
        writer_end_line(w);
    }
    writer_put_blanks(w, left);
    put_epochs(w, band, width);
}
