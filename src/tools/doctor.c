/* cnn doctor: what may be wrong with data, model and machine, in words a learner understands. */
#include "base/memory.h"
#include "base/path.h"
#include "base/status.h"
#include "base/threads.h"
#include "data/dataset.h"
#include "data/examine.h"
#include "data/locate.h"
#include "nn/model.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Whom findings are told. */
struct doctor {
    void (*found)(void *context, const struct cnn_finding *finding);
    void *context;
};

enum { MAX_TEXT = 1280 };

PRINTF_LIKE(5, 6)
static void tell(const struct doctor *d, enum cnn_verdict verdict, const char *subject, const char *advice,
                 const char *format, ...)
{
    char text[MAX_TEXT];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    d->found(d->context, &(struct cnn_finding){verdict, subject, text, advice});
}

/* ---- data ------------------------------------------------------------------------------------------- */

/* cnn_dataset_fingerprint of the four original files. */
static const struct {
    size_t count;
    uint64_t fingerprint;
} original[] = {{60000, UINT64_C(0x6bbab66575df9593)}, {10000, UINT64_C(0x397c6eaeef6de2dd)}};

/* Digits are nearest to their own mean this often; other pictures about one time in ten. */
static const double looks_like_digits = 0.45;

static const char *split_word(enum cnn_split split)
{
    return split == CNN_TRAIN ? "training data" : "test data";
}

/* A file that was meant, under a name that is not looked for. */
static bool nearly_named(const char *name, enum cnn_split split)
{
    const char *word = split == CNN_TRAIN ? "train" : "t10k";
    return strstr(name, "ubyte") && strstr(name, word) &&
           (strstr(name, "images") || strstr(name, "labels")) && !locate_is_name(name, split);
}

/* Why a folder has no data although it was named: files under other names, or one folder deeper. */
static void look_around(const struct doctor *d, const char *folder, enum cnn_split split)
{
    DIR *listing = opendir(folder);
    char path[1024];
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        snprintf(path, sizeof path, "%.700s/%.255s", folder, entry->d_name);
        if (nearly_named(entry->d_name, split))
            tell(d, CNN_REMARK, split_word(split),
                 "the names are train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and "
                 "t10k-labels-idx1-ubyte, each with or without .gz",
                 "%s is there: is it the file that is missed, under another name?", path);
        else if (entry->d_name[0] != '.' && locate_any(path))
            tell(d, CNN_REMARK, split_word(split), "name that folder with --data", "the files are in %s",
                 path);
    }
    if (listing)
        closedir(listing);
}

static void check_original(const struct doctor *d, const struct cnn_dataset *dataset, enum cnn_split split,
                           const struct examination *x)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    if (info.synthetic || info.count != original[split].count || info.height != 28 || info.width != 28)
        return;
    if (cnn_dataset_fingerprint(dataset) == original[split].fingerprint)
        tell(d, CNN_FINE, split_word(split), "", "the original MNIST, every byte of it");
    else if (x->digits > looks_like_digits)
        tell(
            d, CNN_FAULT, split_word(split), "scripts/fetch-mnist.sh gets the original",
            "as many images as MNIST and digits in them, but the checksum is wrong: some bytes were changed");
    else
        tell(d, CNN_REMARK, split_word(split), "", "shaped as MNIST, but another set of images");
}

static void check_labels(const struct doctor *d, const struct cnn_dataset *dataset, enum cnn_split split,
                         const struct examination *x)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    if (info.labelled && info.count > 1 && x->least_label == x->most_label) {
        tell(d, split == CNN_TRAIN ? CNN_FAULT : CNN_REMARK, split_word(split),
             "are these the labels that belong to the images? is the file sorted, and only its beginning "
             "here?",
             "every one of the %zu images has the label %u: there is nothing to tell apart", info.count,
             x->least_label);
        return;
    }
    if (x->least_label == 0)
        return;
    tell(d, CNN_FAULT, split_word(split), "subtract the smallest label from all: classes are counted from 0",
         "labels start at %u and end at %u; expected them to start at 0", x->least_label, x->most_label);
}

