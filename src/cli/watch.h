/* cnn train --watch: the network while it learns, drawn on the terminal. */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "progress.h"
#include "screen.h"

/* What is watched, and what it looked like so far. */
struct watch {
    bool on;
    const struct cnn_model *model;
    const struct cnn_dataset *dataset;
    size_t image;
    bool dark;
    struct screen screen;
    FILE *log; /* the lines of epochs, which wait here while the screen is shown */
    char *log_text;
    size_t log_bytes, log_shown;
    struct cnn_course course;
    float *loss, *accuracy, *val_loss, *val_accuracy; /* what course points to */
    size_t batch_size;
    double loss_sum, right; /* over what was trained on of this epoch when the last part ended */
    size_t seen;            /* that many images */
    double next_s;          /* when the next picture may be drawn */
};

/* What to watch, as the options say it. */
struct watch_settings {
    size_t image; /* of the dataset, which holds so many */
    bool dark;
};

/* Begins to watch a trainer's model, and progress writes to the watch's log from here on. Errors: USAGE (no
 * such image), MEMORY. Owns: the caller, until watch_stop. */
enum cnn_status watch_start(struct watch *watch, const struct watch_settings *settings,
                            const struct cnn_model *model, const struct cnn_dataset *dataset,
                            const struct cnn_trainer *trainer, struct progress *progress,
                            struct cnn_error *error);

/* Draws a picture if it is time for one: at most ten a second, and never for more than a fiftieth of the
 * time. watch_step is called after each step, and remembers it for the curves. Nothing if it is not on. */
void watch_show(struct watch *watch, const struct cnn_progress *at, const struct progress *progress);
void watch_step(struct watch *watch, const struct cnn_progress *at, const struct progress *progress);

/* Before something else is written to the terminal; the next step shows the picture again. */
void watch_leave(struct watch *watch);

/* Leaves the lines of the epochs and the last picture on the ordinary screen. Nothing if it is not on. */
void watch_stop(struct watch *watch);

#endif
