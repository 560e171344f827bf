/* Optimizer texts, learning-rate schedules and early stopping: what does not depend on any training. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/stopping.h"

static const double pi = 3.14159265358979323846;

static void near(double found, double expected, double bound)
{
    if (!(fabs(found - expected) <= bound))
        fail_msg("expected %.17g, found %.17g", expected, found);
}

static void optimizers_have_keras_defaults(void **state)
{
    (void)state;
    struct optimizer_setting s;
    char text[MAX_OPTIMIZER_TEXT];
    assert_int_equal(optimizer_parse("rmsprop", &s, NULL), CNN_OK);
    assert_true(s.n_slots == 1 && s.decay == 0.9 && s.default_learning_rate == 0.001);
    assert_int_equal(optimizer_parse("sgd:0.9", &s, NULL), CNN_OK);
    assert_true(s.decay == 0.9 && s.default_learning_rate == 0.01);
    assert_int_equal(optimizer_parse("adam:0.8,0.99", &s, NULL), CNN_OK);
    assert_true(s.decay == 0.8 && s.second_decay == 0.99 && s.n_slots == 2);
    optimizer_format(&s, text);
    assert_string_equal(text, "adam:0.8,0.99");
    struct update u = optimizer_update(&s, 0.001, CNN_KERAS2, 3);
    near((double)u.learning_rate, 0.001 * sqrt(1 - pow((double)0.99f, 3)) / (1 - pow((double)0.8f, 3)),
         1e-10);
    assert_int_equal(optimizer_parse("adamw", &s, NULL), CNN_OK);
    assert_true(s.decay == 0.9 && s.second_decay == 0.999 && s.weight_decay == 0.004 && s.n_slots == 2);
    optimizer_format(&s, text);
    assert_string_equal(text, "adamw:0.9,0.999,0.004");
    near((double)optimizer_update(&s, 0.5, CNN_KERAS2, 1).weight_decay, 0.5 * 0.004, 1e-9);
    assert_int_equal(optimizer_parse("sgd:0.9,nesterov", &s, NULL), CNN_OK);
    assert_true(s.nesterov && optimizer_update(&s, 0.5, CNN_KERAS2, 1).nesterov);
    static const char *const wrong[] = {"nadam",
                                        "sgd:nesterov",
                                        "sgd:0,nesterov",
                                        "sgd:0.9,nesterov,",
                                        "rmsprop:0.9,nesterov",
                                        "adam:0.9,0.999,0.1",
                                        "adamw:0.9,0.999,1",
                                        "",
                                        "sgd:",
                                        "sgd:1",
                                        "sgd:-0.1",
                                        "sgd:nan",
                                        "sgd:0.9,0.9",
                                        "rmsprop:0.9x",
                                        "sgd:0x1p-1",
                                        "sgd:0.99999999" /* a float of 1 */};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(optimizer_parse(wrong[i], &s, NULL), CNN_ERROR_USAGE);
}

/* What a file keeps of a plan is its text. */
static void texts_read_back_to_the_bit(void **state)
{
    (void)state;
    static const char *const optimizers[] = {
        "adamw:0.9,0,0.12345678901234567",
        "sgd:0.12345678901234567,nesterov",
        "adamw:0.12345678901234567,0.12345678901234567,0.12345678901234567",
        "adam:0.9,0",
        "adam:0,0.12345678901234567",
        "sgd:0.99999994",
        "rmsprop:1.2345678901234567e-300"};
    static const char *const schedules[] = {
        "step:1,0.12345678901234567", "cosine:1.2345678901234567e-300",
        "onecycle:0.12345678901234567,123.45678901234567,12345.678901234567"};
    struct optimizer_setting a, b;
    struct schedule s, t;
    char text[MAX_OPTIMIZER_TEXT], schedule[MAX_SCHEDULE_TEXT];
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        assert_int_equal(optimizer_parse(optimizers[i], &a, NULL), CNN_OK);
        optimizer_format(&a, text);
        assert_int_equal(optimizer_parse(text, &b, NULL), CNN_OK);
        assert_true(a.kind == b.kind && a.decay == b.decay && a.second_decay == b.second_decay &&
                    a.weight_decay == b.weight_decay && a.nesterov == b.nesterov);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(schedule_parse(schedules[i], &s, NULL), CNN_OK);
        schedule_format(&s, schedule);
        assert_int_equal(schedule_parse(schedule, &t, NULL), CNN_OK);
        assert_int_equal(s.row, t.row);
        assert_memory_equal(s.argument, t.argument, sizeof s.argument);
    }
}

