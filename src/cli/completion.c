/* cnn completion: what a shell needs to complete the command line, made from the tables of commands and
 * options. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "help.h"
#include "message.h"
#include "options.h"

struct completion_settings {
    struct operands shells;
};

static const struct completion_settings defaults = {{NULL, 0}};

/* ---- what may stand where ------------------------------------------------------------------------- */

enum value_kind { VALUE_NONE, VALUE_FREE, VALUE_FILE, VALUE_WORDS };

enum { WORDS_TEXT = 512 };

/* Puts the parts of "a|b" into text with blanks between them. */
static void add_choices(char text[WORDS_TEXT], const char *choices)
{
    snprintf(text, WORDS_TEXT, "%s", choices);
    for (char *bar; (bar = strchr(text, '|'));)
        *bar = ' ';
}

static void add_words(char text[WORDS_TEXT], enum cnn_words table)
{
    const struct cnn_word *word;
    *text = '\0';
    for (size_t i = 0; (word = cnn_word(table, i)); i++) {
        size_t used = strlen(text);
        snprintf(text + used, WORDS_TEXT - used, "%s%s", i ? " " : "", word->word);
    }
}

static bool is_file(const char *value)
{
    return strstr(value, "FILE") || strstr(value, "PATH") || strstr(value, "DIR");
}

/* What an option's value may be; words, where it is one of some, with blanks between them. */
static enum value_kind value_of(const struct option_row *option, char words[WORDS_TEXT])
{
    *words = '\0';
    if (option->kind == OPTION_FLAG)
        return VALUE_NONE;
    if (option->kind == OPTION_CHOICE)
        add_choices(words, option->value);
    else if (option->has_words)
        add_words(words, option->words);
    return *words ? VALUE_WORDS : is_file(option->value) ? VALUE_FILE : VALUE_FREE;
}

/* What stands beside the options of a command. */
static enum value_kind operand_of(const struct command *command, char words[WORDS_TEXT])
{
    *words = '\0';
    if (!command->operands)
        return VALUE_NONE;
    if (strchr(command->operands, '|'))
        add_choices(words, command->operands);
    return *words ? VALUE_WORDS : is_file(command->operands) ? VALUE_FILE : VALUE_FREE;
}

/* The first clause of a text, each letter of special behind a backslash, for a shell's single quotes. */
static void print_clause(const char *text, const char *special)
{
    size_t n = strcspn(text, ";");
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\'')
            fputs("'\\'", stdout);
        else if (strchr(special, text[i]))
            putchar('\\');
        putchar(text[i]);
    }
}

static void print_commands(void)
{
    const struct command *command;
    for (size_t i = 0; (command = command_row(i)); i++)
        printf("%s ", command->name);
    printf("help version");
}

/* What cnn help takes. */
static void print_topics(void)
{
    const struct command *command;
    for (size_t i = 0; (command = command_row(i)); i++)
        printf("%s ", command->name);
    for (size_t i = 0; help_topic(i); i++)
        printf("%s%s", i ? " " : "", help_topic(i));
}

/* ---- bash ----------------------------------------------------------------------------------------- */

static void print_bash_value(enum value_kind kind, const char *words)
{
    if (kind == VALUE_WORDS)
        printf("_cnn_words '%s' ;;\n", words);
    else
        printf("%s ;;\n", kind == VALUE_FILE ? "_cnn_files" : "return");
}

static void print_bash_command(const struct command *command)
{
    char words[WORDS_TEXT];
    for (size_t i = 0; i < command->n_options; i++) {
        enum value_kind kind = value_of(&command->options[i], words);
        if (kind == VALUE_NONE)
            continue;
        printf("    '%s --%s') ", command->name, command->options[i].name);
        print_bash_value(kind, words);
    }
    printf("    '%s '*)\n        [[ $cur == -* ]] && _cnn_words '", command->name);
    for (size_t i = 0; i < command->n_options; i++)
        printf("--%s ", command->options[i].name);
    printf("--help' && return\n        ");
    print_bash_value(operand_of(command, words), words);
}

static void print_bash(void)
{
    const struct command *command;
    printf("# Completion of cnn for bash, by cnn completion bash.\n"
           "_cnn() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]}\n"
           "    _cnn_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
           "    _cnn_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "
           "\"$cur\"); }\n"
           "    COMPREPLY=()\n"
           "    ((COMP_CWORD > 1)) || { _cnn_words '");
    print_commands();
    printf(" --help --version'; return; }\n"
           "    case \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}\" in\n"
           "    'help '*) _cnn_words '");
    print_topics();
    printf("' ;;\n");
    for (size_t i = 0; (command = command_row(i)); i++)
        print_bash_command(command);
    printf("    esac\n}\ncomplete -F _cnn cnn\n");
}

/* ---- zsh ------------------------------------------------------------------------------------------ */

/* The action of an argument of _arguments, behind its colons. */
static void print_zsh_value(enum value_kind kind, const char *name, const char *words)
{
    if (kind == VALUE_NONE)
        return;
    putchar(':');
    print_clause(name, ":");
    if (kind == VALUE_WORDS)
        printf(":(%s)", words);
    else
        printf(":%s", kind == VALUE_FILE ? "_files" : "");
}

