/* cnn bench: how fast this machine is, and how much of that a network gets. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "output.h"

struct settings {
    const char *arch, *input;
    uint64_t batch, threads;
    double seconds;
    bool json;
};

static const uint64_t default_batches[] = {1, 32, 256, 1024};
static const char flop_rule[] = "2 x the multiplications that the definition of the network needs";

/* ---- as a table ----------------------------------------------------------------------------------- */

enum { QUANTITY_TEXT = 32 };

/* A number in the unit that suits its size, "1.23 ms"; each unit is a thousand of the next. */
static const char *quantity_text(char text[QUANTITY_TEXT], double value, const char *const units[3])
{
    size_t unit = value >= 1 ? 0 : value >= 1e-3 ? 1 : 2;
    for (size_t i = 0; i < unit; i++)
        value *= 1e3;
    snprintf(text, QUANTITY_TEXT, "%.*f %s", value < 10 ? 2 : value < 100 ? 1 : 0, value, units[unit]);
    return text;
}

/* What goes from result to result. */
struct printing {
    int name_width; /* of the longest layer name */
};

/* A layer and what is done, "gradient, update" at the longest; or the batch and the threads. */
static int title_width(const struct printing *p)
{
    return 2 + p->name_width + 1 + 16;
}

/* A line of the table, without the blanks at its end. */
struct columns {
    int width; /* of the title */
    char title[64], time[QUANTITY_TEXT], rate[24], share[24], best[24], moved[QUANTITY_TEXT], speed[24];
    char spread[24], images[COUNT_TEXT];
};

static void print_columns(const struct columns *c)
{
    char line[384];
    int length = snprintf(line, sizeof line, "%-*s %8s %8s %8s %8s %8s %6s %7s %10s", c->width, c->title,
                          c->time, c->rate, c->share, c->best, c->moved, c->speed, c->spread, c->images);
    while (length > 0 && line[length - 1] == ' ')
        length--;
    printf("%.*s\n", length, line);
}

static void print_head(const struct printing *p, const struct cnn_bench_result *peak)
{
    struct columns head = {.width = title_width(p),
                           .time = "time ",
                           .rate = "GFLOP/s",
                           .share = "of peak",
                           .best = "at best",
                           .moved = "moved ",
                           .speed = "GB/s",
                           .images = "images/s"};
    struct columns top = {.width = title_width(p), .title = "  fused multiply-add"};
    char count[COUNT_TEXT];
    snprintf(head.title, sizeof head.title, "Batch of %s, %zu thread%s", count_text(count, peak->batch_size),
             peak->threads, peak->threads == 1 ? "" : "s");
    snprintf(top.rate, sizeof top.rate, "%.1f", peak->flop / peak->seconds * 1e-9);
    if (peak->threads > 1)
        snprintf(head.spread, sizeof head.spread, "spread");
    putchar('\n');
    print_columns(&head);
    print_columns(&top);
}

static void print_result(void *context, const struct cnn_bench_result *r)
{
    static const char *const second_units[] = {"s ", "ms", "us"}, *const byte_units[] = {"GB", "MB", "kB"};
    const struct printing *p = context;
    struct columns c = {.width = title_width(p)};
    if (r->kind == CNN_BENCH_PEAK) {
        print_head(p, r);
        return;
    }
    snprintf(c.title, sizeof c.title, "  %-*s %s", p->name_width, r->layer ? r->layer : "", r->work);
    quantity_text(c.time, r->seconds, second_units);
    if (r->flop > 0) {
        snprintf(c.rate, sizeof c.rate, "%.1f", r->flop / r->seconds * 1e-9);
        snprintf(c.share, sizeof c.share, "%.1f %%", r->share * 100);
        snprintf(c.best, sizeof c.best, "%.1f %%", r->best_share * 100);
    }
    if (r->bytes > 0) {
        quantity_text(c.moved, r->bytes * 1e-9, byte_units);
        snprintf(c.speed, sizeof c.speed, "%.1f", r->bytes / r->seconds * 1e-9);
    }
    if (r->threads > 1 && r->spread > 0)
        snprintf(c.spread, sizeof c.spread, "x%.2f", r->spread);
    if (r->kind == CNN_BENCH_TRAIN || r->kind == CNN_BENCH_PREDICT)
        count_text(c.images, (uint64_t)((double)r->batch_size / r->seconds));
    print_columns(&c);
}

/* ---- as JSON -------------------------------------------------------------------------------------- */

static void print_json_result(void *context, const struct cnn_bench_result *r)
{
    static const char *const kinds[] = {[CNN_BENCH_PEAK] = "peak",
                                        [CNN_BENCH_COPY] = "copy",
                                        [CNN_BENCH_KERNEL] = "kernel",
                                        [CNN_BENCH_TRAIN] = "train",
                                        [CNN_BENCH_PREDICT] = "predict"};
    (void)context;
    json_open_object(NULL);
    json_text("kind", kinds[r->kind]);
    json_text("work", r->work);
    if (r->layer)
        json_text("layer", r->layer);
    json_count("batch_size", r->batch_size);
    json_count("threads", r->threads);
    json_real("seconds", r->seconds);
    json_real("flop", r->flop);
    json_real("bytes", r->bytes);
    json_real("share_of_peak", r->share);
    json_real("best_share", r->best_share);
    json_real("spread", r->spread);
    json_close_object();
}

static void print_json_opening(const struct cnn_model_info *model, const char *cpu)
{
    json_begin();
    json_text("version", cnn_version());
    json_text("cpu", cpu);
    json_text("arch", model->arch);
    json_open_array("input");
    json_count(NULL, model->height);
    json_count(NULL, model->width);
    json_count(NULL, model->channels);
    json_close_array();
    json_text("flop", flop_rule);
    json_open_array("results");
}

