/* Texts of optimizers, schedules and early stopping. What is accepted, written out in full, must mean the
 * same, and give numbers that can be reckoned with. */
#include "fuzz.h"

#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/stopping.h"

#include <math.h>

static void check_optimizer(const char *text)
{
    struct cnn_error error = {0};
    struct optimizer_setting setting, again;
    char full[MAX_OPTIMIZER_TEXT], twice[MAX_OPTIMIZER_TEXT];
    enum cnn_status status = optimizer_parse(text, &setting, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    optimizer_format(&setting, full);
    REQUIRE(optimizer_parse(full, &again, &error) == CNN_OK);
    REQUIRE(setting.kind == again.kind && setting.n_slots == again.n_slots);
    REQUIRE(setting.decay == again.decay);
    REQUIRE(setting.second_decay == again.second_decay);
    optimizer_format(&again, twice);
    REQUIRE(strcmp(full, twice) == 0);
    struct update update = optimizer_update(&setting, 0.001, CNN_KERAS2, 1);
    REQUIRE(isfinite(update.learning_rate));
}

static void check_schedule(const char *text)
{
    enum { STEPS = 7, EPOCHS = 5 };
    struct cnn_error error = {0};
    struct schedule schedule, again;
    char full[MAX_SCHEDULE_TEXT], twice[MAX_SCHEDULE_TEXT];
    enum cnn_status status = schedule_parse(text, &schedule, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    schedule_format(&schedule, full);
    REQUIRE(schedule_parse(full, &again, &error) == CNN_OK);
    schedule_format(&again, twice);
    REQUIRE(strcmp(full, twice) == 0);
    for (size_t i = 0; i < STEPS * EPOCHS; i++) {
        double factor = schedule_factor(&schedule, i, STEPS, EPOCHS);
        REQUIRE(isfinite(factor) && factor >= 0);
        REQUIRE(factor == schedule_factor(&again, i, STEPS, EPOCHS));
    }
}

static void check_stopping(const char *text)
{
    struct cnn_error error = {0};
    struct stopping stopping;
    struct cnn_epoch history[3] = {{0.5, 0.5, 0.5, 0.5}, {0.4, 0.6, 0.6, 0.4}, {0.3, 0.7, 0.7, 0.3}};
    enum cnn_status status = stopping_parse(text, &stopping, &error);
    fuzz_check_error(status, &error);
    if (status == CNN_OK && stopping.metric)
        REQUIRE(stopping_best(&stopping, history, 3) < 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char *text = malloc(n_bytes + 1);
    REQUIRE(text);
    memcpy(text, bytes, n_bytes);
    text[n_bytes] = '\0';
    check_optimizer(text);
    check_schedule(text);
    check_stopping(text);
    free(text);
    return 0;
}
