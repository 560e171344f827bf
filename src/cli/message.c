#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "quote.h"

enum { NOTE_TEXT = 8192 }; /* room for two paths */

static void write_plain(char *text, size_t size, const char *format, va_list arguments)
{
    vsnprintf(text, size, format, arguments);
    quote_plain(text);
}

enum cnn_status fail(struct cnn_error *error, enum cnn_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_plain(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = status;
    error->hint[0] = '\0';
    return status;
}

enum cnn_status fail_hint(struct cnn_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_plain(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return error->status;
}

enum cnn_status fail_memory(struct cnn_error *error)
{
    return fail(error, CNN_ERROR_MEMORY, "memory ran out");
}

/* Breaks a line at blanks so that no part is wider than columns; a word that is wider stands alone. The first
 * n_mark characters stay with what follows. behind: only at blanks behind one of these signs. */
static void break_line(char *text, size_t columns, size_t n_mark, const char *behind)
{
    size_t length = strlen(text), begin = 0, blank = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ' && i > n_mark && (!behind || strchr(behind, text[i - 1])))
            blank = i;
        if (i - begin >= columns && blank > begin) {
            text[blank] = '\n';
            begin = blank + 1;
        }
    }
}

void note(const char *format, ...)
{
    char text[NOTE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    write_plain(text, sizeof text, format, arguments);
    va_end(arguments);
    if (isatty(STDERR_FILENO))
        break_line(text, output_columns(stderr), 0, NULL);
    fprintf(stderr, "%s\n", text);
}

void say(const char *format, ...)
{
    char text[NOTE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    write_plain(text, sizeof text, format, arguments);
    va_end(arguments);
    puts(text);
}

/* Paths and commands are there to be copied, and hold blanks: on a terminal lines break behind punctuation
 * alone. */
static void print_part(const char *mark, enum tone tone, const char *text)
{
    char line[NOTE_TEXT];
    snprintf(line, sizeof line, "%s %s", mark, text);
    quote_plain(line);
    if (isatty(STDERR_FILENO))
        break_line(line, output_columns(stderr), strlen(mark), ",;:");
    fprintf(stderr, "%s%s%s%s\n", tone_begin(stderr, tone), mark, tone_begin(stderr, TONE_PLAIN),
            line + strlen(mark));
}

void message_print(const char *command, const struct cnn_error *error)
{
    char mark[64];
    snprintf(mark, sizeof mark, "cnn%s%s:", command ? " " : "", command ? command : "");
    print_part(mark, TONE_BAD, error->message);
    if (error->hint[0])
        print_part("hint:", TONE_BOLD, error->hint);
}
