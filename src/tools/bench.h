/* Measuring from the inside: what bench.c and bench_rows.c share. */
#ifndef TOOLS_BENCH_H
#define TOOLS_BENCH_H

#include "data/dataset.h"
#include "train/trainer.h"

enum { MAX_SAMPLES = 64 };

struct series {
    size_t n;
    double seconds[MAX_SAMPLES], share[MAX_SAMPLES], peak[MAX_SAMPLES];
};

/* A part of a step. */
struct row {
    enum engine_phase phase;
    size_t layer;
    struct cnn_bench_result result;
    struct series series;
};

/* What one thread has spent, by phase and layer; a line of the cache apart from its neighbours. */
struct stopwatch {
    double last_s;
    double spent_s[N_ENGINE_PHASES][MAX_LAYERS];
    char apart[64];
};

struct bench {
    const struct kernels *k;
    struct cnn_bench_options options;
    struct cnn_model *model;
    struct cnn_trainer *trainer; /* made anew for each number of threads */
    size_t all_threads, threads; /* threads: at work now */
    struct cnn_dataset images;
    float *probabilities;
    struct row *rows; /* [n_rows] */
    size_t n_rows;
    struct stopwatch *watch; /* [all_threads] */
    struct series series;    /* of what is measured now, if it is not the rows */
    size_t peak_rounds;
    double peak; /* as last measured, in FLOP/s */
    void (*found)(void *context, const struct cnn_bench_result *result);
    void *context;
};

/* Fills rows with the parts of a step, in its order: what each has to compute and to move. trainer must be
 * there. Errors: MEMORY. Owns: the caller (memory_free). */
enum cnn_status bench_plan_rows(struct bench *bench, struct cnn_error *error);

/* How the rows' arithmetic is shared out to the threads now at work. */
void bench_count_spread(struct bench *bench);

/* What a training step or the prediction of a batch comes to. */
struct cnn_bench_result bench_whole(const struct bench *bench, enum cnn_bench_kind kind);

#endif
