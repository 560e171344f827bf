/* Texts in UTF-8, letter by letter. Every letter is taken to be one column wide. */
#ifndef PICTURE_LETTERS_H
#define PICTURE_LETTERS_H

#include <stddef.h>
#include <stdint.h>

/* The code point that *text begins with, and moves *text behind it; a byte that begins none counts as '?'. */
uint32_t letter_next(const char **text);

/* The number of letters. */
size_t letters_count(const char *text);

#endif
