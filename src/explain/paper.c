#include "explain/paper.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PARAGRAPH = 4096, INDENT = 4 };

const char *paper_choose(const struct paper *paper, const char *english, const char *korean)
{
    return paper->language == CNN_KOREAN ? korean : english;
}

/* ---- letters --------------------------------------------------------------------------------------- */

/* The code of the letter at *text, which is moved behind it. */
static unsigned next_letter(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    size_t more = s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    unsigned code = more ? s[0] & (0x3fU >> more) : s[0];
    for (size_t i = 1; i <= more && s[i]; i++)
        code = code << 6 | (s[i] & 0x3fU);
    *text += more + 1;
    return code;
}

/* Source: Unicode's EastAsianWidth.txt, as far as Korean text needs it. */
static size_t letter_width(unsigned code)
{
    bool wide = (code >= 0x1100 && code < 0x1160) || (code >= 0x3000 && code < 0xa4d0) ||
                (code >= 0xac00 && code < 0xd7a4) || (code >= 0xff01 && code < 0xff61);
    return wide ? 2 : 1;
}

static size_t width_of(const char *text, const char *end)
{
    size_t width = 0;
    while (text < end && *text)
        width += letter_width(next_letter(&text));
    return width;
}

size_t text_width(const char *text)
{
    return width_of(text, text + strlen(text));
}

/* ---- writing --------------------------------------------------------------------------------------- */

static void write_text(struct paper *p, const char *text)
{
    p->write(p->context, text);
}

static void write_part(struct paper *p, const char *text, size_t length)
{
    char part[PARAGRAPH];
    snprintf(part, sizeof part, "%.*s", (int)length, text);
    write_text(p, part);
}

static void write_blanks(struct paper *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        write_text(p, " ");
}

/* Signs that Markdown would take for its own. */
static void write_escaped(struct paper *p, const char *text)
{
    for (const char *at = text; *at; at++) {
        if (p->markdown && strchr("\\`*_<|#[", *at))
            write_text(p, "\\");
        write_part(p, at, 1);
    }
}

/* Whether somebody wants pieces rather than text. */
static bool give_whole(struct paper *p, enum piece piece, const char *text)
{
    if (p->told)
        p->told(p->context, piece, text);
    return p->told != NULL;
}

static void begin(struct paper *p, enum piece piece)
{
    if (p->last != PIECE_NONE && !(p->last == PIECE_LINE && piece == PIECE_LINE))
        write_text(p, "\n");
    p->last = piece;
}

/* Lines of at most the paper's columns, broken at blanks. */
static void write_broken(struct paper *p, const char *text, size_t indent, size_t hang)
{
    size_t at = indent;
    bool fresh = true;
    write_blanks(p, indent);
    while (*text) {
        size_t length = strcspn(text, " "), width = width_of(text, text + length);
        if (!fresh && at + 1 + width > p->columns) {
            write_text(p, "\n");
            write_blanks(p, hang);
            at = hang;
        } else if (!fresh) {
            write_text(p, " ");
            at++;
        }
        write_part(p, text, length);
        at += width;
        fresh = false;
        text += length + (text[length] == ' ');
    }
    write_text(p, "\n");
}

void paper_heading(struct paper *p, int level, const char *english, const char *korean, ...)
{
    char text[PARAGRAPH];
    va_list values;
    va_start(values, korean);
    vsnprintf(text, sizeof text, paper_choose(p, english, korean), values);
    va_end(values);
    if (give_whole(p, PIECE_TITLE + (enum piece)level - 1, text))
        return;
    begin(p, PIECE_TEXT);
    if (p->markdown) {
        for (int i = 0; i < level; i++)
            write_text(p, "#");
        write_text(p, " ");
        write_escaped(p, text);
        write_text(p, "\n");
        return;
    }
    write_broken(p, text, 0, 0);
    size_t width = text_width(text) < p->columns ? text_width(text) : p->columns;
    for (size_t i = 0; level < 3 && i < width; i++)
        write_text(p, level == 1 ? "=" : "-");
    write_text(p, level < 3 ? "\n" : "");
}

