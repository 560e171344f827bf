/* cnn show: pictures of what a network sees, in the terminal or as a file. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "quote.h"
#include "show_kinds.h"
#include "stray.h"

extern const struct command command_show;

struct show_settings {
    struct operands what;
    uint64_t index, first, most, threads, given;
    const char *data, *model, *layer, *out;
    int split;
    bool each, numbers, dark, overwrite;
};

static const struct show_settings defaults = {.model = MODEL_PATH, .split = -1};

#define FIELD(name) .field = offsetof(struct show_settings, name)
static const struct option_row options[N_SHOW_OPTIONS] = {
    [SHOW_INDEX] = {"index", "N", "the image to look at; the first one is 0", OPTION_COUNT, FIELD(index),
                    .min = 0, .max = 1000000000, .group = GROUP_DATA},
    [SHOW_FIRST] = {"first", "N", "look at the first N images only", OPTION_COUNT, FIELD(first), .min = 1,
                    .max = 1000000000, .group = GROUP_DATA},
    [SHOW_MOST] = {"most", "N", "draw at most N images; without it what fits a page, or a screen",
                   OPTION_COUNT, FIELD(most), .min = 1, .max = 1000, .group = GROUP_DATA},
    [SHOW_SPLIT] =
        {"split", "train|test",
         "images trained on, or the others; without it train for maps, occlusion and data as in cnn "
         "predict, test for the rest",
         OPTION_CHOICE, FIELD(split), .group = GROUP_DATA},
    [SHOW_DATA] = OPTION_DATA(FIELD(data)),
    [SHOW_MODEL] = {"model", "FILE", "the trained model", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    [SHOW_OUT] = {"out", "FILE",
                  "write a picture, NAME.png; curves also NAME.svg; nothing is shown here then", OPTION_TEXT,
                  FIELD(out), .group = GROUP_FILES},
    [SHOW_OVERWRITE] = {"overwrite", NULL, "let --out replace a file that this program did not make",
                        OPTION_FLAG, FIELD(overwrite), .group = GROUP_FILES},
    [SHOW_LAYER] = {"layer", "NAME", "this layer alone, such as conv2d_1", OPTION_TEXT, FIELD(layer),
                    .group = GROUP_OUTPUT},
    [SHOW_EACH] = {"each", NULL, "a scale for each map or filter, not one for the layer", OPTION_FLAG,
                   FIELD(each), .group = GROUP_OUTPUT},
    [SHOW_NUMBERS] = {"numbers", NULL, "write every weight into its cell", OPTION_FLAG, FIELD(numbers),
                      .group = GROUP_OUTPUT},
    [SHOW_DARK] = {"dark", NULL, "for a dark ground: zero is dark, ink is white", OPTION_FLAG, FIELD(dark),
                   .group = GROUP_OUTPUT},
    [SHOW_THREADS] = OPTION_THREADS(FIELD(threads)),
};

/* ---- what is asked for -------------------------------------------------------------------------- */

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), n = strlen(ending);
    return length > n && strcasecmp(name + length - n, ending) == 0;
}

/* Whether the picture may be written, before it is made. */
static enum cnn_status check_out(const struct show_settings *s, const struct show_kind *kind,
                                 struct cnn_error *error)
{
    bool drawing = kind->files && ends_in(s->out, ".svg");
    if (!drawing && !ends_in(s->out, ".png"))
        return fail(error, CNN_ERROR_USAGE, "--out: expected a name that ends in .png%s, found '%.200s'",
                    kind->files ? " or .svg" : "", s->out);
    return cnn_file_may_write(s->out, drawing ? CNN_FILE_SVG : CNN_FILE_PNG, s->overwrite, NULL, error);
}

/* An option that a kind cannot heed is refused, not passed over. */
static enum cnn_status check_options(const struct show_settings *s, const struct show_kind *kind,
                                     struct cnn_error *error)
{
    if (s->what.count > 1 && !kind->files) {
        fail(error, CNN_ERROR_USAGE, "unexpected argument '%.64s' after %s", s->what.text[1], kind->word);
        return stray_hint(&command_show, s->what.text[1], error);
    }
    for (size_t i = 0; i < N_SHOW_OPTIONS; i++)
        if (s->given & BIT(i) & ~show_kind_options(kind)) {
            fail(error, CNN_ERROR_USAGE, "--%s: cnn show %s has no such option", options[i].name, kind->word);
            return fail_hint(error, "cnn show %s -h lists those it has", kind->word);
        }
    if (kind->film && !s->out)
        return fail(error, CNN_ERROR_USAGE, "%s is a film: expected --out FILE.png, found nothing",
                    kind->word);
    return s->out ? check_out(s, kind, error) : CNN_OK;
}

