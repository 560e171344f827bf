/*
 * Measuring a network. A machine that others use too is now fast, now slow, so the peak is measured anew
 * before each sample, and the share is the median over the pairs. The parts of a step are timed inside whole
 * steps, where the caches are as they are in training.
 */
#include "tools/bench.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"
#include "base/threads.h"

#include <stdlib.h>
#include <string.h>

enum { MIN_SAMPLES = 3, MANY_EPOCHS = 100000 };
static const double sample_s = 1e-3;      /* a sample is as many batches as fill this */
static const double peak_s = 2e-4;        /* and the measurement of the peak before it takes this */
static const size_t image_pool = 4096;    /* images that batches are drawn from, */
static const size_t pool_bytes = 1 << 24; /* or fewer, if they would need more than this */
static const double copy_most = 1 << 28;  /* bytes that are copied at most */

/* ---- numbers -------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return n ? (values[(n - 1) / 2] + values[n / 2]) / 2 : 0;
}

static void add_sample(struct series *s, double seconds, double flop, double peak)
{
    s->seconds[s->n] = seconds;
    s->share[s->n] = seconds > 0 ? flop / seconds / peak : 0;
    s->peak[s->n++] = peak;
}

static void report(struct bench *b, struct series *s, struct cnn_bench_result result)
{
    result.seconds = median(s->seconds, s->n);
    result.share = median(s->share, s->n);
    median(s->peak, s->n); /* each is sorted now */
    result.best_share = s->seconds[0] > 0 ? result.flop / s->seconds[0] / s->peak[s->n - 1] : 0;
    b->found(b->context, &result);
}

/* ---- the peak ------------------------------------------------------------------------------------- */

/* FLOP/s: the sum of what each thread reaches while all are at it. */
static double peak_rate(const struct kernels *k, size_t rounds, size_t threads)
{
    double rate = 0;
    (void)threads; /* without OpenMP there is one */
#pragma omp parallel num_threads((int)threads) reduction(+ : rate) if (threads > 1)
    {
        float sum = 1;
#pragma omp barrier
        double start_s = clock_now_s();
        size_t n = k->fma_peak(rounds, &sum);
        rate += 2 * (double)n / (clock_now_s() - start_s);
    }
    return rate;
}

/* Chooses the rounds that fill peak_s. */
static void calibrate(struct bench *b)
{
    for (b->peak_rounds = 64;; b->peak_rounds *= 2) {
        float sum = 1;
        double start_s = clock_now_s();
        b->k->fma_peak(b->peak_rounds, &sum);
        if (clock_now_s() - start_s >= peak_s / 2)
            return;
    }
}

static void measure_peak(struct bench *b)
{
    float sum = 1;
    double flop = 2 * (double)b->k->fma_peak(b->peak_rounds, &sum) * (double)b->threads;
    b->series.n = 0;
    for (size_t i = 0; i < MAX_SAMPLES; i++) {
        double rate = peak_rate(b->k, b->peak_rounds, b->threads);
        add_sample(&b->series, flop / rate, flop, rate);
    }
    report(b, &b->series,
           (struct cnn_bench_result){.kind = CNN_BENCH_PEAK,
                                     .work = "fused multiply-add",
                                     .batch_size = b->options.batch_size,
                                     .threads = b->threads,
                                     .flop = flop});
}

/* ---- the memory ----------------------------------------------------------------------------------- */

/* Seconds for each thread to copy its share, while all are at it. */
static double copy_s(char *to, const char *from, size_t share, size_t threads)
{
    double start_s = clock_now_s();
    (void)threads;
#pragma omp parallel num_threads((int)threads) if (threads > 1)
    memcpy(to + thread_number() * share, from + thread_number() * share, share);
    return clock_now_s() - start_s;
}

/* The machine's own bytes a second: a copy that reads and writes as much as a training step moves, so that
 * it finds as much of it in the caches. */
static enum cnn_status measure_copy(struct bench *b, struct cnn_error *error)
{
    const double moved = bench_whole(b, CNN_BENCH_TRAIN).bytes;
    const size_t share = (size_t)((moved < copy_most ? moved : copy_most) / 2 / (double)b->threads);
    char *from = memory_alloc(2 * b->threads, share), *to = from + b->threads * share;
    if (!from)
        return error_memory(error, 2 * b->threads * share);
    double until_s = clock_now_s() + b->options.seconds / 10;
    copy_s(to, from, share, b->threads); /* the first finds the caches cold */
    b->series.n = 0;
    while (b->series.n < MAX_SAMPLES && (b->series.n < MIN_SAMPLES || clock_now_s() < until_s))
        add_sample(&b->series, copy_s(to, from, share, b->threads), 0, 1);
    report(b, &b->series,
           (struct cnn_bench_result){.kind = CNN_BENCH_COPY,
                                     .work = "copy of memory",
                                     .batch_size = b->options.batch_size,
                                     .threads = b->threads,
                                     .bytes = 2 * (double)(share * b->threads)});
    memory_free(from);
    return CNN_OK;
}