void paper_say(struct paper *p, const char *english, const char *korean, ...)
{
    char text[PARAGRAPH];
    va_list values;
    va_start(values, korean);
    vsnprintf(text, sizeof text, paper_choose(p, english, korean), values);
    va_end(values);
    if (give_whole(p, PIECE_TEXT, text))
        return;
    begin(p, PIECE_TEXT);
    if (!p->markdown) {
        write_broken(p, text, 0, 0);
        return;
    }
    write_escaped(p, text);
    write_text(p, "\n");
}

void paper_line(struct paper *p, const char *format, ...)
{
    char text[PARAGRAPH];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    if (give_whole(p, PIECE_LINE, text))
        return;
    begin(p, PIECE_LINE);
    if (!p->markdown) {
        write_broken(p, text, INDENT, INDENT + 2);
        return;
    }
    write_blanks(p, INDENT); /* which makes it code */
    write_text(p, text);
    write_text(p, "\n");
}

void paper_raw(struct paper *p, const char *format, ...)
{
    char text[PARAGRAPH];
    va_list values;
    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    write_text(p, text);
}

/* ---- tables ---------------------------------------------------------------------------------------- */

static bool table_grow(struct table *t)
{
    size_t capacity = t->capacity ? 2 * t->capacity : 64;
    char(*cell)[TABLE_CELL] = memory_alloc(capacity, sizeof *cell);
    if (!cell)
        return false;
    if (t->n)
        memcpy(cell, t->cell, t->n * sizeof *cell);
    memory_free(t->cell);
    t->cell = cell;
    t->capacity = capacity;
    return true;
}

void table_cell(struct table *t, const char *format, ...)
{
    va_list values;
    t->memory_ran_out = t->memory_ran_out || (t->n == t->capacity && !table_grow(t));
    if (t->memory_ran_out)
        return;
    va_start(values, format);
    vsnprintf(t->cell[t->n++], TABLE_CELL, format, values);
    va_end(values);
}

static void write_row(struct paper *p, const struct table *t, size_t first, const size_t *width)
{
    size_t columns = strlen(t->look);
    while (!p->markdown && columns > 1 && !*t->cell[first + columns - 1])
        columns--; /* no blanks at the end of a line */
    write_text(p, p->markdown ? "|" : "   ");
    for (size_t i = 0; i < columns; i++) {
        const char *cell = t->cell[first + i];
        size_t blank = width[i] - text_width(cell);
        bool left = t->look[i] == 'l';
        write_blanks(p, 1 + (left || p->markdown ? 0 : blank));
        write_escaped(p, cell);
        if (p->markdown)
            write_text(p, " |");
        else if (i + 1 < columns)
            write_blanks(p, 1 + (left ? blank : 0));
    }
    write_text(p, "\n");
}

static void write_rule(struct paper *p, const struct table *t)
{
    write_text(p, "|");
    for (const char *look = t->look; *look; look++)
        write_text(p, *look == 'l' ? "---|" : "---:|");
    write_text(p, "\n");
}

void paper_table(struct paper *p, struct table *t)
{
    size_t columns = strlen(t->look), width[TABLE_COLUMNS] = {0};
    for (size_t i = 0; i < t->n; i++)
        if (text_width(t->cell[i]) > width[i % columns])
            width[i % columns] = text_width(t->cell[i]);
    begin(p, PIECE_TEXT);
    for (size_t i = 0; i + columns <= t->n; i += columns) {
        write_row(p, t, i, width);
        if (i == 0 && p->markdown)
            write_rule(p, t);
    }
    p->memory_ran_out = p->memory_ran_out || t->memory_ran_out;
    memory_free(t->cell);
    *t = (struct table){0};
}
