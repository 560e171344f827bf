/* The help, made from the tables of commands and options. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "command.h"

/* Writes to standard output. Of a command that does several things an operand, which may be NULL, tells which
 * options are meant. */
void help_program(void);
void help_command(const struct command *command, const char *operand);
void help_command_short(const struct command *command, const char *operand); /* one screen */

/* The table of words of a topic such as "layers"; false where there is no such topic. */
bool help_words(const char *topic);

/* The error of a word that is neither a command nor a topic. Errors: USAGE. */
enum cnn_status help_unknown(const char *word, struct cnn_error *error);

/* Topic i; NULL past the last. */
const char *help_topic(size_t i);

/* Version, instruction set, threads, libraries. Errors: USAGE when CNN_CPU cannot be had. */
enum cnn_status help_version(struct cnn_error *error);

#endif
