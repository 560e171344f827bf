/* A sheet for the terminal. With colours, a character shows two cells, one above the other; without, a
 * picture is a ramp of ten signs and a filter is numbers from -9 to 9, which paste into homework. */
#include "picture/curves.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/letters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 2, BAR = 40, MOST_SCALE = 3, MOST_WIDTH = 40, MOST_NARROW = 12 };

/* The text as it grows. */
struct writer {
    char *text;
    size_t used, room;
    bool memory_ran_out;
    enum cnn_colours colours;
    size_t columns;
    bool dark;
    /* what the terminal has been told: the colours of the next character; -1: its own */
    long front, back;
};

static void put(struct writer *w, const char *text)
{
    size_t more = strlen(text);
    if (w->used + more + 1 > w->room) {
        size_t room = (w->used + more + 1) * 2;
        char *moved = memory_alloc(room, 1);
        if (!moved) {
            w->memory_ran_out = true;
            return;
        }
        if (w->used)
            memcpy(moved, w->text, w->used);
        memory_free(w->text);
        w->text = moved;
        w->room = room;
    }
    memcpy(w->text + w->used, text, more + 1);
    w->used += more;
}

/* A line ends where its last sign stands. */
static void end_line(struct writer *w)
{
    while (w->used && w->text[w->used - 1] == ' ')
        w->used--;
    put(w, "\n");
}

static void put_blanks(struct writer *w, size_t n)
{
    while (n--)
        put(w, " ");
}

/* ---- colours ------------------------------------------------------------------------------------ */

static long code_of(const struct writer *w, struct colour colour)
{
    return w->colours == CNN_COLOURS_256 ? palette_256(colour)
                                         : (long)colour.r << 16 | (long)colour.g << 8 | colour.b;
}

static void put_colour(struct writer *w, int which, long code)
{
    char text[32];
    if (code < 0)
        snprintf(text, sizeof text, "\033[%dm", which + 1); /* 39, 49: the terminal's own */
    else if (w->colours == CNN_COLOURS_256)
        snprintf(text, sizeof text, "\033[%d;5;%ldm", which, code);
    else
        snprintf(text, sizeof text, "\033[%d;2;%ld;%ld;%ldm", which, code >> 16, code >> 8 & 255, code & 255);
    put(w, text);
}

/* Says only what has changed. */
static void use_colours(struct writer *w, long front, long back)
{
    if (w->colours == CNN_COLOURS_NONE)
        return;
    if (front != w->front)
        put_colour(w, 38, front);
    if (back != w->back)
        put_colour(w, 48, back);
    w->front = front;
    w->back = back;
}

static void put_styled(struct writer *w, const char *style, const char *text)
{
    bool styled = w->colours != CNN_COLOURS_NONE && *text;
    if (styled)
        put(w, style);
    put(w, text);
    if (styled)
        put(w, "\033[0m");
}
#define BOLD "\033[1m"
#define DIM "\033[2m"

/* ---- text --------------------------------------------------------------------------------------- */

/* Lines broken at blanks. */
static void put_wrapped(struct writer *w, const char *style, const char *text)
{
    while (*text) {
        size_t length = strlen(text), n = 0;
        char part[SHEET_LINE];
        if (letters_count(text) > w->columns) {
            length = w->columns;
            for (n = length; n > w->columns / 2 && text[n] != ' ';)
                n--;
            length = text[n] == ' ' ? n : length;
        }
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        put_styled(w, style, part);
        end_line(w);
        for (text += strlen(part); *text == ' ';)
            text++;
    }
}

/* A text in a field of a width, cut where it is longer. */
static void put_field(struct writer *w, const char *style, const char *text, size_t width)
{
    char part[SHEET_LINE];
    size_t bytes = 0, n = 0;
    for (const char *at = text; *at && n < width; n++) {
        letter_next(&at);
        bytes = (size_t)(at - text);
    }
    snprintf(part, sizeof part, "%.*s", (int)bytes, text);
    put_styled(w, style, part);
    put_blanks(w, width - n);
}

