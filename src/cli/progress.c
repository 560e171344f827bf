#include "progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "message.h"
#include "output.h"

enum { BAR_WIDTH = 30, BAR_LEAST = 5 };
static const double redraw_s = 0.1;

static size_t append(char text[PROGRESS_TEXT], size_t used, const char *format, ...) PRINTF_LIKE(3, 4);

static size_t append(char text[PROGRESS_TEXT], size_t used, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(text + used, PROGRESS_TEXT - used, format, arguments);
    va_end(arguments);
    size_t end = used + (added > 0 ? (size_t)added : 0);
    return end < PROGRESS_TEXT ? end : PROGRESS_TEXT - 1;
}

static size_t append_duration(char text[PROGRESS_TEXT], size_t used, double duration_s, const char *unit)
{
    if (duration_s >= 1 || duration_s == 0)
        return append(text, used, " %.0fs/%s", duration_s, unit);
    if (duration_s >= 1e-3)
        return append(text, used, " %.0fms/%s", duration_s * 1e3, unit);
    return append(text, used, " %.0fus/%s", duration_s * 1e6, unit);
}

static size_t append_metric(char text[PROGRESS_TEXT], size_t used, const char *name, double value)
{
    used = append(text, used, "%s%s: ", used ? " - " : "", name);
    return append(text, used, fabs(value) > 1e-3 ? "%.4f" : "%.4e", value);
}

static size_t append_count(char text[PROGRESS_TEXT], size_t used, const struct cnn_progress *at)
{
    int width = snprintf(NULL, 0, "%zu", at->steps_per_epoch);
    return append(text, used, "%*zu/%zu", width, at->step, at->steps_per_epoch);
}

static size_t append_eta(char text[PROGRESS_TEXT], size_t used, double eta_s)
{
    unsigned long s = (unsigned long)eta_s;
    if (eta_s > 3600)
        return append(text, used, " - ETA: %lu:%02lu:%02lu", s / 3600, s % 3600 / 60, s % 60);
    if (eta_s > 60)
        return append(text, used, " - ETA: %lu:%02lu", s / 60, s % 60);
    return append(text, used, " - ETA: %lus", s);
}

/* The duration of a step. The first one is left out as not typical, where there are others. */
static double step_duration_s(const struct progress_view *view)
{
    size_t step = view->at->step;
    if (step == 0)
        return 0;
    if (view->first_s >= 0 && step > 1)
        return (view->elapsed_s - view->first_s) / (double)(step - 1);
    return view->elapsed_s / (double)step;
}

/* What a line of the bar's look holds, from the fullest on: the first one that fits is taken. */
static const struct layout {
    bool count, bar, time, step_time, validation, names;
} layouts[] = {
    {true, true, true, true, true, true},      {true, true, true, false, true, true},
    {true, false, true, false, true, true},    {true, false, false, false, true, true},
    {false, false, false, false, true, true},  {true, false, false, false, false, true},
    {false, false, false, false, false, true}, {false, false, false, false, false, false},
};

static size_t append_bar(char text[PROGRESS_TEXT], size_t used, const struct cnn_progress *at, size_t width)
{
    char bar[BAR_WIDTH + 1];
    size_t done = at->step * width / at->steps_per_epoch;
    memset(bar, '.', width);
    memset(bar, '=', done);
    if (done > 0 && at->step < at->steps_per_epoch)
        bar[done - 1] = '>';
    bar[width] = '\0';
    return append(text, used, " [%s]", bar);
}

static size_t append_time(char text[PROGRESS_TEXT], size_t used, const struct progress_view *view,
                          bool step_time)
{
    const struct cnn_progress *at = view->at;
    double step_s = step_duration_s(view);
    if (!at->epoch_done)
        return append_eta(text, used, step_s * (double)(at->steps_per_epoch - at->step));
    used = append(text, used, " - %.0fs", view->elapsed_s);
    return step_time ? append_duration(text, used, step_s, "step") : used;
}

static size_t append_metrics(char text[PROGRESS_TEXT], size_t used, const struct cnn_progress *at,
                             const struct layout *layout)
{
    if (!layout->names)
        return append(text, used, fabs(at->loss) > 1e-3 ? "%.4f - %.4f" : "%.4e - %.4f", at->loss,
                      at->accuracy);
    used = append_metric(text, used, "loss", at->loss);
    used = append_metric(text, used, "accuracy", at->accuracy);
    if (layout->validation && at->epoch_done && at->has_validation) {
        used = append_metric(text, used, "val_loss", at->val_loss);
        used = append_metric(text, used, "val_accuracy", at->val_accuracy);
    }
    return used;
}

