/* What the program says beside its results. */
#ifndef CLI_MESSAGE_H
#define CLI_MESSAGE_H

#include "cnn.h"

#if defined(__GNUC__)
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#else
#define PRINTF_LIKE(text, first)
#endif

/* Sets status and message, clears the hint, and returns status. */
enum cnn_status fail(struct cnn_error *error, enum cnn_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Says what to do about an error that is set; returns its status. */
enum cnn_status fail_hint(struct cnn_error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* The error of memory that ran out. */
enum cnn_status fail_memory(struct cnn_error *error);

/* A line on standard error that is no error; broken at blanks to the width of a terminal. */
void note(const char *format, ...) PRINTF_LIKE(1, 2);

/* A line of a result on standard output, with a question mark for what a terminal would obey in a name. */
void say(const char *format, ...) PRINTF_LIKE(1, 2);

/* Writes "cnn COMMAND: message" and its hint to standard error, broken behind punctuation to the width of a
 * terminal; command may be NULL. */
void message_print(const char *command, const struct cnn_error *error);

#endif
