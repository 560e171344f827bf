#include "watch.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "output.h"

enum { MOST_PARTS = 16, MANY_POINTS = 512 };
static const double picture_s = 0.1, again_s = 0.02, share_of_time = 1.0 / 50;

/* ---- curves ------------------------------------------------------------------------------------- */

/* Parts that end before or at a step are worth a value each. */
static void fill_parts(struct watch *w, const struct cnn_progress *at, double loss, double accuracy)
{
    size_t end = at->epoch * w->course.parts + at->step * w->course.parts / at->steps_per_epoch;
    for (; w->course.n < end; w->course.n++) {
        w->loss[w->course.n] = (float)(loss > 0 ? loss : 0);
        w->accuracy[w->course.n] = (float)(accuracy > 0 ? accuracy : 0);
    }
}

static size_t images_seen(const struct watch *w, const struct cnn_progress *at)
{
    size_t n = at->step * w->batch_size;
    return n < at->images_per_epoch ? n : at->images_per_epoch;
}

/* From here on a part begins; an epoch begins with nothing. */
static void begin_part(struct watch *w, const struct cnn_progress *at)
{
    w->seen = at->epoch_done ? 0 : images_seen(w, at);
    w->loss_sum = at->loss * (double)w->seen;
    w->right = at->accuracy * (double)w->seen;
}

static void add_validation(struct watch *w, const struct cnn_epoch *epoch)
{
    w->val_loss[w->course.epochs] = (float)epoch->val_loss;
    w->val_accuracy[w->course.epochs++] = (float)epoch->val_accuracy;
}

/* The running means are over the epoch; what a part adds to them is its own mean. */
static void follow(struct watch *w, const struct cnn_progress *at)
{
    size_t end = at->epoch * w->course.parts + at->step * w->course.parts / at->steps_per_epoch;
    if (w->course.n < end) {
        double seen = (double)images_seen(w, at), n = seen - (double)w->seen;
        fill_parts(w, at, (at->loss * seen - w->loss_sum) / n, (at->accuracy * seen - w->right) / n);
        begin_part(w, at);
    }
    if (at->epoch_done && at->has_validation)
        add_validation(w, &(struct cnn_epoch){.val_loss = at->val_loss, .val_accuracy = at->val_accuracy});
}

/* The epochs before a resume, of which only their means are known. */
static void follow_before(struct watch *w, const struct cnn_trainer *trainer)
{
    struct cnn_train_options o = cnn_trainer_options(trainer);
    struct cnn_progress now = cnn_trainer_progress(trainer), at = now;
    at.step = at.steps_per_epoch;
    for (size_t i = 0; i < cnn_trainer_epochs_done(trainer); i++) {
        struct cnn_epoch epoch = cnn_trainer_epoch(trainer, i);
        at.epoch = i;
        fill_parts(w, &at, epoch.loss, epoch.accuracy);
        if (o.validation || o.validation_split > 0)
            add_validation(w, &epoch);
    }
    fill_parts(w, &now, now.loss, now.accuracy);
    begin_part(w, &now);
}

static enum cnn_status allocate(struct watch *w, const struct cnn_trainer *trainer, struct cnn_error *error)
{
    struct cnn_progress at = cnn_trainer_progress(trainer);
    size_t parts = MANY_POINTS / at.epochs;
    parts = parts < 1 ? 1 : parts > MOST_PARTS ? MOST_PARTS : parts;
    w->course.parts = parts < at.steps_per_epoch ? parts : at.steps_per_epoch;
    w->course.loss = w->loss = calloc(at.epochs * w->course.parts, sizeof(float));
    w->course.accuracy = w->accuracy = calloc(at.epochs * w->course.parts, sizeof(float));
    w->course.val_loss = w->val_loss = calloc(at.epochs, sizeof(float));
    w->course.val_accuracy = w->val_accuracy = calloc(at.epochs, sizeof(float));
    w->log = open_memstream(&w->log_text, &w->log_bytes);
    return w->loss && w->accuracy && w->val_loss && w->val_accuracy && w->log ? CNN_OK : fail_memory(error);
}

static void release(struct watch *w)
{
    if (w->log)
        fclose(w->log);
    free(w->log_text);
    free(w->loss);
    free(w->accuracy);
    free(w->val_loss);
    free(w->val_accuracy);
    *w = (struct watch){.on = false};
}

/* ---- pictures ----------------------------------------------------------------------------------- */

