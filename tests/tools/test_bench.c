/* What cnn_bench_run counts. How long anything takes is nobody's business here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cnn.h"

enum { MAX_RESULTS = 64, MAX_TEXT = 32 };

struct results {
    size_t n;
    struct cnn_bench_result result[MAX_RESULTS];
    char name[MAX_RESULTS][MAX_TEXT]; /* "conv2d forward" */
};

static void keep(void *context, const struct cnn_bench_result *result)
{
    struct results *r = context;
    assert_true(r->n < MAX_RESULTS);
    r->result[r->n] = *result;
    snprintf(r->name[r->n++], MAX_TEXT, "%s%s%s", result->layer ? result->layer : "",
             result->layer ? " " : "", result->work);
}

static const struct cnn_bench_result *find(const struct results *r, const char *name, size_t threads)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->result[i].threads == threads && strcmp(r->name[i], name) == 0)
            return &r->result[i];
    fail_msg("no result called %s with %zu threads", name, threads);
    return NULL;
}

static void run(const struct cnn_bench_options *options, struct results *results)
{
    struct cnn_error error;
    results->n = 0;
    if (cnn_bench_run(options, keep, results, &error) != CNN_OK)
        fail_msg("%s", error.message);
}

static void check(const struct results *r, const char *name, double flop, double bytes)
{
    const struct cnn_bench_result *result = find(r, name, 1);
    if (result->flop != flop || result->bytes != bytes)
        fail_msg("%s: %.0f FLOP and %.0f bytes, expected %.0f and %.0f", name, result->flop, result->bytes,
                 flop, bytes);
}

/* The lesson with a batch of 20, which fills two blocks of 16. */
static void test_lesson(void **state)
{
    static struct results r;
    const double n = 20, map = 32 * 4; /* bytes of one number for the padded batch */
    (void)state;
    run(&(struct cnn_bench_options){.batch_size = 20, .seconds = 0.01}, &r);
    check(&r, "pack", 0, n * 784 + map * 784);
    check(&r, "conv2d forward", n * 86400, map * (784 + 2 * 1728) + 4 * 78);
    check(&r, "conv2d_1 forward", n * 360000, map * (1728 + 2 * 2400) + 4 * 456);
    check(&r, "dense forward", n * 403200, map * (2400 + 2 * 84) + 4 * 201684);
    check(&r, "dense_1 forward", n * 1680, map * (84 + 10) + 4 * 850);
    check(&r, "loss", 0, map * 2 * 10);
    check(&r, "dense_1 backward", n * 1680, map * (10 + 2 * 84) + 4 * 850);
    check(&r, "dense backward", n * 403200, map * (84 + 2 * 2400) + 4 * 201684);
    check(&r, "conv2d_1 backward", n * 360000, map * (2400 + 2 * 1728) + 4 * 456);
    check(&r, "conv2d gradient", n * 86400, map * (784 + 1728) + 2 * 4 * 78 + 4 * 78);
    check(&r, "conv2d_1 gradient", n * 360000, map * (1728 + 2400) + 2 * 4 * 456 + 4 * 456);
    check(&r, "dense gradient, update", n * 403200, map * (2400 + 84 + 96) + 6 * 4 * 201684.0);
    check(&r, "dense_1 gradient, update", n * 1680, map * (84 + 10 + 16) + 6 * 4 * 850);
    check(&r, "update", 0, 5 * 4 * (78 + 456));
    assert_true(find(&r, "training", 1)->flop == n * 2467440); /* 2.47 million for an image */
    assert_true(find(&r, "inference", 1)->flop == n * 851280);
    const double copied = find(&r, "copy of memory", 1)->bytes, moved = find(&r, "training", 1)->bytes;
    assert_true(copied <= moved && copied > moved - 2);
    for (size_t i = 0; i < r.n; i++) /* the first layer hands nothing down */
        assert_string_not_equal(r.name[i], "conv2d backward");
}

static void test_dense_first(void **state)
{
    static struct results r;
    (void)state;
    run(&(struct cnn_bench_options){.arch = "flatten dense:3,relu dense:2,softmax",
                                    .height = 2,
                                    .width = 3,
                                    .channels = 1,
                                    .batch_size = 1,
                                    .seconds = 0.01},
        &r);
    check(&r, "dense gradient, update", 2 * 18, 64 * (6 + 3 + 16) + 6 * 4 * 21);
    assert_true(find(&r, "training", 1)->flop == 2 * (2 * 18 + 3 * 6));
}

static void test_threads(void **state)
{
    static struct results r;
    (void)state;
    assert_int_equal(cnn_set_threads(3, NULL), CNN_OK);
    run(&(struct cnn_bench_options){.batch_size = 64, .seconds = 0.01}, &r);
    size_t threads = cnn_threads();
    assert_int_equal(cnn_set_threads(0, NULL), CNN_OK);
    static const char *const names[] = {"fused multiply-add", "training", "inference"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct cnn_bench_result *result = find(&r, names[i], threads);
        assert_int_equal(result->batch_size, 64);
        assert_true(result->seconds > 0 && result->share > 0 && result->best_share > 0);
    }
    find(&r, "waiting", threads);
#ifdef _OPENMP
    assert_int_equal(threads, 3); /* as it was before */
#endif
}

/* Two blocks of 16 keep two threads busy, and their rows more. Nothing is counted where a thread is alone. */
static void test_spread(void **state)
{
    static struct results r;
    (void)state;
    assert_int_equal(cnn_set_threads(8, NULL), CNN_OK);
    run(&(struct cnn_bench_options){.batch_size = 32, .seconds = 0.01}, &r);
    const size_t threads = cnn_threads();
    assert_int_equal(cnn_set_threads(0, NULL), CNN_OK);
#ifdef _OPENMP
    static const struct {
        const char *name;
        double spread;
    } rows[] = {
        {"conv2d forward", 8}, /* 24 rows of each block in four bands of 6 */
        {"conv2d_1 forward", 8},
        {"conv2d_1 backward", 8}, /* the outer bands of more rows, with fewer products each: 7, 5, 5, 7 */
        {"conv2d gradient", 26 * 2.0 / 7}, /* 25 rows of weights and the bias: 7, 6, 7, 6 */
        {"conv2d_1 gradient", 8},
        {"dense forward", 100 / 13.0}, /* 100 slices in 16 shards: 13 for the thread that has most */
        {"dense gradient, update", 100 / 13.0},
        {"dense_1 forward", 2},
        {"inference", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fabs(find(&r, rows[i].name, threads)->spread - rows[i].spread) > 1e-9)
            fail_msg("%s: %.3f, expected %.3f", rows[i].name, find(&r, rows[i].name, threads)->spread,
                     rows[i].spread);
    const double whole = find(&r, "training", threads)->spread;
    assert_true(whole > 7.7 && whole < 7.9);
#endif
    assert_true(find(&r, "conv2d forward", 1)->spread == 1);
    assert_true(fabs(find(&r, "training", 1)->spread - 1) < 1e-9);
    assert_true(find(&r, "loss", threads)->spread == 0);
}

static void test_wrong(void **state)
{
    struct results r = {0};
    struct cnn_error error;
    (void)state;
    assert_int_equal(cnn_bench_run(&(struct cnn_bench_options){.arch = "dense:10"}, keep, &r, &error),
                     CNN_ERROR_USAGE);
    assert_int_equal(r.n, 0);
    assert_int_equal(cnn_bench_run(&(struct cnn_bench_options){.batch_size = 70000}, keep, &r, &error),
                     CNN_ERROR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lesson), cmocka_unit_test(test_dense_first), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_spread), cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
