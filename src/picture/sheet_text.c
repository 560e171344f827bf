/* A sheet for the terminal, band below band. */
#include "picture/curves.h"
#include "picture/text.h"

#include <string.h>

enum { CURVE_LINES = 12 };

void text_lines(struct writer *w, const struct band *band)
{
    for (size_t i = 0; i < band->n; i++) {
        char first[] = {band->runs ? band->lines[i][0] : '\0', '\0'};
        writer_use(w, band->runs ? writer_code(w, curves_colour(i, w->dark)) : -1, -1);
        writer_put(w, first);
        writer_use(w, -1, -1);
        writer_put(w, band->lines[i] + strlen(first));
        writer_end_line(w);
    }
}

static void put_band(struct writer *w, const struct band *band)
{
    writer_end_line(w);
    writer_put_wrapped(w, BOLD, band->heading);
    writer_put_wrapped(w, DIM, band->note);
    if (band->kind == BAND_TILES)
        text_tiles(w, band);
    else if (band->kind == BAND_BARS)
        text_bars(w, band);
    else if (band->kind == BAND_CURVES)
        text_curves(w, band, CURVE_LINES);
    else
        text_lines(w, band);
}

enum cnn_status sheet_text(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns, bool dark,
                           char **text, struct cnn_error *error)
{
    struct writer w = {
        .colours = colours, .columns = columns < 40 ? 40 : columns, .dark = dark, .front = -1, .back = -1};
    writer_put_wrapped(&w, BOLD, sheet->title);
    for (size_t i = 0; i < sheet->n_bands; i++)
        put_band(&w, &sheet->bands[i]);
    if (sheet->caption[0][0])
        writer_end_line(&w);
    for (size_t i = 0; i + 1 < SHEET_CAPTIONS; i++) /* the last one is the command, which stands just above */
        writer_put_wrapped(&w, DIM, sheet->caption[i]);
    return writer_finish(&w, text, error);
}