static void print_json_end(void)
{
    json_close_array();
    json_end();
}

/* ---- the command ---------------------------------------------------------------------------------- */

static void print_opening(const struct settings *s, const struct cnn_model_info *model, const char *cpu)
{
    if (s->json)
        print_json_opening(model, cpu);
    else
        printf("cnn %s on %s: %s\nimages of %zu x %zu x %zu random bytes; times are medians\nFLOP: %s\n",
               cnn_version(), cpu, model->arch, model->height, model->width, model->channels, flop_rule);
}

/* The network as it is read, before anything is measured. */
static enum cnn_status describe(const struct settings *s, const struct cnn_bench_options *options,
                                struct printing *p, struct cnn_error *error)
{
    struct cnn_model_options wanted = {.arch = options->arch,
                                       .height = options->height,
                                       .width = options->width,
                                       .channels = options->channels};
    struct cnn_model *model;
    const char *cpu;
    enum cnn_status status = cnn_cpu(&cpu, error);
    if (status == CNN_OK)
        status = cnn_model_create(&wanted, &model, error);
    if (status != CNN_OK)
        return status;
    struct cnn_model_info info = cnn_model_info(model);
    print_opening(s, &info, cpu);
    for (size_t i = 0; i < info.layers; i++) {
        int width = (int)strlen(cnn_model_layer(model, i).name);
        p->name_width = width > p->name_width ? width : p->name_width;
    }
    cnn_model_free(model);
    return output_flush(error);
}

static enum cnn_status run(const void *settings, struct cnn_error *error)
{
    const struct settings *s = settings;
    struct cnn_bench_options options = {.arch = s->arch, .seconds = s->seconds};
    struct printing printing = {.name_width = 10};
    enum cnn_status status = input_machine(s->threads, error);
    if (status == CNN_OK)
        status = parse_shape(s->input, &options.height, &options.width, &options.channels, error);
    if (status == CNN_OK)
        status = describe(s, &options, &printing, error);
    for (size_t i = 0; i < COUNT_OF(default_batches) && status == CNN_OK; i++) {
        options.batch_size = s->batch ? s->batch : default_batches[i];
        status = cnn_bench_run(&options, s->json ? print_json_result : print_result, &printing, error);
        if (status == CNN_OK)
            status = output_flush(error);
        if (s->batch)
            break;
    }
    if (s->json && status == CNN_OK)
        print_json_end();
    return status;
}

static const struct settings defaults = {.arch = "lesson", .input = "28x28x1", .seconds = 1};

static const struct option_row rows[] = {
    {.name = "arch",
     .value = "TEXT",
     .help = "the network",
     .kind = OPTION_TEXT,
     .field = offsetof(struct settings, arch),
     .group = GROUP_NETWORK,
     .has_words = true,
     .words = CNN_WORDS_ARCH},
    {.name = "input",
     .value = "HxWxC",
     .help = "shape of its images; height, width, channels",
     .kind = OPTION_TEXT,
     .field = offsetof(struct settings, input),
     .group = GROUP_NETWORK},
    {.name = "batch",
     .value = "N",
     .help = "one batch size; instead of 1, 32, 256 and 1024",
     .kind = OPTION_COUNT,
     .field = offsetof(struct settings, batch),
     .min = 1,
     .max = 65536},
    {.name = "threads",
     .value = "N",
     .help = "threads beside one; without it all cores, or OMP_NUM_THREADS",
     .kind = OPTION_COUNT,
     .field = offsetof(struct settings, threads),
     .min = 1,
     .max = 1024},
    {.name = "seconds",
     .value = "S",
     .help = "how long to measure each batch size",
     .kind = OPTION_REAL,
     .field = offsetof(struct settings, seconds),
     .low = 0.01,
     .high = 3600},
    {.name = "json",
     .help = "print one JSON object instead of tables",
     .kind = OPTION_FLAG,
     .field = offsetof(struct settings, json),
     .group = GROUP_OUTPUT},
};

static const char *const details[] = {
    "First comes the peak: fused multiply-adds and nothing else. It is measured again before each sample, "
    "and the "
    "share of it is the median over such pairs. At best is the fastest sample against the highest peak; on a "
    "machine "
    "that others use too the two lie apart. The parts of a training step are timed inside whole steps; with "
    "several "
    "threads each is the mean of what they spend in it.",
    "Spread, where there are several threads: the arithmetic over that of the thread that has most of it, "
    "which is what they can gain at best, and for the whole step. It is counted from how the work is shared "
    "out, not measured, so that it says what --threads 8 would do where there are two cores.",
    "Only multiplications that the definition of the network needs are counted, two operations each. A batch "
    "is "
    "padded to whole blocks of 16 images: a batch of 1 can reach a sixteenth of the peak at best.",
    "Bytes moved are computed from shapes: every array that a part reads or writes, once. The copy of memory "
    "above them moves as many as a training step does: what the parts without arithmetic can be held "
    "against.",
    NULL,
};

static const enum cnn_words words[] = {CNN_WORDS_LAYER, CNN_WORDS_ACTIVATION, CNN_WORDS_ARCH};

const struct command command_bench = {
    .name = "bench",
    .about = "Measures how much of this machine's arithmetic a network gets.",
    .details = details,
    .examples = "  cnn bench\n"
                "  cnn bench --batch 32 --threads 2\n"
                "  cnn bench --arch \"conv2d:32,3,relu flatten dense:10,softmax\" --json\n",
    .words = words,
    .n_words = COUNT_OF(words),
    .options = rows,
    .n_options = COUNT_OF(rows),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .many_steps = true,
    .run = run,
};
