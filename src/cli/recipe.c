#include "recipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "options.h"
#include "quote.h"

/* One option of a recipe, as it would be typed. */
struct ingredient {
    enum train_option option;
    const char *value; /* NULL: a flag */
};

/* In the order of RECIPES; each ends with the option that names recipes. */
static const struct ingredient recipes[][12] = {
    {{TRAIN_ARCH,
      "conv2d:8,5,relu maxpool2d:2 conv2d:16,5,relu maxpool2d:2 flatten dense:128,relu dense:10,softmax"},
     {TRAIN_SCALE, NULL},
     {TRAIN_OPTIMIZER, "adam:0.7,0.99"},
     {TRAIN_LEARNING_RATE, "0.007"},
     {TRAIN_SCHEDULE, "onecycle"},
     {TRAIN_BATCH_SIZE, "32"},
     {TRAIN_EPOCHS, "3"},
     {TRAIN_RECIPE, NULL}},
};

enum cnn_status recipe_apply(struct train_settings *settings, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    if (!train_is_given(settings, TRAIN_RECIPE))
        return CNN_OK;
    for (const struct ingredient *i = recipes[settings->recipe]; i->option != TRAIN_RECIPE && !status; i++) {
        if (train_is_given(settings, i->option))
            continue;
        status = options_set(&train_options[i->option], i->value, settings, error);
        settings->given |= UINT64_C(1) << i->option;
    }
    return status;
}

/* With as few digits as give the same number back. */
static void print_real(double value)
{
    char text[32];
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    fputs(text, stderr);
}

static void print_value(const struct option_row *option, const void *field)
{
    char word[32] = "";
    if (option->kind == OPTION_COUNT)
        fprintf(stderr, " %" PRIu64, *(const uint64_t *)field);
    if (option->kind == OPTION_REAL) {
        fputc(' ', stderr);
        print_real(*(const double *)field);
    }
    if (option->kind == OPTION_TEXT) {
        fputc(' ', stderr);
        quote_print(stderr, *(const char *const *)field);
    }
    if (option->kind == OPTION_CHOICE) {
        choice_word(option->value, (size_t) * (const int *)field, word, sizeof word);
        fprintf(stderr, " %s", word);
    }
}

void recipe_say_command(const struct train_settings *settings)
{
    char name[32];
    choice_word(RECIPES, (size_t)settings->recipe, name, sizeof name);
    fprintf(stderr, "%s stands for: cnn train", name);
    for (enum train_option i = 0; i < N_TRAIN_OPTIONS; i++)
        if (i != TRAIN_RECIPE && train_is_given(settings, i)) {
            fprintf(stderr, " --%s", train_options[i].name);
            print_value(&train_options[i], (const char *)settings + train_options[i].field);
        }
    fputc('\n', stderr);
}
