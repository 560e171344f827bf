/* cnn summary: the table of layers, as Keras prints it.
 * Source: print_summary of Keras up to 2.6, which TensorFlow 2.12 still ships (lesson), of Keras 2.12
 * (keras2) and 2.15 (keras2.15), and of Keras 3.5 with its boxes by rich (keras3). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "output.h"

enum summary_style { STYLE_LESSON, STYLE_KERAS2, STYLE_KERAS2_15, STYLE_KERAS3 };
enum { FIELDS = 3, FIELD_TEXT = 96, LINE = 65 };

struct summary_settings {
    int style;
    bool json;
    const char *model, *arch, *input;
};

static const struct summary_settings defaults = {.style = STYLE_LESSON};

#define FIELD(name) .field = offsetof(struct summary_settings, name)
static const struct option_row options[] = {
    {"style", "lesson|keras2|keras2.15|keras3",
     "the look of a version of Keras; up to 2.6, of 2.7 to 2.12, of 2.13 to 2.15, or of 3", OPTION_CHOICE,
     FIELD(style), .group = GROUP_OUTPUT},
    {"json", NULL, "one JSON object, whatever the style", OPTION_FLAG, FIELD(json), .group = GROUP_OUTPUT},
    {"arch", "TEXT", "layers, or a name; without it, and where no model is saved, the network of the lesson",
     OPTION_TEXT, FIELD(arch), .group = GROUP_NETWORK, .has_words = true, .words = CNN_WORDS_ARCH},
    {"input", "HxWxC", "the shape of its input; without it 28x28x1", OPTION_TEXT, FIELD(input),
     .group = GROUP_NETWORK},
    {"model", "FILE", "the network of a saved model; without it " MODEL_PATH ", where there is one",
     OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
};

/* A row of the table, as texts. */
struct row {
    char field[FIELDS][FIELD_TEXT];
};

static const struct row header = {{"Layer (type)", "Output Shape", "Param #"}};

static struct row layer_row(const struct cnn_model *model, size_t i, enum summary_style style)
{
    struct row row;
    struct cnn_layer_info layer = cnn_model_layer(model, i);
    const char *name = i == 0 && style == STYLE_KERAS3 ? "input_layer" : layer.name;
    bool list = i == 0 && style != STYLE_KERAS3; /* before Keras 3 an input's shape is a list of one */
    snprintf(row.field[0], FIELD_TEXT, "%.40s (%.40s)", name, layer.class_name);
    int used = snprintf(row.field[1], FIELD_TEXT, "%s(None", list ? "[" : "");
    for (size_t k = 0; k < layer.rank; k++)
        used += snprintf(row.field[1] + used, FIELD_TEXT - (size_t)used, ", %zu", layer.shape[k]);
    snprintf(row.field[1] + used, FIELD_TEXT - (size_t)used, ")%s", list ? "]" : "");
    if (style == STYLE_KERAS3)
        count_text(row.field[2], layer.parameters);
    else
        snprintf(row.field[2], FIELD_TEXT, "%zu", layer.parameters);
    return row;
}

/* The parameters of all layers, and those among them that no gradient changes. */
struct totals {
    size_t all, fixed;
};

static struct totals totals_of(const struct cnn_model *model)
{
    struct totals totals = {0, 0};
    for (size_t i = 0; i < cnn_model_info(model).layers; i++) {
        struct cnn_layer_info layer = cnn_model_layer(model, i);
        totals.all += layer.parameters;
        totals.fixed += layer.fixed_parameters;
    }
    return totals;
}

/* "793.23 KB" of the parameters as floats; byte is the word for less than one KB. */
static void size_text(char text[FIELD_TEXT], size_t parameters, const char *byte)
{
    const char *const units[] = {byte, "KB", "MB", "GB", "TB"};
    double size = (double)parameters * (double)sizeof(float);
    size_t unit = 0;
    for (; size >= 1024 && unit + 1 < COUNT_OF(units); unit++)
        size /= 1024;
    snprintf(text, FIELD_TEXT, "%.2f %s", size, units[unit]);
}

static void print_total(const char *what, size_t parameters, enum summary_style style)
{
    char count[COUNT_TEXT], bytes[FIELD_TEXT];
    bool is_keras3 = style == STYLE_KERAS3;
    if (style == STYLE_KERAS2_15)
        snprintf(count, sizeof count, "%zu", parameters);
    else
        count_text(count, parameters);
    size_text(bytes, parameters, is_keras3 ? "B" : "Byte");
    if (is_keras3)
        printf("%s %s: %s%s%s%s", tone_begin(stdout, TONE_BOLD), what, tone_begin(stdout, TONE_PLAIN),
               tone_begin(stdout, TONE_NUMBER), count, tone_begin(stdout, TONE_PLAIN));
    else
        printf("%s: %s", what, count);
    if (style == STYLE_KERAS2_15 || is_keras3)
        printf(" (%s)", bytes);
    putchar('\n');
}