/* The command that makes the picture again: what is given and matters. */
static void write_command(const struct show_settings *s, const char *word, char *text, size_t size)
{
    char quoted[QUOTE_TEXT];
    size_t used = (size_t)snprintf(text, size, "cnn show %s", word);
    for (size_t i = 1; i < s->what.count && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, " %s", quote_word(quoted, s->what.text[i]));
    }
    for (size_t i = 0; i < N_SHOW_OPTIONS && used < size; i++) {
        const void *field = (const char *)s + options[i].field;
        if (!(s->given >> i & 1) || i == SHOW_THREADS || i == SHOW_OVERWRITE)
            continue;
        used += (size_t)snprintf(text + used, size - used, " --%s", options[i].name);
        if (used < size && options[i].kind == OPTION_COUNT)
            used += (size_t)snprintf(text + used, size - used, " %" PRIu64, *(const uint64_t *)field);
        if (used < size && options[i].kind == OPTION_TEXT) {
            const char *value = *(const char *const *)field;
            used += (size_t)snprintf(text + used, size - used, " %s", quote_word(quoted, value));
        }
        if (used < size && options[i].kind == OPTION_CHOICE)
            used += (size_t)snprintf(text + used, size - used, " %s",
                                     *(const int *)field == CNN_TEST ? "test" : "train");
    }
}

/* ---- showing it --------------------------------------------------------------------------------- */

static enum cnn_status open_images(const struct show_kind *kind, const struct show_settings *s,
                                   struct show_source *source, struct cnn_dataset **dataset,
                                   struct cnn_error *error)
{
    enum cnn_split split = s->split < 0 ? kind->split : (enum cnn_split)s->split;
    size_t wanted = s->first                                 ? (size_t)s->first
                    : kind->images == SOME_IMAGES && !s->out ? kind->on_screen
                                                             : kind->first;
    source->options.first = (size_t)s->index;
    if (kind->images == ONE_IMAGE)
        return input_dataset(s->data, split, (size_t)s->index, 1, dataset, error);
    enum cnn_status status = input_dataset(s->data, split, (size_t)s->index, wanted, dataset, error);
    if (status == CNN_ERROR_USAGE && !s->first) /* there are fewer than usual */
        status = input_dataset(s->data, split, (size_t)s->index, 0, dataset, error);
    return status;
}

static enum cnn_status show_sheet(const struct show_settings *s, const struct cnn_sheet *sheet,
                                  struct cnn_error *error)
{
    char *text;
    enum cnn_status status;
    if (s->out) {
        status = ends_in(s->out, ".svg") ? cnn_sheet_svg(sheet, s->dark, s->out, s->overwrite, error)
                                         : cnn_sheet_png(sheet, s->dark, s->out, s->overwrite, error);
        if (status == CNN_OK)
            say("saved %s", s->out);
        return status;
    }
    status = cnn_sheet_text(sheet, output_colours(), output_columns(stdout), s->dark, &text, error);
    if (status == CNN_OK)
        output_print(text);
    if (status == CNN_OK)
        cnn_text_free(text);
    return status;
}

/* A run's file given as its history: the history is in there, and training writes it out. */
static enum cnn_status hint_at_runs(const struct operands *what, struct cnn_error *error)
{
    char quoted[QUOTE_TEXT];
    struct cnn_run_info info;
    struct cnn_error other = {0};
    for (size_t i = 1; i < what->count; i++)
        if (cnn_run_look(what->text[i], &info, &other) == CNN_OK)
            return fail_hint(error,
                             "a run's file: cnn train --resume %s --history run.csv writes its history",
                             quote_word(quoted, what->text[i]));
    return error->status;
}

