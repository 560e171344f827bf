/* cnn predict: what a model makes of single images, beside the truth, as the lesson shows it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "message.h"
#include "output.h"
#include "pictures.h"
#include "quote.h"

#define NOT_GIVEN UINT64_MAX

enum predict_option {
    PREDICT_FIRST,
    PREDICT_INDEX,
    PREDICT_SPLIT,
    PREDICT_DATA,
    PREDICT_CSV,
    PREDICT_JSON,
    PREDICT_MODEL,
    PREDICT_RAW,
    PREDICT_CLEAN,
    PREDICT_OUT,
    PREDICT_STAGES,
    PREDICT_OVERWRITE,
    PREDICT_THREADS,
    N_PREDICT_OPTIONS
};

struct predict_settings {
    struct picture_settings pictures;
    uint64_t first, index, threads, given;
    const char *data, *model;
    int split;
};

static const struct predict_settings defaults = {
    .first = NOT_GIVEN, .index = NOT_GIVEN, .model = MODEL_PATH, .split = CNN_TRAIN};

#define FIELD(name) .field = offsetof(struct predict_settings, name)
static const struct option_row options[N_PREDICT_OPTIONS] = {
    [PREDICT_FIRST] = {"first", "N", "show the first N images; without it 5, or all if fewer", OPTION_COUNT,
                       FIELD(first), .min = 1, .max = 1000000000, .group = GROUP_DATA},
    [PREDICT_INDEX] = {"index", "N", "show image N alone; the first one is 0", OPTION_COUNT, FIELD(index),
                       .min = 0, .max = 1000000000, .group = GROUP_DATA},
    [PREDICT_SPLIT] = {"split", "train|test", "those trained on, or the others; the lesson shows the former",
                       OPTION_CHOICE, FIELD(split), .group = GROUP_DATA},
    [PREDICT_DATA] = OPTION_DATA(FIELD(data)),
    [PREDICT_CSV] = {"csv", NULL, "comma-separated values; all digits of each number", OPTION_FLAG,
                     FIELD(pictures.csv), .group = GROUP_OUTPUT},
    [PREDICT_JSON] = {"json", NULL, "one JSON object for all images", OPTION_FLAG, FIELD(pictures.json),
                      .group = GROUP_OUTPUT},
    [PREDICT_MODEL] = {"model", "FILE", "the trained model", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    [PREDICT_RAW] = {"raw", NULL, "leave pictures as they are, but for their size", OPTION_FLAG,
                     FIELD(pictures.raw), .group = GROUP_DATA},
    [PREDICT_CLEAN] = {"clean", NULL,
                       "clean up pictures for a network that was not made for digits of 28x28, too",
                       OPTION_FLAG, FIELD(pictures.clean), .group = GROUP_DATA, .rare = true},
    [PREDICT_OUT] = {"out", "FILE", "write what the network sees of a picture, NAME.png", OPTION_TEXT,
                     FIELD(pictures.out), .group = GROUP_FILES},
    [PREDICT_STAGES] = {"keep-stages", "DIR", "write each step of the clean-up, DIR/NAME-STAGE.png",
                        OPTION_TEXT, FIELD(pictures.stages), .group = GROUP_FILES},
    [PREDICT_OVERWRITE] = {"overwrite", NULL, "let these replace files that this program did not make",
                           OPTION_FLAG, FIELD(pictures.overwrite), .group = GROUP_FILES, .rare = true},
    [PREDICT_THREADS] = OPTION_THREADS(FIELD(threads)),
};

/* The images shown and what the model says of them. */
struct prediction {
    const struct cnn_dataset *dataset;
    bool labelled;                           /* else there is no truth to show */
    size_t first, count, classes;            /* first: the number of the first image in its split */
    const float *outputs;                    /* [count][classes] */
    bool probabilities;                      /* the outputs are; else numbers of any size */
    const struct cnn_confidence *confidence; /* of the model; NULL: not known */
};

static const float *outputs_of(const struct prediction *p, size_t i)
{
    return p->outputs + i * p->classes;
}

static size_t digit_of(const struct prediction *p, size_t i)
{
    const float *row = outputs_of(p, i);
    size_t best = 0;
    for (size_t k = 1; k < p->classes; k++)
        if (row[k] > row[best])
            best = k;
    return best;
}