static void print_zsh_command(const struct command *command)
{
    char words[WORDS_TEXT];
    printf("    %s)\n        _arguments", command->name);
    for (size_t i = 0; i < command->n_options; i++) {
        const struct option_row *option = &command->options[i];
        enum value_kind kind = value_of(option, words);
        printf(" \\\n            '--%s[", option->name);
        print_clause(option->help, "[]:\\");
        putchar(']');
        print_zsh_value(kind,
                        option->kind == OPTION_CHOICE ? "WORD"
                        : option->value               ? option->value
                                                      : "",
                        words);
        putchar('\'');
    }
    printf(" \\\n            '(- *)'{-h,--help}'[show help]'");
    enum value_kind kind = operand_of(command, words);
    if (kind != VALUE_NONE) {
        printf(" \\\n            '*");
        print_zsh_value(kind, kind == VALUE_WORDS ? "WORD" : command->operands, words);
        putchar('\'');
    }
    printf("\n        ;;\n");
}

static void print_zsh(void)
{
    const struct command *command;
    printf("#compdef cnn\n# Completion of cnn for zsh, by cnn completion zsh.\n_cnn() {\n"
           "    local -a commands=(\n");
    for (size_t i = 0; (command = command_row(i)); i++) {
        printf("        '%s:", command->name);
        print_clause(command->about, ":\\");
        printf("'\n");
    }
    printf("        'help:Explains a command, or the words that options take.'\n"
           "        'version:Shows version, instruction set, threads, libraries.'\n"
           "    )\n"
           "    if ((CURRENT == 2)); then\n"
           "        _describe command commands\n"
           "        return\n"
           "    fi\n"
           "    shift words\n"
           "    ((CURRENT--))\n"
           "    case $words[1] in\n"
           "    help) compadd ");
    print_topics();
    printf(" ;;\n");
    for (size_t i = 0; (command = command_row(i)); i++)
        print_zsh_command(command);
    printf("    esac\n}\n"
           "if [ \"$funcstack[1]\" = _cnn ]; then _cnn \"$@\"; else compdef _cnn cnn; fi\n");
}

/* ---- fish ----------------------------------------------------------------------------------------- */

static void print_fish_value(enum value_kind kind, const char *words)
{
    if (kind == VALUE_FILE)
        printf(" -r -F");
    else if (kind == VALUE_WORDS)
        printf(" -x -a '%s'", words);
    else if (kind == VALUE_FREE)
        printf(" -x");
}

static void print_fish_command(const struct command *command)
{
    char words[WORDS_TEXT], seen[96];
    snprintf(seen, sizeof seen, "complete -c cnn -n '__fish_seen_subcommand_from %s'", command->name);
    printf("complete -c cnn -n __fish_use_subcommand -a %s -d '", command->name);
    print_clause(command->about, "\\");
    printf("'\n");
    for (size_t i = 0; i < command->n_options; i++) {
        const struct option_row *option = &command->options[i];
        printf("%s -l %s", seen, option->name);
        print_fish_value(value_of(option, words), words);
        printf(" -d '");
        print_clause(option->help, "\\");
        printf("'\n");
    }
    enum value_kind kind = operand_of(command, words);
    if (kind == VALUE_WORDS)
        printf("%s -a '%s'\n", seen, words);
    else if (kind == VALUE_FILE)
        printf("%s -F\n", seen);
}

static void print_fish(void)
{
    const struct command *command;
    printf("# Completion of cnn for fish, by cnn completion fish.\n"
           "complete -c cnn -f\n"
           "complete -c cnn -s h -l help -d 'Shows help'\n"
           "complete -c cnn -n __fish_use_subcommand -a help -d 'Explains a command, or the words that "
           "options take.'\n"
           "complete -c cnn -n '__fish_seen_subcommand_from help' -a '");
    print_topics();
    printf("'\n");
    for (size_t i = 0; (command = command_row(i)); i++)
        print_fish_command(command);
}

/* ---- the command ---------------------------------------------------------------------------------- */

static enum cnn_status run_completion(const void *settings, struct cnn_error *error)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    static void (*const print[])(void) = {print_bash, print_zsh, print_fish};
    const char *wanted = ((const struct completion_settings *)settings)->shells.text[0];
    for (size_t i = 0; i < COUNT_OF(shells); i++)
        if (strcmp(wanted, shells[i]) == 0) {
            print[i]();
            return CNN_OK;
        }
    return cnn_unknown_word("shell", wanted, shells, COUNT_OF(shells), error);
}

static const char *const details[] = {
    "Writes a script to standard output. Installing the program puts it where bash, zsh and fish look; "
    "otherwise "
    "the examples put it there, or into the shell that runs.",
    NULL,
};

const struct command command_completion = {
    .name = "completion",
    .about = "Writes what a shell needs to complete commands, options and words.",
    .details = details,
    .examples = "  source <(cnn completion bash)\n"
                "  source <(cnn completion zsh)\n"
                "  cnn completion fish > ~/.config/fish/completions/cnn.fish\n",
    .operands = "bash|zsh|fish",
    .operands_field = offsetof(struct completion_settings, shells),
    .least_operands = 1,
    .most_operands = 1,
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .run = run_completion,
};
