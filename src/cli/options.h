/* The command line of one command, read by its table of options. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "command.h"

enum help_wanted { HELP_NONE, HELP_SHORT, HELP_WHOLE };

/* Reads argv[1] on (argv[0] is the command's name) into settings, which hold the defaults. Where -h or --help
 * stands, *help is set, and of what follows only the operands are looked at.
 * Errors: USAGE (an option that is unknown, lacks its value or has one it cannot have; a stray argument). */
enum cnn_status options_parse(const struct command *command, int argc, char **argv, void *settings,
                              enum help_wanted *help, struct cnn_error *error);

/* Puts the value of one option, as it would be typed, into its field; text is not looked at for a flag.
 * Errors: USAGE. */
enum cnn_status options_set(const struct option_row *option, const char *text, void *settings,
                            struct cnn_error *error);

/* Word i of a list such as "keras2|keras3"; false past its end. */
bool choice_word(const char *choices, size_t i, char *word, size_t size);

/* A whole number in decimal digits and nothing else; false when it is not one or does not fit. */
bool parse_count(const char *text, uint64_t *count);

/* The shape of images, "28x28x1", as --input takes it. Errors: USAGE. */
enum cnn_status parse_shape(const char *text, size_t *height, size_t *width, size_t *channels,
                            struct cnn_error *error);

#endif
