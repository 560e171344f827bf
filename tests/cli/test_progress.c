/* The progress line, held to what Progbar of Keras 2.15 writes for the same steps and times. */

/* The formatting is the program's own and no part of the library. It comes before cmocka, which has a fail
 * too. */
#include "cli/json.c"
#include "cli/message.c"
#include "cli/output.c"
#include "cli/progress.c"
#include "cli/quote.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct expectation {
    struct cnn_progress at;
    double first_s, elapsed_s;
    const char *text;
};

#define AT(steps, done, mean_loss, mean_accuracy)                                                            \
    .steps_per_epoch = (steps), .step = (done), .loss = (mean_loss), .accuracy = (mean_accuracy)

static const struct expectation bars[] = {
    {{AT(1875, 937, 0.42104, 0.93117)},
     0.5,
     2.5,
     " 937/1875 [=============>................] - ETA: 2s - loss: 0.4210 - accuracy: 0.9312"},
    {{AT(1875, 1875, 0.29511, 0.94659), .epoch_done = true},
     0.5,
     5.2,
     "1875/1875 [==============================] - 5s 3ms/step - loss: 0.2951 - accuracy: 0.9466"},
    {{AT(1875, 1, 2.3, 0.1)},
     -1,
     0.5,
     "   1/1875 [..............................] - ETA: 15:37 - loss: 2.3000 - accuracy: 0.1000"},
    {{AT(1875, 2, 2.3, 0.1)},
     2,
     12,
     "   2/1875 [..............................] - ETA: 5:12:10 - loss: 2.3000 - accuracy: 0.1000"},
    {{AT(1875, 1875, 0.00071234, 1), .epoch_done = true},
     0.1,
     0.9,
     "1875/1875 [==============================] - 1s 427us/step - loss: 7.1234e-04 - accuracy: 1.0000"},
    {{AT(1875, 1875, 0.001, 1), .epoch_done = true},
     0.1,
     0.9,
     "1875/1875 [==============================] - 1s 427us/step - loss: 1.0000e-03 - accuracy: 1.0000"},
    {{AT(3, 3, 0.5, 0.5), .epoch_done = true, .has_validation = true, .val_loss = 0.00051,
      .val_accuracy = 0.987654},
     1,
     5,
     "3/3 [==============================] - 5s 2s/step - loss: 0.5000 - accuracy: 0.5000 - val_loss: "
     "5.1000e-04 "
     "- val_accuracy: 0.9877"},
    {{AT(1, 1, 0.5, 0.5), .epoch_done = true},
     0.25,
     0.25,
     "1/1 [==============================] - 0s 250ms/step - loss: 0.5000 - accuracy: 0.5000"},
    {{AT(1000, 999, 0.5, 0.5)},
     0.1,
     10,
     " 999/1000 [============================>.] - ETA: 0s - loss: 0.5000 - accuracy: 0.5000"},
    {{AT(999, 33, 0.5, 0.5)},
     0.1,
     10,
     " 33/999 [..............................] - ETA: 4:58 - loss: 0.5000 - accuracy: 0.5000"},
    {{AT(999, 34, 0.5, 0.5)},
     0.1,
     10,
     " 34/999 [>.............................] - ETA: 4:49 - loss: 0.5000 - accuracy: 0.5000"},
};

static const struct expectation lines[] = {
    {{AT(1875, 1875, 0.2951, 0.9466), .epoch_done = true},
     -1,
     1.07,
     "1875/1875 - 1s - loss: 0.2951 - accuracy: 0.9466 - 1s/epoch - 571us/step"},
    {{AT(1875, 1875, 0.2951, 0.9466), .epoch_done = true, .has_validation = true, .val_loss = 0.1,
      .val_accuracy = 0.0009},
     -1,
     0.56,
     "1875/1875 - 1s - loss: 0.2951 - accuracy: 0.9466 - val_loss: 0.1000 - val_accuracy: 9.0000e-04 - "
     "560ms/epoch - 299us/step"},
    {{AT(2, 2, 0.2951, 0.9466), .epoch_done = true},
     -1,
     90,
     "2/2 - 90s - loss: 0.2951 - accuracy: 0.9466 - 90s/epoch - 45s/step"},
};

static struct progress_view view_of(const struct expectation *e)
{
    return (struct progress_view){&e->at, e->elapsed_s, e->first_s};
}

