/* cnn evaluate: loss, accuracy, the confusion matrix, and precision, recall and F1 of each class. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "loss.h"
#include "message.h"
#include "output.h"
#include "run_data.h"

struct evaluate_settings {
    uint64_t threads;
    const char *data, *model;
    int split;
    bool csv, json;
};

static const struct evaluate_settings defaults = {.model = MODEL_PATH, .split = CNN_TEST};

#define FIELD(name) .field = offsetof(struct evaluate_settings, name)
static const struct option_row options[] = {
    {"split", "train|test", "those trained on, or those kept for testing", OPTION_CHOICE, FIELD(split),
     .group = GROUP_DATA},
    {"csv", NULL, "comma-separated values; metric,class,predicted,value", OPTION_FLAG, FIELD(csv),
     .group = GROUP_OUTPUT},
    {"json", NULL, "one JSON object with all figures", OPTION_FLAG, FIELD(json), .group = GROUP_OUTPUT},
    OPTION_DATA(FIELD(data)),
    {"model", "FILE", "the trained model", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    OPTION_THREADS(FIELD(threads)),
};

struct evaluation {
    struct cnn_scores scores;
    size_t classes;
    bool probabilities; /* else there is no telling how sure an answer was */
    size_t *confusion;  /* [truth][prediction] */
};

/* How one class fares. occurs: it is the truth or the prediction of some image. */
struct class_scores {
    size_t images;
    double precision, recall, f1;
    bool occurs;
};

