/* A word on the command line that stands where none is taken. */
#ifndef CLI_STRAY_H
#define CLI_STRAY_H

#include "command.h"

/* Adds to an error what such a word was likely meant as: the value of an option, as a model's file or the
 * name of an optimizer is, or an option without its dashes. Else that the help lists what is taken. Returns
 * the error's status. */
enum cnn_status stray_hint(const struct command *command, const char *word, struct cnn_error *error);

#endif