/* (channels, height, width), as PyTorch has images. */
static void check_shape(const struct doctor *d, const struct cnn_dataset *dataset, enum cnn_split split)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    if ((info.height == 1 || info.height == 3) && info.channels > 4 && info.width > 4)
        tell(d, CNN_REMARK, split_word(split),
             "height, width, channels is the order here: images.transpose(0, 2, 3, 1) in numpy, before "
             "writing",
             "the images look as if their channels came first: %zu x %zu x %zu, not %zu x %zu x %zu",
             info.height, info.width, info.channels, info.width, info.channels, info.height);
}

static void check_pixels(const struct doctor *d, enum cnn_split split, const struct examination *x)
{
    const char *subject = split_word(split);
    if (x->digits_transposed > looks_like_digits && x->digits < x->digits_transposed / 2)
        tell(d, CNN_FAULT, subject, "swap height and width of every image (EMNIST is stored this way)",
             "the images are transposed: rows and columns are swapped");
    if (x->most_pixel == 0)
        tell(d, CNN_FAULT, subject, "fetch or write the file again",
             "all pixels are 0: the images are empty");
    else if (x->most_pixel == 1)
        tell(d, CNN_FAULT, subject, "write pixels as 0 to 255; --scale divides them by 255 while training",
             "no pixel is above 1: they seem to have been divided by 255 before they were written as bytes");
    else if (x->most_pixel <= 16)
        tell(d, CNN_REMARK, subject,
             "multiply them before writing: 0 is black and 255 white, and --scale counts on that",
             "no pixel is above %u: they seem to count from 0 to 16, as those of scikit-learn's digits do",
             x->most_pixel);
    else if (x->mean_pixel > 128)
        tell(d, CNN_REMARK, subject, "invert them if a model trained on MNIST is to read them",
             "the images are dark on light (mean pixel %.0f); MNIST is light on dark (33)", x->mean_pixel);
    else
        tell(d, CNN_FINE, subject, "",
             "pixels 0 to %u, as in the lesson; --scale divides them by 255 while training", x->most_pixel);
}

/* Opens and looks at one split; *dataset is NULL when it cannot be used. */
static enum cnn_status check_split(const struct doctor *d, const char *source, enum cnn_split split,
                                   struct cnn_dataset **dataset, struct cnn_error *error)
{
    struct cnn_error cause = {0};
    struct examination x;
    *dataset = NULL;
    enum cnn_status status = cnn_dataset_open(source, split, 0, 0, dataset, &cause);
    if (status == CNN_ERROR_MEMORY)
        return error_set(error, status, "%s", cause.message);
    if (status == CNN_OK)
        status = dataset_check_labels(*dataset, &cause);
    if (status != CNN_OK) {
        bool needed = split == CNN_TRAIN || status != CNN_ERROR_NOT_FOUND;
        tell(d, needed ? CNN_FAULT : CNN_REMARK, split_word(split), cause.hint, "%s", cause.message);
        if (status == CNN_ERROR_NOT_FOUND && source)
            look_around(d, source, split);
    }
    if (!*dataset)
        return CNN_OK;
    struct cnn_dataset_info info = cnn_dataset_info(*dataset);
    char classes[32] = "without labels";
    if (info.labelled)
        snprintf(classes, sizeof classes, "in %zu classes", info.classes);
    tell(d, CNN_FINE, split_word(split), "", "%s: %zu image%s of %zu x %zu x %zu %s", info.source, info.count,
         info.count == 1 ? "" : "s", info.height, info.width, info.channels, classes);
    if (info.synthetic && !source)
        tell(d, CNN_REMARK, split_word(split), "scripts/fetch-mnist.sh gets MNIST",
             "no MNIST found: these are digits drawn by the program");
    status = examine(*dataset, &x, error);
    if (status == CNN_OK) {
        check_original(d, *dataset, split, &x);
        check_labels(d, *dataset, split, &x);
        check_shape(d, *dataset, split);
        check_pixels(d, split, &x);
    }
    return status;
}

