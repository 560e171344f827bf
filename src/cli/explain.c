/* cnn explain: the lesson in words, with the numbers of a network and an image. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "output.h"
#include "quote.h"

enum explain_option {
    EXPLAIN_LAYER,
    EXPLAIN_MAP,
    EXPLAIN_AT,
    EXPLAIN_UNIT,
    EXPLAIN_ALL,
    EXPLAIN_C,
    EXPLAIN_QUIZ,
    EXPLAIN_ANSWERS,
    EXPLAIN_LANG,
    EXPLAIN_MARKDOWN,
    EXPLAIN_INDEX,
    EXPLAIN_SPLIT,
    EXPLAIN_DATA,
    EXPLAIN_MODEL,
    EXPLAIN_THREADS,
    N_EXPLAIN_OPTIONS
};

struct explain_settings {
    uint64_t map, unit, quiz, index, threads, given;
    const char *layer, *at, *data, *model;
    int lang, split;
    bool all, c, answers, markdown;
};

#define NOT_GIVEN UINT64_MAX

static const struct explain_settings defaults = {.map = NOT_GIVEN,
                                                 .unit = NOT_GIVEN,
                                                 .quiz = NOT_GIVEN,
                                                 .model = MODEL_PATH,
                                                 .lang = -1,
                                                 .split = CNN_TRAIN};

#define FIELD(name) .field = offsetof(struct explain_settings, name)
static const struct option_row options[N_EXPLAIN_OPTIONS] = {
    [EXPLAIN_LAYER] = {"layer", "NAME", "this layer alone, such as conv2d_1, and a sum of it step by step",
                       OPTION_TEXT, FIELD(layer), .group = GROUP_OUTPUT},
    [EXPLAIN_MAP] = {"map", "F", "the sum of a number of feature map F; without it of the strongest map",
                     OPTION_COUNT, FIELD(map), .min = 0, .max = 1000000000, .group = GROUP_OUTPUT},
    [EXPLAIN_AT] = {"at", "Y,X", "of the one in row Y and column X; without it of the strongest", OPTION_TEXT,
                    FIELD(at), .group = GROUP_OUTPUT},
    [EXPLAIN_UNIT] = {"unit", "U", "the sum of unit U; without it of the strongest", OPTION_COUNT,
                      FIELD(unit), .min = 0, .max = 1000000000, .group = GROUP_OUTPUT},
    [EXPLAIN_ALL] = {"all", NULL, "every term of every sum; without --layer the sums of every layer",
                     OPTION_FLAG, FIELD(all), .group = GROUP_OUTPUT},
    [EXPLAIN_C] = {"c", NULL, "a program in C that computes the sum again and compares it to the bit",
                   OPTION_FLAG, FIELD(c), .group = GROUP_OUTPUT},
    [EXPLAIN_QUIZ] = {"quiz", "SEED", "a worksheet with gaps; another one for each SEED", OPTION_COUNT,
                      FIELD(quiz), .min = 0, .max = UINT64_MAX - 1, .group = GROUP_OUTPUT},
    [EXPLAIN_ANSWERS] = {"answers", NULL, "the worksheet's key", OPTION_FLAG, FIELD(answers),
                         .group = GROUP_OUTPUT},
    [EXPLAIN_LANG] = {"lang", "ko|en",
                      "Korean or English; without it as $LC_ALL, $LC_MESSAGES or $LANG has it", OPTION_CHOICE,
                      FIELD(lang), .group = GROUP_OUTPUT},
    [EXPLAIN_MARKDOWN] = {"markdown", NULL, "Markdown instead of text for a terminal", OPTION_FLAG,
                          FIELD(markdown), .group = GROUP_OUTPUT},
    [EXPLAIN_INDEX] = {"index", "N", "the image to look at; the first one is 0", OPTION_COUNT, FIELD(index),
                       .min = 0, .max = 1000000000, .group = GROUP_DATA},
    [EXPLAIN_SPLIT] = {"split", "train|test", "images trained on, or the others", OPTION_CHOICE, FIELD(split),
                       .group = GROUP_DATA},
    [EXPLAIN_DATA] = OPTION_DATA(FIELD(data)),
    [EXPLAIN_MODEL] = {"model", "FILE", "the model", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    [EXPLAIN_THREADS] = OPTION_THREADS(FIELD(threads)),
};

static bool given(const struct explain_settings *s, enum explain_option option)
{
    return s->given >> option & 1;
}

/* ---- what is asked for ----------------------------------------------------------------------------- */

