/* Loss and accuracy over the epochs, of one run or of several in one plot. */
#include "show/show.h"

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/status.h"

#include <stdio.h>
#include <string.h>

enum { MOST_RUNS = 26, MOST_EPOCHS = 100000, MAX_BYTES = 16 << 20, N_METRICS = 4 };

static const char *const metrics[N_METRICS] = {"loss", "val_loss", "accuracy", "val_accuracy"};

/* What a file holds: a column each, NULL where the file has none. */
struct history {
    const char *path;
    size_t n;
    float *column[N_METRICS]; /* [n] */
};

/* ---- reading ------------------------------------------------------------------------------------ */

/* The metric that each field of the head is, N_METRICS for none. Errors: FORMAT. */
static enum cnn_status read_head(const char *path, const char **text, size_t *field, size_t *n_fields,
                                 struct cnn_error *error)
{
    *n_fields = 0;
    bool found = false;
    for (const char *at = *text; *n_fields < 64; at++) {
        size_t length = strcspn(at, ",\r\n"), metric = 0;
        while (metric < N_METRICS &&
               !(strlen(metrics[metric]) == length && memcmp(at, metrics[metric], length) == 0))
            metric++;
        field[(*n_fields)++] = metric;
        found = found || metric < N_METRICS;
        at += length;
        if (*at != ',') {
            *text = at + strspn(at, "\r\n");
            break;
        }
    }
    if (found)
        return CNN_OK;
    return error_set(error, CNN_ERROR_FORMAT,
                     "%s: line 1: expected epoch,loss,accuracy[,val_loss,val_accuracy], found no such column",
                     path);
}

static enum cnn_status read_line(struct history *h, const char **text, const size_t *field, size_t n_fields,
                                 struct cnn_error *error)
{
    const double most = 1e30; /* beyond it a scale could not be drawn in floats */
    for (size_t i = 0; i < n_fields; i++) {
        double value;
        if (!number_parse(text, &value) || value > most ||
            (i + 1 < n_fields ? **text != ',' : **text && !strchr("\r\n", **text)))
            return error_set(error, CNN_ERROR_FORMAT,
                             "%s: line %zu, field %zu: expected %zu numbers from 0 to 1e30", h->path,
                             h->n + 2, i + 1, n_fields);
        *text += **text == ',';
        if (field[i] < N_METRICS)
            h->column[field[i]][h->n] = (float)value;
    }
    h->n++;
    *text += strspn(*text, "\r\n");
    return CNN_OK;
}

static enum cnn_status parse(struct history *h, const char *text, struct cnn_error *error)
{
    size_t field[64], n_fields, lines = 0;
    enum cnn_status status = read_head(h->path, &text, field, &n_fields, error);
    for (const char *at = text; *at; at++)
        lines += *at == '\n' || !at[1];
    if (status == CNN_OK && (lines == 0 || lines > MOST_EPOCHS))
        status = error_set(error, CNN_ERROR_FORMAT, "%s: expected 1 to %d epochs, found %zu", h->path,
                           MOST_EPOCHS, lines);
    for (size_t i = 0; status == CNN_OK && i < n_fields; i++)
        if (field[i] < N_METRICS && !h->column[field[i]]) {
            h->column[field[i]] = memory_alloc(lines, sizeof(float));
            if (!h->column[field[i]])
                status = error_memory(error, lines * sizeof(float));
        }
    while (status == CNN_OK && *text)
        status = read_line(h, &text, field, n_fields, error);
    return status;
}

static enum cnn_status read_history(struct history *h, struct cnn_error *error)
{
    uint8_t *bytes;
    size_t n;
    enum cnn_status status = file_read(h->path, MAX_BYTES, &bytes, &n, error);
    if (status != CNN_OK)
        return status;
    char *text = memory_alloc(n + 1, 1);
    if (!text)
        status = error_memory(error, n + 1);
    else if (n)
        memcpy(text, bytes, n);
    memory_free(bytes);
    if (status == CNN_OK)
        status = parse(h, text, error);
    memory_free(text);
    return status;
}

/* ---- showing ------------------------------------------------------------------------------------ */

/* Loss or accuracy of all runs: solid while training, dashed on the validation images. */
static void add_curves(struct cnn_sheet *sheet, const char *heading, const struct history *runs, size_t n,
                       size_t metric)
{
    bool there = false, validation = false;
    for (size_t i = 0; i < n; i++)
        there = there || runs[i].column[metric] || runs[i].column[metric + 1];
    if (!there)
        return;
    struct band *band = sheet_add_band(sheet, BAND_CURVES, heading);
    for (size_t i = 0; i < n; i++)
        for (size_t k = metric; k < metric + 2; k++) {
            struct curve *curve = runs[i].column[k] ? sheet_add_curve(sheet, runs[i].n) : NULL;
            if (!curve || !curve->values)
                continue;
            memcpy(curve->values, runs[i].column[k], runs[i].n * sizeof(float));
            curve->run = i;
            curve->dashed = k > metric;
            validation = validation || curve->dashed;
        }
    SHEET_PRINT(band->note, "over the epochs%s",
                validation ? "; dashed or a capital letter: on the validation images" : "");
}

static void describe(struct cnn_sheet *sheet, const struct history *h, size_t run)
{
    char line[SHEET_LINE];
    size_t used = (size_t)snprintf(line, sizeof line, "%c  %.30s: %zu epoch%s", (char)('a' + run), h->path,
                                   h->n, h->n == 1 ? "" : "s");
    for (size_t k = 0; k < N_METRICS; k++)
        if (h->column[k])
            used += (size_t)snprintf(line + used, sizeof line - used, k % 2 ? " (%s%.4f)" : ", %s %.4f",
                                     k % 2 ? "" : metrics[k], (double)h->column[k][h->n - 1]);
    sheet_add_line(sheet, line);
}

static void add_all(struct cnn_sheet *sheet, const struct history *runs, size_t n)
{
    bool validated = false;
    add_curves(sheet, "Loss", runs, n, 0);
    add_curves(sheet, "Accuracy", runs, n, 2);
    for (size_t i = 0; i < n; i++)
        validated = validated || runs[i].column[1] || runs[i].column[3];
    sheet_add_band(sheet, BAND_LINES,
                   validated ? "After the last epoch, in brackets on the validation images"
                             : "After the last epoch")
        ->runs = true;
    for (size_t i = 0; i < n; i++)
        describe(sheet, &runs[i], i);
    SHEET_PRINT(sheet->title, n == 1 ? "How the network learned" : "How %zu networks learned", n);
}

enum cnn_status cnn_show_history(const char *const *paths, size_t n, const struct cnn_show_options *options,
                                 struct cnn_sheet **sheet, struct cnn_error *error)
{
    struct history runs[MOST_RUNS] = {{0}};
    struct cnn_sheet *made = NULL;
    if (n == 0 || n > MOST_RUNS)
        return error_set(error, CNN_ERROR_USAGE, "expected 1 to %d histories, found %zu", MOST_RUNS, n);
    enum cnn_status status = sheet_create(&made, error);
    for (size_t i = 0; status == CNN_OK && i < n; i++) {
        runs[i].path = paths[i];
        status = read_history(&runs[i], error);
    }
    if (status == CNN_OK) {
        add_all(made, runs, n);
        show_caption(made, NULL, options);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < N_METRICS; k++)
            memory_free(runs[i].column[k]);
    return show_finish(status, made, sheet, error);
}
