/* Text of others, made safe to print: as a shell reads it back, or as a terminal shows it. */
#ifndef CLI_QUOTE_H
#define CLI_QUOTE_H

#include <stdio.h>

/* Prints a word that a shell reads as exactly that text, and that holds nothing a terminal obeys: in '..', or
 * where it has a control character or bytes that are no UTF-8, in $'..', which bash, zsh and ksh know. */
void quote_print(FILE *file, const char *text);

/* The same as text, for a command that is part of a sentence, and bare where a shell needs no quotes. A word
 * that does not fit is "FILE". Returns text. */
enum { QUOTE_TEXT = 1024 };
const char *quote_word(char text[QUOTE_TEXT], const char *word);

/* Puts a question mark for every byte that a terminal would obey, or that is no UTF-8. Returns text. */
char *quote_plain(char *text);

/* Prints a text so. */
void quote_print_plain(FILE *file, const char *text);

#endif
