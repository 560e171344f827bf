#include "recipe.h"

#include <stdio.h>
#include <stdlib.h>

#include "options.h"

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

void recipe_say_command(const struct train_settings *settings)
{
    char name[32];
    choice_word(RECIPES, (size_t)settings->recipe, name, sizeof name);
    fprintf(stderr, "%s stands for: cnn train", name);
    for (enum train_option i = 0; i < N_TRAIN_OPTIONS; i++)
        if (i != TRAIN_RECIPE && train_is_given(settings, i))
            train_print_option(settings, i);
    fputc('\n', stderr);
}
