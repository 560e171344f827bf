#include "help.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "options.h"

enum { HELP_COLUMNS = 80, HELP_INDENT = 26 };

/* Writes a text broken at blanks, each line from column indent on; used columns of the first are taken. */
static void print_wrapped(const char *text, size_t used, size_t indent)
{
    if (used > 0 && used + 2 > indent) {
        putchar('\n');
        used = 0;
    }
    printf("%*s", (int)(indent - used), "");
    for (size_t column = indent; *text;) {
        size_t word = strcspn(text, " ");
        if (column > indent && column + 1 + word > HELP_COLUMNS) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)word, text);
        column += word;
        text += word + strspn(text + word, " ");
    }
    putchar('\n');
}

/* "(1 to 1024; default 10)": what the table knows of an option's value, after its help. */
static void range_text(const struct option_row *option, const void *defaults, char *text, size_t size)
{
    const void *field = (const char *)defaults + option->field;
    char range[96] = "", preset[64] = "";
    if (option->kind == OPTION_COUNT) {
        uint64_t count = *(const uint64_t *)field;
        if (option->max <= 100000)
            snprintf(range, sizeof range, "%" PRIu64 " to %" PRIu64, option->min, option->max);
        if (count >= option->min && count <= option->max)
            snprintf(preset, sizeof preset, "default %" PRIu64, count);
    } else if (option->kind == OPTION_REAL) {
        double real = *(const double *)field;
        snprintf(range, sizeof range, "%g to %g", option->low, option->high);
        if (real >= option->low && real <= option->high)
            snprintf(preset, sizeof preset, "default %g", real);
    } else if (option->kind == OPTION_TEXT && *(const char *const *)field) {
        snprintf(preset, sizeof preset, "default %s", *(const char *const *)field);
    } else if (option->kind == OPTION_CHOICE && *(const int *)field >= 0) {
        char word[24];
        if (choice_word(option->value, (size_t) * (const int *)field, word, sizeof word))
            snprintf(preset, sizeof preset, "default %s", word);
    }
    *text = '\0';
    if (*range || *preset)
        snprintf(text, size, " (%s%s%s)", range, *range && *preset ? "; " : "", preset);
}

static void print_option(const struct option_row *option, const void *defaults)
{
    char range[176], text[640];
    range_text(option, defaults, range, sizeof range);
    snprintf(text, sizeof text, "%s%s", option->help, range);
    int used =
        printf("      --%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
    print_wrapped(text, (size_t)used, HELP_INDENT);
}

static void print_words(enum cnn_words table)
{
    static const char *const titles[] = {
        [CNN_WORDS_LAYER] = "Layers",       [CNN_WORDS_ACTIVATION] = "Activations",
        [CNN_WORDS_LOSS] = "Losses",        [CNN_WORDS_OPTIMIZER] = "Optimizers",
        [CNN_WORDS_SCHEDULE] = "Schedules", [CNN_WORDS_ARCH] = "Architectures by name",
    };
    printf("\n%s:\n", titles[table]);
    const struct cnn_word *word;
    for (size_t i = 0; (word = cnn_word(table, i)); i++) {
        bool named = table == CNN_WORDS_ARCH; /* the usage of a name is what it stands for */
        print_wrapped(word->help, (size_t)printf("  %s", named ? word->word : word->usage), HELP_INDENT);
        if (named)
            print_wrapped(word->usage, 0, HELP_INDENT);
    }
}

void help_command(const struct command *command)
{
    printf("Usage: cnn %s [OPTION]...\n\n", command->name);
    print_wrapped(command->about, 0, 0);
    for (const char *const *paragraph = command->details; paragraph && *paragraph; paragraph++) {
        putchar('\n');
        print_wrapped(*paragraph, 0, 0);
    }
    printf("\nOptions:\n");
    for (size_t i = 0; i < command->n_options; i++)
        print_option(&command->options[i], command->defaults);
    print_wrapped("show this and stop", (size_t)printf("  -h, --help"), HELP_INDENT);
    for (size_t i = 0; i < command->n_words; i++)
        print_words(command->words[i]);
    printf("\nExamples:\n%s", command->examples);
}

void help_program(void)
{
    printf("cnn: small convolutional networks, trained, tested and explained\n\n"
           "Usage: cnn COMMAND [OPTION]...\n\n"
           "The lesson in four commands:\n"
           "  cnn summary               the network: its layers, shapes and parameters\n"
           "  cnn train --epochs 10     learn the digits from 60,000 images\n"
           "  cnn predict --first 5     what it makes of the first five, beside the truth\n"
           "  cnn evaluate              how well it reads images it has never seen\n\n"
           "Commands:\n");
    const struct command *command;
    for (size_t i = 0; (command = command_row(i)); i++)
        print_wrapped(command->about, (size_t)printf("  %s", command->name), 12);
    printf("\n"
           "  cnn COMMAND --help        the options of a command (also: cnn help COMMAND)\n"
           "  cnn --version             version, instruction set, threads, libraries\n\n"
           "Exit status: 0 done, 1 failed, 2 wrong use; 128 + N stopped by signal N, the run saved.\n");
}

enum cnn_status help_version(struct cnn_error *error)
{
    const char *cpu;
    enum cnn_status status = cnn_cpu(&cpu, error);
    if (status)
        return status;
    printf("cnn %s\n"
           "instruction set  %s\n"
           "threads          %zu\n"
           "libraries        %s\n",
           cnn_version(), cpu, cnn_threads(), cnn_libraries());
    return CNN_OK;
}