static void put_lines(struct writer *w, const struct band *band)
{
    for (size_t i = 0; i < band->n; i++) {
        char first[] = {band->runs ? band->lines[i][0] : '\0', '\0'};
        use_colours(w, band->runs ? code_of(w, curves_colour(i, w->dark)) : -1, -1);
        put(w, first);
        use_colours(w, -1, -1);
        put(w, band->lines[i] + strlen(first));
        end_line(w);
    }
}

/* ---- bars --------------------------------------------------------------------------------------- */

static void put_bar(struct writer *w, const struct bar *bar, size_t length, size_t before)
{
    struct scale scale = {SCALE_SIGNED, 1};
    put_blanks(w, before);
    use_colours(w,
                code_of(w, palette_colour(scale,
                                          bar->share < 0 ? -0.6f
                                          : bar->strong  ? 0.75f
                                                         : 0.5f,
                                          w->dark)),
                -1);
    for (size_t i = 0; i < length; i++)
        put(w,
            w->colours == CNN_COLOURS_NONE ? bar->share < 0 ? "-" : "#" : "\xe2\x96\x88"); /* a full block */
    use_colours(w, -1, -1);
}

static void put_bars(struct writer *w, const struct band *band)
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
        put_blanks(w, label + whole + 4);
        put_styled(w, DIM, band->head);
        end_line(w);
    }
    for (size_t i = 0; i < band->n; i++) {
        const struct bar *bar = &band->bars[i];
        size_t length = (size_t)(fabs(bar->share) * (double)side + 0.5);
        size_t before = !signs ? 0 : bar->share < 0 ? side - length : side;
        put_field(w, bar->strong ? BOLD : "", bar->label, label);
        put(w, "  ");
        put_bar(w, bar, length, before);
        put_blanks(w, whole - before - length + 2);
        put_styled(w, bar->strong ? BOLD : "", bar->text);
        end_line(w);
    }
}

/* ---- curves ------------------------------------------------------------------------------------- */

enum { PLOT_LINES = 12, PLOT_LEFT = 9, PLOT_MOST = 160 };

/* A character of a plot: two cells with colours, else the letter of a run. */
static void put_cell(struct writer *w, const struct band *band, const uint8_t *upper, const uint8_t *lower)
{
    uint8_t one = *upper ? *upper : *lower;
    if (w->colours == CNN_COLOURS_NONE) {
        char letter[] = {' ', '\0'};
        if (one)
            letter[0] = (char)(curves_letter(band->curves[one - 1].run) -
                               (band->curves[one - 1].dashed ? 'a' - 'A' : 0));
        put(w, letter);
        return;
    }
    long above = *upper ? code_of(w, curves_colour(band->curves[*upper - 1].run, w->dark)) : -1;
    long below = *lower ? code_of(w, curves_colour(band->curves[*lower - 1].run, w->dark)) : -1;
    use_colours(w, above < 0 ? below : above, above < 0 ? -1 : below);
    put(w, !one ? " " : above < 0 ? "\xe2\x96\x84" : "\xe2\x96\x80");
}

static void put_curves(struct writer *w, const struct band *band)
{
    uint8_t cells[2 * PLOT_LINES * PLOT_MOST];
    size_t fine = w->colours == CNN_COLOURS_NONE ? 1 : 2, width = w->columns - PLOT_LEFT - 1;
    struct axis axis = curves_axis(band);
    char number[SHEET_LABEL], text[SHEET_LABEL + 16];
    width = width > PLOT_MOST ? PLOT_MOST : width;
    curves_trace(band, width, PLOT_LINES * fine, cells);
    for (size_t line = 0; line < PLOT_LINES; line++) {
        bool said = line == 0 || line + 1 == PLOT_LINES;
        curves_number(&axis, line ? axis.low : axis.high, number);
        snprintf(text, sizeof text, "%*s ", PLOT_LEFT - 1, said ? number : "");
        put(w, text);
        for (size_t x = 0; x < width; x++)
            put_cell(w, band, cells + line * fine * width + x, cells + ((line + 1) * fine - 1) * width + x);
        use_colours(w, -1, -1);
        end_line(w);
    }
    snprintf(text, sizeof text, "%zu", curves_points(band));
    put_blanks(w, PLOT_LEFT);
    put(w, "1");
    if (curves_points(band) > 1) {
        put_blanks(w, width - 1 - strlen(text));
        put(w, text);
    }
    end_line(w);
}

