/* Filling a struct cnn_error. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "cnn.h"

#if defined(__GNUC__)
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#else
#define PRINTF_LIKE(string, first)
#endif

/* Sets status and message, clears the hint, and returns status, so that a failing function ends in
 * "return error_set(error, CNN_ERROR_IO, ...);". error may be NULL. */
enum cnn_status error_set(struct cnn_error *error, enum cnn_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* Adds what to do to an error that is set; returns its status. error may be NULL. */
enum cnn_status error_hint(struct cnn_error *error, enum cnn_status status, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The error of memory that ran out while asking for bytes. */
enum cnn_status error_memory(struct cnn_error *error, size_t bytes);

#endif