static size_t digits(size_t n)
{
    return (size_t)snprintf(NULL, 0, "%zu", n);
}

static void print_csv(const struct prediction *p)
{
    printf(p->labelled ? "image,truth,predicted" : "image,predicted");
    for (size_t k = 0; k < p->classes; k++)
        printf(",%c%zu", p->probabilities ? 'p' : 'y', k);
    putchar('\n');
    for (size_t i = 0; i < p->count; i++) {
        printf("%zu,", p->first + i);
        if (p->labelled)
            printf("%u,", cnn_dataset_label(p->dataset, i));
        printf("%zu", digit_of(p, i));
        for (size_t k = 0; k < p->classes; k++)
            printf(",%.9g", (double)outputs_of(p, i)[k]);
        putchar('\n');
    }
}

static void print_json(const struct prediction *p)
{
    json_begin();
    json_text("data", cnn_dataset_info(p->dataset).source);
    json_open_array("predictions");
    for (size_t i = 0; i < p->count; i++) {
        json_open_object(NULL);
        json_count("image", p->first + i);
        if (p->labelled)
            json_count("truth", cnn_dataset_label(p->dataset, i));
        json_count("predicted", digit_of(p, i));
        json_open_array(p->probabilities ? "probabilities" : "outputs");
        for (size_t k = 0; k < p->classes; k++)
            json_real(NULL, (double)outputs_of(p, i)[k]);
        json_close_array();
        json_close_object();
    }
    json_close_array();
    json_end();
}

/* The parts of the table, each printed as cells of a row. */
static void print_class_cells(const struct prediction *p, size_t width)
{
    for (size_t k = 0; k < p->classes; k++)
        printf("%*zu", (int)width, k);
}

static void print_output_cells(const struct prediction *p, size_t i, size_t width)
{
    for (size_t k = 0; k < p->classes; k++)
        printf("%*.2f", (int)width, (double)outputs_of(p, i)[k]);
}

/* A blank, and room for the longest number or class. */
static size_t cell_width(const struct prediction *p)
{
    size_t most = digits(p->classes - 1);
    for (size_t i = 0; i < p->count * p->classes; i++) {
        size_t width = (size_t)snprintf(NULL, 0, "%.2f", (double)p->outputs[i]);
        most = width > most ? width : most;
    }
    return 1 + most;
}

static void print_truth_cells(const struct prediction *p, size_t i, size_t width)
{
    for (size_t k = 0; k < p->classes; k++)
        printf("%*d", (int)width, cnn_dataset_label(p->dataset, i) == k);
}

static void print_beside(const struct prediction *p, size_t number, size_t cell, size_t truth)
{
    size_t left = number + cell * p->classes;
    printf("%-*s   %s\n", (int)left, "prediction", "truth");
    printf("%*s", (int)number, "");
    print_class_cells(p, cell);
    printf("   ");
    print_class_cells(p, truth);
    putchar('\n');
    for (size_t i = 0; i < p->count; i++) {
        printf("%*zu", (int)number, p->first + i);
        print_output_cells(p, i, cell);
        printf("   ");
        print_truth_cells(p, i, truth);
        putchar('\n');
    }
}

static void print_below(const struct prediction *p, size_t number, size_t cell)
{
    for (int truth = 0; truth < 1 + p->labelled; truth++) {
        printf("%s%s\n%*s", truth ? "\n" : "", truth ? "truth" : "prediction", (int)number, "");
        print_class_cells(p, cell);
        putchar('\n');
        for (size_t i = 0; i < p->count; i++) {
            printf("%*zu", (int)number, p->first + i);
            if (truth)
                print_truth_cells(p, i, cell);
            else
                print_output_cells(p, i, cell);
            putchar('\n');
        }
    }
}