/* ---- sampling ------------------------------------------------------------------------------------- */

static enum cnn_status train_once(struct bench *b, struct cnn_error *error)
{
    return cnn_trainer_step(b->trainer, NULL, error);
}

static enum cnn_status predict_once(struct bench *b, struct cnn_error *error)
{
    struct cnn_dataset batch = b->images;
    batch.count = b->options.batch_size;
    return cnn_model_predict(b->model, &batch, b->probabilities, error);
}

static void phase_report(void *context, enum engine_phase phase, size_t layer)
{
    struct bench *b = context;
    struct stopwatch *watch = &b->watch[thread_number()];
    double now_s = clock_now_s();
    watch->spent_s[phase][layer] += now_s - watch->last_s;
    watch->last_s = now_s;
}

/* A step with a stopwatch for each thread: what is left after its last phase is waiting. */
static enum cnn_status profile_once(struct bench *b, struct cnn_error *error)
{
    double start_s = clock_now_s();
    for (size_t t = 0; t < b->threads; t++)
        b->watch[t].last_s = start_s;
    enum cnn_status status = train_once(b, error);
    double end_s = clock_now_s();
    for (size_t t = 0; t < b->threads; t++)
        b->watch[t].spent_s[ENGINE_WAIT][0] += end_s - b->watch[t].last_s;
    return status;
}

static void add_profile(struct bench *b, size_t n_batches)
{
    for (size_t i = 0; i < b->n_rows; i++) {
        struct row *row = &b->rows[i];
        double spent_s = 0;
        for (size_t t = 0; t < b->threads; t++)
            spent_s += b->watch[t].spent_s[row->phase][row->layer];
        add_sample(&row->series, spent_s / (double)(b->threads * n_batches), row->result.flop, b->peak);
    }
    memset(b->watch, 0, b->all_threads * sizeof *b->watch);
}

/* Runs once as often as the time allows, each sample right after the peak. rows: the samples are theirs. */
static enum cnn_status sample(struct bench *b, enum cnn_status (*once)(struct bench *, struct cnn_error *),
                              double flop, bool rows, struct cnn_error *error)
{
    double begin_s = clock_now_s();
    enum cnn_status status = once(b, error); /* the first finds the caches cold */
    if (status == CNN_OK)
        status = once(b, error);
    size_t n = (size_t)(sample_s / ((clock_now_s() - begin_s) / 2)) + 1;
    double until_s = clock_now_s() + b->options.seconds / 6;
    memset(b->watch, 0, b->all_threads * sizeof *b->watch);
    b->series.n = 0;
    for (size_t i = 0; i < b->n_rows; i++)
        b->rows[i].series.n = 0;
    for (size_t s = 0; s < MAX_SAMPLES && (s < MIN_SAMPLES || clock_now_s() < until_s) && status == CNN_OK;
         s++) {
        b->peak = peak_rate(b->k, b->peak_rounds, b->threads);
        double start_s = clock_now_s();
        for (size_t i = 0; i < n && status == CNN_OK; i++)
            status = once(b, error);
        add_sample(&b->series, (clock_now_s() - start_s) / (double)n, flop, b->peak);
        if (rows)
            add_profile(b, n);
    }
    return status;
}

static enum cnn_status measure_whole(struct bench *b, enum cnn_bench_kind kind, struct cnn_error *error)
{
    struct cnn_bench_result result = bench_whole(b, kind);
    enum cnn_status status =
        sample(b, kind == CNN_BENCH_TRAIN ? train_once : predict_once, result.flop, false, error);
    if (status == CNN_OK)
        report(b, &b->series, result);
    return status;
}

/* The parts of a step, each with the mean of what the threads spend in it. */
static enum cnn_status measure_parts(struct bench *b, struct cnn_error *error)
{
    engine_listen(b->trainer->engine, &(struct engine_listener){phase_report, b});
    enum cnn_status status = sample(b, profile_once, 0, true, error);
    engine_listen(b->trainer->engine, &(struct engine_listener){0});
    for (size_t i = 0; i < b->n_rows && status == CNN_OK; i++) {
        struct row *row = &b->rows[i];
        row->result.threads = b->threads;
        if (row->phase != ENGINE_WAIT || b->threads > 1)
            report(b, &row->series, row->result);
    }
    return status;
}

