#include "quote.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The length of the UTF-8 character that text begins with, if it shows as it is: 0 for control characters,
 * the ones from 0x80 to 0x9f too, for the ones that turn the direction of writing, and for bytes that are no
 * UTF-8. */
static size_t shown_length(const unsigned char *text)
{
    if (text[0] < 0x80)
        return text[0] >= ' ' && text[0] != 127;
    size_t n = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
    unsigned code = text[0] & (0xffu >> (n + 1));
    if (text[0] < 0xc2 || text[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (text[i] & 0x3f);
    }
    static const unsigned least[] = {0, 0, 0xa0, 0x800, 0x10000};
    bool turns = (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
                 (code >= 0x2066 && code <= 0x2069);
    bool wrong = code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
    return turns || wrong ? 0 : n;
}

static bool is_shown(const char *text)
{
    while (*text) {
        size_t n = shown_length((const unsigned char *)text);
        if (n == 0)
            return false;
        text += n;
    }
    return true;
}

/* For every shell: an apostrophe ends the quotes, stands for itself, and begins them again. */
static void print_shown(FILE *file, const char *text)
{
    fputc('\'', file);
    for (; *text; text++)
        if (*text == '\'')
            fputs("'\\''", file);
        else
            fputc(*text, file);
    fputc('\'', file);
}

/* For bash, ksh, zsh: other shells have no way to write such characters. */
static void print_escaped(FILE *file, const char *text)
{
    fputs("$'", file);
    while (*text) {
        size_t n = shown_length((const unsigned char *)text);
        if (n == 0)
            fprintf(file, "\\%03o", (unsigned char)*text);
        else if (*text == '\'' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else
            fwrite(text, 1, n, file);
        text += n ? n : 1;
    }
    fputc('\'', file);
}

void quote_print(FILE *file, const char *text)
{
    if (is_shown(text))
        print_shown(file, text);
    else
        print_escaped(file, text);
}

static bool is_bare(const char *word)
{
    for (const char *at = word; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_-./:,=+", *at) && (unsigned char)*at < 0x80)
            return false;
    return *word && is_shown(word);
}

const char *quote_word(char text[QUOTE_TEXT], const char *word)
{
    memset(text, 0, QUOTE_TEXT);
    FILE *to = fmemopen(text, QUOTE_TEXT, "w");
    if (to && is_bare(word))
        fputs(word, to);
    else if (to)
        quote_print(to, word);
    if (!to || fclose(to) || text[QUOTE_TEXT - 2])
        strcpy(text, "FILE");
    return text;
}

char *quote_plain(char *text)
{
    for (char *at = text; *at;) {
        size_t n = shown_length((const unsigned char *)at);
        if (n == 0)
            *at = '?';
        at += n ? n : 1;
    }
    return text;
}

void quote_print_plain(FILE *file, const char *text)
{
    while (*text) {
        size_t n = shown_length((const unsigned char *)text);
        if (n)
            fwrite(text, 1, n, file);
        else
            fputc('?', file);
        text += n ? n : 1;
    }
}
