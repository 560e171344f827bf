#include "message.h"

#include <stdarg.h>
#include <stdio.h>

/* Messages quote files and words as they are, but stay single lines, and terminals obey some characters. */
static void make_plain(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = '?';
}

enum cnn_status fail(struct cnn_error *error, enum cnn_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    make_plain(error->message);
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
    make_plain(error->hint);
    va_end(arguments);
    return error->status;
}

enum cnn_status fail_memory(struct cnn_error *error)
{
    return fail(error, CNN_ERROR_MEMORY, "memory ran out");
}

void note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void message_print(const char *command, const struct cnn_error *error)
{
    fprintf(stderr, "cnn%s%s: %s\n", command ? " " : "", command ? command : "", error->message);
    if (error->hint[0])
        fprintf(stderr, "hint: %s\n", error->hint);
}
