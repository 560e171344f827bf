/* A layer's texts with its numbers in them. */
#include "explain/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The argument of a layer's type that a name such as "SIZE.h" or "FILTERS" begins with; NULL: none. */
static const struct argument_value *find_argument(const struct layer *layer, const char *name, size_t length)
{
    for (size_t i = 0; i < MAX_ARGUMENTS && layer->type->argument[i].name; i++) {
        const char *known = layer->type->argument[i].name;
        if (strlen(known) == length && memcmp(known, name, length) == 0)
            return &layer->argument[i];
    }
    return NULL;
}

static bool common_number(const struct layer *layer, const char *name, double *value)
{
    const struct shape *in = &layer->in, *out = &layer->out;
    double parameters = 0;
    for (size_t i = 0; i < layer->n_parameters; i++)
        parameters += (double)layer->parameter[i].count;
    const struct {
        const char *name;
        double value;
    } known[] = {
        {"H", (double)in->size[0]},     {"W", (double)in->size[1]},      {"C", (double)in->size[2]},
        {"N", (double)shape_count(in)}, {"OH", (double)out->size[0]},    {"OW", (double)out->size[1]},
        {"OC", (double)out->size[2]},   {"M", (double)shape_count(out)}, {"P", parameters},
        {"MACS", layer->macs_forward},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0) {
            *value = known[i].value;
            return true;
        }
    return false;
}

static bool argument_number(const struct layer *layer, const char *name, double *value)
{
    const size_t length = strcspn(name, ".");
    const struct argument_value *argument = find_argument(layer, name, length);
    if (!argument)
        return false;
    const char *part = name + length;
    *value = (double)(strncmp(part, ".w", 2) == 0 ? argument->w : argument->h);
    if (*part && strcmp(part + 2, "-1") == 0)
        *value -= 1;
    return true;
}

static bool number_of(const struct layer *layer, const char *name, size_t group, double *value)
{
    if (strcmp(name, "G") == 0) {
        *value = (double)group;
        return true;
    }
    if (common_number(layer, name, value) || argument_number(layer, name, value))
        return true;
    if (!layer->type->words->number)
        return false;
    *value = layer->type->words->number(layer, name);
    return !isnan(*value);
}

static void number_put(char text[NUMBER_WIDTH], double value)
{
    if (floor(value) < value)
        snprintf(text, NUMBER_WIDTH, "%.6g", value);
    else
        number_text(text, value);
}

bool fill(const struct layer *layer, const char *text, size_t group, char filled[FILLED_TEXT])
{
    size_t used = 0;
    while (*text && used < FILLED_TEXT - NUMBER_WIDTH) {
        char name[32], number[NUMBER_WIDTH];
        double value;
        int length = 0;
        if (*text != '{') {
            filled[used++] = *text++;
            continue;
        }
        if (sscanf(text, "{%31[^}]}%n", name, &length) != 1 || length == 0 ||
            !number_of(layer, name, group, &value))
            return false;
        number_put(number, value);
        used += (size_t)snprintf(filled + used, FILLED_TEXT - used, "%s", number);
        text += length;
    }
    filled[used] = '\0';
    return !*text;
}
