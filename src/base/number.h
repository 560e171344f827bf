/* Numbers as people write them. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>

enum { NUMBER_TEXT = 26, NUMBER_WIDTH = 32 };

/* The shortest of 12 to 17 digits that number_parse reads back to the bit. Shapes: text [NUMBER_TEXT]. */
void number_format(double value, char *text);

/* Reads a decimal number from 0 on, such as "0.9" or "1e-3", and moves *text behind it. false: there is none,
 * or it is too large. */
bool number_parse(const char **text, double *value);

/* "850", "2,400", "201,684": with commas from four digits on. Returns text. */
const char *number_text(char text[NUMBER_WIDTH], double whole);

#endif
