/*
 * The progress of training, as Keras 2 shows it. The formatting is pure: state and times in, text out.
 * Source: keras.utils.Progbar and keras.callbacks.ProgbarLogger of Keras 2.15.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdio.h>

#include "cnn.h"

/* The first three as --verbose numbers them. */
enum progress_style { PROGRESS_SILENT, PROGRESS_BAR, PROGRESS_LINES, PROGRESS_JSON };

/* One moment of an epoch; at->epoch_done makes it the last one. */
struct progress_view {
    const struct cnn_progress *at;
    double elapsed_s; /* since the epoch began */
    double first_s;   /* when its first step was done, on the same clock; below 0: not known */
};

enum { PROGRESS_TEXT = 512 };

/* " 937/1875 [=============>................] - ETA: 2s - loss: 0.4210 - accuracy: 0.9312" without a line
 * end, at most columns wide: first the bar gets shorter, then the time of a step goes, then the bar, then
 * times and counts, then what validation gave; loss and accuracy stay, in the end without their names.
 * Returns its length. */
size_t progress_bar_text(char text[PROGRESS_TEXT], const struct progress_view *view, size_t columns);

/* "1875/1875 - 1s - loss: 0.2951 - accuracy: 0.9466 - 1s/epoch - 574us/step". Returns its length. */
size_t progress_line_text(char text[PROGRESS_TEXT], const struct progress_view *view);

/* What is on the screen. */
struct progress {
    enum progress_style style;
    FILE *to;                         /* standard output, or where lines are kept until they are shown */
    bool fits;                        /* lines are read on a terminal, and no wider */
    bool in_place;                    /* and are drawn over there */
    double begin_s, first_s, drawn_s; /* on clock_s; begin_s is when the epoch began */
    size_t width;                     /* of the line to be redrawn; 0: none */
};

/* On a terminal the bar is redrawn in place; a file gets the last one of each epoch, and no control
 * characters. */
struct progress progress_start(enum progress_style style);

/* From here on lines go to a stream that is no terminal. */
void progress_write_to(struct progress *progress, FILE *to);

/* An epoch (0-based) begins. */
void progress_epoch(struct progress *progress, size_t epoch, size_t epochs);

/* A step is done; the last one of an epoch ends its line. */
void progress_step(struct progress *progress, const struct cnn_progress *at);

/* The moment that at is. */
struct progress_view progress_now(const struct progress *progress, const struct cnn_progress *at);

/* Ends a line that is being redrawn, so that what follows starts on its own. */
void progress_stop(struct progress *progress);

#endif