static double ratio(size_t part, size_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

/* precision = hits / predictions, recall = hits / images, F1 = their harmonic mean; 0 where there are none.
 */
static struct class_scores class_scores(const struct evaluation *e, size_t k)
{
    size_t predictions = 0, images = 0, hits = e->confusion[k * e->classes + k];
    for (size_t i = 0; i < e->classes; i++) {
        images += e->confusion[k * e->classes + i];
        predictions += e->confusion[i * e->classes + k];
    }
    return (struct class_scores){images, ratio(hits, predictions), ratio(hits, images),
                                 ratio(2 * hits, images + predictions), images + predictions > 0};
}

/* The unweighted mean over the classes that occur. */
static struct class_scores mean_scores(const struct evaluation *e)
{
    struct class_scores mean = {.images = e->scores.count};
    size_t n = 0;
    for (size_t k = 0; k < e->classes; k++) {
        struct class_scores c = class_scores(e, k);
        mean.precision += c.precision;
        mean.recall += c.recall;
        mean.f1 += c.f1;
        n += c.occurs;
    }
    double share = n ? 1.0 / (double)n : 0;
    mean.precision *= share;
    mean.recall *= share;
    mean.f1 *= share;
    return mean;
}

static void print_csv(const struct evaluation *e)
{
    struct class_scores mean = mean_scores(e);
    printf("metric,class,predicted,value\n");
    printf("images,,,%zu\nloss,,,%.9g\naccuracy,,,%.9g\n", e->scores.count, e->scores.loss,
           e->scores.accuracy);
    printf("precision,,,%.9g\nrecall,,,%.9g\nf1,,,%.9g\n", mean.precision, mean.recall, mean.f1);
    for (size_t k = 0; k < e->classes; k++) {
        struct class_scores c = class_scores(e, k);
        printf("precision,%zu,,%.9g\nrecall,%zu,,%.9g\nf1,%zu,,%.9g\n", k, c.precision, k, c.recall, k, c.f1);
    }
    for (size_t i = 0; e->probabilities && i < CNN_CONFIDENCE_ROWS; i++)
        printf("images_from_%g,,,%zu\nright_from_%g,,,%zu\n", cnn_confidence_from(i),
               e->scores.confidence.images[i], cnn_confidence_from(i), e->scores.confidence.right[i]);
    for (size_t i = 0; i < e->classes; i++)
        for (size_t k = 0; k < e->classes; k++)
            printf("confusion,%zu,%zu,%zu\n", i, k, e->confusion[i * e->classes + k]);
}

/* The figures of the opened object. */
static void json_scores(const struct class_scores *c)
{
    json_real("precision", c->precision);
    json_real("recall", c->recall);
    json_real("f1", c->f1);
}

static void json_classes(const struct evaluation *e)
{
    json_open_array("classes");
    for (size_t k = 0; k < e->classes; k++) {
        struct class_scores c = class_scores(e, k);
        json_open_object(NULL);
        json_count("class", k);
        json_count("images", c.images);
        json_scores(&c);
        json_close_object();
    }
    json_close_array();
}

static void json_confusion(const struct evaluation *e)
{
    json_open_array("confusion");
    for (size_t i = 0; i < e->classes; i++) {
        json_open_array(NULL);
        for (size_t k = 0; k < e->classes; k++)
            json_count(NULL, e->confusion[i * e->classes + k]);
        json_close_array();
    }
    json_close_array();
}

static void json_confidence(const struct cnn_confidence *c)
{
    json_open_array("confidence");
    for (size_t i = 0; i < CNN_CONFIDENCE_ROWS; i++) {
        json_open_object(NULL);
        json_real("from", cnn_confidence_from(i));
        json_count("images", c->images[i]);
        json_count("right", c->right[i]);
        json_close_object();
    }
    json_close_array();
}

static void print_json(const struct evaluation *e, const struct evaluate_settings *s,
                       const struct cnn_model *model, const char *source)
{
    struct class_scores mean = mean_scores(e);
    json_begin();
    json_text("model", s->model);
    json_count("epochs", cnn_model_info(model).trained_epochs);
    json_hash("fingerprint", cnn_model_fingerprint(model));
    json_text("data", source);
    json_text("split", s->split == CNN_TEST ? "test" : "train");
    json_count("images", e->scores.count);
    json_real("loss", e->scores.loss);
    json_real("accuracy", e->scores.accuracy);
    json_scores(&mean);
    json_classes(e);
    json_confusion(e);
    if (e->probabilities)
        json_confidence(&e->scores.confidence);
    json_end();
}

static void print_confusion(const struct evaluation *e)
{
    size_t largest = e->classes;
    for (size_t i = 0; i < e->classes * e->classes; i++)
        largest = e->confusion[i] > largest ? e->confusion[i] : largest;
    int cell = snprintf(NULL, 0, "%zu", largest) + 1;
    printf("\nConfusion matrix: a row for each true class, a column for each predicted one\n%8s", "");
    for (size_t k = 0; k < e->classes; k++)
        printf("%*zu", cell, k);
    putchar('\n');
    for (size_t i = 0; i < e->classes; i++) {
        printf("%8zu", i);
        for (size_t k = 0; k < e->classes; k++) {
            size_t count = e->confusion[i * e->classes + k];
            if (count)
                printf("%*zu", cell, count);
            else
                printf("%*s", cell, "."); /* so that the mistakes stand out */
        }
        putchar('\n');
    }
}

static void print_confidence(const struct cnn_confidence *c)
{
    printf("\nHow sure it was, and how often it was right\n%16s  %7s  %9s\n", "probability", "images",
           "right");
    for (size_t i = CNN_CONFIDENCE_ROWS; i-- > 0;) {
        char range[CONFIDENCE_TEXT], images[COUNT_TEXT], right[CNN_PERCENT];
        if (c->images[i])
            printf("%16s  %7s  %9s\n", confidence_text(range, i), count_text(images, c->images[i]),
                   cnn_percent(right, ratio(c->right[i], c->images[i])));
    }
}

static void print_class_row(const char *name, const struct class_scores *c)
{
    char images[COUNT_TEXT];
    printf("%8s  %9.4f  %6.4f  %6.4f  %7s\n", name, c->precision, c->recall, c->f1,
           count_text(images, c->images));
}

static void print_classes(const struct evaluation *e)
{
    printf("\n%8s  %9s  %6s  %6s  %7s\n", "class", "precision", "recall", "F1", "images");
    for (size_t k = 0; k < e->classes; k++) {
        char name[COUNT_TEXT];
        struct class_scores c = class_scores(e, k);
        snprintf(name, sizeof name, "%zu", k);
        print_class_row(name, &c);
    }
    struct class_scores mean = mean_scores(e);
    print_class_row("mean", &mean);
}

static void print_tables(const struct evaluation *e, const struct evaluate_settings *s,
                         const struct cnn_model *model, const char *source)
{
    char count[COUNT_TEXT], right[COUNT_TEXT], noun[NOUN_TEXT];
    size_t hits = 0;
    for (size_t k = 0; k < e->classes; k++)
        hits += e->confusion[k * e->classes + k];
    size_t epochs = cnn_model_info(model).trained_epochs;
    say("model     %s, %s, fingerprint %016" PRIx64 "", s->model, noun_text(noun, epochs, "epoch"),
        cnn_model_fingerprint(model));
    say("data      %s, %s", source,
        noun_text(noun, e->scores.count, s->split == CNN_TEST ? "test image" : "training image"));
    char loss[LOSS_TEXT];
    struct cnn_model_info info = cnn_model_info(model);
    loss_text(loss, info.loss, info.label_smoothing, info.l2);
    printf("loss      %.4f%s%s\n", e->scores.loss, *loss ? ", " : "", loss);
    printf("accuracy  %.4f, %s of %s right\n", e->scores.accuracy, count_text(right, hits),
           count_text(count, e->scores.count));
    print_confusion(e);
    print_classes(e);
    if (e->probabilities)
        print_confidence(&e->scores.confidence);
}

/* Whether these are the test images that belong to what the model was trained on. Of others the result is no
 * trait of the model, and would be taken for one. */
static bool is_own_test(const struct evaluate_settings *s, const struct cnn_dataset *dataset)
{
    struct cnn_run_info run;
    struct cnn_error error;
    return s->split == CNN_TEST && cnn_run_look(s->model, &run, &error) == CNN_OK &&
           run_data_is_place(cnn_dataset_info(dataset).source, run.data);
}

/* For those who look at single answers later. A file that cannot be written is no failure of the score. */
static void keep_confidence(const char *path, const struct cnn_confidence *confidence)
{
    struct cnn_error error;
    if (cnn_model_keep_confidence(path, confidence, &error) != CNN_OK)
        note("how often answers of each confidence were right is not kept with the model: %s", error.message);
}

static enum cnn_status show(const struct evaluate_settings *s, const struct cnn_model *model,
                            const struct cnn_dataset *dataset, struct cnn_error *error)
{
    struct cnn_model_info info = cnn_model_info(model);
    struct evaluation e = {.classes = info.classes, .probabilities = info.probabilities};
    e.confusion = calloc(e.classes * e.classes, sizeof *e.confusion);
    if (!e.confusion)
        return fail_memory(error);
    enum cnn_status status = cnn_model_evaluate(model, dataset, &e.scores, e.confusion, error);
    if (status == CNN_OK && s->csv)
        print_csv(&e);
    else if (status == CNN_OK && s->json)
        print_json(&e, s, model, cnn_dataset_info(dataset).source);
    else if (status == CNN_OK)
        print_tables(&e, s, model, cnn_dataset_info(dataset).source);
    if (status == CNN_OK && e.probabilities && !cnn_model_confidence(model) && is_own_test(s, dataset))
        keep_confidence(s->model, &e.scores.confidence);
    free(e.confusion);
    return status;
}

static enum cnn_status run_evaluate(const void *settings, struct cnn_error *error)
{
    const struct evaluate_settings *s = settings;
    struct cnn_model *model = NULL;
    struct cnn_dataset *dataset = NULL;
    if (s->csv && s->json)
        return fail(error, CNN_ERROR_USAGE, "--csv and --json do not go together");
    enum cnn_status status = input_machine(s->threads, error);
    if (status == CNN_OK)
        status = input_model(s->model, &model, error);
    if (status == CNN_OK)
        status = input_dataset(s->data, (enum cnn_split)s->split, 0, 0, &dataset, error);
    if (status == CNN_OK)
        status = show(s, model, dataset, error);
    cnn_dataset_close(dataset);
    cnn_model_free(model);
    return status;
}

const struct command command_evaluate = {
    .name = "evaluate",
    .about = "Scores a model: loss, accuracy, confusion matrix, precision, recall and F1.",
    .examples = "  cnn evaluate\n"
                "  cnn evaluate --split train --model small.npz\n"
                "  cnn evaluate --csv | grep '^f1,'\n",
    .options = options,
    .n_options = COUNT_OF(options),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .run = run_evaluate,
};
