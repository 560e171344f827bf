#include "explain/equation.h"

#include <stdio.h>
#include <string.h>

enum { LINE_WIDTH = 256 };

/* A text with the names in braces, or with their numbers: one below 0 in brackets after a sign. */
static void write_text(const struct names *names, const char *text, bool numbers, char line[LINE_WIDTH])
{
    size_t used = 0;
    while (*text && used < LINE_WIDTH - 32) {
        const size_t length = *text == '{' ? strcspn(text, "}") - 1 : 0;
        if (!length) {
            line[used++] = *text++;
            continue;
        }
        const float value = names_value(names, text + 1, length);
        const bool sign = used && strchr("+-*/^", line[used - 1 - (used > 1 && line[used - 1] == ' ')]);
        if (!numbers)
            used += (size_t)snprintf(line + used, LINE_WIDTH - used, "%.*s", (int)length, text + 1);
        else
            used += (size_t)snprintf(line + used, LINE_WIDTH - used, value < 0 && sign ? "(%.6g)" : "%.6g",
                                     (double)value);
        text += length + 2;
    }
    line[used] = '\0';
}

void tell_equation(struct paper *paper, const struct names *names, const char *name, const char *text,
                   float value)
{
    char symbols[LINE_WIDTH], numbers[LINE_WIDTH], result[32];
    write_text(names, text, false, symbols);
    write_text(names, text, true, numbers);
    snprintf(result, sizeof result, "%.6g", (double)value);
    if (strcmp(numbers, result) == 0 || strcmp(numbers, symbols) == 0)
        paper_line(paper, "%s = %s = %s", name, symbols, result);
    else
        paper_line(paper, "%s = %s = %s = %s", name, symbols, numbers, result);
}
