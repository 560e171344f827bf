#include "train/optimizer.h"

#include "base/number.h"
#include "base/status.h"
#include "base/words.h"
#include "nn/keras_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct cnn_word words[] = {
#define WORD(name, slots, square, rate, decay, second, usage, help) {#name, usage, help},
    OPTIMIZERS(WORD)
#undef WORD
};

static const struct optimizer_setting settings[] = {
#define SETTING(name, slots, square, rate, decay, second, usage, help)                                       \
    {OPTIMIZER_##name, decay, second, rate, slots, square},
    OPTIMIZERS(SETTING)
#undef SETTING
};

const struct cnn_word *optimizer_word(size_t i)
{
    return i < N_OPTIMIZERS ? &words[i] : NULL;
}

/* Reads a number from 0 up to, not including, 1; kernels see it as a float. */
static bool read_fraction(const char **text, double *value)
{
    return number_parse(text, value) && (float)*value < 1;
}

enum cnn_status optimizer_parse(const char *text, struct optimizer_setting *setting, struct cnn_error *error)
{
    size_t length = strcspn(text, ":"), i = 0;
    while (i < N_OPTIMIZERS && (strlen(words[i].word) != length || memcmp(words[i].word, text, length) != 0))
        i++;
    if (i == N_OPTIMIZERS) {
        char word[48];
        const char *known[MAX_KNOWN_WORDS];
        snprintf(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
        return keras_unknown_word("optimizer", word, known, words_of(optimizer_word, known, 0), error);
    }
    *setting = settings[i];
    if (text[length] == '\0')
        return CNN_OK;
    const char *rest = text + length + 1;
    bool good = read_fraction(&rest, &setting->decay);
    if (good && *rest == ',' && settings[i].second_decay > 0) {
        rest++;
        good = read_fraction(&rest, &setting->second_decay);
    }
    if (!good || *rest != '\0')
        return error_set(error, CNN_ERROR_USAGE,
                         "optimizer \"%.40s\": expected %s, each number from 0 to below 1", text,
                         words[i].usage);
    return CNN_OK;
}

void optimizer_format(const struct optimizer_setting *setting, char *text)
{
    char decay[NUMBER_TEXT], second[NUMBER_TEXT];
    number_format(setting->decay, decay);
    number_format(setting->second_decay, second);
    bool two = settings[setting->kind].second_decay > 0;
    snprintf(text, MAX_OPTIMIZER_TEXT, "%s:%s%s%s", words[setting->kind].word, decay, two ? "," : "",
             two ? second : "");
}

/* base^n by repeated squaring: the same on every machine, as pow need not be. */
static double power(double base, uint64_t n)
{
    double result = 1;
    for (; n; n >>= 1, base *= base)
        if (n & 1)
            result *= base;
    return result;
}

struct update optimizer_update(const struct optimizer_setting *setting, double learning_rate,
                               enum cnn_compat compat, uint64_t t)
{
    struct update update = {.decay = (float)setting->decay,
                            .second_decay = (float)setting->second_decay,
                            .epsilon = 1e-7f,
                            .epsilon_inside_root = compat == CNN_KERAS3};
    if (setting->kind ==
        OPTIMIZER_adam) /* the decays as the kernel has them, or v's bias is not quite undone */
        learning_rate *=
            sqrt(1 - power((double)update.second_decay, t)) / (1 - power((double)update.decay, t));
    update.learning_rate = (float)learning_rate;
    return update;
}
