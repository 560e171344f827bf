#include "run_data.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "message.h"

/* How a kind of images is opened from a path. */
typedef enum cnn_status open_images(const char *path, struct cnn_dataset **dataset, struct cnn_error *error);

static enum cnn_status open_train(const char *path, struct cnn_dataset **dataset, struct cnn_error *error)
{
    return input_dataset(path, CNN_TRAIN, 0, 0, dataset, error);
}

/* The images of a path as training images; a file that is a test split by its name serves too. */
static enum cnn_status open_validation(const char *path, struct cnn_dataset **dataset,
                                       struct cnn_error *error)
{
    struct cnn_error other = {0};
    enum cnn_status status = open_train(path, dataset, error);
    if (status == CNN_ERROR_NOT_FOUND && input_dataset(path, CNN_TEST, 0, 0, dataset, &other) == CNN_OK)
        return CNN_OK;
    return status;
}

enum cnn_status run_data_open(struct run_data *data, const struct train_settings *s, struct cnn_error *error)
{
    data->source = s->data;
    enum cnn_status status = open_train(s->data, &data->train, error);
    if (status == CNN_OK && s->validation_data)
        status = open_validation(s->validation_data, &data->validation, error);
    return status;
}

bool run_data_is_place(const char *option, const char *place)
{
    char real[PATH_MAX];
    return option && (strcmp(option, place) == 0 || (realpath(option, real) && strcmp(real, place) == 0));
}

/* The images that lie at a place, if they are those of the fingerprint; else NULL. */
static struct cnn_dataset *find_at(const char *place, uint64_t fingerprint, open_images *open)
{
    struct cnn_dataset *dataset = NULL;
    struct cnn_error error = {0};
    if (!*place || open(place, &dataset, &error) != CNN_OK)
        return NULL;
    if (cnn_dataset_fingerprint(dataset) == fingerprint)
        return dataset;
    cnn_dataset_close(dataset);
    return NULL;
}

/* An option that names other images than those the run goes on with is a mistake; one that names nothing, as
 * a path from another folder, is not. */
static enum cnn_status check_option(const char *name, const char *option, const char *place,
                                    uint64_t fingerprint, open_images *open, struct cnn_error *error)
{
    struct cnn_dataset *dataset = NULL;
    struct cnn_error other = {0};
    if (!option || run_data_is_place(option, place) || open(option, &dataset, &other) != CNN_OK)
        return CNN_OK;
    bool same = cnn_dataset_fingerprint(dataset) == fingerprint;
    cnn_dataset_close(dataset);
    if (same)
        return CNN_OK;
    fail(error, CNN_ERROR_MISMATCH, "--%s %.256s: the run was on other %s (fingerprint %016" PRIx64 ")", name,
         option, strcmp(name, "data") == 0 ? "training data" : "validation data", fingerprint);
    return fail_hint(error, "they lie in %.256s; leave the option out to go on with them", place);
}

/* Opens the images of a run that goes on. *dataset stays NULL, and all is well, where they cannot be told. */
static enum cnn_status reopen(const char *name, const char *option, const char *place, uint64_t fingerprint,
                              open_images *open, struct cnn_dataset **dataset, struct cnn_error *error)
{
    *dataset = find_at(run_data_is_place(option, place) ? option : place, fingerprint, open);
    if (*dataset)
        return check_option(name, option, place, fingerprint, open, error);
    if (!option && strcmp(name, "data") != 0)
        return CNN_OK;
    enum cnn_status status = open(option, dataset, error);
    if (status == CNN_ERROR_NOT_FOUND && !option && *place)
        return fail_hint(error, "the images lay in %.256s; --%s says where they are now", place, name);
    return status;
}

enum cnn_status run_data_reopen(struct run_data *data, const struct cnn_run_info *at,
                                const struct train_settings *s, struct cnn_error *error)
{
    enum cnn_status status =
        reopen("data", s->data, at->data, at->data_fingerprint, open_train, &data->train, error);
    if (status == CNN_OK && at->validation_fingerprint)
        status = reopen("validation-data", s->validation_data, at->validation_data,
                        at->validation_fingerprint, open_validation, &data->validation, error);
    else if (status == CNN_OK && s->validation_data)
        status = open_validation(s->validation_data, &data->validation, error);
    if (status == CNN_OK)
        data->source = cnn_dataset_info(data->train).source;
    return status;
}

void run_data_close(struct run_data *data)
{
    cnn_dataset_close(data->validation);
    cnn_dataset_close(data->train);
}