static double factor(const char *text, size_t step)
{
    struct schedule s;
    assert_int_equal(schedule_parse(text, &s, NULL), CNN_OK);
    return schedule_factor(&s, step, 10, 6); /* 6 epochs of 10 steps */
}

static void schedules_follow_their_formulas(void **state)
{
    (void)state;
    for (size_t step = 0; step < 60; step++) {
        double x = (double)step / 60;
        near(factor("constant", step), 1, 0);
        near(factor("step:2,0.5", step), pow(0.5, (double)(step / 20)), 1e-15);
        near(factor("cosine", step), 0.5 * (1 + cos(pi * x)), 1e-9);
        near(factor("cosine:0.2", step), 0.2 + 0.8 * 0.5 * (1 + cos(pi * x)), 1e-9);
        double up = 0.04 + 0.96 * 0.5 * (1 - cos(pi * x / 0.3));
        double down = 4e-6 + (1 - 4e-6) * 0.5 * (1 + cos(pi * (x - 0.3) / 0.7));
        near(factor("onecycle_before", step), x < 0.3 ? up : down, 1e-9);
    }
}

/* tests/golden/onecycle.txt: lines of total, rise, start, end, step and the rate that PyTorch gives where the
 * highest is 1. The largest difference is that of two cosines. */
static void onecycle_is_pytorchs(void **state)
{
    (void)state;
    FILE *table = fopen("tests/golden/onecycle.txt", "r");
    assert_non_null(table);
    char line[128];
    size_t lines = 0;
    while (fgets(line, sizeof line, table)) {
        size_t total, step;
        double rise, start, end, rate;
        if (line[0] == '#')
            continue;
        assert_int_equal(sscanf(line, "%zu %lf %lf %lf %zu %lf", &total, &rise, &start, &end, &step, &rate),
                         6);
        char text[MAX_SCHEDULE_TEXT];
        struct schedule s;
        snprintf(text, sizeof text, "onecycle:%.17g,%.17g,%.17g", rise, start, end);
        assert_int_equal(schedule_parse(text, &s, NULL), CNN_OK);
        near(schedule_factor(&s, step, total, 1), rate, 1e-12);
        lines++;
    }
    fclose(table);
    assert_true(lines > 200);
}

/* A single step, and a rise that ends before the first one or at it. */
static void onecycle_of_very_few_steps(void **state)
{
    (void)state;
    static const char *const texts[] = {"onecycle:0.01", "onecycle:0.25", "onecycle:0.5", "onecycle:0.99"};
    struct schedule s;
    for (size_t i = 0; i < 4; i++)
        for (size_t total = 1; total < 9; total++)
            for (size_t step = 0; step < total; step++) {
                assert_int_equal(schedule_parse(texts[i], &s, NULL), CNN_OK);
                double factor = schedule_factor(&s, step, total, 1);
                assert_true(factor >= 4e-6 - 1e-12 && factor <= 1 + 1e-12);
            }
}

