#include "command.h"

#include <string.h>

#include "message.h"
#include "synonyms.h"

extern const struct command command_train, command_predict, command_evaluate, command_summary, command_bench,
    command_doctor, command_show, command_explain, command_export, command_strip, command_completion;

static const struct command *const commands[] = {
    &command_train,   &command_predict, &command_evaluate,   &command_summary,
    &command_explain, &command_show,    &command_export,     &command_strip,
    &command_bench,   &command_doctor,  &command_completion,
};

const struct command *command_row(size_t i)
{
    return i < COUNT_OF(commands) ? commands[i] : NULL;
}

enum cnn_status command_find(const char *name, const struct command **command, struct cnn_error *error)
{
    const char *names[COUNT_OF(commands)];
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        names[i] = commands[i]->name;
        if (strcmp(name, names[i]) == 0) {
            *command = commands[i];
            return CNN_OK;
        }
    }
    synonym_unknown("command", name, names, COUNT_OF(names), error);
    return error->hint[0] ? error->status : fail_hint(error, "cnn --help shows what each does");
}

const struct cnn_word *table_word(enum cnn_words table, const char *value)
{
    const struct cnn_word *word;
    const size_t length = strcspn(value, ":");
    for (size_t i = 0; (word = cnn_word(table, i)); i++)
        if (strlen(word->word) == length && strncmp(word->word, value, length) == 0)
            return word;
    return NULL;
}
