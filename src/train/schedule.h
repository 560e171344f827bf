/* Learning-rate schedules: one row in schedule.c each. */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include "cnn.h"

enum { MAX_SCHEDULE_TEXT = 96, MAX_SCHEDULE_ARGUMENTS = 3 };

struct schedule {
    size_t row;
    double argument[MAX_SCHEDULE_ARGUMENTS];
};

/* Row i of those that options may name; NULL past the end. */
const struct cnn_word *schedule_word(size_t i);

/* "constant", "step:EPOCHS,FACTOR", "cosine", "onecycle", each with defaults for its numbers. Errors: USAGE.
 */
enum cnn_status schedule_parse(const char *text, struct schedule *schedule, struct cnn_error *error);

/* Gives the text of a run's file the meaning it had when it was written: "onecycle" of version 0.1.0 had two
 * numbers and another curve, and becomes "onecycle_before", which no option names. Shapes: text
 * [MAX_SCHEDULE_TEXT]. */
void schedule_from_file(char *text);

/* The text written out in full. Shapes: text [MAX_SCHEDULE_TEXT]. */
void schedule_format(const struct schedule *schedule, char *text);

/* Whether the rate of a step depends on how many there are in all. */
bool schedule_needs_total(const struct schedule *schedule);

/* What the learning rate is multiplied by at a step (0-based, over all epochs). */
double schedule_factor(const struct schedule *schedule, size_t step, size_t steps_per_epoch, size_t epochs);

#endif
