/* The kinds of picture that cnn show makes: maps, filters, ... */
#ifndef CLI_SHOW_KINDS_H
#define CLI_SHOW_KINDS_H

#include "command.h"

/* The options of the command; each kind heeds some of them. */
enum show_option {
    SHOW_INDEX,
    SHOW_FIRST,
    SHOW_MOST,
    SHOW_SPLIT,
    SHOW_DATA,
    SHOW_MODEL,
    SHOW_OUT,
    SHOW_OVERWRITE,
    SHOW_LAYER,
    SHOW_EACH,
    SHOW_NUMBERS,
    SHOW_DARK,
    SHOW_THREADS,
    N_SHOW_OPTIONS
};

#define BIT(option) (UINT64_C(1) << (option))
#define SHOW_FOR_ALL (BIT(SHOW_OUT) | BIT(SHOW_OVERWRITE) | BIT(SHOW_DARK) | BIT(SHOW_THREADS))

/* What a kind of picture is made from. */
struct show_source {
    const struct cnn_model *model;
    const struct cnn_dataset *dataset;
    const char *const *files; /* what is named after the kind */
    size_t n_files;
    struct cnn_show_options options;
};

/* How many images are read. */
enum images { NO_IMAGES, ONE_IMAGE, SOME_IMAGES, ALL_IMAGES };

struct show_kind {
    const char *word;
    enum cnn_status (*show)(const struct show_source *s, struct cnn_sheet **sheet, struct cnn_error *error);
    enum images images;
    enum cnn_split split; /* unless another is asked for */
    size_t first;         /* images of it, unless told; 0: all */
    size_t on_screen;     /* images drawn on a screen, unless told; 0: as many as on a page */
    bool model;
    uint64_t options; /* that mean something, beside SHOW_FOR_ALL */
    bool files;       /* of curves: named after it, and drawn as SVG too */
    bool film;        /* of the filters of a run: written as a file, and there alone */
};

/* All options that a kind heeds. */
uint64_t show_kind_options(const struct show_kind *kind);

/* Errors: USAGE, with the kinds that there are. */
enum cnn_status show_kind_find(const char *word, const struct show_kind **kind, struct cnn_error *error);

#endif