static enum cnn_status make_picture(const struct watch *w, size_t lines, size_t columns, char **text,
                                    struct cnn_error *error)
{
    struct cnn_sheet *sheet;
    enum cnn_status status =
        cnn_show_training(w->model, w->dataset, w->image, &w->course, NULL, &sheet, error);
    if (status != CNN_OK)
        return status;
    status = cnn_sheet_screen(sheet, output_colours(), columns, lines, w->dark, text, error);
    cnn_sheet_free(sheet);
    return status;
}

/* The room for the picture: beside the line that moves, a few of the last epochs. The last column stays free:
 * what is erased behind a sign in it is, in some terminals, that sign. */
static void picture_size(size_t *lines, size_t *columns)
{
    screen_size(lines, columns);
    size_t below = 1 + *lines / 20;
    *lines -= below < *lines ? below : 0;
    *columns -= *columns > 1;
}

static size_t count_lines(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* The last lines of a text that ends with a line. */
static const char *last_lines(const char *text, size_t n_bytes, size_t lines)
{
    const char *at = text + n_bytes;
    for (size_t ends = 0; at > text; at--)
        if (at[-1] == '\n' && ends++ == lines)
            break;
    return at;
}

static void draw(struct watch *w, const struct cnn_progress *at, const struct progress *progress)
{
    size_t lines, columns, all_lines, all_columns, n_bytes;
    char *picture, *frame = NULL, bar[PROGRESS_TEXT] = "";
    struct cnn_error error = {0};
    screen_size(&all_lines, &all_columns);
    picture_size(&lines, &columns);
    if (make_picture(w, lines, columns, &picture, &error) != CNN_OK)
        return; /* memory is short: the training is what counts */
    FILE *to = open_memstream(&frame, &n_bytes);
    size_t used = count_lines(picture) + 1;
    if (to) {
        struct progress_view view = progress_now(progress, at);
        if (!at->epoch_done)
            progress_bar_text(bar, &view, columns);
        fflush(w->log);
        fprintf(to, "%s%s%s\n", picture,
                last_lines(w->log_text, w->log_bytes, all_lines > used ? all_lines - used : 0), bar);
    }
    if (to && fclose(to) == 0)
        screen_draw(&w->screen, frame);
    free(frame);
    cnn_text_free(picture);
}

/* ---- watching ----------------------------------------------------------------------------------- */

enum cnn_status watch_start(struct watch *w, const struct watch_settings *settings,
                            const struct cnn_model *model, const struct cnn_dataset *dataset,
                            const struct cnn_trainer *trainer, struct progress *progress,
                            struct cnn_error *error)
{
    *w = (struct watch){.model = model, .dataset = dataset, .image = settings->image, .dark = settings->dark};
    w->batch_size = cnn_trainer_options(trainer).batch_size;
    enum cnn_status status = allocate(w, trainer, error);
    if (status != CNN_OK) {
        release(w);
        return status;
    }
    follow_before(w, trainer);
    screen_open(&w->screen);
    w->on = true;
    progress_write_to(progress, w->log);
    return CNN_OK;
}

void watch_step(struct watch *w, const struct cnn_progress *at, const struct progress *progress)
{
    if (w->on)
        follow(w, at);
    watch_show(w, at, progress);
}

void watch_show(struct watch *w, const struct cnn_progress *at, const struct progress *progress)
{
    if (!w->on)
        return;
    if (screen_asked_to_wait()) {
        watch_leave(w);
        screen_wait();
    }
    double now_s = clock_s();
    if (now_s < w->next_s)
        return;
    if (screen_is_ready(&w->screen)) {
        draw(w, at, progress);
        double cost_s = clock_s() - now_s;
        w->next_s = now_s + (cost_s / share_of_time > picture_s ? cost_s / share_of_time : picture_s);
    } else {
        w->next_s = now_s + again_s;
    }
}

/* What the log holds goes where it belongs, once. */
static void show_log(struct watch *w)
{
    fflush(w->log);
    fwrite(w->log_text + w->log_shown, 1, w->log_bytes - w->log_shown, stdout);
    w->log_shown = w->log_bytes;
    output_show();
}

void watch_leave(struct watch *w)
{
    if (!w->on)
        return;
    screen_leave(&w->screen);
    show_log(w);
}

void watch_stop(struct watch *w)
{
    size_t lines, columns;
    char *picture;
    struct cnn_error error = {0};
    if (!w->on)
        return;
    watch_leave(w);
    picture_size(&lines, &columns);
    if (make_picture(w, lines, columns, &picture, &error) == CNN_OK) {
        printf("\n%s\n", picture);
        cnn_text_free(picture);
    }
    output_show();
    screen_close(&w->screen);
    release(w);
}
