#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "quote.h"

enum { NOTE_TEXT = 8192 }; /* room for two paths */

enum cnn_status fail(struct cnn_error *error, enum cnn_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->status = status;
    error->hint[0] = '\0';
    return status;
}

enum cnn_status fail_hint(struct cnn_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return error->status;
}

enum cnn_status fail_memory(struct cnn_error *error)
{
    return fail(error, CNN_ERROR_MEMORY, "memory ran out");
}

/* Breaks a line at blanks so that no part is wider than columns; a word that is wider stands alone. */
static void break_line(char *text, size_t columns)
{
    size_t length = strlen(text), begin = 0, blank = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ')
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
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    quote_plain(text);
    if (isatty(STDERR_FILENO))
        break_line(text, output_columns(stderr));
    fprintf(stderr, "%s\n", text);
}

void say(const char *format, ...)
{
    char text[NOTE_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    puts(quote_plain(text));
}

void message_print(const char *command, const struct cnn_error *error)
{
    struct cnn_error shown = *error;
    const char *plain = tone_begin(stderr, TONE_PLAIN);
    fprintf(stderr, "%scnn%s%s:%s %s\n", tone_begin(stderr, TONE_BAD), command ? " " : "",
            command ? command : "", plain, quote_plain(shown.message));
    if (error->hint[0])
        fprintf(stderr, "%shint:%s %s\n", tone_begin(stderr, TONE_BOLD), plain, quote_plain(shown.hint));
}
