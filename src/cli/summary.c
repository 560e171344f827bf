/* cnn summary: the table of layers, as Keras prints it.
 * Source: print_summary of Keras 2.12 (keras2) and Keras 3.5 with its boxes by rich (keras3). */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "options.h"
#include "output.h"

enum summary_style { STYLE_KERAS2, STYLE_KERAS3 };
enum { FIELDS = 3, FIELD_TEXT = 96 };

struct summary_settings {
    int style;
    const char *model, *arch, *input;
};

static const struct summary_settings defaults = {.style = STYLE_KERAS2};

#define FIELD(name) .field = offsetof(struct summary_settings, name)
static const struct option_row options[] = {
    {"style", "keras2|keras3", "plain as Keras 2 up to 2.12, or boxed as Keras 3", OPTION_CHOICE,
     FIELD(style), .group = GROUP_OUTPUT},
    {"arch", "TEXT", "layers, or a name; without it the network of the lesson", OPTION_TEXT, FIELD(arch),
     .group = GROUP_NETWORK},
    {"input", "HxWxC", "the shape of its input; without it 28x28x1", OPTION_TEXT, FIELD(input),
     .group = GROUP_NETWORK},
    {"model", "FILE", "show the network of a saved model instead", OPTION_TEXT, FIELD(model),
     .group = GROUP_FILES},
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
    bool list = i == 0 && style == STYLE_KERAS2; /* an input's shape is a list of one there */
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

static void print_repeated(const char *text, size_t times)
{
    while (times-- > 0)
        fputs(text, stdout);
}

static void print_rule(const char *text)
{
    print_repeated(text, 65);
    putchar('\n');
}

/* Fields end at 29, 55 and 65, the first two after at least two blanks; what does not fit goes on in the
 * lines below. A first field of 27 letters pushes the second one to the right by one, as in Keras. */
static void print_row_keras2(const struct row *row)
{
    static const int ends[FIELDS] = {29, 55, 65}, room[FIELDS] = {27, 24, 10};
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

static void print_keras2(const struct cnn_model *model)
{
    struct cnn_model_info info = cnn_model_info(model);
    char count[COUNT_TEXT];
    puts("Model: \"model\"");
    print_rule("_");
    print_row_keras2(&header);
    print_rule("=");
    for (size_t i = 0; i < info.layers; i++) {
        struct row row = layer_row(model, i, STYLE_KERAS2);
        print_row_keras2(&row);
        printf("%65s\n", "");
    }
    print_rule("=");
    count_text(count, info.parameters);
    printf("Total params: %s\nTrainable params: %s\nNon-trainable params: 0\n", count, count);
    print_rule("_");
}

/* The widths inside the boxes, of a table of at most 88 columns, four less than the line has. */
static void box_widths(size_t width[FIELDS])
{
    size_t columns = output_columns(), length = columns < 60 ? 56 : columns > 92 ? 88 : columns - 4;
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

static void print_box_row(const struct row *row, const size_t width[FIELDS], const char *border)
{
    const char *left[FIELDS] = {row->field[0], row->field[1], row->field[2]};
    do {
        for (size_t k = 0; k < FIELDS; k++) {
            size_t n = fitting(left[k], width[k]);
            int blanks = (int)(width[k] - n);
            bool right = k == FIELDS - 1;
            printf("%s %*s%.*s%*s ", border, right ? blanks : 0, "", (int)n, left[k], right ? 0 : blanks, "");
            left[k] += n + strspn(left[k] + n, " ");
        }
        puts(border);
    } while (*left[0] || *left[1] || *left[2]);
}

/* "793.23 KB" of the parameters as floats. */
static const char *size_text(char text[FIELD_TEXT], size_t parameters)
{
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
    double size = (double)parameters * (double)sizeof(float);
    size_t unit = 0;
    for (; size >= 1024 && unit + 1 < COUNT_OF(units); unit++)
        size /= 1024;
    snprintf(text, FIELD_TEXT, "%.2f %s", size, units[unit]);
    return text;
}

static void print_keras3(const struct cnn_model *model)
{
    struct cnn_model_info info = cnn_model_info(model);
    char count[COUNT_TEXT], bytes[FIELD_TEXT];
    size_t width[FIELDS];
    box_widths(width);
    puts("Model: \"functional\"");
    print_box_rule(width, "┏", "━", "┳", "┓");
    print_box_row(&header, width, "┃");
    print_box_rule(width, "┡", "━", "╇", "┩");
    for (size_t i = 0; i < info.layers; i++) {
        struct row row = layer_row(model, i, STYLE_KERAS3);
        if (i > 0)
            print_box_rule(width, "├", "─", "┼", "┤");
        print_box_row(&row, width, "│");
    }
    print_box_rule(width, "└", "─", "┴", "┘");
    count_text(count, info.parameters);
    size_text(bytes, info.parameters);
    printf(" Total params: %s (%s)\n Trainable params: %s (%s)\n Non-trainable params: 0 (0.00 B)\n", count,
           bytes, count, bytes);
}

static enum cnn_status open_model(const struct summary_settings *settings, struct cnn_model **model,
                                  struct cnn_error *error)
{
    struct cnn_model_options shape = {.arch = settings->arch, .blank = true};
    if (settings->model && (settings->arch || settings->input))
        return fail(error, CNN_ERROR_USAGE,
                    "--model brings its own network; --arch and --input cannot go with it");
    if (settings->model)
        return input_model(settings->model, model, error);
    enum cnn_status status = CNN_OK;
    if (settings->input)
        status = parse_shape(settings->input, &shape.height, &shape.width, &shape.channels, error);
    return status ? status : cnn_model_create(&shape, model, error);
}

static enum cnn_status run_summary(const void *settings, struct cnn_error *error)
{
    struct cnn_model *model;
    enum cnn_status status = open_model(settings, &model, error);
    if (status)
        return status;
    if (((const struct summary_settings *)settings)->style == STYLE_KERAS3)
        print_keras3(model);
    else
        print_keras2(model);
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
