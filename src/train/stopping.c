#include "train/stopping.h"

#include "base/number.h"
#include "base/status.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    size_t offset;
    bool larger_is_better, of_validation;
} metrics[] = {
    {"val_loss", offsetof(struct cnn_epoch, val_loss), false, true},
    {"val_accuracy", offsetof(struct cnn_epoch, val_accuracy), true, true},
    {"loss", offsetof(struct cnn_epoch, loss), false, false},
    {"accuracy", offsetof(struct cnn_epoch, accuracy), true, false},
};
enum { N_METRICS = sizeof metrics / sizeof metrics[0], MAX_PATIENCE = 100000 };

/* "3" or "3,0.001": patience and min_delta. As in Keras, whose default patience is 0, none means that the
 * first epoch which is no better is the last: what 1 means. */
static bool parse_numbers(const char *text, struct stopping *stopping)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    long patience = strtol(text, &end, 10);
    const char *rest = end + 1;
    if (*end != '\0' && (*end != ',' || !number_parse(&rest, &stopping->min_delta) || *rest != '\0'))
        return false;
    stopping->patience = patience > 0 ? (size_t)patience : 1;
    return patience <= MAX_PATIENCE;
}

static enum cnn_status unknown_metric(const char *text, size_t length, struct cnn_error *error)
{
    char word[48];
    const char *known[N_METRICS];
    for (size_t i = 0; i < N_METRICS; i++)
        known[i] = metrics[i].word;
    snprintf(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
    return cnn_unknown_word("metric", word, known, N_METRICS, error);
}

enum cnn_status stopping_parse(const char *text, struct stopping *stopping, struct cnn_error *error)
{
    *stopping = (struct stopping){0};
    if (!text || !*text)
        return CNN_OK;
    size_t length = strcspn(text, ":"), i = 0;
    while (i < N_METRICS && (strlen(metrics[i].word) != length || memcmp(metrics[i].word, text, length) != 0))
        i++;
    if (i == N_METRICS && text[length] == ':')
        return unknown_metric(text, length, error);
    struct stopping parsed = {.metric = i + 1};
    if (i == N_METRICS || text[length] != ':' || strlen(text) >= MAX_STOPPING_TEXT ||
        !parse_numbers(text + length + 1, &parsed))
        return error_set(
            error, CNN_ERROR_USAGE,
            "early stopping \"%.40s\": expected METRIC:PATIENCE[,MIN_DELTA], METRIC one of val_loss, "
            "val_accuracy, loss, accuracy, PATIENCE from 0 to %d epochs, MIN_DELTA a number from 0 on",
            text, MAX_PATIENCE);
    *stopping = parsed;
    return CNN_OK;
}

bool stopping_needs_validation(const struct stopping *stopping)
{
    return stopping->metric && metrics[stopping->metric - 1].of_validation;
}

size_t stopping_best(const struct stopping *stopping, const struct cnn_epoch *history, size_t n)
{
    size_t best = 0, offset = metrics[stopping->metric - 1].offset;
    double delta = stopping->min_delta;
    for (size_t i = 1; i < n; i++) {
        const double *now = (const double *)(const void *)((const char *)&history[i] + offset);
        const double *then = (const double *)(const void *)((const char *)&history[best] + offset);
        if (metrics[stopping->metric - 1].larger_is_better ? *now - delta > *then : *now + delta < *then)
            best = i;
    }
    return best;
}