static void test_bars(void **state)
{
    (void)state;
    char text[PROGRESS_TEXT];
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
        struct progress_view view = view_of(&bars[i]);
        assert_int_equal(progress_bar_text(text, &view, 200), strlen(bars[i].text));
        assert_string_equal(text, bars[i].text);
    }
}

static void test_lines(void **state)
{
    (void)state;
    char text[PROGRESS_TEXT];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct progress_view view = view_of(&lines[i]);
        assert_int_equal(progress_line_text(text, &view), strlen(lines[i].text));
        assert_string_equal(text, lines[i].text);
    }
}

/* What goes first where there is no room: cells of the bar, the time of a step, the bar, times and counts,
 * names. */
static void test_narrow_terminals(void **state)
{
    (void)state;
    static const struct {
        size_t bar, columns;
        const char *text;
    } expected[] = {
        {0, 79, " 937/1875 [==========>............] - ETA: 2s - loss: 0.4210 - accuracy: 0.9312"},
        {1, 79, "1875/1875 [===================] - 5s 3ms/step - loss: 0.2951 - accuracy: 0.9466"},
        {1, 65, "1875/1875 [=====] - 5s 3ms/step - loss: 0.2951 - accuracy: 0.9466"},
        {1, 64, "1875/1875 [=============] - 5s - loss: 0.2951 - accuracy: 0.9466"},
        {1, 55, "1875/1875 - 5s - loss: 0.2951 - accuracy: 0.9466"},
        {1, 47, "1875/1875 - loss: 0.2951 - accuracy: 0.9466"},
        {1, 42, "loss: 0.2951 - accuracy: 0.9466"},
        {1, 30, "0.2951 - 0.9466"},
        {4, 19, "7.1234e-04 - 1.0000"},
        {6, 83, "3/3 - loss: 0.5000 - accuracy: 0.5000 - val_loss: 5.1000e-04 - val_accuracy: 0.9877"},
        {6, 79, "loss: 0.5000 - accuracy: 0.5000 - val_loss: 5.1000e-04 - val_accuracy: 0.9877"},
        {6, 60, "3/3 - loss: 0.5000 - accuracy: 0.5000"},
    };
    char text[PROGRESS_TEXT];
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct progress_view view = view_of(&bars[expected[i].bar]);
        progress_bar_text(text, &view, expected[i].columns);
        assert_string_equal(text, expected[i].text);
    }
}

/* Whatever the width: within it, loss and accuracy there, and never less than what a narrower one shows. */
static void test_every_width(void **state)
{
    (void)state;
    char text[PROGRESS_TEXT], loss[32], accuracy[32];
    for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
        struct progress_view view = view_of(&bars[i]);
        snprintf(loss, sizeof loss, view.at->loss > 1e-3 ? "%.4f" : "%.4e", view.at->loss);
        snprintf(accuracy, sizeof accuracy, "%.4f", view.at->accuracy);
        for (size_t columns = 19; columns <= 120; columns++) {
            size_t width = progress_bar_text(text, &view, columns);
            assert_true(width <= columns && strlen(text) == width);
            assert_non_null(strstr(text, loss));
            assert_non_null(strstr(text, accuracy));
            assert_true(columns < 35 || strstr(text, "accuracy"));
        }
    }
}

static void test_counts(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *text;
    } counts[] = {{0, "0"},          {999, "999"},           {1000, "1,000"},
                  {60000, "60,000"}, {1234567, "1,234,567"}, {UINT64_MAX, "18,446,744,073,709,551,615"}};
    char text[COUNT_TEXT];
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_string_equal(count_text(text, counts[i].count), counts[i].text);
}

static void test_nouns_and_numbers(void **state)
{
    (void)state;
    char text[NOUN_TEXT];
    assert_string_equal(noun_text(text, 0, "image"), "0 images");
    assert_string_equal(noun_text(text, 1, "image"), "1 image");
    assert_string_equal(noun_text(text, 60000, "image"), "60,000 images");
    assert_string_equal(real_text(text, 0.1), "0.1");
    assert_string_equal(real_text(text, 1e-5), "1e-05");
    assert_string_equal(real_text(text, 1.0 / 3), "0.3333333333333333");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_narrow_terminals),
        cmocka_unit_test(test_every_width),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_nouns_and_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
