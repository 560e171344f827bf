/* cnn doctor: what may be wrong with data, model and machine. */
#include <stdio.h>

#include "command.h"
#include "input.h"
#include "message.h"
#include "output.h"

struct doctor_settings {
    const char *data, *model;
};

static const struct doctor_settings defaults = {.model = MODEL_PATH};

#define FIELD(name) .field = offsetof(struct doctor_settings, name)
static const struct option_row options[] = {
    OPTION_DATA(FIELD(data)),
    {"model", "FILE", "the model to look at", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
};

struct tally {
    size_t remarks, faults;
};

static void print_finding(void *context, const struct cnn_finding *finding)
{
    static const char *const mark[] = {"ok    ", "note  ", "FAULT "};
    struct tally *tally = context;
    printf("%s %-13s  %s\n", mark[finding->verdict], finding->subject, finding->text);
    if (finding->advice[0])
        printf("                      -> %s\n", finding->advice);
    tally->remarks += finding->verdict == CNN_REMARK;
    tally->faults += finding->verdict == CNN_FAULT;
}

static enum cnn_status run_doctor(const void *settings, struct cnn_error *error)
{
    const struct doctor_settings *s = settings;
    struct tally tally = {0};
    enum cnn_status status = cnn_doctor(s->data, s->model, print_finding, &tally, error);
    if (status)
        return status;
    if (tally.faults)
        return fail(error, CNN_ERROR_FORMAT, "%zu fault%s found", tally.faults, tally.faults == 1 ? "" : "s");
    printf("no faults found\n");
    return CNN_OK;
}

static const char *const details[] = {
    "Looks at the instruction set, threads and disk, opens both splits of the data whole and looks at pixels "
    "and "
    "labels, and tries the model on the test images. Names each fault and what to do about it; exits with 1 "
    "when "
    "there is one.",
    NULL,
};

const struct command command_doctor = {
    .name = "doctor",
    .about = "Looks for what may be wrong with data, model and machine.",
    .details = details,
    .examples = "  cnn doctor\n"
                "  cnn doctor --data ~/Downloads/mnist --model mine.npz\n",
    .options = options,
    .n_options = COUNT_OF(options),
    .defaults = &defaults,
    .settings_bytes = sizeof defaults,
    .run = run_doctor,
};