/* ---- tiles -------------------------------------------------------------------------------------- */

/* How a band's tiles stand: a cell is `wide` characters wide, and high half of that with colours, 1 without.
 */
struct grid {
    size_t wide, box, columns, label;
    bool numbers; /* -9 .. 9 in every cell */
};

static size_t box_of(const struct band *band, size_t wide)
{
    size_t box = 0;
    for (size_t i = 0; i < band->n; i++) {
        const struct tile *tile = &band->tiles[i];
        size_t width = tile->width * wide, words = letters_count(tile->above);
        for (size_t k = 0; k < SHEET_BELOW; k++)
            words = letters_count(tile->below[k]) > words ? letters_count(tile->below[k]) : words;
        box = width > box ? width : box;
        box = words > box ? words : box;
    }
    return box;
}

static size_t columns_of(const struct writer *w, const struct grid *grid)
{
    size_t room = w->columns > grid->label ? w->columns - grid->label : 1;
    size_t fit = (room + GAP) / (grid->box + GAP);
    return fit ? fit : 1;
}

static size_t widest_of(const struct band *band)
{
    size_t width = 0;
    for (size_t i = 0; i < band->n; i++)
        width = band->tiles[i].width > width ? band->tiles[i].width : width;
    return width;
}

static struct grid choose_grid(const struct writer *w, const struct band *band)
{
    struct grid grid = {.label = band->row[0] ? letters_count(band->row) + 4 : 0};
    size_t most = MOST_SCALE, wanted = band->columns ? band->columns : band->n;
    if (band->numbers || (w->colours == CNN_COLOURS_NONE && band->scale.kind == SCALE_SIGNED)) {
        grid.numbers = true;
        grid.wide = band->numbers ? 8 : widest_of(band) > MOST_NARROW ? 2 : 3;
    } else {
        for (grid.wide = most; grid.wide > 1; grid.wide--) {
            grid.box = box_of(band, grid.wide);
            if (columns_of(w, &grid) >= wanted && widest_of(band) * grid.wide <= MOST_WIDTH)
                break;
        }
    }
    grid.box = box_of(band, grid.wide);
    grid.columns = columns_of(w, &grid);
    return grid;
}

/* One sign for a cell, without colours. */
static char sign_of(const struct band *band, const struct tile *tile, size_t y, size_t x)
{
    static const char ramp[] = " .:-=+*#%@";
    float sum = 0, limit = tile->limit > 0 ? tile->limit : band->scale.limit;
    for (size_t c = 0; c < tile->channels; c++)
        sum += tile->values[(y * tile->width + x) * tile->channels + c];
    float share = sum / (float)tile->channels / limit;
    return ramp[share >= 1 ? 9 : share > 0 ? (int)(share * 10) : 0];
}

static void put_number(struct writer *w, const struct band *band, const struct tile *tile, size_t wide,
                       float value)
{
    char text[16];
    float limit = tile->limit > 0 ? tile->limit : band->scale.limit;
    int step = (int)(9 * value / limit + (value < 0 ? -0.5f : 0.5f));
    if (band->numbers)
        snprintf(text, sizeof text, "%8.3g", (double)value);
    else if (wide == 2 && step == 0)
        snprintf(text, sizeof text, " ."); /* of many numbers the zeros are ground */
    else
        snprintf(text, sizeof text, "%*d", (int)wide, step);
    put(w, text);
}

/* Row `line` of characters of a tile. */
static void put_cells(struct writer *w, const struct band *band, const struct tile *tile,
                      const struct grid *grid, size_t line)
{
    for (size_t x = 0; x < tile->width; x++) {
        if (isnan(tile->values[(line * tile->width + x) * tile->channels])) {
            put_blanks(w, grid->wide);
        } else if (grid->numbers) {
            put_number(w, band, tile, grid->wide, tile->values[(line * tile->width + x) * tile->channels]);
        } else {
            char text[] = {sign_of(band, tile, line, x), '\0'};
            for (size_t k = 0; k < grid->wide; k++)
                put(w, text);
        }
    }
}

