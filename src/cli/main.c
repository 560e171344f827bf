/* cnn: finds the command, reads its options, runs it, and is the one place that exits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "help.h"
#include "interrupt.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "waiting.h"

enum { EXIT_USAGE = 2 };

/* argv[0] is the command's name. */
static enum cnn_status run_command(const struct command *command, int argc, char **argv,
                                   struct cnn_error *error)
{
    _Alignas(max_align_t) char settings[COMMAND_SETTINGS_BYTES];
    memcpy(settings, command->defaults, command->settings_bytes);
    enum help_wanted help = HELP_NONE;
    enum cnn_status status = options_parse(command, argc, argv, settings, &help, error);
    if (status || help == HELP_NONE)
        return status ? status : command->run(settings, error);
    const struct operands *operands =
        (const struct operands *)(const void *)(settings + command->operands_field);
    const char *operand = command->operands && operands->count ? operands->text[0] : NULL;
    if (help == HELP_SHORT)
        help_command_short(command, operand);
    else
        help_command(command, operand);
    return CNN_OK;
}

/* cnn help [COMMAND|TOPIC]. */
static enum cnn_status run_help(const char *name, struct cnn_error *error)
{
    const struct command *command;
    if (!name)
        help_program();
    if (!name || help_words(name))
        return CNN_OK;
    enum cnn_status status = command_find(name, &command, error);
    if (status)
        return help_unknown(name, error);
    help_command(command, NULL);
    return CNN_OK;
}

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0 || strcmp(word, c) == 0;
}

/* Runs what the words ask for; *name is the command to name in an error. */
static enum cnn_status run(int argc, char **argv, const char **name, struct cnn_error *error)
{
    const char *word = argc > 1 ? argv[1] : NULL;
    if (!word) {
        fail(error, CNN_ERROR_USAGE, "expected a command, found nothing");
        return fail_hint(error, "cnn --help shows them");
    }
    if (is_one_of(word, "help", "--help", "-h")) {
        if (argc > 3)
            return fail(error, CNN_ERROR_USAGE, "unexpected argument '%.64s'; help takes one word", argv[3]);
        return run_help(argc > 2 ? argv[2] : NULL, error);
    }
    if (is_one_of(word, "version", "--version", "-V"))
        return argc > 2 ? fail(error, CNN_ERROR_USAGE, "unexpected argument '%.64s' after %s", argv[2], word)
                        : help_version(error);
    if (word[0] == '-') {
        fail(error, CNN_ERROR_USAGE, "unknown option '%.64s'; expected a command", word);
        return fail_hint(error, "options follow the command: cnn train --epochs 10");
    }
    const struct command *command;
    enum cnn_status status = command_find(word, &command, error);
    if (status)
        return status;
    *name = command->name;
    if (command->many_steps)
        waiting_soon_sleeps(argv);
    return run_command(command, argc - 1, argv + 1, error);
}

int main(int argc, char **argv)
{
    struct cnn_error error = {0}, output = {0};
    const char *name = NULL;
    output_open();
    enum cnn_status status = run(argc, argv, &name, &error);
    if (output_close(&output) && !status) {
        status = output.status;
        error = output;
    }
    if (status)
        message_print(name, &error);
    else if (interrupt_asked())
        return interrupt_exit_status();
    return status == CNN_OK ? EXIT_SUCCESS : status == CNN_ERROR_USAGE ? EXIT_USAGE : EXIT_FAILURE;
}
