#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "stray.h"
#include "synonyms.h"

enum { HELP_OPTION = 1 }; /* what getopt_long gives for --help: no letter, and no option of a table */

bool choice_word(const char *choices, size_t i, char *word, size_t size)
{
    for (; i > 0; i--) {
        choices = strchr(choices, '|');
        if (!choices)
            return false;
        choices++;
    }
    snprintf(word, size, "%.*s", (int)strcspn(choices, "|"), choices);
    return true;
}

bool parse_count(const char *text, uint64_t *count)
{
    if (!isdigit((unsigned char)*text))
        return false;
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*end || errno)
        return false;
    *count = value;
    return true;
}

enum cnn_status parse_shape(const char *text, size_t *height, size_t *width, size_t *channels,
                            struct cnn_error *error)
{
    size_t *const sizes[] = {height, width, channels};
    const char *rest = text;
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        char part[8];
        uint64_t size = 0;
        size_t length = strcspn(rest, "x");
        snprintf(part, sizeof part, "%.*s", (int)length, rest);
        bool good = length < sizeof part && parse_count(part, &size) && size >= 1;
        if (!good || rest[length] != (i + 1 < COUNT_OF(sizes) ? 'x' : '\0'))
            return fail(error, CNN_ERROR_USAGE,
                        "--input: expected HEIGHTxWIDTHxCHANNELS such as 28x28x1, found '%.64s'", text);
        *sizes[i] = (size_t)size;
        rest += length + 1;
    }
    return CNN_OK;
}

static bool parse_real(const char *text, double *real)
{
    if (!*text || text[strspn(text, "0123456789.eE+-")])
        return false; /* strtod would take blanks, hexadecimal, inf and nan as well */
    char *end;
    double value = strtod(text, &end);
    if (*end || !isfinite(value))
        return false;
    *real = value;
    return true;
}

static enum cnn_status set_choice(const struct option_row *option, const char *text, int *field,
                                  struct cnn_error *error)
{
    char words[8][24], what[64];
    const char *known[8];
    size_t n = 0;
    for (; n < COUNT_OF(words) && choice_word(option->value, n, words[n], sizeof words[n]); n++) {
        if (strcmp(words[n], text) == 0) {
            *field = (int)n;
            return CNN_OK;
        }
        known[n] = words[n];
    }
    snprintf(what, sizeof what, "--%s", option->name);
    return cnn_unknown_word(what, text, known, n, error);
}

enum cnn_status options_set(const struct option_row *option, const char *text, void *settings,
                            struct cnn_error *error)
{
    void *field = (char *)settings + option->field;
    uint64_t count;
    double real;
    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return CNN_OK;
    case OPTION_COUNT:
        if (!parse_count(text, &count) || count < option->min || count > option->max)
            return fail(error, CNN_ERROR_USAGE,
                        "--%s: expected a whole number from %" PRIu64 " to %" PRIu64 ", found '%.64s'",
                        option->name, option->min, option->max, text);
        *(uint64_t *)field = count;
        return CNN_OK;
    case OPTION_REAL:
        if (!parse_real(text, &real) || real < option->low || real > option->high)
            return fail(error, CNN_ERROR_USAGE, "--%s: expected a number from %g to %g, found '%.64s'",
                        option->name, option->low, option->high, text);
        *(double *)field = real;
        return CNN_OK;
    case OPTION_TEXT:
        if (!*text)
            return fail(error, CNN_ERROR_USAGE, "--%s: expected %s, found nothing", option->name,
                        option->value);
        *(const char **)field = text;
        return CNN_OK;
    case OPTION_CHOICE:
        return set_choice(option, text, field, error);
    }
    return CNN_OK;
}