/* The colour of half a character: -1 below the tile and where there is no number. */
static long half_code(const struct writer *w, const struct band *band, const struct tile *tile, size_t y,
                      size_t x)
{
    if (y >= tile->height || isnan(tile->values[(y * tile->width + x) * tile->channels]))
        return -1;
    bool marked = tile->marked && tile->mark_y == y && tile->mark_x == x;
    return code_of(w, marked ? theme_of(w->dark)->mark : tile_colour(band, tile, y, x, w->dark));
}

static void put_halves(struct writer *w, const struct band *band, const struct tile *tile, size_t wide,
                       size_t line)
{
    for (size_t column = 0; column < tile->width * wide; column++) {
        long upper = half_code(w, band, tile, 2 * line / wide, column / wide);
        long lower = half_code(w, band, tile, (2 * line + 1) / wide, column / wide);
        if (upper < 0 && lower < 0) {
            use_colours(w, w->front, -1);
            put(w, " ");
        } else if (upper < 0) {
            use_colours(w, lower, -1);
            put(w, "\xe2\x96\x84"); /* lower half block */
        } else {
            use_colours(w, upper, lower);
            put(w, "\xe2\x96\x80"); /* upper half block */
        }
    }
    use_colours(w, -1, -1);
}

static size_t lines_of(const struct writer *w, const struct tile *tile, const struct grid *grid)
{
    if (grid->numbers || w->colours == CNN_COLOURS_NONE)
        return tile->height;
    return (tile->height * grid->wide + 1) / 2;
}

static void put_words(struct writer *w, const struct tile *tiles, size_t n, const struct grid *grid,
                      int which)
{
    size_t last = 0;
    for (size_t i = 0; i < n; i++)
        last = (which < 0 ? tiles[i].above : tiles[i].below[which])[0] ? i + 1 : last;
    if (last == 0)
        return;
    put_blanks(w, grid->label);
    for (size_t i = 0; i < last; i++)
        put_field(w, which < 0 ? "" : DIM, which < 0 ? tiles[i].above : tiles[i].below[which],
                  grid->box + (i + 1 < last ? GAP : 0));
    end_line(w);
}

static void put_tile_line(struct writer *w, const struct band *band, const struct tile *tile,
                          const struct grid *grid, size_t line, bool last)
{
    bool there = line < lines_of(w, tile, grid), plain = grid->numbers || w->colours == CNN_COLOURS_NONE;
    size_t width = there ? tile->width * grid->wide : 0;
    if (there && plain)
        put_cells(w, band, tile, grid, line);
    else if (there)
        put_halves(w, band, tile, grid->wide, line);
    if (!last)
        put_blanks(w, grid->box + GAP - width);
}

/* Tiles side by side, with their words; name is that of the row, or "". */
static void put_row(struct writer *w, const struct band *band, const struct tile *tiles, size_t n,
                    const struct grid *grid, const char *name)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        lines = lines_of(w, &tiles[i], grid) > lines ? lines_of(w, &tiles[i], grid) : lines;
    put_words(w, tiles, n, grid, -1);
    for (size_t line = 0; line < lines; line++) {
        if (grid->label)
            put_field(w, "", line == lines / 2 ? name : "", grid->label);
        for (size_t i = 0; i < n; i++)
            put_tile_line(w, band, &tiles[i], grid, line, i + 1 == n);
        end_line(w);
    }
    for (int k = 0; k < SHEET_BELOW; k++)
        put_words(w, tiles, n, grid, k);
}

/* A table wider than the terminal is cut into bundles of columns, each with all rows. */
static void put_table(struct writer *w, const struct band *band, const struct grid *grid)
{
    for (size_t from = 0; from < band->columns; from += grid->columns) {
        size_t n = band->columns - from < grid->columns ? band->columns - from : grid->columns;
        for (size_t first = 0; first + from < band->n; first += band->columns) {
            char name[SHEET_LABEL + 24];
            if (first)
                end_line(w);
            size_t left = band->n - first - from;
            snprintf(name, sizeof name, "%s %zu", band->row, first / band->columns);
            put_row(w, band, band->tiles + first + from, left < n ? left : n, grid, band->row[0] ? name : "");
        }
        if (from + grid->columns < band->columns)
            end_line(w);
    }
}