static void print_totals(const struct cnn_model *model, enum summary_style style)
{
    struct totals totals = totals_of(model);
    print_total("Total params", totals.all, style);
    print_total("Trainable params", totals.all - totals.fixed, style);
    print_total("Non-trainable params", totals.fixed, style);
}

static void print_repeated(const char *text, size_t times)
{
    while (times-- > 0)
        fputs(text, stdout);
}

static void print_rule(const char *text)
{
    print_repeated(text, LINE);
    putchar('\n');
}

static const int ends[FIELDS] = {29, 55, LINE}; /* where fields end, in every look of Keras 2 */

/* A field goes on where the one before ends, whose last letter makes room for a blank; what does not fit is
 * cut. */
static void print_row_lesson(const struct row *row)
{
    char line[LINE + 1] = "";
    for (size_t k = 0; k < FIELDS; k++) {
        size_t used = strlen(line);
        if (k > 0)
            line[used - 1] = ' ';
        snprintf(line + used, (size_t)ends[k] + 1 - used, "%-*s", LINE, row->field[k]);
    }
    puts(line);
}

/* Fields keep at least two blanks between them; what does not fit in room goes on in the lines below. */
static void print_row_broken(const struct row *row, const int room[FIELDS])
{
    const char *left[FIELDS] = {row->field[0], row->field[1], row->field[2]};
    while (*left[0] || *left[1] || *left[2]) {
        int column = printf(" ");
        for (size_t k = 0; k < FIELDS; k++) {
            int n = (int)strnlen(left[k], (size_t)room[k]);
            column += printf("%.*s%s", n, left[k], k < FIELDS - 1 ? "  " : "");
            if (column < ends[k])
                column += printf("%*s", ends[k] - column, "");
            left[k] += n;
        }
        putchar('\n');
    }
}

/* A first field of 27 letters pushes the second one to the right by one, as in Keras. */
static void print_row_keras2(const struct row *row)
{
    print_row_broken(row, (const int[FIELDS]){27, 24, 10});
}

static void print_row_keras2_15(const struct row *row)
{
    print_row_broken(row, (const int[FIELDS]){26, 23, 10});
}

static void print_plain(const struct cnn_model *model, enum summary_style style)
{
    bool lesson = style == STYLE_LESSON;
    void (*print_row)(const struct row *row) = lesson                  ? print_row_lesson
                                               : style == STYLE_KERAS2 ? print_row_keras2
                                                                       : print_row_keras2_15;
    puts("Model: \"model\"");
    print_rule("_");
    print_row(&header);
    print_rule("=");
    for (size_t i = 0; i < cnn_model_info(model).layers; i++) {
        struct row row = layer_row(model, i, style);
        if (lesson && i > 0)
            print_rule("_");
        print_row(&row);
        if (!lesson)
            print_rule(" ");
    }
    print_rule("=");
    print_totals(model, style);
    print_rule("_");
}

/* The widths inside the boxes, of a table of at most 88 columns, four less than the line has. */
static void box_widths(size_t width[FIELDS])
{
    size_t columns = output_columns(stdout), length = columns < 60 ? 56 : columns > 92 ? 88 : columns - 4;
    size_t first = length * 45 / 100, second = length * 80 / 100 - first;
    width[0] = first - 3;
    width[1] = second - 4;
    width[2] = length - first - second - 3;
}

static void print_box_rule(const size_t width[FIELDS], const char *left, const char *line, const char *cross,
                           const char *right)
{
    for (size_t k = 0; k < FIELDS; k++) {
        fputs(k ? cross : left, stdout);
        print_repeated(line, width[k] + 2);
    }
    puts(right);
}

/* How much of a text fits in a line: up to a blank where it has to be broken. */
static size_t fitting(const char *text, size_t room)
{
    size_t n = strlen(text);
    if (n <= room)
        return n;
    for (n = room; n > 0 && text[n] != ' '; n--)
        ;
    return n ? n : room;
}

/* What Keras 3 gives a letter of a field: classes, numbers and None have their own. */
static enum tone letter_tone(size_t field, const char *text, size_t at)
{
    const char *class_name = strrchr(text, '(');
    if (field == 0)
        return class_name && text + at > class_name && text[at] != ')' ? TONE_SYMBOL : TONE_PLAIN;
    if (isdigit((unsigned char)text[at]) || (field == 2 && text[at] == ','))
        return TONE_NUMBER;
    return isalpha((unsigned char)text[at]) ? TONE_NOTHING : TONE_PLAIN;
}

