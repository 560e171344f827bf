#include "nn/spec_hints.h"

#include "base/status.h"
#include "base/words.h"
#include "nn/keras_words.h"

#include <stdio.h>
#include <string.h>

enum { WORD_TEXT = 48 };

static void take_word(char word[WORD_TEXT], const char *text, size_t length)
{
    snprintf(word, WORD_TEXT, "%.*s", (int)(length < WORD_TEXT ? length : WORD_TEXT - 1), text);
}

/* ---- layers --------------------------------------------------------------------------------------- */

/* A layer's type by any of its names, its own or Keras's; NULL where none is alike. */
static const struct layer_type *type_alike(const char *name)
{
    const struct layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++)
        if (words_alike(name, type->word) || words_alike(name, type->name) ||
            words_alike(name, type->class_name))
            return type;
    return NULL;
}

/* An activation whose name stands where a layer should, as Keras's layer ReLU; NULL: none. */
static const char *activation_alike(const char *word)
{
    const struct cnn_word *activation;
    for (size_t i = 0; (activation = activation_word(i)); i++)
        if (words_alike(word, activation->word))
            return activation->word;
    return NULL;
}

/* Takes "Conv2D" of "keras.layers.Conv2D(8,3)", and flatten of "flatten,dense". Returns what came behind it.
 */
static char cut_name(char word[WORD_TEXT])
{
    size_t length = strcspn(word, "(=,;|>[");
    char behind = word[length];
    word[length] = '\0';
    const char *dot = strrchr(word, '.');
    if (dot)
        memmove(word, dot + 1, strlen(dot));
    return behind;
}

/* The hint of a name that is a layer's, or nearly. */
static enum cnn_status hint_at_type(const struct layer_type *type, char behind, struct cnn_error *error)
{
    if ((behind == '(' || behind == '=') && strcmp(type->usage, type->word) != 0)
        return error_hint(error, error->status, "arguments stand behind a colon: %s", type->usage);
    if (behind && !strchr("(=", behind))
        return error_hint(error, error->status, "blanks set layers apart: flatten dense:10,softmax");
    return error_hint(error, error->status, "did you mean %s?", type->word);
}

enum cnn_status spec_unknown_layer(const char *text, size_t length, bool alone, struct cnn_error *error)
{
    char word[WORD_TEXT];
    const char *known[MAX_KNOWN_WORDS];
    size_t n = words_of(layer_word, known, alone ? words_of(spec_named, known, 0) : 0);
    take_word(word, text, length);
    enum cnn_status status = cnn_unknown_word(alone ? "network or layer" : "layer", word, known, n, error);
    char behind = cut_name(word);
    if (words_alike(word, "input") || words_alike(word, "inputlayer"))
        return error_hint(error, status,
                          "leave it out: the images say what comes in; cnn summary takes --input");
    const char *exact = keras_name("layer", word), *activation = activation_alike(word);
    const char *keras = exact ? exact : keras_nearest("layer", word, known, n);
    const char *nearest = keras ? keras : behind ? word_nearest(word, known, n) : word;
    const struct layer_type *type = nearest ? type_alike(nearest) : NULL;
    if (type)
        return hint_at_type(type, behind, error);
    if (activation)
        return error_hint(error, status, "did you mean activation:%s?", activation);
    return keras ? error_hint(error, status, "Keras has %s; this program has none yet", keras) : status;
}

/* ---- arguments ------------------------------------------------------------------------------------ */

/* The words of a layer's options, "stride" and "same". */
static size_t option_words(const struct layer_type *type, const char **known)
{
    size_t n = 0;
    for (size_t i = 0; i < MAX_ARGUMENTS && type->argument[i].name; i++)
        if (type->argument[i].otherwise)
            known[n++] = type->argument[i].name;
    return n;
}

/* Whether an option is a word that takes no value. */
static bool is_flag(const struct layer_type *type, const char *name)
{
    for (size_t i = 0; i < MAX_ARGUMENTS && type->argument[i].name; i++)
        if (strcmp(type->argument[i].name, name) == 0)
            return type->argument[i].kind == ARGUMENT_WORD;
    return false;
}

/* "NAME=VALUE", as Python has arguments. False where nothing is to be said of it. */
static bool hint_at_named(const struct layer_type *type, const char *name, const char *value,
                          struct cnn_error *error)
{
    const char *activation = activation_alike(value);
    if (words_alike(name, "padding") && words_alike(value, "same") && is_flag(type, "same"))
        error_hint(error, error->status, "did you mean same?");
    else if (words_alike(name, "padding") && words_alike(value, "valid"))
        error_hint(error, error->status, "leave it out: nothing is padded without the word same");
    else if (words_alike(name, "activation") && type->has_activation && activation)
        error_hint(error, error->status, "did you mean %s?", activation);
    else
        return false;
    return true;
}

/* What an argument was likely meant as. False where nothing is to be said of it. */
static bool hint_at_argument(const struct layer_type *type, char *word, struct cnn_error *error)
{
    const char *known[MAX_ARGUMENTS], *activation = activation_alike(word);
    char *value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    const char *option = word_nearest(word, known, option_words(type, known));
    if (value && hint_at_named(type, word, value, error))
        return true;
    if (activation)
        error_hint(error, error->status, "activation:%s is a layer of its own", activation);
    else if (option && value && !is_flag(type, option))
        error_hint(error, error->status, "did you mean %s=%s?", option, value);
    else if (option && !value && is_flag(type, option))
        error_hint(error, error->status, "did you mean %s?", option);
    else
        return false;
    return true;
}

enum cnn_status spec_argument_hint(const struct layer_type *type, const char *text, size_t length,
                                   struct cnn_error *error)
{
    char word[WORD_TEXT];
    take_word(word, text, length);
    return hint_at_argument(type, word, error)
               ? error->status
               : error_hint(error, error->status, "the layer is written %s", type->usage);
}

enum cnn_status spec_unknown_argument(const struct layer_type *type, bool activation, const char *text,
                                      size_t length, struct cnn_error *error)
{
    char word[WORD_TEXT];
    const char *known[MAX_KNOWN_WORDS];
    take_word(word, text, length);
    if (activation && !strchr(word, '='))
        keras_unknown_word("activation", word, known, words_of(activation_word, known, 0), error);
    else
        error_set(error, CNN_ERROR_USAGE, "unknown argument \"%.40s\"; expected %s", word, type->usage);
    if (!error->hint[0])
        hint_at_argument(type, word, error);
    return error->status;
}
