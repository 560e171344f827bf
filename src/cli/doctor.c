/* cnn doctor: what may be wrong with data, model and machine. */
#include <stdio.h>

#include "command.h"
#include "input.h"
#include "json.h"
#include "message.h"
#include "output.h"

struct doctor_settings {
    const char *data, *model;
    bool json;
};

static const struct doctor_settings defaults = {.model = MODEL_PATH};

#define FIELD(name) .field = offsetof(struct doctor_settings, name)
static const struct option_row options[] = {
    OPTION_DATA(FIELD(data)),
    {"model", "FILE", "the model to look at", OPTION_TEXT, FIELD(model), .group = GROUP_FILES},
    {"json", NULL, "one JSON object with all findings", OPTION_FLAG, FIELD(json), .group = GROUP_OUTPUT},
};

struct tally {
    size_t remarks, faults;
};

static void count(struct tally *tally, const struct cnn_finding *finding)
{
    tally->remarks += finding->verdict == CNN_REMARK;
    tally->faults += finding->verdict == CNN_FAULT;
}

static void print_finding(void *context, const struct cnn_finding *finding)
{
    static const char *const mark[] = {"ok    ", "note  ", "FAULT "};
    static const enum tone tones[] = {TONE_GOOD, TONE_REMARK, TONE_BAD};
    printf("%s%s%s ", tone_begin(stdout, tones[finding->verdict]), mark[finding->verdict],
           tone_begin(stdout, TONE_PLAIN));
    say("%-13s  %s", finding->subject, finding->text);
    if (finding->advice[0])
        say("                      -> %s", finding->advice);
    count(context, finding);
}

static void json_finding(void *context, const struct cnn_finding *finding)
{
    static const char *const words[] = {"ok", "note", "fault"};
    json_open_object(NULL);
    json_text("verdict", words[finding->verdict]);
    json_text("subject", finding->subject);
    json_text("text", finding->text);
    json_text("advice", finding->advice);
    json_close_object();
    count(context, finding);
}

static enum cnn_status look_json(const struct doctor_settings *s, struct tally *tally,
                                 struct cnn_error *error)
{
    json_begin();
    json_open_array("findings");
    enum cnn_status status = cnn_doctor(s->data, s->model, json_finding, tally, error);
    json_close_array();
    json_count("faults", tally->faults);
    json_end();
    return status;
}

static enum cnn_status run_doctor(const void *settings, struct cnn_error *error)
{
    const struct doctor_settings *s = settings;
    struct tally tally = {0};
    enum cnn_status status =
        s->json ? look_json(s, &tally, error) : cnn_doctor(s->data, s->model, print_finding, &tally, error);
    if (status)
        return status;
    if (tally.faults)
        return fail(error, CNN_ERROR_FORMAT, "%zu fault%s found", tally.faults, tally.faults == 1 ? "" : "s");
    if (!s->json)
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
