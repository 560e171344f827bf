/* Texts in UTF-8, letter by letter. Every letter is taken to be one column wide. */
#ifndef PICTURE_LETTERS_H
#define PICTURE_LETTERS_H

#include <stddef.h>
#include <stdint.h>

/* The code point that *text begins with, and moves *text behind it; a byte that begins none counts as '?'. */
uint32_t letter_next(const char **text);

/* The number of letters. */
size_t letters_count(const char *text);

/* The bytes of a text that stand on a line of so many letters: all of them, or those before the last blank in
 * the line's second half, or as many as there is room for. After a colon no line ends: in "7: 4, 8: 5" a pair
 * stays together. */
size_t letters_line(const char *text, size_t most);

#endif