/* Letters first to last - 1 of a field. */
static void print_letters(const struct row *row, size_t field, size_t first, size_t last)
{
    enum tone now = TONE_PLAIN;
    const char *text = row->field[field];
    for (size_t i = first; i < last; i++) {
        enum tone next = row == &header ? TONE_BOLD : letter_tone(field, text, i);
        if (next != now)
            printf("%s%s", tone_begin(stdout, TONE_PLAIN),
                   next == TONE_PLAIN ? "" : tone_begin(stdout, next));
        putchar(text[i]);
        now = next;
    }
    if (now != TONE_PLAIN)
        fputs(tone_begin(stdout, TONE_PLAIN), stdout);
}

static void print_box_row(const struct row *row, const size_t width[FIELDS], const char *border)
{
    size_t done[FIELDS] = {0};
    bool more = true;
    while (more) {
        more = false;
        for (size_t k = 0; k < FIELDS; k++) {
            const char *left = row->field[k] + done[k];
            size_t n = fitting(left, width[k]);
            int blanks = (int)(width[k] - n);
            bool right = k == FIELDS - 1;
            printf("%s %*s", border, right ? blanks : 0, "");
            print_letters(row, k, done[k], done[k] + n);
            printf("%*s ", right ? 0 : blanks, "");
            done[k] += n + strspn(left + n, " ");
            more = more || row->field[k][done[k]];
        }
        puts(border);
    }
}

static void print_boxed(const struct cnn_model *model)
{
    size_t width[FIELDS];
    box_widths(width);
    printf("%sModel: \"functional\"%s\n", tone_begin(stdout, TONE_BOLD), tone_begin(stdout, TONE_PLAIN));
    print_box_rule(width, "┏", "━", "┳", "┓");
    print_box_row(&header, width, "┃");
    print_box_rule(width, "┡", "━", "╇", "┩");
    for (size_t i = 0; i < cnn_model_info(model).layers; i++) {
        struct row row = layer_row(model, i, STYLE_KERAS3);
        if (i > 0)
            print_box_rule(width, "├", "─", "┼", "┤");
        print_box_row(&row, width, "│");
    }
    print_box_rule(width, "└", "─", "┴", "┘");
    print_totals(model, STYLE_KERAS3);
}

static void json_layer(const struct cnn_layer_info *layer)
{
    json_open_object(NULL);
    json_text("name", layer->name);
    json_text("class", layer->class_name);
    json_text("activation", layer->activation);
    json_open_array("output_shape");
    json_text(NULL, NULL); /* the batch, as in Keras */
    for (size_t k = 0; k < layer->rank; k++)
        json_count(NULL, layer->shape[k]);
    json_close_array();
    json_count("parameters", layer->parameters);
    json_close_object();
}

static void print_json(const struct cnn_model *model)
{
    struct totals totals = totals_of(model);
    json_begin();
    json_text("arch", cnn_model_info(model).arch);
    json_open_array("layers");
    for (size_t i = 0; i < cnn_model_info(model).layers; i++) {
        struct cnn_layer_info layer = cnn_model_layer(model, i);
        json_layer(&layer);
    }
    json_close_array();
    json_count("parameters", totals.all);
    json_count("trainable", totals.all - totals.fixed);
    json_count("non_trainable", totals.fixed);
    json_end();
}

static enum cnn_status open_model(const struct summary_settings *settings, struct cnn_model **model,
                                  struct cnn_error *error)
{
    struct cnn_model_options shape = {.arch = settings->arch, .blank = true};
    if (settings->model && (settings->arch || settings->input))
        return fail(error, CNN_ERROR_USAGE,
                    "--model brings its own network; --arch and --input cannot go with it");
    const char *path = settings->model;
    if (!path && !settings->arch && !settings->input && access(MODEL_PATH, F_OK) == 0)
        path = MODEL_PATH;
    if (path)
        return input_model(path, model, error);
    enum cnn_status status = CNN_OK;
    if (settings->input)
        status = parse_shape(settings->input, &shape.height, &shape.width, &shape.channels, error);
    return status ? status : cnn_model_create(&shape, model, error);
}

static enum cnn_status run_summary(const void *settings, struct cnn_error *error)
{
    const struct summary_settings *s = settings;
    struct cnn_model *model;
    enum cnn_status status = open_model(s, &model, error);
    if (status)
        return status;
    enum summary_style style = (enum summary_style)s->style;
    if (s->json)
        print_json(model);
    else if (style == STYLE_KERAS3)
        print_boxed(model);
    else
        print_plain(model, style);
    cnn_model_free(model);
    return CNN_OK;
}

static const enum cnn_words words[] = {CNN_WORDS_LAYER, CNN_WORDS_ACTIVATION, CNN_WORDS_ARCH};

const struct command command_summary = {
    .name = "summary",
    .about = "Shows the layers of a network, their output shapes and parameters.",
    .examples = "  cnn summary\n"
                "  cnn summary --style keras3\n"
                "  cnn summary --arch \"conv2d:8,3,relu flatten dense:10,softmax\" --input 32x32x3\n",
    .words = words,
    .n_words = COUNT_OF(words),
    .options = options,
    .n_options = COUNT_OF(options),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .run = run_summary,
};
