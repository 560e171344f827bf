/* A sheet for a screen: what to leave out, what to draw smaller, and where. */
#include "picture/text.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/letters.h"

#include <stdio.h>
#include <string.h>

enum { GAP = 2, MOST_WORTH = 8 };

/* A band and the place that it has. */
struct block {
    const struct band *band;
    bool shown;
    struct look look; /* of bars and curves, zoom is a row of their sizes */
    struct extent extent;
    size_t left, top;
    char *text, *rest; /* its lines; those that are still to be put */
};

struct screen {
    struct writer w;
    size_t lines;
    struct block *blocks; /* [n] */
    size_t n;
};

/* ---- looks -------------------------------------------------------------------------------------- */

/* What bars and curves may take, from the smallest on; how they look first is row FIRST_SIZE. */
enum { FIRST_SIZE = 1, SIZES = 4 };
static const struct extent curve_sizes[SIZES] = {{27, 6}, {38, 8}, {58, 11}, {98, 15}};
static const size_t bar_columns[SIZES] = {24, 32, 42, 58};

static bool is_shown_on_screens(const struct band *band)
{
    return band->kind != BAND_LINES && band->n > 0;
}

static struct look first_look(const struct screen *s, const struct band *band)
{
    return band->kind == BAND_TILES ? text_tiles_look(&s->w, band) : (struct look){FIRST_SIZE, 0};
}

static bool shrink(const struct screen *s, struct block *block)
{
    if (block->band->kind == BAND_TILES)
        return text_tiles_shrink(&s->w, block->band, &block->look);
    block->look.zoom -= block->look.zoom > 0;
    return block->look.zoom > 0;
}

static bool grow(const struct screen *s, struct block *block)
{
    if (block->band->kind == BAND_TILES)
        return text_tiles_grow(&s->w, block->band, &block->look);
    if (block->look.zoom + 1 == SIZES)
        return false;
    block->look.zoom++;
    return true;
}

static struct extent extent_of(const struct screen *s, const struct block *block)
{
    const struct band *band = block->band;
    struct extent extent = band->kind == BAND_TILES ? text_tiles_extent(&s->w, band, block->look)
                           : band->kind == BAND_CURVES
                               ? curve_sizes[block->look.zoom]
                               : (struct extent){bar_columns[block->look.zoom], band->n};
    extent.lines += 1; /* its heading */
    return extent;
}

/* ---- places ------------------------------------------------------------------------------------- */

/* Blocks stand side by side as on a shelf; one that is low enough, or has no other place, stands below the
 * one before. False where they do not fit. */
static bool place_blocks(struct screen *s)
{
    size_t shelf = 1, height = 0, left = 0, width = 0, bottom = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct block *b = &s->blocks[i];
        if (!b->shown)
            continue;
        struct extent e = b->extent = extent_of(s, b);
        bool beside = left + (width ? width + GAP : 0) + e.columns <= s->w.columns;
        bool elsewhere = beside || shelf + height + e.lines <= s->lines;
        bool below =
            width && left + e.columns <= s->w.columns && (bottom + e.lines <= shelf + height || !elsewhere);
        if (!below) {
            size_t next = width ? left + width + GAP : 0;
            bool new_shelf = next + e.columns > s->w.columns;
            shelf += new_shelf ? height : 0;
            height = new_shelf ? 0 : height;
            left = new_shelf ? 0 : next;
            width = 0;
        }
        b->left = left;
        b->top = below ? bottom : shelf;
        bottom = b->top + e.lines;
        width = e.columns > width ? e.columns : width;
        height = bottom - shelf > height ? bottom - shelf : height;
        if (bottom > s->lines || left + e.columns > s->w.columns)
            return false;
    }
    return true;
}

/* Those that must be there are made smaller in turn, what is worth least first, until they fit; one that is
 * as small as can be and does not fit is left out. */
static void fit_needed(struct screen *s)
{
    bool smaller = true;
    while (smaller) {
        smaller = false;
        for (size_t worth = 1; worth < MOST_WORTH; worth++)
            for (size_t i = 0; i < s->n; i++) {
                if (place_blocks(s))
                    return;
                struct block *b = &s->blocks[i];
                smaller = (b->shown && b->band->worth == worth && shrink(s, b)) || smaller;
            }
    }
    for (size_t worth = 1; worth < MOST_WORTH; worth++)
        for (size_t i = 0; i < s->n && !place_blocks(s); i++)
            s->blocks[i].shown = s->blocks[i].shown && s->blocks[i].band->worth != worth;
}

/* Where there is room for more of it; up to how it looks first, or beyond. */
static bool try_larger(struct screen *s, struct block *b, bool beyond)
{
    struct look before = b->look, first = first_look(s, b->band);
    bool is_first = before.zoom == first.zoom && before.rows >= first.rows;
    if (!b->shown || (!beyond && (is_first || before.zoom > first.zoom)) || !grow(s, b))
        return false;
    if (place_blocks(s))
        return true;
    b->look = before;
    return false;
}

static void enlarge(struct screen *s, bool beyond)
{
    bool larger = true;
    while (larger) {
        larger = false;
        for (size_t worth = MOST_WORTH; worth-- > 0;)
            for (size_t i = 0; i < s->n; i++)
                if (s->blocks[i].band->worth == worth)
                    larger = try_larger(s, &s->blocks[i], beyond) || larger;
    }
}

