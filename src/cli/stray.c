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

/* "adam:0.9" begins with a word of the optimizers. */
static bool is_in_table(const char *text, enum cnn_words table)
{
    const struct cnn_word *word;
    size_t length = strcspn(text, ":");
    for (size_t i = 0; (word = cnn_word(table, i)); i++)
        if (strlen(word->word) == length && strncmp(word->word, text, length) == 0)
            return true;
    return false;
}

static bool is_value_of(const char *word, const struct option_row *option)
{
    if (strcmp(option->name, "data") == 0)
        return input_is_dataset(word);
    if (strcmp(option->name, "model") == 0)
        return is_model(word);
    if (option->has_words && option->words == CNN_WORDS_ARCH && is_in_table(word, CNN_WORDS_LAYER))
        return true;
    return option->has_words && is_in_table(word, option->words);
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