/* The language that the environment asks for, as POSIX has it: the first that is set of these. */
static enum cnn_language environment_language(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "ko", 2) == 0 && !isalpha((unsigned char)value[2]) ? CNN_KOREAN
                                                                                     : CNN_ENGLISH;
    }
    return CNN_ENGLISH;
}

/* Reads "7,15". */
static bool read_place(const char *text, size_t *y, size_t *x)
{
    char after;
    unsigned long long row, column;
    if (!isdigit((unsigned char)text[0]) || strlen(text) > 24 ||
        sscanf(text, "%llu,%llu%c", &row, &column, &after) != 2 || strchr(text, '-') || strchr(text, ' '))
        return false;
    *y = (size_t)row;
    *x = (size_t)column;
    return true;
}

static enum cnn_status refuse_together(const struct explain_settings *s, enum explain_option a,
                                       enum explain_option b, struct cnn_error *error)
{
    if (!given(s, a) || !given(s, b))
        return CNN_OK;
    return fail(error, CNN_ERROR_USAGE, "--%s and --%s do not go together", options[a].name, options[b].name);
}

/* An option that cannot be heeded is refused, not passed over. */
static enum cnn_status check_options(const struct explain_settings *s, struct cnn_error *error)
{
    static const enum explain_option apart[][2] = {
        {EXPLAIN_UNIT, EXPLAIN_MAP}, {EXPLAIN_UNIT, EXPLAIN_AT}, {EXPLAIN_C, EXPLAIN_MARKDOWN},
        {EXPLAIN_C, EXPLAIN_QUIZ},   {EXPLAIN_C, EXPLAIN_ALL},   {EXPLAIN_QUIZ, EXPLAIN_LAYER},
        {EXPLAIN_QUIZ, EXPLAIN_MAP}, {EXPLAIN_QUIZ, EXPLAIN_AT}, {EXPLAIN_QUIZ, EXPLAIN_UNIT},
        {EXPLAIN_QUIZ, EXPLAIN_ALL},
    };
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < COUNT_OF(apart); i++)
        status = refuse_together(s, apart[i][0], apart[i][1], error);
    if (status == CNN_OK && s->answers && !given(s, EXPLAIN_QUIZ))
        return fail(error, CNN_ERROR_USAGE, "--answers: there is no worksheet without --quiz SEED");
    return status;
}

static enum cnn_status read_options(const struct explain_settings *s, struct cnn_explain_options *o,
                                    struct cnn_error *error)
{
    static const enum cnn_language languages[] = {CNN_KOREAN, CNN_ENGLISH}; /* as in --lang ko|en */
    enum { LEAST_COLUMNS = 40, MOST_COLUMNS = 100 };                        /* that are good to read */
    const size_t columns = output_columns(stdout);
    *o = (struct cnn_explain_options){
        .language = s->lang < 0 ? environment_language() : languages[s->lang],
        .markdown = s->markdown,
        .columns = columns < LEAST_COLUMNS  ? LEAST_COLUMNS
                   : columns > MOST_COLUMNS ? MOST_COLUMNS
                                            : columns,
        .first = (size_t)s->index,
        .layer = s->layer,
        .has_map = given(s, EXPLAIN_MAP),
        .map = (size_t)s->map,
        .has_place = given(s, EXPLAIN_AT),
        .has_unit = given(s, EXPLAIN_UNIT),
        .unit = (size_t)s->unit,
        .all = s->all,
        .run = s->model,
    };
    if (s->at && !read_place(s->at, &o->y, &o->x))
        return fail(error, CNN_ERROR_USAGE, "--at: expected a row and a column such as 7,15, found '%.64s'",
                    s->at);
    return CNN_OK;
}

