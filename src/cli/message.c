#include "message.h"

#include <stdarg.h>
#include <stdio.h>

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