/* The error of "--word" or "--word=value", which getopt_long took for none of the options. */
static enum cnn_status unknown_option(const struct command *command, const char *text,
                                      struct cnn_error *error)
{
    char names[COMMAND_OPTIONS + 1][40] = {"--help"}, word[64], alike[256] = "";
    const char *known[COMMAND_OPTIONS + 1] = {names[0]};
    size_t n = 1, n_alike = 0;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, "="), text);
    for (; n <= command->n_options; n++) {
        snprintf(names[n], sizeof names[n], "--%s", command->options[n - 1].name);
        known[n] = names[n];
        size_t used = strlen(alike);
        if (strncmp(names[n], word, strlen(word)) == 0)
            snprintf(alike + used, sizeof alike - used, "%s%s", n_alike++ ? " or " : "", names[n]);
    }
    if (n_alike > 1)
        return fail(error, CNN_ERROR_USAGE, "%s: could be %s", word, alike);
    struct cnn_error nearest = {0};
    cnn_unknown_word("option", word, known, n, &nearest);
    fail(error, CNN_ERROR_USAGE, "unknown option %s", word);
    const char *meant = strcmp(command->name, "train") == 0 ? synonym("option", word) : NULL;
    if (meant)
        return fail_hint(error, "did you mean %s?", meant);
    return nearest.hint[0] ? fail_hint(error, "%s", nearest.hint)
                           : fail_hint(error, "cnn %s --help lists the options", command->name);
}

/* What getopt_long complains of. found is '?' or ':', and optopt the option it knows, if it knows one. */
static enum cnn_status option_error(const struct command *command, int found, char **argv,
                                    struct cnn_error *error)
{
    if (optopt > UCHAR_MAX) {
        const struct option_row *option = &command->options[optopt - UCHAR_MAX - 1];
        return found == ':' ? fail(error, CNN_ERROR_USAGE, "--%s: expected %s, found nothing", option->name,
                                   option->value)
                            : fail(error, CNN_ERROR_USAGE, "--%s: takes no value", option->name);
    }
    if (strncmp(argv[optind - 1], "--", 2) == 0)
        return optopt == HELP_OPTION ? fail(error, CNN_ERROR_USAGE, "--help: takes no value")
                                     : unknown_option(command, argv[optind - 1], error);
    fail(error, CNN_ERROR_USAGE, "unknown option -%c", optopt);
    return fail_hint(error, "cnn %s --help lists the options", command->name);
}

/* What stands beside the options: as many as the command takes. */
static enum cnn_status set_operands(const struct command *command, struct operands found, bool help,
                                    void *settings, struct cnn_error *error)
{
    if (!help && found.count > command->most_operands) {
        fail(error, CNN_ERROR_USAGE, "unexpected argument '%.64s'; cnn %s takes %s%s",
             found.text[command->most_operands], command->name,
             command->operands ? "options and " : "options only", command->operands ? command->operands : "");
        return stray_hint(command, found.text[command->most_operands], error);
    }
    if (!help && found.count < command->least_operands) {
        fail(error, CNN_ERROR_USAGE, "expected %s, found nothing", command->operands);
        return fail_hint(error, "cnn %s --help says more", command->name);
    }
    if (command->operands)
        memcpy((char *)settings + command->operands_field, &found, sizeof found);
    return CNN_OK;
}

enum cnn_status options_parse(const struct command *command, int argc, char **argv, void *settings,
                              enum help_wanted *help, struct cnn_error *error)
{
    struct option longs[COMMAND_OPTIONS + 2] = {{"help", no_argument, NULL, HELP_OPTION}};
    for (size_t i = 0; i < command->n_options; i++) {
        const struct option_row *option = &command->options[i];
        longs[i + 1] = (struct option){option->name, option->value ? required_argument : no_argument, NULL,
                                       UCHAR_MAX + 1 + (int)i};
    }
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, ":h", longs, NULL)) != -1;) {
        if (!*help && (found == 'h' || found == HELP_OPTION))
            *help = found == 'h' ? HELP_SHORT : HELP_WHOLE;
        if (*help)
            continue;
        if (found == '?' || found == ':')
            return option_error(command, found, argv, error);
        int i = found - UCHAR_MAX - 1;
        enum cnn_status status = options_set(&command->options[i], optarg, settings, error);
        if (status)
            return status;
        if (command->given)
            *(uint64_t *)(void *)((char *)settings + command->given) |= UINT64_C(1) << i;
    }
    struct operands operands = {argv + optind, (size_t)(argc - optind)};
    return set_operands(command, operands, *help != HELP_NONE, settings, error);
}
