#include "help.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "options.h"
#include "output.h"

enum { HELP_COLUMNS = 80, HELP_INDENT = 26 };
enum { TOPIC_INDENT = 28 };                   /* where the list of commands says what else there is */
enum { BRIEF_MARGIN = 9, BRIEF_INDENT = 36 }; /* where the short help names options and explains them */
enum { PRESET_TEXT = 64 };

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

/* The value that an option has when it is not given; "" where there is none. */
static void preset_text(const struct option_row *option, const void *defaults, char text[PRESET_TEXT])
{
    const void *field = (const char *)defaults + option->field;
    uint64_t count = option->kind == OPTION_COUNT ? *(const uint64_t *)field : 0;
    double real = option->kind == OPTION_REAL ? *(const double *)field : 0;
    *text = '\0';
    if (option->kind == OPTION_COUNT && count >= option->min && count <= option->max)
        snprintf(text, PRESET_TEXT, "%" PRIu64, count);
    else if (option->kind == OPTION_REAL && real >= option->low && real <= option->high)
        snprintf(text, PRESET_TEXT, "%g", real);
    else if (option->kind == OPTION_TEXT && *(const char *const *)field)
        snprintf(text, PRESET_TEXT, "%s", *(const char *const *)field);
    else if (option->kind == OPTION_CHOICE && *(const int *)field >= 0)
        choice_word(option->value, (size_t) * (const int *)field, text, PRESET_TEXT);
}

/* " (1 to 1024; default 10)": what the table knows of an option's value, after its help. */
static void range_text(const struct option_row *option, const void *defaults, char *text, size_t size)
{
    char range[96] = "", preset[PRESET_TEXT];
    preset_text(option, defaults, preset);
    if (option->kind == OPTION_COUNT && option->max <= 100000)
        snprintf(range, sizeof range, "%" PRIu64 " to %" PRIu64, option->min, option->max);
    else if (option->kind == OPTION_REAL)
        snprintf(range, sizeof range, "%g to %g", option->low, option->high);
    *text = '\0';
    if (*range || *preset)
        snprintf(text, size, " (%s%s%s%s)", range, *range && *preset ? "; " : "", *preset ? "default " : "",
                 preset);
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

static const char *const word_topics[] = {
    [CNN_WORDS_LAYER] = "layers",       [CNN_WORDS_ACTIVATION] = "activations",
    [CNN_WORDS_LOSS] = "losses",        [CNN_WORDS_OPTIMIZER] = "optimizers",
    [CNN_WORDS_SCHEDULE] = "schedules", [CNN_WORDS_ARCH] = "architectures",
    [CNN_WORDS_EXPORT] = "exports",
};

const char *help_topic(size_t i)
{
    return i < COUNT_OF(word_topics) ? word_topics[i] : NULL;
}

enum cnn_status help_unknown(const char *word, struct cnn_error *error)
{
    const char *known[64];
    size_t n = 0;
    for (size_t i = 0; n < COUNT_OF(known) && command_row(i); i++)
        known[n++] = command_row(i)->name;
    for (size_t i = 0; n < COUNT_OF(known) && help_topic(i); i++)
        known[n++] = help_topic(i);
    cnn_unknown_word("command or topic", word, known, n, error);
    return error->hint[0] ? error->status : fail_hint(error, "cnn --help shows what each is about");
}

static void print_heading(const char *word)
{
    printf("%s%c%s:%s\n", tone_begin(stdout, TONE_BOLD), toupper((unsigned char)*word), word + 1,
           tone_begin(stdout, TONE_PLAIN));
}

static void print_words(enum cnn_words table)
{
    print_heading(word_topics[table]);
    const struct cnn_word *word;
    for (size_t i = 0; (word = cnn_word(table, i)); i++) {
        bool named = table == CNN_WORDS_ARCH; /* the usage of a name is what it stands for */
        print_wrapped(word->help, (size_t)printf("  %s", named ? word->word : word->usage), HELP_INDENT);
        if (named)
            print_wrapped(word->usage, 0, HELP_INDENT);
    }
}

bool help_words(const char *topic)
{
    for (size_t i = 0; i < COUNT_OF(word_topics); i++)
        if (strcmp(topic, word_topics[i]) == 0) {
            print_words((enum cnn_words)i);
            return true;
        }
    return false;
}

/* What an operand leaves of the command: all of it, where it is none that the command knows. */
static struct command_use use_of(const struct command *command, const char *operand)
{
    struct command_use use = {command->operands, UINT64_MAX};
    if (operand && command->narrow)
        command->narrow(operand, &use);
    return use;
}

static void print_usage(const struct command *command, const struct command_use *use)
{
    bool needed = command->least_operands > 0;
    size_t used = (size_t)printf("Usage: cnn %s [OPTION]...", command->name);
    if (use->operands && used + 3 + strlen(use->operands) > HELP_COLUMNS)
        printf("\n      "); /* under "cnn" */
    if (use->operands)
        printf(needed ? " %s" : " [%s]", use->operands);
    putchar('\n');
}

/* What the command does; and, as long as it is all of it, that an operand narrows it. */
static void print_about(const struct command *command, const struct command_use *use)
{
    char text[320];
    int word = command->narrow && use->options == UINT64_MAX ? (int)strcspn(command->operands, "|") : 0;
    snprintf(text, sizeof text, word ? "%s cnn %s %.*s -h: the options of %.*s." : "%s", command->about,
             command->name, word, command->operands, word, command->operands);
    print_wrapped(text, 0, 0);
}

static const char *const group_names[N_OPTION_GROUPS] = {
    [GROUP_OTHER] = "other", [GROUP_NETWORK] = "network", [GROUP_TRAINING] = "training",
    [GROUP_DATA] = "data",   [GROUP_FILES] = "files",     [GROUP_OUTPUT] = "output",
};

/* Group i as the help shows them: those with a name first. */
static enum option_group group_at(size_t i)
{
    return (enum option_group)((i + 1) % N_OPTION_GROUPS);
}

static void print_group(const struct command *command, const struct command_use *use, enum option_group group)
{
    size_t n = 0;
    for (size_t i = 0; i < command->n_options; i++) {
        if (command->options[i].group != group || !(use->options >> i & 1))
            continue;
        if (n++ == 0) {
            putchar('\n');
            print_heading(group_names[group]);
        }
        print_option(&command->options[i], command->defaults);
    }
    if (group == GROUP_OTHER) {
        if (n == 0) {
            putchar('\n');
            print_heading(group_names[group]);
        }
        print_wrapped("-h: a screen of options; --help: all of this", (size_t)printf("  -h, --help"),
                      HELP_INDENT);
    }
}

/* The first clause of an option's help and its default, on the line of its name and what its value must have.
 */
static void print_brief(const struct option_row *option, const void *defaults, const char *margin)
{
    char preset[PRESET_TEXT], text[320];
    bool choice = option->kind == OPTION_CHOICE && strlen(option->value) > strlen("keras2|keras3");
    preset_text(option, defaults, preset);
    const char *value = !option->value ? "" : choice ? "WORD" : option->value;
    size_t clause = strcspn(option->help, ";");
    snprintf(text, sizeof text, "%.*s%s%s%s", (int)clause, option->help, *preset ? " (" : "", preset,
             *preset ? ")" : "");
    int used = printf("%-*s--%s%s%.*s", BRIEF_MARGIN, margin, option->name, option->value ? " " : "",
                      (int)strcspn(value, "["), value);
    print_wrapped(text, (size_t)used, BRIEF_INDENT);
}

/* The options that are only named: beside -h, or where they are many below it. */
static void print_rare(const struct command *command, const struct command_use *use, const char *margin)
{
    static const char more[] = "--help says more", also[] = ", also of";
    char names[512] = "";
    for (size_t i = 0, used = 0; i < command->n_options; i++)
        if (command->options[i].rare && use->options >> i & 1)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s --%s", used ? "," : "",
                                     command->options[i].name);
    char text[sizeof more + sizeof also + sizeof names];
    bool fits = BRIEF_INDENT + strlen(more) + strlen(also) + strlen(names) <= HELP_COLUMNS;
    snprintf(text, sizeof text, "%s%s%s", more, *names ? also : "", fits ? names : "");
    print_wrapped(text, (size_t)printf("%-*s-h, --help", BRIEF_MARGIN, margin), BRIEF_INDENT);
    if (!fits)
        print_wrapped(names + 1, 0, BRIEF_MARGIN);
}