/* What answers as sure as those shown were worth on the test images, where the model knows. */
static void print_confidence(const struct prediction *p)
{
    const struct cnn_confidence *c = p->confidence;
    bool shown[CNN_CONFIDENCE_ROWS] = {false};
    for (size_t i = 0; c && i < p->count; i++)
        shown[cnn_confidence_row(outputs_of(p, i)[digit_of(p, i)])] = true;
    for (size_t row = CNN_CONFIDENCE_ROWS; c && row-- > 0;) {
        char range[CONFIDENCE_TEXT], images[COUNT_TEXT], right[CNN_PERCENT];
        if (shown[row] && c->images[row])
            printf("of %s answers to its own test images with a probability of %s, %s were right\n",
                   count_text(images, c->images[row]), confidence_text(range, row),
                   cnn_percent(right, (double)c->right[row] / (double)c->images[row]));
    }
}

static void print_verdicts(const struct prediction *p)
{
    size_t right = 0;
    int number = (int)digits(p->first + p->count - 1);
    char percent[CNN_PERCENT];
    putchar('\n');
    for (size_t i = 0; i < p->count; i++) {
        size_t digit = digit_of(p, i);
        bool hit = p->labelled && digit == cnn_dataset_label(p->dataset, i);
        printf("image %*zu: %zu, ", number, p->first + i, digit);
        double output = (double)outputs_of(p, i)[digit];
        if (p->probabilities)
            printf("probability %9s", cnn_percent(percent, output));
        else
            printf("output %.4f", output);
        right += hit;
        if (!p->labelled)
            putchar('\n');
        else if (hit)
            printf(": %sright%s\n", tone_begin(stdout, TONE_GOOD), tone_begin(stdout, TONE_PLAIN));
        else
            printf(": %swrong, it is %u%s\n", tone_begin(stdout, TONE_BAD), cnn_dataset_label(p->dataset, i),
                   tone_begin(stdout, TONE_PLAIN));
    }
    if (p->labelled && p->count > 1)
        printf("%zu of %zu right\n", right, p->count);
    print_confidence(p);
}

static void print_tables(const struct prediction *p)
{
    size_t number = digits(p->first + p->count - 1), truth = digits(p->classes - 1) + 1;
    size_t cell = cell_width(p);
    if (p->labelled && number + (cell + truth) * p->classes + 3 <= output_columns(stdout))
        print_beside(p, number, cell, truth);
    else
        print_below(p, number, cell);
    print_verdicts(p);
}

/* Predicts the whole dataset and prints it. */
static enum cnn_status show(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t first,
                            const struct predict_settings *s, struct cnn_error *error)
{
    struct cnn_dataset_info data = cnn_dataset_info(dataset);
    struct cnn_model_info info = cnn_model_info(model);
    struct prediction p = {.dataset = dataset,
                           .labelled = data.labelled,
                           .first = first,
                           .count = data.count,
                           .classes = info.classes,
                           .probabilities = info.probabilities,
                           .confidence = cnn_model_confidence(model)};
    float *outputs = calloc(p.count, p.classes * sizeof *outputs);
    if (!outputs)
        return fail_memory(error);
    p.outputs = outputs;
    enum cnn_status status = cnn_model_predict(model, dataset, outputs, error);
    if (status == CNN_OK && s->pictures.csv)
        print_csv(&p);
    else if (status == CNN_OK && s->pictures.json)
        print_json(&p);
    else if (status == CNN_OK)
        print_tables(&p);
    free(outputs);
    return status;
}

/* The images asked for; without a wish the first five, or all where there are fewer. */
static enum cnn_status open_images(const struct predict_settings *s, size_t *first,
                                   struct cnn_dataset **dataset, struct cnn_error *error)
{
    enum { USUAL = 5 };
    char word[QUOTE_TEXT];
    bool wish = s->first != NOT_GIVEN || s->index != NOT_GIVEN;
    size_t count = s->first != NOT_GIVEN ? (size_t)s->first : s->index != NOT_GIVEN ? 1 : USUAL;
    *first = s->index != NOT_GIVEN ? (size_t)s->index : 0;
    enum cnn_split split = (enum cnn_split)s->split;
    enum cnn_status status = input_dataset(s->data, split, *first, count, dataset, error);
    if (status == CNN_ERROR_USAGE && !wish)
        status = input_dataset(s->data, split, 0, 0, dataset, error);
    if (status == CNN_ERROR_NOT_FOUND && s->data && input_is_folder(s->data) && !input_is_dataset(s->data))
        return fail_hint(error, "pictures are named one by one: cnn predict %s/*", quote_word(word, s->data));
    if (status == CNN_OK && !cnn_dataset_info(*dataset).labelled)
        note("%s: no labels found, so no truth is shown; cnn doctor says what was looked for",
             cnn_dataset_info(*dataset).source);
    return status;
}

