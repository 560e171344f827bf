#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

/* Messages quote files and words as they are, but stay single lines, and terminals obey some characters. */
static void make_plain(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            *text = '?';
}

enum cnn_status error_set(struct cnn_error *error, enum cnn_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        error->status = status;
        error->hint[0] = '\0';
        vsnprintf(error->message, sizeof error->message, format, args);
        make_plain(error->message);
        va_end(args);
    }
    return status;
}

enum cnn_status error_hint(struct cnn_error *error, enum cnn_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        vsnprintf(error->hint, sizeof error->hint, format, args);
        make_plain(error->hint);
        va_end(args);
    }
    return status;
}

enum cnn_status error_memory(struct cnn_error *error, size_t bytes)
{
    return error_set(error, CNN_ERROR_MEMORY, "memory ran out: %zu bytes were asked for", bytes);
}
