#include "train/optimizer.h"

#include "base/number.h"
#include "base/status.h"
#include "base/words.h"
#include "nn/keras_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct cnn_word words[] = {
#define WORD(name, slots, square, rate, decay, second, weights, usage, help) {#name, usage, help},
    OPTIMIZERS(WORD)
#undef WORD
};

static const struct optimizer_setting settings[] = {
#define SETTING(name, slots, square, rate, decay, second, weights, usage, help)                              \
    {OPTIMIZER_##name, decay, second, weights, false, rate, slots, square},
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

/* Reads ",NUMBER" where the optimizer has one by default and one is given. */
static bool read_further(const char **text, double *value)
{
    if (*value == 0 || **text != ',')
        return true;
    ++*text;
    return read_fraction(text, value);
}

/* The numbers of an optimizer, and SGD's word after a momentum above 0. */
static bool read_numbers(const char *text, struct optimizer_setting *setting)
{
    static const char nesterov[] = ",nesterov";
    if (!read_fraction(&text, &setting->decay) || !read_further(&text, &setting->second_decay) ||
        !read_further(&text, &setting->weight_decay))
        return false;
    if (setting->kind == OPTIMIZER_sgd && setting->decay > 0 && strcmp(text, nesterov) == 0) {
        setting->nesterov = true;
        return true;
    }
    return *text == '\0';
}

static enum cnn_status unknown_optimizer(const char *text, size_t length, struct cnn_error *error)
{
    char word[48];
    const char *known[MAX_KNOWN_WORDS];
    snprintf(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
    return keras_unknown_word("optimizer", word, known, words_of(optimizer_word, known, 0), error);
}

enum cnn_status optimizer_parse(const char *text, struct optimizer_setting *setting, struct cnn_error *error)
{
    size_t length = strcspn(text, ":"), i = 0;
    while (i < N_OPTIMIZERS && (strlen(words[i].word) != length || memcmp(words[i].word, text, length) != 0))
        i++;
    if (i == N_OPTIMIZERS)
        return unknown_optimizer(text, length, error);
    *setting = settings[i];
    if (text[length] == '\0' || read_numbers(text + length + 1, setting))
        return CNN_OK;
    return error_set(error, CNN_ERROR_USAGE,
                     "optimizer \"%.40s\": expected %s, each number from 0 to below 1%s", text,
                     words[i].usage, i == OPTIMIZER_sgd ? ", above 0 for nesterov" : "");
}

void optimizer_format(const struct optimizer_setting *setting, char *text)
{
    const struct optimizer_setting *row = &settings[setting->kind];
    const double number[] = {setting->decay, setting->second_decay, setting->weight_decay};
    const bool has[] = {true, row->second_decay > 0, row->weight_decay > 0};
    size_t used = (size_t)snprintf(text, MAX_OPTIMIZER_TEXT, "%s", words[setting->kind].word);
    for (size_t i = 0; i < 3; i++) {
        char digits[NUMBER_TEXT];
        number_format(number[i], digits);
        if (has[i])
            used += (size_t)snprintf(text + used, MAX_OPTIMIZER_TEXT - used, "%c%s", i ? ',' : ':', digits);
    }
    snprintf(text + used, MAX_OPTIMIZER_TEXT - used, "%s", setting->nesterov ? ",nesterov" : "");
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
                            .epsilon_inside_root = compat == CNN_KERAS3,
                            .nesterov = setting->nesterov,
                            .weight_decay = (float)(learning_rate * setting->weight_decay)};
    if (setting->kind == OPTIMIZER_adam || setting->kind == OPTIMIZER_adamw)
        /* the decays as the kernel has them, or v's bias is not quite undone */
        learning_rate *=
            sqrt(1 - power((double)update.second_decay, t)) / (1 - power((double)update.decay, t));
    update.learning_rate = (float)learning_rate;
    return update;
}