#define BIT(option) (UINT64_C(1) << (option))
#define FOR_DATA (BIT(PREDICT_FIRST) | BIT(PREDICT_INDEX) | BIT(PREDICT_SPLIT) | BIT(PREDICT_DATA))
#define FOR_PICTURES                                                                                         \
    (BIT(PREDICT_RAW) | BIT(PREDICT_CLEAN) | BIT(PREDICT_OUT) | BIT(PREDICT_STAGES) | BIT(PREDICT_OVERWRITE))

/* Images of a dataset and pictures are asked for by options of their own. */
static enum cnn_status check_options(const struct predict_settings *s, struct cnn_error *error)
{
    bool pictures = s->pictures.files.count > 0;
    for (size_t i = 0; i < N_PREDICT_OPTIONS; i++) {
        if (!(s->given & BIT(i) & (pictures ? FOR_DATA : FOR_PICTURES)))
            continue;
        if (pictures)
            return fail(error, CNN_ERROR_USAGE, "--%s is for images of a dataset, not for pictures",
                        options[i].name);
        fail(error, CNN_ERROR_USAGE, "--%s is for pictures; expected a file, found none", options[i].name);
        return fail_hint(error, "such as: cnn predict photo.jpg");
    }
    if (s->first != NOT_GIVEN && s->index != NOT_GIVEN)
        return fail(error, CNN_ERROR_USAGE, "--first and --index do not go together");
    if (s->pictures.csv && s->pictures.json)
        return fail(error, CNN_ERROR_USAGE, "--csv and --json do not go together");
    return pictures ? pictures_check(&s->pictures, error) : CNN_OK;
}

static enum cnn_status show_images(const struct cnn_model *model, const struct predict_settings *s,
                                   struct cnn_error *error)
{
    size_t first = 0;
    struct cnn_dataset *dataset = NULL;
    enum cnn_status status = open_images(s, &first, &dataset, error);
    if (status == CNN_OK)
        status = show(model, dataset, first, s, error);
    cnn_dataset_close(dataset);
    return status;
}

static enum cnn_status run_predict(const void *settings, struct cnn_error *error)
{
    const struct predict_settings *s = settings;
    struct cnn_model *model = NULL;
    enum cnn_status status = check_options(s, error);
    if (status == CNN_OK)
        status = input_machine(s->threads, error);
    if (status == CNN_OK)
        status = input_model(s->model, &model, error);
    if (status == CNN_OK)
        status = s->pictures.files.count ? pictures_show(model, &s->pictures, error)
                                         : show_images(model, s, error);
    cnn_model_free(model);
    return status;
}

static const char *const details[] = {
    "PICTURE is a photograph or drawing of a digit: PNG, JPEG, PGM or PPM, or - for standard input. It is "
    "cleaned up "
    "as MNIST was made, so that paper, light, size and place do not matter: the ground is taken away, the "
    "digit turned "
    "light on black, fitted into 20 x 20 pixels and centred by its mass. In a terminal, what the network "
    "sees is "
    "shown; in a pipe, and for more than eight pictures, a line for each.",
    NULL,
};

const struct command command_predict = {
    .name = "predict",
    .about =
        "Shows what a model makes of single images, beside the truth where that is known, or of pictures of "
        "one's own.",
    .details = details,
    .examples = "  cnn predict --first 5\n"
                "  cnn predict photo.jpg\n"
                "  cnn predict drawing.png --keep-stages steps\n"
                "  cnn predict --split test --first 10000 --csv > predictions.csv\n",
    .options = options,
    .n_options = N_PREDICT_OPTIONS,
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .given = offsetof(struct predict_settings, given),
    .operands = "PICTURE...",
    .operands_field = offsetof(struct predict_settings, pictures.files),
    .most_operands = SIZE_MAX,
    .run = run_predict,
};
