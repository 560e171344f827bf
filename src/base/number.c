#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void number_format(double value, char *text)
{
    for (int digits = 12; digits <= 17; digits++) {
        snprintf(text, NUMBER_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

bool number_parse(const char **text, double *value)
{
    if (**text == '\0' || !strchr("0123456789.", **text))
        return false;
    char *end;
    *value = strtod(*text, &end);
    /* strtod would take hexadecimal as well */
    if (end == *text || (size_t)(end - *text) > strspn(*text, "0123456789.eE+-") || !isfinite(*value))
        return false;
    *text = end;
    return true;
}

const char *number_text(char text[NUMBER_WIDTH], double whole)
{
    char digits[NUMBER_WIDTH];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%.0f", whole), used = 0;
    if (n >= sizeof digits * 3 / 4)
        n = sizeof digits * 3 / 4;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}
