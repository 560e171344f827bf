#include "train/stopping.h"

#include "base/status.h"

#include <stddef.h>
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

enum cnn_status stopping_parse(const char *text, struct stopping *stopping, struct cnn_error *error)
{
    *stopping = (struct stopping){0};
    if (!text || !*text)
        return CNN_OK;
    size_t length = strcspn(text, ":"), i = 0;
    while (i < N_METRICS && (strlen(metrics[i].word) != length || memcmp(metrics[i].word, text, length) != 0))
        i++;
    char *end = NULL;
    long patience = i < N_METRICS && text[length] == ':' ? strtol(text + length + 1, &end, 10) : 0;
    if (!end || *end || strlen(text) >= MAX_STOPPING_TEXT || patience < 1 || patience > MAX_PATIENCE ||
        text[length + 1] < '0' || text[length + 1] > '9')
        return error_set(
            error, CNN_ERROR_USAGE,
            "early stopping \"%.40s\": expected METRIC:PATIENCE, METRIC one of val_loss, val_accuracy, "
            "loss, accuracy, PATIENCE from 1 to %d epochs",
            text, MAX_PATIENCE);
    *stopping = (struct stopping){i + 1, (size_t)patience};
    return CNN_OK;
}

bool stopping_needs_validation(const struct stopping *stopping)
{
    return stopping->metric && metrics[stopping->metric - 1].of_validation;
}

size_t stopping_best(const struct stopping *stopping, const struct cnn_epoch *history, size_t n)
{
    size_t best = 0, offset = metrics[stopping->metric - 1].offset;
    for (size_t i = 1; i < n; i++) {
        const double *now = (const double *)(const void *)((const char *)&history[i] + offset);
        const double *then = (const double *)(const void *)((const char *)&history[best] + offset);
        if (metrics[stopping->metric - 1].larger_is_better ? *now > *then : *now < *then)
            best = i;
    }
    return best;
}
