#include "picture/writer.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/letters.h"
#include "picture/palette.h"
#include "picture/sheet.h"

#include <stdio.h>
#include <string.h>

void writer_put(struct writer *w, const char *text)
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
void writer_end_line(struct writer *w)
{
    while (w->used && w->text[w->used - 1] == ' ')
        w->used--;
    writer_put(w, "\n");
}

void writer_put_blanks(struct writer *w, size_t n)
{
    while (n--)
        writer_put(w, " ");
}

/* ---- colours ------------------------------------------------------------------------------------ */

long writer_code(const struct writer *w, struct colour colour)
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
    writer_put(w, text);
}

/* Says only what has changed. */
void writer_use(struct writer *w, long front, long back)
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

void writer_put_styled(struct writer *w, const char *style, const char *text)
{
    bool styled = w->colours != CNN_COLOURS_NONE && *text;
    if (styled)
        writer_put(w, style);
    writer_put(w, text);
    if (styled)
        writer_put(w, "\033[0m");
}

/* ---- text --------------------------------------------------------------------------------------- */

/* Lines broken at blanks. */
void writer_put_wrapped(struct writer *w, const char *style, const char *text)
{
    while (*text) {
        char part[SHEET_LINE];
        snprintf(part, sizeof part, "%.*s", (int)letters_line(text, w->columns), text);
        writer_put_styled(w, style, part);
        writer_end_line(w);
        for (text += strlen(part); *text == ' ';)
            text++;
    }
}

/* A text in a field of a width, cut where it is longer. */
void writer_put_field(struct writer *w, const char *style, const char *text, size_t width)
{
    char part[SHEET_LINE];
    size_t bytes = 0, n = 0;
    for (const char *at = text; *at && n < width; n++) {
        letter_next(&at);
        bytes = (size_t)(at - text);
    }
    snprintf(part, sizeof part, "%.*s", (int)bytes, text);
    writer_put_styled(w, style, part);
    writer_put_blanks(w, width - n);
}

/* ---- the end ------------------------------------------------------------------------------------ */

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

enum cnn_status writer_finish(struct writer *w, char **text, struct cnn_error *error)
{
    writer_put(w, "");
    if (w->memory_ran_out) {
        memory_free(w->text);
        return error_memory(error, w->room);
    }
    if (w->colours == CNN_COLOURS_NONE)
        make_ascii(w->text);
    *text = w->text;
    return CNN_OK;
}
