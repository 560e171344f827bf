#include "show_kinds.h"

#include <string.h>

#include "message.h"
#include "synonyms.h"

#define FOR_IMAGES (BIT(SHOW_DATA) | BIT(SHOW_SPLIT))

static enum cnn_status show_data(const struct show_source *s, struct cnn_sheet **sheet,
                                 struct cnn_error *error)
{
    return cnn_show_data(s->dataset, &s->options, sheet, error);
}

static enum cnn_status show_filters(const struct show_source *s, struct cnn_sheet **sheet,
                                    struct cnn_error *error)
{
    return cnn_show_filters(s->model, &s->options, sheet, error);
}

static enum cnn_status show_maps(const struct show_source *s, struct cnn_sheet **sheet,
                                 struct cnn_error *error)
{
    return cnn_show_maps(s->model, s->dataset, 0, &s->options, sheet, error);
}

static enum cnn_status show_occlusion(const struct show_source *s, struct cnn_sheet **sheet,
                                      struct cnn_error *error)
{
    return cnn_show_occlusion(s->model, s->dataset, 0, &s->options, sheet, error);
}

static enum cnn_status show_mistakes(const struct show_source *s, struct cnn_sheet **sheet,
                                     struct cnn_error *error)
{
    return cnn_show_mistakes(s->model, s->dataset, &s->options, sheet, error);
}

static enum cnn_status show_patches(const struct show_source *s, struct cnn_sheet **sheet,
                                    struct cnn_error *error)
{
    return cnn_show_patches(s->model, s->dataset, &s->options, sheet, error);
}

static enum cnn_status show_fool(const struct show_source *s, struct cnn_sheet **sheet,
                                 struct cnn_error *error)
{
    return cnn_show_fool(s->model, s->dataset, &s->options, sheet, error);
}

static enum cnn_status show_history(const struct show_source *s, struct cnn_sheet **sheet,
                                    struct cnn_error *error)
{
    if (s->n_files == 0)
        return fail(error, CNN_ERROR_USAGE,
                    "history: expected RUN.csv..., found nothing; cnn train --history makes one");
    return cnn_show_history(s->files, s->n_files, &s->options, sheet, error);
}

static const struct show_kind kinds[] = {
    {.word = "maps",
     .show = show_maps,
     .images = ONE_IMAGE,
     .split = CNN_TRAIN,
     .model = true,
     .options = FOR_IMAGES | BIT(SHOW_INDEX) | BIT(SHOW_LAYER) | BIT(SHOW_EACH)},
    {.word = "filters",
     .show = show_filters,
     .model = true,
     .options = BIT(SHOW_LAYER) | BIT(SHOW_EACH) | BIT(SHOW_NUMBERS)},
    {.word = "patches",
     .show = show_patches,
     .images = ALL_IMAGES,
     .split = CNN_TEST,
     .model = true,
     .options = FOR_IMAGES | BIT(SHOW_FIRST) | BIT(SHOW_LAYER)},
    {.word = "mistakes",
     .show = show_mistakes,
     .images = ALL_IMAGES,
     .split = CNN_TEST,
     .on_screen = 8,
     .model = true,
     .options = FOR_IMAGES | BIT(SHOW_FIRST) | BIT(SHOW_MOST)},
    {.word = "fool",
     .show = show_fool,
     .images = ALL_IMAGES,
     .split = CNN_TEST,
     .first = 1500,
     .on_screen = 4,
     .model = true,
     .options = FOR_IMAGES | BIT(SHOW_FIRST) | BIT(SHOW_MOST)},
    {.word = "occlusion",
     .show = show_occlusion,
     .images = ONE_IMAGE,
     .split = CNN_TRAIN,
     .model = true,
     .options = FOR_IMAGES | BIT(SHOW_INDEX)},
    {.word = "data",
     .show = show_data,
     .images = SOME_IMAGES,
     .split = CNN_TRAIN,
     .first = 40,
     .on_screen = 8,
     .options = FOR_IMAGES | BIT(SHOW_INDEX) | BIT(SHOW_FIRST)},
    {.word = "timelapse", .model = true, .film = true},
    {.word = "history", .show = show_history, .files = true},
};

uint64_t show_kind_options(const struct show_kind *kind)
{
    return kind->options | SHOW_FOR_ALL | (kind->model ? BIT(SHOW_MODEL) : 0);
}

enum cnn_status show_kind_find(const char *word, const struct show_kind **kind, struct cnn_error *error)
{
    const char *names[COUNT_OF(kinds)];
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        names[i] = kinds[i].word;
        if (strcmp(word, names[i]) == 0) {
            *kind = &kinds[i];
            return CNN_OK;
        }
    }
    return synonym_unknown("picture", word, names, COUNT_OF(names), error);
}
