#include "train/schedule.h"

#include "base/number.h"
#include "base/status.h"
#include "base/words.h"
#include "nn/keras_words.h"

#include <stdio.h>
#include <string.h>

/* cos(pi x) for x in 0 .. 1, to about 1e-10: a Taylor series about the middle, where the cosine is odd. Plain
 * arithmetic, because the C library's cosine differs between machines. */
static double half_cosine(double x)
{
    double a = 3.14159265358979323846 * (0.5 - x), a2 = a * a; /* cos(pi x) = sin(a), |a| <= pi / 2 */
    double term = a, sum = a;
    for (int n = 1; n <= 8; n++) {
        term *= -a2 / ((2 * n) * (2 * n + 1));
        sum += term;
    }
    return sum;
}

/* From 1 down to end along half a cosine, as x goes from 0 to 1. */
static double fall(double x, double end)
{
    return end + (1 - end) * 0.5 * (1 + half_cosine(x));
}

/* Where training stands: steps done and in all, the epoch, and x = step / total. */
struct place {
    double step, total, x;
    size_t epoch;
};

static double factor_constant(const double *argument, struct place at)
{
    (void)argument;
    (void)at;
    return 1;
}

static double factor_step(const double *argument, struct place at)
{
    double factor = 1;
    for (size_t n = at.epoch / (size_t)argument[0]; n > 0; n--)
        factor *= argument[1];
    return factor;
}

static double factor_cosine(const double *argument, struct place at)
{
    return fall(at.x, argument[0]);
}

/* Source: Smith and Topin, "Super-Convergence", 2018, as PyTorch's OneCycleLR has it: up from a 25th until
 * step 0.3 total - 1, then down to a 250,000th at the last step, which is total - 1; the top may lie between
 * two steps. tests/golden/onecycle.txt holds its numbers. */
static double factor_onecycle(const double *argument, struct place at)
{
    double start = 1 / argument[1], end = start / argument[2];
    double top = argument[0] * at.total - 1, last = at.total - 1; /* steps */
    if (at.step < top)
        return start + (1 - start) * 0.5 * (1 - half_cosine(at.step / top));
    return fall((at.step - top) / (last - top), end);
}

/* What "onecycle" was in version 0.1.0: both phases end a step later. */
static double factor_onecycle_before(const double *argument, struct place at)
{
    double rise = argument[0], start = 1 / argument[1];
    if (at.x < rise)
        return start + (1 - start) * 0.5 * (1 - half_cosine(at.x / rise));
    return fall((at.x - rise) / (1 - rise), start * 1e-4);
}

static const struct row {
    struct cnn_word word;
    size_t n_arguments;
    double start[MAX_SCHEDULE_ARGUMENTS], least[MAX_SCHEDULE_ARGUMENTS],
        most[MAX_SCHEDULE_ARGUMENTS]; /* of its arguments: default and range */
    bool needs_total;
    double (*factor)(const double *argument, struct place at);
} rows[] = {
    {{"constant", "constant", "the same learning rate throughout"}, 0, {0}, {0}, {0}, false, factor_constant},
    {{"step", "step[:EPOCHS,FACTOR]", "times FACTOR (0.5) every EPOCHS (3) epochs"},
     2,
     {3, 0.5},
     {1, 0},
     {1e6, 1},
     false,
     factor_step},
    {{"cosine", "cosine[:END]", "down to END (0) times the rate along half a cosine"},
     1,
     {0, 0},
     {0, 0},
     {1, 0},
     true,
     factor_cosine},
    {{"onecycle", "onecycle[:RISE,START,END]",
      "up from a START-th (25) during RISE (0.3) of the steps, then down to an END-th (10000) of that"},
     3,
     {0.3, 25, 1e4},
     {0.01, 1, 1},
     {0.99, 1e6, 1e12},
     true,
     factor_onecycle},
    {{"onecycle_before", "onecycle_before[:RISE,START]", "onecycle as version 0.1.0 had it"},
     2,
     {0.3, 25},
     {0.01, 1},
     {0.99, 1e6},
     true,
     factor_onecycle_before},
};
enum { N_ROWS = sizeof rows / sizeof rows[0], N_NAMED = N_ROWS - 1 }; /* the last row is for files alone */

const struct cnn_word *schedule_word(size_t i)
{
    return i < N_NAMED ? &rows[i].word : NULL;
}

static enum cnn_status unknown(const char *text, size_t length, struct cnn_error *error)
{
    char word[48];
    const char *known[MAX_KNOWN_WORDS];
    snprintf(word, sizeof word, "%.*s", (int)(length < 40 ? length : 40), text);
    return keras_unknown_word("schedule", word, known, words_of(schedule_word, known, 0), error);
}

enum cnn_status schedule_parse(const char *text, struct schedule *schedule, struct cnn_error *error)
{
    size_t length = strcspn(text, ":"), i = 0;
    while (i < N_ROWS &&
           (strlen(rows[i].word.word) != length || memcmp(rows[i].word.word, text, length) != 0))
        i++;
    if (i == N_ROWS)
        return unknown(text, length, error);
    *schedule = (struct schedule){.row = i};
    memcpy(schedule->argument, rows[i].start, sizeof schedule->argument);
    const char *rest = text + length;
    for (size_t k = 0; *rest == (k ? ',' : ':') && k < rows[i].n_arguments; k++) {
        double value = 0;
        rest++;
        if (!number_parse(&rest, &value) || value < rows[i].least[k] || value > rows[i].most[k])
            return error_set(error, CNN_ERROR_USAGE,
                             "schedule \"%.40s\": number %zu of %s: expected %g to %g", text, k + 1,
                             rows[i].word.usage, rows[i].least[k], rows[i].most[k]);
        schedule->argument[k] = value;
    }
    return *rest == '\0' ? CNN_OK
                         : error_set(error, CNN_ERROR_USAGE, "schedule \"%.40s\": expected %s", text,
                                     rows[i].word.usage);
}

void schedule_from_file(char *text)
{
    static const char word[] = "onecycle:";
    const char *comma = strncmp(text, word, sizeof word - 1) == 0 ? strchr(text, ',') : NULL;
    if (!comma || strchr(comma + 1, ','))
        return;
    char before[MAX_SCHEDULE_TEXT];
    snprintf(before, sizeof before, "onecycle_before:%.75s", text + sizeof word - 1);
    memcpy(text, before, sizeof before);
}

void schedule_format(const struct schedule *schedule, char *text)
{
    const struct row *row = &rows[schedule->row];
    size_t used = (size_t)snprintf(text, MAX_SCHEDULE_TEXT, "%s", row->word.word);
    for (size_t k = 0; k < row->n_arguments; k++) {
        char number[NUMBER_TEXT];
        number_format(schedule->argument[k], number);
        used += (size_t)snprintf(text + used, MAX_SCHEDULE_TEXT - used, "%c%s", k ? ',' : ':', number);
    }
}

bool schedule_needs_total(const struct schedule *schedule)
{
    return rows[schedule->row].needs_total;
}

double schedule_factor(const struct schedule *schedule, size_t step, size_t steps_per_epoch, size_t epochs)
{
    double total = (double)steps_per_epoch * (double)epochs;
    struct place at = {(double)step, total, (double)step / total, step / steps_per_epoch};
    return rows[schedule->row].factor(schedule->argument, at);
}
