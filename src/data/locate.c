#include "data/locate.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const spellings[] = {"%s/%s-%s-%s-ubyte", "%s/%s-%s.%s-ubyte", "%s/%s-%s-%s-ubyte.gz",
                                        "%s/%s-%s.%s-ubyte.gz"};
enum { N_SPELLINGS = sizeof spellings / sizeof spellings[0] };

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static const char *split_name(enum cnn_split split)
{
    return split == CNN_TRAIN ? "train" : "t10k";
}

/* The first spelling that is there; *path is NULL when none is. what: "images" or "labels". */
static enum cnn_status find_spelling(const char *folder, enum cnn_split split, const char *what, char **path,
                                     struct cnn_error *error)
{
    size_t room = strlen(folder) + sizeof "/train-images-idx3-ubyte.gz";
    char *candidate = memory_alloc(room, 1);
    if (!candidate)
        return error_memory(error, room);
    const char *rank = strcmp(what, "images") == 0 ? "idx3" : "idx1";
    for (size_t i = 0; i < N_SPELLINGS; i++) {
        snprintf(candidate, room, spellings[i], folder, split_name(split), what, rank);
        if (exists(candidate)) {
            *path = candidate;
            return CNN_OK;
        }
    }
    memory_free(candidate);
    *path = NULL;
    return CNN_OK;
}

bool locate_is_name(const char *name, enum cnn_split split)
{
    static const char *const kinds[][2] = {{"images", "idx3"}, {"labels", "idx1"}};
    for (size_t i = 0; i < N_SPELLINGS; i++)
        for (size_t k = 0; k < 2; k++) {
            char path[64];
            snprintf(path, sizeof path, spellings[i], "", split_name(split), kinds[k][0], kinds[k][1]);
            if (strcmp(name, path + 1) == 0) /* behind the slash of no folder */
                return true;
        }
    return false;
}

static enum cnn_status none_found(const char *folder, enum cnn_split split, const char *what,
                                  struct cnn_error *error)
{
    const char *name = split_name(split), *rank = strcmp(what, "images") == 0 ? "idx3" : "idx1";
    error_set(error, CNN_ERROR_NOT_FOUND,
              "%s: no %s %s; looked for %s-%s-%s-ubyte and %s-%s.%s-ubyte, each also with .gz", folder,
              split == CNN_TRAIN ? "training" : "test", what, name, what, rank, name, what, rank);
    return error_hint(error, CNN_ERROR_NOT_FOUND,
                      "scripts/fetch-mnist.sh gets MNIST; --data synth draws digits instead");
}

static enum cnn_status locate_in_folder(const char *folder, enum cnn_split split, struct located *found,
                                        struct cnn_error *error)
{
    enum cnn_status status = find_spelling(folder, split, "images", &found->images, error);
    if (status == CNN_OK && !found->images)
        status = none_found(folder, split, "images", error);
    if (status == CNN_OK)
        status = find_spelling(folder, split, "labels", &found->labels, error);
    if (status == CNN_OK && !found->labels)
        none_found(folder, split, "labels", &found->no_labels);
    return status;
}

static char *file_part(char *path)
{
    char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* images -> labels and idx3 or idx4 -> idx1: words of equal length, so the name is changed in place. */
static bool make_label_name(char *path)
{
    char *name = file_part(path), *images = strstr(name, "images"), *rank = strstr(name, "idx");
    if (!images)
        return false;
    for (char *next; (next = strstr(images + 1, "images"));)
        images = next;
    memcpy(images, "labels", 6);
    if (rank && (rank[3] == '3' || rank[3] == '4'))
        rank[3] = '1';
    return true;
}

/* Images may be packed and labels not, or the other way round. */
static bool try_other_packing(char *path)
{
    size_t length = strlen(path);
    bool packed = length > 3 && strcmp(path + length - 3, ".gz") == 0;
    if (exists(path))
        return true;
    strcpy(packed ? path + length - 3 : path + length, packed ? "" : ".gz");
    return exists(path);
}

/* Whether the label file of an image file lies beside it. Shapes: labels [strlen(file) + 4]: its path.
 * missing: why not. */
static bool labels_beside(const char *file, char *labels, struct cnn_error *missing)
{
    strcpy(labels, file);
    if (!make_label_name(labels)) {
        error_set(missing, CNN_ERROR_NOT_FOUND, "%s: its label file cannot be told from this name", file);
        error_hint(missing, CNN_ERROR_NOT_FOUND, "name them ...images-idx3-ubyte and ...labels-idx1-ubyte");
        return false;
    }
    if (try_other_packing(labels))
        return true;
    strcpy(labels, file);
    make_label_name(labels);
    error_set(missing, CNN_ERROR_NOT_FOUND, "%s: the label file is not there: %s", file, labels);
    error_hint(missing, CNN_ERROR_NOT_FOUND, "images and labels belong in one folder, under matching names");
    return false;
}

static bool named_after_other_split(const char *path, enum cnn_split split)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    return split == CNN_TRAIN ? strstr(name, "t10k-") || strstr(name, "test-")
                              : strstr(name, "train-") != NULL;
}

static enum cnn_status locate_beside(const char *file, enum cnn_split split, struct located *found,
                                     struct cnn_error *error)
{
    if (named_after_other_split(file, split)) {
        error_set(error, CNN_ERROR_NOT_FOUND, "%s: by its name this is the %s split; asked for: %s", file,
                  split == CNN_TRAIN ? "test" : "training", split == CNN_TRAIN ? "training" : "test");
        return error_hint(error, CNN_ERROR_NOT_FOUND,
                          "name the folder that holds both; where there is --split, --split %s asks for it",
                          split == CNN_TRAIN ? "test" : "train");
    }
    size_t room = strlen(file) + sizeof ".gz";
    found->images = memory_copy_text(file);
    found->labels = memory_alloc(room, 1);
    if (!found->images || !found->labels)
        return error_memory(error, room);
    if (!labels_beside(file, found->labels, &found->no_labels)) {
        memory_free(found->labels);
        found->labels = NULL;
    }
    return CNN_OK;
}

enum cnn_status locate(const char *source, enum cnn_split split, struct located *found,
                       struct cnn_error *error)
{
    *found = (struct located){0};
    enum cnn_status status;
    if (is_folder(source) && access(source, X_OK) != 0)
        status = error_set(error, CNN_ERROR_IO, "%s: cannot open: %s", source, strerror(errno));
    else if (is_folder(source))
        status = locate_in_folder(source, split, found, error);
    else if (exists(source))
        status = locate_beside(source, split, found, error);
    else {
        error_set(error, CNN_ERROR_NOT_FOUND, "%s: %s", source, strerror(errno));
        status = error_hint(error, CNN_ERROR_NOT_FOUND,
                            "scripts/fetch-mnist.sh gets MNIST; --data synth draws digits instead");
    }
    if (status != CNN_OK)
        located_free(found);
    return status;
}

void located_free(struct located *found)
{
    memory_free(found->images);
    memory_free(found->labels);
    *found = (struct located){0};
}

bool locate_any(const char *folder)
{
    for (int split = CNN_TRAIN; split <= CNN_TEST; split++) {
        char *path = NULL;
        if (find_spelling(folder, (enum cnn_split)split, "images", &path, NULL) == CNN_OK && path) {
            memory_free(path);
            return true;
        }
    }
    return false;
}
