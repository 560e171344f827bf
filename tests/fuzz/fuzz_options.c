/* Command lines, one word a line: the command and its options are read, nothing is run. */
#include "fuzz.h"

#include "options.h"

#include <getopt.h>

enum { MAX_WORDS = 64 };

/* Cuts the text at the ends of its lines; the list ends with NULL. */
static int split(char *text, char **words)
{
    int n = 0;
    for (char *line = text; line && n < MAX_WORDS; n++) {
        words[n] = line;
        line = strchr(line, '\n');
        if (line)
            *line++ = '\0';
    }
    words[n] = NULL;
    return n;
}

/* Every field must lie within its option's range, or be as it was. */
static void check_field(const struct option_row *option, const void *defaults, const void *settings)
{
    const char *field = (const char *)settings + option->field,
               *before = (const char *)defaults + option->field;
    uint64_t count;
    double real;
    switch (option->kind) {
    case OPTION_COUNT:
        memcpy(&count, field, sizeof count);
        REQUIRE(memcmp(field, before, sizeof count) == 0 || (count >= option->min && count <= option->max));
        return;
    case OPTION_REAL:
        memcpy(&real, field, sizeof real);
        REQUIRE(memcmp(field, before, sizeof real) == 0 || (real >= option->low && real <= option->high));
        return;
    default:
        return;
    }
}

static void check_shape(const char *text)
{
    struct cnn_error error = {0};
    size_t size[3];
    enum cnn_status status = parse_shape(text, &size[0], &size[1], &size[2], &error);
    fuzz_check_error(status, &error);
    if (status == CNN_OK)
        REQUIRE(size[0] > 0 && size[1] > 0 && size[2] > 0);
}

static void check(int argc, char **argv)
{
    struct cnn_error error = {0};
    const struct command *command;
    _Alignas(max_align_t) char settings[COMMAND_SETTINGS_BYTES];
    enum help_wanted help = HELP_NONE;
    enum cnn_status status = command_find(argv[0], &command, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    memcpy(settings, command->defaults, command->settings_bytes);
    optind = 0; /* getopt starts anew */
    status = options_parse(command, argc, argv, settings, &help, &error);
    fuzz_check_error(status, &error);
    for (size_t i = 0; i < command->n_options; i++)
        check_field(&command->options[i], command->defaults, settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char *words[MAX_WORDS + 1], *text = malloc(n_bytes + 1);
    REQUIRE(text);
    memcpy(text, bytes, n_bytes);
    text[n_bytes] = '\0';
    int n = split(text, words);
    check_shape(words[n - 1]);
    check(n, words);
    free(text);
    return 0;
}
