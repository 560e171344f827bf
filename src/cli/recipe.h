/* Recipes: options of cnn train under one name. */
#ifndef CLI_RECIPE_H
#define CLI_RECIPE_H

#include "train_settings.h"

/* Their names, as the value of an option: "a|b". */
#define RECIPES "fast"

/* Sets what the recipe in the settings stands for, where there is one; options that are given win. Errors:
 * USAGE, as for the options. */
enum cnn_status recipe_apply(struct train_settings *settings, struct cnn_error *error);

/* Prints the command that the settings come to without the recipe. */
void recipe_say_command(const struct train_settings *settings);

#endif