/* A band that need not be there, as large as it fits. */
static void try_more(struct screen *s, struct block *b)
{
    b->look = first_look(s, b->band);
    b->shown = true;
    while (b->shown && !place_blocks(s))
        b->shown = shrink(s, b);
}

static void choose_places(struct screen *s)
{
    for (size_t i = 0; i < s->n; i++) {
        s->blocks[i].look = first_look(s, s->blocks[i].band);
        s->blocks[i].shown = s->blocks[i].band->worth > 0;
    }
    fit_needed(s);
    enlarge(s, false);
    for (size_t i = 0; i < s->n; i++)
        if (!s->blocks[i].shown && !s->blocks[i].band->worth)
            try_more(s, &s->blocks[i]);
    enlarge(s, true);
    place_blocks(s);
}

/* ---- drawing ------------------------------------------------------------------------------------ */

/* The heading, and how the tiles differ from what there is: their scale, and how many are left out. */
static void put_heading(struct writer *w, const struct block *block)
{
    const struct band *band = block->band;
    char scale[16] = "", part[64] = "";
    size_t room = block->extent.columns, letters = letters_count(band->heading);
    size_t shown = band->kind == BAND_TILES ? text_tiles_count(w, band, block->look) : band->n;
    if (band->kind == BAND_TILES && block->look.zoom < 0)
        snprintf(scale, sizeof scale, " 1:%d", -block->look.zoom);
    if (shown < band->n)
        snprintf(part, sizeof part, ", %zu of %zu", shown, band->n);
    room -= strlen(scale) < room ? strlen(scale) : room;
    part[room > letters && strlen(part) <= room - letters ? strlen(part) : 0] =
        '\0'; /* where there is room for it */
    writer_put_field(w, BOLD, band->heading, letters < room ? letters : room);
    writer_put_styled(w, DIM, part);
    writer_put_styled(w, DIM, scale);
    writer_end_line(w);
}

static enum cnn_status draw_block(const struct screen *s, struct block *block, struct cnn_error *error)
{
    struct writer w = s->w;
    w.text = NULL;
    w.used = w.room = 0;
    put_heading(&w, block);
    if (block->band->kind == BAND_TILES)
        text_tiles_at(&w, block->band, block->look);
    w.columns = block->extent.columns;
    if (block->band->kind == BAND_BARS)
        text_bars(&w, block->band);
    else if (block->band->kind == BAND_CURVES)
        text_curves(&w, block->band, block->extent.lines - 2);
    enum cnn_status status = writer_finish(&w, &block->text, error);
    block->rest = block->text;
    return status;
}

/* The characters of a line, without what only tells the terminal colours and styles. */
static size_t width_of(const char *line)
{
    size_t n = 0;
    while (*line) {
        if (*line == '\033')
            line += strcspn(line, "m") + 1;
        else
            letter_next(&line), n++;
    }
    return n;
}

/* What stands in a line of the screen: blocks from left to right. */
static void put_line(struct screen *s, size_t line)
{
    size_t column = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct block *b = &s->blocks[i];
        if (!b->shown || line < b->top || !*b->rest)
            continue;
        size_t length = strcspn(b->rest, "\n");
        b->rest[length] = '\0';
        writer_put_blanks(&s->w, b->left - column);
        writer_put(&s->w, b->rest);
        column = b->left + width_of(b->rest);
        b->rest += length + 1;
    }
    writer_end_line(&s->w);
}

static enum cnn_status draw_screen(struct screen *s, const char *title, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    size_t lines = 1, letters = letters_count(title);
    for (size_t i = 0; status == CNN_OK && i < s->n; i++) {
        struct block *b = &s->blocks[i];
        if (!b->shown)
            continue;
        status = draw_block(s, b, error);
        lines = b->top + b->extent.lines > lines ? b->top + b->extent.lines : lines;
    }
    writer_put_field(&s->w, BOLD, title, letters < s->w.columns ? letters : s->w.columns);
    writer_end_line(&s->w);
    for (size_t line = 1; status == CNN_OK && line < lines; line++)
        put_line(s, line);
    return status;
}

enum cnn_status sheet_screen(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns,
                             size_t lines, bool dark, char **text, struct cnn_error *error)
{
    struct screen s = {.w = {.colours = colours, .columns = columns, .dark = dark, .front = -1, .back = -1},
                       .lines = lines,
                       .blocks = memory_alloc(sheet->n_bands + 1, sizeof *s.blocks)};
    if (!s.blocks)
        return error_memory(error, (sheet->n_bands + 1) * sizeof *s.blocks);
    for (size_t i = 0; i < sheet->n_bands; i++)
        if (is_shown_on_screens(&sheet->bands[i]))
            s.blocks[s.n++].band = &sheet->bands[i];
    choose_places(&s);
    enum cnn_status status = draw_screen(&s, sheet->title, error);
    for (size_t i = 0; i < s.n; i++)
        memory_free(s.blocks[i].text);
    memory_free(s.blocks);
    if (status == CNN_OK)
        return writer_finish(&s.w, text, error);
    memory_free(s.w.text);
    return status;
}