/* What a file of version 0.1.0 says means what it meant then. */
static void schedules_of_older_files(void **state)
{
    (void)state;
    static const struct {
        const char *file, *now;
    } cases[] = {{"onecycle:0.3,25", "onecycle_before:0.3,25"},
                 {"onecycle_before:0.3,25", "onecycle_before:0.3,25"},
                 {"onecycle:0.3,25,10000", "onecycle:0.3,25,10000"},
                 {"cosine:0.5", "cosine:0.5"},
                 {"step:3,0.5", "step:3,0.5"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[MAX_SCHEDULE_TEXT], full[MAX_SCHEDULE_TEXT];
        struct schedule s;
        strcpy(text, cases[i].file);
        schedule_from_file(text);
        assert_string_equal(text, cases[i].now);
        assert_int_equal(schedule_parse(text, &s, NULL), CNN_OK);
        schedule_format(&s, full);
        assert_string_equal(full, cases[i].now);
    }
    for (size_t i = 0; schedule_word(i); i++) /* options and help do not name it */
        assert_string_not_equal(schedule_word(i)->word, "onecycle_before");
}

static void schedule_texts(void **state)
{
    (void)state;
    struct schedule s;
    char text[MAX_SCHEDULE_TEXT];
    assert_int_equal(schedule_parse("step", &s, NULL), CNN_OK);
    schedule_format(&s, text);
    assert_string_equal(text, "step:3,0.5");
    assert_false(schedule_needs_total(&s));
    assert_int_equal(schedule_parse("onecycle:0.2,10", &s, NULL), CNN_OK);
    schedule_format(&s, text);
    assert_string_equal(text, "onecycle:0.2,10,10000");
    assert_true(schedule_needs_total(&s));
    static const char *const wrong[] = {"",
                                        "linear",
                                        "step:",
                                        "step:0,0.5",
                                        "step:1,2",
                                        "step:1,x",
                                        "cosine:1.1",
                                        "cosine:0,1",
                                        "onecycle:1,1,1",
                                        "onecycle:0.3,25,0.9",
                                        "onecycle:0.3,25,1,1",
                                        "constant:1",
                                        "step:nan"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(schedule_parse(wrong[i], &s, NULL), CNN_ERROR_USAGE);
}

static void stopping_finds_the_best(void **state)
{
    (void)state;
    static const struct cnn_epoch history[] = {
        {4, 0.1, 3, 0.2}, {3, 0.3, 1, 0.4}, {2, 0.5, 2, 0.6}, {1, 0.7, 1, 0.6}};
    static const struct {
        const char *text;
        size_t best;
    } cases[] = {
        {"val_loss:1", 1}, {"val_accuracy:2", 2}, {"loss:3", 3}, {"loss:90", 3}, {"accuracy:100000", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct stopping s;
        assert_int_equal(stopping_parse(cases[i].text, &s, NULL), CNN_OK);
        assert_int_equal(stopping_best(&s, history, 4), cases[i].best);
        assert_int_equal(stopping_needs_validation(&s), i < 2);
    }
    struct stopping s;
    static const char *const wrong[] = {"val_loss",
                                        "val_loss:",
                                        "val_loss:,1",
                                        "val_loss:-1",
                                        "val_loss: 1",
                                        "val_loss:1x",
                                        "val_loss:1,",
                                        "val_loss:1,x",
                                        "val_loss:1,-1",
                                        "val_loss:1,0.1,",
                                        "val_loss:1,nan",
                                        "val_loss:1,1e999",
                                        "f1:3",
                                        "loss:100001",
                                        "loss:00000000000000000000000000000000000000000000001"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(stopping_parse(wrong[i], &s, NULL), CNN_ERROR_USAGE);
    assert_int_equal(stopping_parse(NULL, &s, NULL), CNN_OK);
    assert_int_equal(s.metric, 0);
}

/* Keras's min_delta: an epoch counts as better only by more than that, and is compared with the last that
 * did; its patience of 0 ends at the first that does not. */
static void stopping_asks_for_a_difference(void **state)
{
    (void)state;
    static const struct cnn_epoch history[] = {{1.0, 0.5, 0, 0},
                                               {0.96875, 0.53125, 0, 0},
                                               {0.9375, 0.5625, 0, 0},
                                               {0.90625, 0.59375, 0, 0},
                                               {0.90625, 0.59375, 0, 0}};
    static const struct {
        const char *text;
        size_t n, best;
    } cases[] = {{"loss:2", 5, 3},         {"loss:2,0", 5, 3},           {"loss:2,0.03125", 5, 2},
                 {"loss:2,0.03125", 2, 0}, {"loss:2,0.0625", 5, 3},      {"loss:2,0.0625", 3, 0},
                 {"loss:2,0.5", 5, 0},     {"accuracy:2,0.03125", 5, 2}, {"accuracy:1,0.0625", 5, 3}};
    struct stopping s;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(stopping_parse(cases[i].text, &s, NULL), CNN_OK);
        assert_int_equal(stopping_best(&s, history, cases[i].n), cases[i].best);
    }
    assert_int_equal(stopping_parse("val_loss:0", &s, NULL), CNN_OK);
    assert_int_equal(s.patience, 1);
    assert_int_equal(stopping_parse("val_loss:12,1e-3", &s, NULL), CNN_OK);
    assert_true(s.patience == 12 && s.min_delta == 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optimizers_have_keras_defaults),
        cmocka_unit_test(texts_read_back_to_the_bit),
        cmocka_unit_test(schedules_follow_their_formulas),
        cmocka_unit_test(schedule_texts),
        cmocka_unit_test(stopping_finds_the_best),
        cmocka_unit_test(stopping_asks_for_a_difference),
        cmocka_unit_test(onecycle_is_pytorchs),
        cmocka_unit_test(onecycle_of_very_few_steps),
        cmocka_unit_test(schedules_of_older_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
