/* The curves of cnn train --watch: each point is the mean of its own part of an epoch, made of running means
 * over the epoch. */

/* The program's own and no part of the library, before cmocka, which has a fail too. */
#include "cli/interrupt.c"
#include "cli/json.c"
#include "cli/message.c"
#include "cli/output.c"
#include "cli/progress.c"
#include "cli/quote.c"
#include "cli/screen.c"
#include "cli/watch.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { IMAGES = 30, BATCH = 4, STEPS = 8, PARTS = 3, EPOCHS = 2 }; /* the last batch of an epoch has 2 */

static float loss[EPOCHS * PARTS], accuracy[EPOCHS * PARTS], val_loss[EPOCHS], val_accuracy[EPOCHS];

static struct watch make_watch(void)
{
    struct watch watch = {.batch_size = BATCH,
                          .loss = loss,
                          .accuracy = accuracy,
                          .val_loss = val_loss,
                          .val_accuracy = val_accuracy};
    watch.course.parts = PARTS;
    return watch;
}

static double loss_of(size_t epoch, size_t image)
{
    return 1.0 / (double)(1 + image + 7 * epoch) + 0.25;
}

static bool right(size_t image)
{
    return image % 3 == 0;
}

/* Means over images from .. to - 1 of an epoch. */
static void mean_of(size_t epoch, size_t from, size_t to, double *mean_loss, double *mean_right)
{
    *mean_loss = *mean_right = 0;
    for (size_t i = from; i < to; i++) {
        *mean_loss += loss_of(epoch, i) / (double)(to - from);
        *mean_right += right(i) / (double)(to - from);
    }
}

static struct cnn_progress progress_at(size_t epoch, size_t step)
{
    struct cnn_progress at = {.epoch = epoch,
                              .epochs = EPOCHS,
                              .step = step,
                              .steps_per_epoch = STEPS,
                              .images_per_epoch = IMAGES,
                              .epoch_done = step == STEPS,
                              .has_validation = step == STEPS,
                              .val_loss = 0.5 + (double)epoch,
                              .val_accuracy = 0.25};
    mean_of(epoch, 0, step == STEPS ? IMAGES : step * BATCH, &at.loss, &at.accuracy);
    return at;
}

static void each_point_is_the_mean_of_its_part(void **state)
{
    (void)state;
    static const size_t begin[PARTS + 1] = {0, 3 * BATCH, 6 * BATCH, IMAGES}; /* steps 3, 6 and 8 of 8 */
    struct watch watch = make_watch();
    for (size_t epoch = 0; epoch < EPOCHS; epoch++)
        for (size_t step = 1; step <= STEPS; step++) {
            struct cnn_progress at = progress_at(epoch, step);
            follow(&watch, &at);
            assert_int_equal(watch.course.n, epoch * PARTS + (step == STEPS ? 3 : step >= 6 ? 2 : step >= 3));
        }
    for (size_t i = 0; i < EPOCHS * PARTS; i++) {
        double mean_loss, mean_right;
        mean_of(i / PARTS, begin[i % PARTS], begin[i % PARTS + 1], &mean_loss, &mean_right);
        assert_true(fabs((double)loss[i] - mean_loss) < 1e-6);
        assert_true(fabs((double)accuracy[i] - mean_right) < 1e-6);
    }
    assert_int_equal(watch.course.epochs, EPOCHS);
    assert_true(val_loss[0] == 0.5f && val_loss[1] == 1.5f && val_accuracy[1] == 0.25f);
}

/* Where a run goes on within an epoch, what is known of that epoch is its mean so far. */
static void a_run_that_goes_on_has_points_for_what_was_before(void **state)
{
    (void)state;
    struct watch watch = make_watch();
    struct cnn_progress at = progress_at(1, 4);
    double mean_loss, mean_right;
    fill_parts(&watch, &at, at.loss, at.accuracy);
    begin_part(&watch, &at);
    for (size_t step = 5; step <= STEPS; step++) {
        struct cnn_progress next = progress_at(1, step);
        follow(&watch, &next);
    }
    assert_int_equal(watch.course.n, 2 * PARTS);
    assert_true(loss[PARTS] == (float)at.loss);
    mean_of(1, 4 * BATCH, 6 * BATCH, &mean_loss,
            &mean_right); /* from where it went on to the end of the part */
    assert_true(fabs((double)loss[PARTS + 1] - mean_loss) < 1e-6);
}

static void the_last_lines_are_whole(void **state)
{
    (void)state;
    static const char text[] = "one\ntwo\nthree\n";
    assert_string_equal(last_lines(text, strlen(text), 0), "");
    assert_string_equal(last_lines(text, strlen(text), 1), "three\n");
    assert_string_equal(last_lines(text, strlen(text), 2), "two\nthree\n");
    assert_string_equal(last_lines(text, strlen(text), 9), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_point_is_the_mean_of_its_part),
        cmocka_unit_test(a_run_that_goes_on_has_points_for_what_was_before),
        cmocka_unit_test(the_last_lines_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