static size_t layout_text(char text[PROGRESS_TEXT], const struct progress_view *view,
                          const struct layout *layout, size_t bar_width)
{
    size_t used = 0;
    *text = '\0';
    if (layout->count)
        used = append_count(text, used, view->at);
    if (layout->bar)
        used = append_bar(text, used, view->at, bar_width);
    if (layout->time)
        used = append_time(text, used, view, layout->step_time);
    return append_metrics(text, used, view->at, layout);
}

size_t progress_bar_text(char text[PROGRESS_TEXT], const struct progress_view *view, size_t columns)
{
    size_t used = 0;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        const struct layout *layout = &layouts[i];
        used = layout_text(text, view, layout, BAR_WIDTH);
        size_t excess = used > columns ? used - columns : 0;
        if (excess > 0 && layout->bar && excess <= BAR_WIDTH - BAR_LEAST)
            used = layout_text(text, view, layout, BAR_WIDTH - excess);
        if (used <= columns)
            return used;
    }
    text[columns] = '\0';
    return columns;
}

size_t progress_line_text(char text[PROGRESS_TEXT], const struct progress_view *view)
{
    size_t used = append_count(text, 0, view->at);
    used = append(text, used, " - %.0fs", view->elapsed_s);
    used = append_metrics(text, used, view->at, &layouts[0]);
    used = append_duration(text, append(text, used, " -"), view->elapsed_s, "epoch");
    double step_s = view->elapsed_s / (double)view->at->steps_per_epoch;
    return append_duration(text, append(text, used, " -"), step_s, "step");
}

struct progress progress_start(enum progress_style style)
{
    return (struct progress){
        .style = style, .to = stdout, .fits = output_is_terminal(), .in_place = output_is_terminal()};
}

void progress_write_to(struct progress *progress, FILE *to)
{
    progress->to = to;
    progress->in_place = false;
}

struct progress_view progress_now(const struct progress *progress, const struct cnn_progress *at)
{
    return (struct progress_view){at, clock_s() - progress->begin_s, progress->first_s};
}

void progress_epoch(struct progress *progress, size_t epoch, size_t epochs)
{
    progress->begin_s = clock_s();
    progress->first_s = -1;
    progress->drawn_s = 0;
    if (progress->style == PROGRESS_SILENT || progress->style == PROGRESS_JSON || epochs == 1)
        return; /* Keras names the epoch only where there are several */
    fprintf(progress->to, "Epoch %zu/%zu\n", epoch + 1, epochs);
    output_show();
}

/* The last column stays free, or the terminal would go on to a new line. */
static size_t line_columns(void)
{
    size_t columns = output_columns(stdout);
    columns = columns < PROGRESS_TEXT ? columns : PROGRESS_TEXT;
    return columns > 1 ? columns - 1 : 1;
}

/* Draws over the line before; blanks cover what is left of it. */
static void redraw(struct progress *progress, const struct progress_view *view)
{
    char text[PROGRESS_TEXT];
    size_t width = progress_bar_text(text, view, line_columns());
    size_t left = progress->width > width ? progress->width - width : 0;
    bool last = view->at->epoch_done;
    printf("%s%s%*s%s", progress->width ? "\r" : "", text, (int)left, "", last ? "\n" : "");
    output_show();
    progress->width = last ? 0 : width;
}

static void print_json(const struct progress_view *view)
{
    const struct cnn_progress *at = view->at;
    json_begin();
    json_text("event", "epoch");
    json_count("epoch", at->epoch + 1);
    json_count("epochs", at->epochs);
    json_count("steps", at->steps_per_epoch);
    json_real("loss", at->loss);
    json_real("accuracy", at->accuracy);
    if (at->has_validation) {
        json_real("val_loss", at->val_loss);
        json_real("val_accuracy", at->val_accuracy);
    }
    json_real("learning_rate", at->learning_rate);
    json_real("seconds", view->elapsed_s);
    json_end();
}

void progress_step(struct progress *progress, const struct cnn_progress *at)
{
    char text[PROGRESS_TEXT];
    struct progress_view view = progress_now(progress, at);
    double now_s = progress->begin_s + view.elapsed_s;
    if (progress->first_s < 0)
        progress->first_s = view.elapsed_s;
    if (progress->style == PROGRESS_BAR && progress->in_place) {
        if (!at->epoch_done && now_s - progress->drawn_s < redraw_s)
            return;
        progress->drawn_s = now_s;
        redraw(progress, &view);
    } else if (progress->style != PROGRESS_SILENT && at->epoch_done) {
        if (progress->style == PROGRESS_JSON) {
            print_json(&view);
        } else {
            if (progress->style == PROGRESS_BAR)
                progress_bar_text(text, &view, progress->fits ? line_columns() : sizeof text - 1);
            else
                progress_line_text(text, &view);
            fprintf(progress->to, "%s\n", text);
        }
        output_show();
    }
}

void progress_stop(struct progress *progress)
{
    if (progress->width)
        putchar('\n');
    progress->width = 0;
}
