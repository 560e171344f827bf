#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static bool follows; /* a value stands before, in what is open */

/* Bytes of the UTF-8 sequence that a text begins with; 0 where it is none: too short, too long a form, a
 * surrogate, past the last code point. Source: RFC 3629. */
static size_t utf8_length(const unsigned char *s)
{
    size_t n = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = n > 1 ? s[0] & (0x7fu >> n) : s[0];
    for (size_t i = 1; i < n; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        code = code << 6 | (s[i] & 0x3f);
    }
    return n && code >= least[n] && code <= 0x10ffff && code >> 11 != 0x1b ? n : 0;
}

static void write_text(const char *text)
{
    putchar('"');
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        size_t n = utf8_length(s);
        if (n == 0)
            fputs("\\ufffd", stdout);
        else if (*s < ' ' || *s == 127)
            printf("\\u%04x", *s);
        else if (*s == 0xc2 && s[1] < 0xa0) /* control characters too, to a terminal */
            printf("\\u%04x", s[1]);
        else if (*s == '"' || *s == '\\')
            printf("\\%c", *s);
        else
            fwrite(s, 1, n, stdout);
        s += n ? n : 1;
    }
    putchar('"');
}

/* What stands before a value: a comma after another one, its name. */
static void write_name(const char *name)
{
    if (follows)
        fputs(", ", stdout);
    follows = true;
    if (!name)
        return;
    write_text(name);
    fputs(": ", stdout);
}

static void open_with(const char *name, char mark)
{
    write_name(name);
    putchar(mark);
    follows = false;
}

static void close_with(char mark)
{
    putchar(mark);
    follows = true;
}

void json_begin(void)
{
    follows = false;
    open_with(NULL, '{');
}

void json_end(void)
{
    close_with('}');
    putchar('\n');
    follows = false;
}

void json_text(const char *name, const char *text)
{
    write_name(name);
    if (text)
        write_text(text);
    else
        fputs("null", stdout);
}

void json_count(const char *name, uint64_t count)
{
    write_name(name);
    printf("%" PRIu64, count);
}

void json_real(const char *name, double real)
{
    write_name(name);
    if (isfinite(real))
        printf("%.9g", real);
    else
        fputs("null", stdout);
}

void json_bool(const char *name, bool is_true)
{
    write_name(name);
    fputs(is_true ? "true" : "false", stdout);
}

void json_hash(const char *name, uint64_t hash)
{
    write_name(name);
    printf("\"%016" PRIx64 "\"", hash);
}

void json_open_object(const char *name)
{
    open_with(name, '{');
}

void json_close_object(void)
{
    close_with('}');
}

void json_open_array(const char *name)
{
    open_with(name, '[');
}

void json_close_array(void)
{
    close_with(']');
}