/* ---- the command that more options are added to ---------------------------------------------------- */

static void add_text(FILE *to, const char *name, const char *value)
{
    fprintf(to, " --%s ", name);
    if (value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:")])
        quote_print(to, value);
    else
        fputs(value, to);
}

/* What chooses the model and the image. Owns: the caller frees it; NULL: memory ran out. */
static char *make_command(const struct explain_settings *s)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    if (!to)
        return NULL;
    fputs("cnn explain", to);
    if (given(s, EXPLAIN_LANG))
        add_text(to, "lang", s->lang ? "en" : "ko");
    if (given(s, EXPLAIN_MODEL))
        add_text(to, "model", s->model);
    if (given(s, EXPLAIN_DATA))
        add_text(to, "data", s->data);
    if (s->split == CNN_TEST)
        add_text(to, "split", "test");
    if (s->index)
        fprintf(to, " --index %" PRIu64, s->index);
    return fclose(to) == 0 ? text : NULL;
}

/* ---- explaining it --------------------------------------------------------------------------------- */

static void print_piece(void *context, const char *text)
{
    fputs(text, context);
}

static enum cnn_status explain(const struct explain_settings *s, const struct cnn_model *model,
                               const struct cnn_dataset *dataset, const struct cnn_explain_options *o,
                               struct cnn_error *error)
{
    if (s->c)
        return cnn_explain_c(model, dataset, 0, o, print_piece, stdout, error);
    if (given(s, EXPLAIN_QUIZ))
        return cnn_explain_quiz(model, dataset, 0, o, s->quiz, s->answers, print_piece, stdout, error);
    return cnn_explain(model, dataset, 0, o, print_piece, stdout, error);
}

static enum cnn_status run_explain(const void *settings, struct cnn_error *error)
{
    const struct explain_settings *s = settings;
    struct cnn_explain_options o = {0};
    struct cnn_model *model = NULL;
    struct cnn_dataset *dataset = NULL;
    char *command = NULL;
    enum cnn_status status = check_options(s, error);
    if (status == CNN_OK)
        status = read_options(s, &o, error);
    if (status == CNN_OK)
        status = input_machine(s->threads, error);
    if (status == CNN_OK)
        status = input_model(s->model, &model, error);
    if (status == CNN_OK)
        status = input_dataset(s->data, (enum cnn_split)s->split, (size_t)s->index, 1, &dataset, error);
    if (status == CNN_OK && !(command = make_command(s)))
        status = fail_memory(error);
    o.command = command;
    if (status == CNN_OK)
        status = explain(s, model, dataset, &o, error);
    free(command);
    cnn_dataset_close(dataset);
    cnn_model_free(model);
    return status;
}

static const char *const details[] = {
    "What each layer is for, why its output has its shape, how many weights it has, and what it finds in one "
    "image. With --layer, one number of that layer is added up in the program's own order, to the bit, and "
    "one "
    "of its weights makes a step.",
    NULL,
};

const struct command command_explain = {
    .name = "explain",
    .about = "Explains the network layer by layer, in words and worked sums, in Korean or English.",
    .details = details,
    .examples = "  cnn explain | less\n"
                "  cnn explain --layer conv2d --map 1 --at 7,15\n"
                "  cnn explain --layer dense --unit 12 --lang ko\n"
                "  cnn explain --layer conv2d --c > pixel.c; cc -O2 pixel.c -lm && ./a.out\n"
                "  cnn explain --quiz 7 --markdown > pupil7.md\n",
    .options = options,
    .n_options = N_EXPLAIN_OPTIONS,
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .given = offsetof(struct explain_settings, given),
    .run = run_explain,
};