static void check_pair(const struct doctor *d, const struct cnn_dataset *train,
                       const struct cnn_dataset *test)
{
    struct cnn_dataset_info a = cnn_dataset_info(train), b = cnn_dataset_info(test);
    if (a.height != b.height || a.width != b.width || a.channels != b.channels)
        tell(d, CNN_FAULT, "test data", "training and test images must be of one kind",
             "images of %zu x %zu x %zu, but the training images are %zu x %zu x %zu", b.height, b.width,
             b.channels, a.height, a.width, a.channels);
    else if (a.count == b.count && cnn_dataset_fingerprint(train) == cnn_dataset_fingerprint(test))
        tell(d, CNN_FAULT, "test data", "keep some images that the network never trains on",
             "the same images as the training data: a score on them says nothing about new ones");
}

/* ---- model ------------------------------------------------------------------------------------------ */

static int compare_versions(const char *a, const char *b)
{
    int x[3] = {0}, y[3] = {0};
    sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2]);
    sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2]);
    for (int i = 0; i < 3; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

static void check_history(const struct doctor *d, const struct cnn_model *model)
{
    struct cnn_model_info info = cnn_model_info(model);
    int order = compare_versions(info.version, cnn_version());
    if (order)
        tell(d, CNN_REMARK, "model", order < 0 ? "" : "a newer cnn is to be had",
             "written by version %s; this is %s", info.version, cnn_version());
    if (info.trained_epochs == 0)
        tell(d, CNN_REMARK, "model", "cnn train trains it", "has no whole epoch of training behind it");
}

/* Whether the model does better on the test images than a guess. */
static enum cnn_status check_skill(const struct doctor *d, const struct cnn_model *model,
                                   const struct cnn_dataset *test, struct cnn_error *error)
{
    char share[CNN_PERCENT];
    struct cnn_scores scores;
    struct cnn_error cause = {0};
    enum cnn_status status = cnn_model_evaluate(model, test, &scores, NULL, &cause);
    if (status == CNN_ERROR_MEMORY)
        return error_set(error, status, "%s", cause.message);
    if (status != CNN_OK)
        tell(d, CNN_FAULT, "model", cause.hint, "%s", cause.message);
    else if (scores.accuracy < 1.5 / (double)model_classes(model))
        tell(d, CNN_FAULT, "model",
             "was it trained with too large a learning rate, or on other data? try --scale or a smaller "
             "--learning-rate",
             "reads %.1f %% of the test images: no better than a guess", 100 * scores.accuracy);
    else
        tell(d, CNN_FINE, "model", "", "reads %s of the test images", cnn_percent(share, scores.accuracy));
    return CNN_OK;
}

static void tell_broken(const struct doctor *d, const char *path, const struct cnn_error *cause)
{
    char previous[1024], advice[MAX_TEXT];
    struct cnn_model *model;
    snprintf(previous, sizeof previous, "%.1000s.prev", path);
    snprintf(advice, sizeof advice, "the one before it is whole: mv '%s' '%.200s'", previous, path);
    struct stat info;
    bool takes_its_place = stat(path, &info) != 0 || !S_ISDIR(info.st_mode);
    bool whole = takes_its_place && cnn_model_load(previous, &model, NULL) == CNN_OK;
    tell(d, CNN_FAULT, "model", whole ? advice : cause->hint, "%s", cause->message);
    if (whole)
        cnn_model_free(model);
}

/* What cnn train kept of other runs. */
struct kept {
    size_t n;
    double megabytes;
};

/* Adds a file, if it is there. One that is damaged is told, and counts too: it takes its place. */
static void add_kept(const struct doctor *d, const char *path, struct kept *kept)
{
    struct stat info;
    struct cnn_model *model;
    struct cnn_error cause = {0};
    if (!path || stat(path, &info) != 0)
        return;
    kept->n++;
    kept->megabytes += (double)info.st_size * 1e-6;
    if (cnn_model_load(path, &model, &cause) == CNN_OK)
        cnn_model_free(model);
    else
        tell(d, CNN_REMARK, "model", "of another run, and kept as it was found", "%s", cause.message);
}

/* Models of other runs that cnn train kept under the same name and a number, each with the one before it:
 * they add up, and stay. */
static void count_kept(const struct doctor *d, const char *path)
{
    enum { NUMBERS = 1000, MANY = 10 };
    struct kept kept = {0};
    for (unsigned number = 1; number <= NUMBERS; number++) {
        char *name = path_numbered(path, number);
        char *previous = name ? path_beside(name, PATH_PREVIOUS) : NULL;
        add_kept(d, name, &kept);
        add_kept(d, previous, &kept);
        memory_free(previous);
        memory_free(name);
    }
    if (kept.n)
        tell(d, kept.n < MANY ? CNN_FINE : CNN_REMARK, "model",
             kept.n < MANY ? "" : "remove those that you need no longer; the program removes none",
             "%zu file%s of other runs kept beside it under its name and a number, %.1f MB", kept.n,
             kept.n == 1 ? "" : "s", kept.megabytes);
}

static enum cnn_status check_model(const struct doctor *d, const char *path, const struct cnn_dataset *test,
                                   struct cnn_error *error)
{
    struct cnn_model *model;
    struct cnn_error cause = {0};
    enum cnn_status status = cnn_model_load(path, &model, &cause);
    if (status == CNN_ERROR_MEMORY)
        return error_set(error, status, "%s", cause.message);
    if (status != CNN_OK) {
        tell_broken(d, path, &cause);
        return CNN_OK;
    }
    struct cnn_model_info info = cnn_model_info(model);
    tell(d, CNN_FINE, "model", "", "%s: %s, %zu parameters, %zu epoch%s", path, info.arch, info.parameters,
         info.trained_epochs, info.trained_epochs == 1 ? "" : "s");
    check_history(d, model);
    count_kept(d, path);
    status = test && cnn_dataset_info(test).labelled ? check_skill(d, model, test, error) : CNN_OK;
    cnn_model_free(model);
    return status;
}

/* ---- machine ---------------------------------------------------------------------------------------- */

static void check_machine(const struct doctor *d, const char *model)
{
    struct cnn_error cause = {0};
    const char *cpu = NULL, *best = kernels_available(0)->name;
    if (cnn_cpu(&cpu, &cause) != CNN_OK)
        tell(d, CNN_FAULT, "machine", cause.hint[0] ? cause.hint : "unset CNN_CPU", "%s", cause.message);
    else if (strcmp(cpu, best) != 0)
        tell(d, CNN_REMARK, "machine", "unset CNN_CPU",
             "the %s instructions are in use, because CNN_CPU says so; %s are faster", cpu, best);
    else
        tell(d, CNN_FINE, "machine", "", "the %s instructions are in use", cpu);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = threads_wanted();
    if (cores > 0 && threads > (size_t)cores)
        tell(d, CNN_REMARK, "machine", "unset OMP_NUM_THREADS",
             "%zu threads on %ld cores: they will wait for each other", threads, cores);
    else
        tell(d, CNN_FINE, "machine", "", "%zu thread%s on %ld core%s", threads, threads == 1 ? "" : "s",
             cores, cores == 1 ? "" : "s");
    char folder[1024];
    struct statvfs disk;
    const char *slash = strrchr(model, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - model + 1) : 1, slash ? model : ".");
    if (statvfs(folder, &disk) != 0)
        return;
    double free_mb = (double)disk.f_bavail * (double)disk.f_frsize / 1e6;
    enum { ROOM_MB = 20 }; /* a run of the lesson, the one before and the one being written */
    tell(d, free_mb < ROOM_MB ? CNN_FAULT : CNN_FINE, "machine",
         free_mb < ROOM_MB ? "make room: a save needs some megabytes" : "",
         "%.0f MB free where models are saved", free_mb);
}

enum cnn_status cnn_doctor(const char *data, const char *model,
                           void (*found)(void *context, const struct cnn_finding *finding), void *context,
                           struct cnn_error *error)
{
    struct doctor d = {found, context};
    struct cnn_dataset *train = NULL, *test = NULL;
    check_machine(&d, model);
    enum cnn_status status = check_split(&d, data, CNN_TRAIN, &train, error);
    if (status == CNN_OK)
        status = check_split(&d, data, CNN_TEST, &test, error);
    if (status == CNN_OK && train && test)
        check_pair(&d, train, test);
    if (status == CNN_OK && access(model, F_OK) == 0)
        status = check_model(&d, model, test, error);
    else if (status == CNN_OK)
        tell(&d, CNN_REMARK, "model", "cnn train makes one", "%s: not there yet", model);
    cnn_dataset_close(train);
    cnn_dataset_close(test);
    return status;
}