static enum cnn_status make_sheet(const struct show_kind *kind, const struct show_settings *s,
                                  struct cnn_error *error)
{
    char command[512];
    struct show_source source = {.files = (const char *const *)s->what.text + 1,
                                 .n_files = s->what.count - 1};
    struct cnn_model *model = NULL;
    struct cnn_dataset *dataset = NULL;
    struct cnn_sheet *sheet = NULL;
    write_command(s, kind->word, command, sizeof command);
    source.options = (struct cnn_show_options){
        .layer = s->layer, .each = s->each, .numbers = s->numbers, .command = command};
    source.options.count = s->most ? (size_t)s->most : s->out ? 0 : kind->on_screen;
    enum cnn_status status = kind->model ? input_model(s->model, &model, error) : CNN_OK;
    if (status == CNN_OK && kind->images != NO_IMAGES)
        status = open_images(kind, s, &source, &dataset, error);
    source.model = model;
    source.dataset = dataset;
    if (kind->images == SOME_IMAGES && dataset)
        source.options.count = cnn_dataset_info(dataset).count;
    if (status == CNN_OK)
        status = kind->show(&source, &sheet, error);
    if (status == CNN_ERROR_FORMAT && kind->files && !error->hint[0])
        status = hint_at_runs(&s->what, error);
    if (status == CNN_OK)
        status = show_sheet(s, sheet, error);
    cnn_sheet_free(sheet);
    cnn_dataset_close(dataset);
    cnn_model_free(model);
    return status;
}

static enum cnn_status make_film(const struct show_settings *s, const char *word, struct cnn_error *error)
{
    char command[512];
    write_command(s, word, command, sizeof command);
    struct cnn_show_options shown = {.command = command};
    size_t left_out;
    enum cnn_status status =
        cnn_show_timelapse(s->model, &shown, s->dark, s->out, s->overwrite, &left_out, error);
    if (status == CNN_OK)
        say("saved %s, an animated PNG: a browser plays it", s->out);
    if (status == CNN_OK && left_out)
        note("%zu epoch%s left out, evenly, so that the film stays small", left_out,
             left_out == 1 ? " is" : "s are");
    return status;
}

static enum cnn_status run_show(const void *settings, struct cnn_error *error)
{
    const struct show_settings *s = settings;
    const struct show_kind *kind = NULL;
    enum cnn_status status = show_kind_find(s->what.text[0], &kind, error);
    if (status == CNN_OK)
        status = check_options(s, kind, error);
    if (status == CNN_OK)
        status = input_machine(s->threads, error);
    if (status)
        return status;
    return kind->film ? make_film(s, kind->word, error) : make_sheet(kind, s, error);
}

static bool narrow(const char *operand, struct command_use *use)
{
    const struct show_kind *kind;
    struct cnn_error error = {0};
    if (show_kind_find(operand, &kind, &error) != CNN_OK)
        return false;
    *use = (struct command_use){kind->files ? "history RUN.csv..." : kind->word, show_kind_options(kind)};
    return true;
}

static const char *const details[] = {
    "maps: what every layer makes of one image, and where each map is strongest. filters: the filters as "
    "learned, and "
    "before training. patches: what excites each filter most. mistakes: images read wrongly. fool: what "
    "shifting, turning, inverting does. "
    "occlusion: what "
    "covering each place does to the answer. data: images as they are. timelapse: a film of the filters, "
    "of a run that kept them (--snapshots), as an animated PNG, which a browser plays; where it would be "
    "more than 200 kB, epochs are left out, evenly. "
    "history RUN.csv...: loss and accuracy "
    "of runs, as SVG "
    "too.",
    "In a terminal, two cells stand in one character, in colour; where it has none, and in a pipe, maps are "
    "a ramp of ten "
    "signs and filters numbers from -9 to 9.",
    NULL,
};

const struct command command_show = {
    .name = "show",
    .about = "Shows what a network sees, in the terminal or as a picture.",
    .details = details,
    .examples = "  cnn show maps --index 3\n"
                "  cnn show filters --out filters.png\n"
                "  cnn show fool --first 1500\n"
                "  cnn show mistakes --most 20 --out mistakes.png\n"
                "  cnn show timelapse --out film.png\n"
                "  cnn show history a.csv b.csv --out curves.svg\n",
    .options = options,
    .n_options = N_SHOW_OPTIONS,
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .given = offsetof(struct show_settings, given),
    .operands = "maps|filters|patches|mistakes|fool|occlusion|data|timelapse|history",
    .operands_field = offsetof(struct show_settings, what),
    .least_operands = 1,
    .most_operands = 27,
    .narrow = narrow,
    .run = run_show,
};
