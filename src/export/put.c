#include "export/put.h"

#include "base/bytes.h"
#include "base/number.h"

#include <string.h>

void put_text(FILE *out, const char *text)
{
    putc('"', out);
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if (*s < ' ' || *s == 127 || *s == '<' || *s == '>' || *s == '&')
            fprintf(out, "\\u%04x", *s);
        else if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else
            putc(*s, out); /* a browser reads what is not UTF-8 as U+FFFD */
    putc('"', out);
}

void put_numbers(FILE *out, const double *values, size_t n)
{
    char text[NUMBER_TEXT];
    putc('[', out);
    for (size_t i = 0; i < n; i++) {
        number_format(values[i], text);
        fprintf(out, "%s%s", i ? "," : "", text);
    }
    putc(']', out);
}

void put_sizes(FILE *out, const size_t *values, size_t n)
{
    putc('[', out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%zu", i ? "," : "", values[i]);
    putc(']', out);
}

void put_base64(FILE *out, const uint8_t *bytes, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i < 3 ? n - i : 3;
        uint32_t word = 0;
        for (size_t k = 0; k < 3; k++)
            word = word << 8 | (k < left ? bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            putc(k <= left ? letters[word >> (18 - 6 * k) & 63] : '=', out);
    }
}

/* Source: FLOATS of 4 bytes, the lowest first. FLOATS is a multiple of 3 but for the last time. */
void put_floats(FILE *out, const float *values, size_t n)
{
    enum { FLOATS = 768 };
    uint8_t bytes[4 * FLOATS];
    for (size_t i = 0; i < n; i += FLOATS) {
        size_t count = n - i < FLOATS ? n - i : FLOATS;
        for (size_t k = 0; k < count; k++) {
            uint32_t bits;
            memcpy(&bits, &values[i + k], sizeof bits);
            bytes_put_u32_le(bytes + 4 * k, bits);
        }
        put_base64(out, bytes, 4 * count);
    }
}