void help_command_short(const struct command *command, const char *operand)
{
    const struct command_use use = use_of(command, operand);
    print_usage(command, &use);
    print_about(command, &use);
    putchar('\n');
    const char *margin = "";
    for (size_t g = 0; g < N_OPTION_GROUPS; g++) {
        enum option_group group = group_at(g);
        margin = group_names[group];
        for (size_t i = 0; i < command->n_options; i++) {
            const struct option_row *option = &command->options[i];
            if (option->group != group || option->rare || !(use.options >> i & 1))
                continue;
            print_brief(option, command->defaults, margin);
            margin = "";
        }
    }
    print_rare(command, &use, margin);
}

void help_command(const struct command *command, const char *operand)
{
    const struct command_use use = use_of(command, operand);
    print_usage(command, &use);
    putchar('\n');
    print_about(command, &use);
    for (const char *const *paragraph = command->details; paragraph && *paragraph; paragraph++) {
        putchar('\n');
        print_wrapped(*paragraph, 0, 0);
    }
    for (size_t i = 0; i < N_OPTION_GROUPS; i++)
        print_group(command, &use, group_at(i));
    for (size_t i = 0; i < command->n_words; i++) {
        putchar('\n');
        print_words(command->words[i]);
    }
    printf("\nExamples:\n%s", command->examples);
}

static void print_topics(void)
{
    char text[256] = "";
    size_t used = 0;
    for (size_t i = 0; help_topic(i); i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s",
                                 !i                  ? ""
                                 : help_topic(i + 1) ? ", "
                                                     : " or ",
                                 help_topic(i));
    snprintf(text + used, sizeof text - used, ": words that options take");
    print_wrapped(text, (size_t)printf("  cnn help WORDS"), TOPIC_INDENT);
}

void help_program(void)
{
    printf("cnn: small convolutional networks, trained, tested and shown\n\n"
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
           "  cnn COMMAND -h            its options on a screen; --help: all there is to say\n");
    print_topics();
    printf("  cnn --version             version, instruction set, threads, libraries\n\n"
           "Exit status: 0 done, 1 failed, 2 wrong use; 128 + N stopped by signal N, the run\nsaved.\n");
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
