#include "stray.h"

#include <string.h>

#include "input.h"
#include "message.h"
#include "quote.h"

static bool is_model(const char *path)
{
    struct cnn_model *model;
    struct cnn_error error = {0};
    bool is = cnn_model_load(path, &model, &error) == CNN_OK;
    if (is)
        cnn_model_free(model);
    return is;
}

static bool is_value_of(const char *word, const struct option_row *option)
{
    if (strcmp(option->name, "data") == 0)
        return input_is_dataset(word);
    if (strcmp(option->name, "model") == 0)
        return is_model(word);
    return option->has_words && (table_word(option->words, word) ||
                                 (option->words == CNN_WORDS_ARCH && table_word(CNN_WORDS_LAYER, word)));
}

enum cnn_status stray_hint(const struct command *command, const char *word, struct cnn_error *error)
{
    char quoted[QUOTE_TEXT];
    size_t length = strcspn(word, "=");
    for (size_t i = 0; i < command->n_options; i++) {
        const struct option_row *option = &command->options[i];
        if (strlen(option->name) == length && strncmp(option->name, word, length) == 0)
            return fail_hint(error, "did you mean --%.200s?", word);
        if (is_value_of(word, option))
            return fail_hint(error, "did you mean --%s %s?", option->name, quote_word(quoted, word));
    }
    return fail_hint(error, "cnn %s --help lists them", command->name);
}