static void put_plain_scale(struct writer *w, const struct band *band)
{
    char text[SHEET_LINE];
    double limit = (double)band->scale.limit;
    if (band->numbers)
        return;
    if (band->scale.kind == SCALE_SIGNED)
        snprintf(text, sizeof text, "%s: -9 is %.4g, %s is 0, 9 is %.4g", band->unit, -limit,
                 widest_of(band) > MOST_NARROW ? "a dot" : "0", limit);
    else
        snprintf(text, sizeof text, "%s: ten signs \" .:-=+*#%%@\" from 0 to %.4g%s", band->unit, limit,
                 band_below_zero(band) ? "; below 0 is blank too" : "");
    put_wrapped(w, "", text);
}

static void put_scale(struct writer *w, const struct band *band)
{
    enum { STEPS = 24 };
    char text[SHEET_LABEL];
    bool both = band->scale.kind == SCALE_SIGNED;
    if (w->colours == CNN_COLOURS_NONE) {
        put_plain_scale(w, band);
        return;
    }
    snprintf(text, sizeof text, "  %.4g ", both ? -(double)band->scale.limit : 0.0);
    put(w, band->unit);
    put(w, text);
    for (int i = 0; i < STEPS; i++) {
        double share = both ? 2.0 * i / (STEPS - 1) - 1 : (double)i / (STEPS - 1);
        struct scale scale = {band->scale.kind, 1};
        use_colours(w, code_of(w, palette_colour(scale, (float)share, w->dark)), -1);
        put(w, "\xe2\x96\x88");
    }
    use_colours(w, -1, -1);
    snprintf(text, sizeof text, " %.4g", (double)band->scale.limit);
    put(w, text);
    if (!both && band_below_zero(band)) {
        put(w, "   ");
        use_colours(w, code_of(w, palette_colour(band->scale, -1, w->dark)), -1);
        put(w, "\xe2\x96\x88\xe2\x96\x88");
        use_colours(w, -1, -1);
        put(w, " below 0");
    }
    end_line(w);
}

static void put_tiles(struct writer *w, const struct band *band)
{
    struct grid grid = choose_grid(w, band);
    if (band->unit[0])
        put_scale(w, band);
    if (band->columns) {
        put_table(w, band, &grid);
        return;
    }
    for (size_t first = 0; first < band->n; first += grid.columns) {
        size_t left = band->n - first;
        if (first)
            end_line(w);
        put_row(w, band, band->tiles + first, left < grid.columns ? left : grid.columns, &grid, "");
    }
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

static void put_band(struct writer *w, const struct band *band)
{
    end_line(w);
    put_wrapped(w, BOLD, band->heading);
    put_wrapped(w, DIM, band->note);
    if (band->kind == BAND_TILES)
        put_tiles(w, band);
    else if (band->kind == BAND_BARS)
        put_bars(w, band);
    else if (band->kind == BAND_CURVES)
        put_curves(w, band);
    else
        put_lines(w, band);
}

/* Letters alone: the two signs beyond ASCII that sheets have. A name may have others, and keeps them. */
static void make_ascii(char *text)
{
    char *to = text;
    for (; *text; text++) {
        bool times = strncmp(text, "\xc3\x97", 2) == 0, dot = strncmp(text, "\xc2\xb7", 2) == 0;
        *to++ = times ? 'x' : dot ? '-' : *text;
        text += times || dot;
    }
    *to = '\0';
}

enum cnn_status sheet_text(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns, bool dark,
                           char **text, struct cnn_error *error)
{
    struct writer w = {
        .colours = colours, .columns = columns < 40 ? 40 : columns, .dark = dark, .front = -1, .back = -1};
    put_wrapped(&w, BOLD, sheet->title);
    for (size_t i = 0; i < sheet->n_bands; i++)
        put_band(&w, &sheet->bands[i]);
    if (sheet->caption[0][0])
        end_line(&w);
    for (size_t i = 0; i + 1 < SHEET_CAPTIONS; i++) /* the last one is the command, which stands just above */
        put_wrapped(&w, DIM, sheet->caption[i]);
    if (w.memory_ran_out) {
        memory_free(w.text);
        return error_memory(error, w.room);
    }
    if (colours == CNN_COLOURS_NONE)
        make_ascii(w.text);
    *text = w.text;
    return CNN_OK;
}
