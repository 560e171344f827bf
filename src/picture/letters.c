#include "picture/letters.h"

uint32_t letter_next(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;
    size_t more = *at < 0x80 ? 0 : *at >= 0xf0 ? 3 : *at >= 0xe0 ? 2 : *at >= 0xc0 ? 1 : 4;
    uint32_t letter = more == 4 ? '?' : more == 0 ? *at : *at & (0x3fu >> more);
    more = more == 4 ? 0 : more;
    *text += 1;
    for (size_t i = 1; i <= more; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return '?';
        letter = letter << 6 | (at[i] & 0x3f);
        *text += 1;
    }
    return letter;
}

size_t letters_count(const char *text)
{
    size_t n = 0;
    while (*text) {
        letter_next(&text);
        n++;
    }
    return n;
}

size_t letters_line(const char *text, size_t most)
{
    const char *end = text;
    for (size_t n = 0; *end && n < most; n++)
        letter_next(&end);
    size_t length = (size_t)(end - text);
    for (size_t n = length; *end && n > length / 2; n--)
        if (text[n] == ' ' && text[n - 1] != ':')
            return n;
    return length;
}
