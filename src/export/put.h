/* Values as JSON that may stand in a page: no text of a model can end the block that it is in. */
#ifndef EXPORT_PUT_H
#define EXPORT_PUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A text in quotes, with < > & as \u003c and so on. */
void put_text(FILE *out, const char *text);

/* [1,2.5], [1,2] */
void put_numbers(FILE *out, const double *values, size_t n);
void put_sizes(FILE *out, const size_t *values, size_t n);

/* In base 64, without quotes; floats as 4 bytes, the lowest first. */
void put_base64(FILE *out, const uint8_t *bytes, size_t n);
void put_floats(FILE *out, const float *values, size_t n);

#endif