/* ---- the whole ------------------------------------------------------------------------------------ */

static enum cnn_status make_images(struct bench *b, struct cnn_error *error)
{
    const struct shape *input = &b->model->input;
    size_t image = shape_count(input), count = pool_bytes / image;
    if (count > image_pool)
        count = image_pool;
    if (count < b->options.batch_size)
        count = b->options.batch_size;
    uint8_t *images = memory_alloc(count, image), *labels = memory_alloc(count, 1);
    b->images = (struct cnn_dataset){.source = "random bytes",
                                     .count = count,
                                     .height = input->size[0],
                                     .width = input->size[1],
                                     .channels = input->size[2],
                                     .classes = model_classes(b->model),
                                     .image_bytes = image,
                                     .images = images,
                                     .labels = labels,
                                     .owned_images = images,
                                     .owned_labels = labels};
    if (!images || !labels)
        return error_memory(error, count * (image + 1));
    struct random random = random_stream(1, 0);
    for (size_t i = 0; i < count * image; i++)
        images[i] = (uint8_t)random_u64(&random);
    for (size_t i = 0; i < count; i++)
        labels[i] = (uint8_t)random_below(&random, (uint32_t)b->images.classes);
    return CNN_OK;
}

static enum cnn_status prepare(struct bench *b, struct cnn_error *error)
{
    struct cnn_model_options model = {.arch = b->options.arch,
                                      .height = b->options.height,
                                      .width = b->options.width,
                                      .channels = b->options.channels,
                                      .seed = 1};
    enum cnn_status status = kernels_choose(&b->k, error);
    if (status == CNN_OK)
        status = cnn_model_create(&model, &b->model, error);
    if (status == CNN_OK)
        status = make_images(b, error);
    if (status != CNN_OK)
        return status;
    size_t floats = b->options.batch_size * model_classes(b->model);
    b->probabilities = memory_alloc(floats, sizeof(float));
    b->watch = memory_alloc(b->all_threads, sizeof *b->watch);
    calibrate(b);
    return b->probabilities && b->watch ? CNN_OK : error_memory(error, floats * sizeof(float));
}

static enum cnn_status measure_threads(struct bench *b, size_t threads, struct cnn_error *error)
{
    struct cnn_train_options train = {
        .epochs = MANY_EPOCHS, .batch_size = b->options.batch_size, .learning_rate = 1e-6, .seed = 1};
    train.loss = cnn_model_info(b->model).loss;
    b->threads = threads;
    enum cnn_status status = cnn_set_threads(threads, error);
    if (status == CNN_OK)
        status = cnn_trainer_create(b->model, &b->images, &train, &b->trainer, error);
    if (status != CNN_OK)
        return status;
    if (!b->rows)
        status = bench_plan_rows(b, error);
    if (status == CNN_OK) {
        bench_count_spread(b);
        status = measure_copy(b, error);
    }
    if (status == CNN_OK)
        status = measure_parts(b, error);
    if (status == CNN_OK)
        status = measure_whole(b, CNN_BENCH_TRAIN, error);
    if (status == CNN_OK)
        status = measure_whole(b, CNN_BENCH_PREDICT, error);
    cnn_trainer_free(b->trainer);
    return status;
}

static enum cnn_status measure(struct bench *b, struct cnn_error *error)
{
    enum cnn_status status = prepare(b, error);
    for (size_t threads = 1; status == CNN_OK; threads = b->all_threads) {
        b->threads = threads;
        measure_peak(b);
        status = measure_threads(b, threads, error);
        if (threads == b->all_threads)
            break;
    }
    return status;
}

enum cnn_status cnn_bench_run(const struct cnn_bench_options *options,
                              void (*found)(void *context, const struct cnn_bench_result *result),
                              void *context, struct cnn_error *error)
{
    if (!options || !(options->seconds >= 0))
        return error_set(error, CNN_ERROR_USAGE,
                         "options to measure by: expected some, and seconds from 0 on");
    struct bench *b = memory_alloc(1, sizeof *b);
    if (!b)
        return error_memory(error, sizeof *b);
    *b = (struct bench){
        .options = *options, .all_threads = threads_wanted(), .found = found, .context = context};
    b->options.batch_size = options->batch_size ? options->batch_size : 32;
    b->options.seconds = options->seconds > 0 ? options->seconds : 1;
    enum cnn_status status = measure(b, error);
    cnn_set_threads(b->all_threads, NULL);
    cnn_model_free(b->model);
    memory_free(b->images.owned_images);
    memory_free(b->images.owned_labels);
    memory_free(b->probabilities);
    memory_free(b->rows);
    memory_free(b->watch);
    memory_free(b);
    return status;
}
