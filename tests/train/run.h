/* For tests of runs and their files: a scratch folder, a small set of images, and one number for all that a
 * trainer is. */
#ifndef TESTS_TRAIN_RUN_H
#define TESTS_TRAIN_RUN_H

#include "base/hash.h"
#include "base/random.h"
#include "train/trainer.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RUN_PATH = 512, RUN_PATHS = 16 };

static char run_folder[200];

/* A file in the scratch folder; the text lives until RUN_PATHS more are asked for. */
static inline const char *run_path(const char *name)
{
    static char path[RUN_PATHS][RUN_PATH];
    static size_t next;
    char *text = path[next++ % RUN_PATHS];
    snprintf(text, RUN_PATH, "%s/%s", run_folder, name);
    return text;
}

/* Not emptied first: some file systems flush a file that was. */
static inline void run_write(const char *path, const void *bytes, size_t n_bytes)
{
    int fd = open(path, O_RDWR | O_CREAT, 0666);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n_bytes), n_bytes);
    assert_int_equal(ftruncate(fd, (off_t)n_bytes), 0);
    assert_int_equal(close(fd), 0);
}

static inline void run_write_idx(const char *name, const uint32_t *size, size_t rank, const uint8_t *bytes)
{
    uint8_t header[16] = {0, 0, 8, (uint8_t)rank};
    size_t n = 1;
    for (size_t i = 0; i < rank; i++) {
        n *= size[i];
        for (size_t k = 0; k < 4; k++)
            header[4 + 4 * i + k] = (uint8_t)(size[i] >> (24 - 8 * k));
    }
    FILE *f = fopen(run_path(name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(header, 1, 4 + 4 * rank, f), 4 + 4 * rank);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

/* n images of side x side: noise, and a bright column at the label's place. */
static inline void run_write_data(size_t n, size_t side, uint64_t seed)
{
    struct random random = random_stream(seed, 0);
    uint8_t *images = malloc(n * side * side), *labels = malloc(n);
    assert_true(images && labels);
    for (size_t i = 0; i < n; i++) {
        labels[i] = (uint8_t)random_below(&random, (uint32_t)side < 10 ? (uint32_t)side : 10);
        for (size_t k = 0; k < side * side; k++)
            images[i * side * side + k] =
                (uint8_t)(random_below(&random, 60) + (k % side == labels[i] ? 150 : 0));
    }
    run_write_idx("train-images-idx3-ubyte", (uint32_t[]){(uint32_t)n, (uint32_t)side, (uint32_t)side}, 3,
                  images);
    run_write_idx("train-labels-idx1-ubyte", (uint32_t[]){(uint32_t)n}, 1, labels);
    free(images);
    free(labels);
}

static inline struct cnn_dataset *run_open_data(size_t first, size_t count)
{
    struct cnn_dataset *dataset = NULL;
    struct cnn_error error = {0};
    if (cnn_dataset_open(run_folder, CNN_TRAIN, first, count, &dataset, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return dataset;
}

/* Removes what the folder holds, and counts it. */
static inline size_t run_empty_folder(void)
{
    size_t n = 0;
    DIR *entries = opendir(run_folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            n += unlink(run_path(entry->d_name)) == 0;
    closedir(entries);
    return n;
}

static inline int run_make_folder(void **state)
{
    (void)state;
    const char *place = getenv("TMPDIR");
    snprintf(run_folder, sizeof run_folder, "%s/cnn-test-XXXXXX", place ? place : "/tmp");
    return mkdtemp(run_folder) ? 0 : -1;
}

static inline int run_remove_folder(void **state)
{
    (void)state;
    run_empty_folder();
    return rmdir(run_folder);
}

static inline uint64_t run_hash_text(uint64_t hash, const char *text)
{
    return hash_bytes(hash, text, strlen(text));
}

/* All of a model that a file holds. */
static inline uint64_t run_model_hash(const struct cnn_model *model)
{
    const uint64_t numbers[] = {model->input.size[0], model->input.size[1], model->input.size[2],
                                model->scale,         model->seed,          model->trained_epochs};
    uint64_t hash = run_hash_text(HASH_START, model->arch);
    hash = hash_bytes(hash, numbers, sizeof numbers);
    return hash_bytes(hash, model->weights, model->n_weights * sizeof(float));
}

/* All of a trainer that has a say in what comes next, or in what is shown. */
static inline uint64_t run_hash(const struct cnn_trainer *t)
{
    const struct cnn_progress *p = &t->progress;
    const struct cnn_train_options *o = &t->options;
    const uint64_t whole[] = {o->epochs,
                              o->batch_size,
                              (uint64_t)o->compat,
                              o->seed,
                              t->n_images,
                              t->epochs_done,
                              t->data_fingerprint,
                              t->validation_fingerprint,
                              t->n_correct,
                              t->n_seen,
                              p->epoch,
                              p->epochs,
                              p->step,
                              p->epoch_done,
                              p->done,
                              p->steps_per_epoch,
                              p->best,
                              p->stopped_early,
                              p->has_validation};
    const double real[] = {o->learning_rate,
                           o->validation_split,
                           t->loss_sum,
                           p->loss,
                           p->accuracy,
                           p->epoch_done ? p->val_loss : 0,
                           p->epoch_done ? p->val_accuracy : 0,
                           o->label_smoothing,
                           o->l2,
                           o->clipnorm,
                           o->global_clipnorm,
                           o->ema,
                           t->average.in_model};
    uint64_t hash = run_model_hash(t->model);
    hash = hash_bytes(hash, whole, sizeof whole);
    hash = hash_bytes(hash, real, sizeof real);
    hash =
        run_hash_text(run_hash_text(run_hash_text(hash, o->optimizer), t->schedule_text), t->stopping_text);
    hash = run_hash_text(hash, o->loss);
    if (t->average.values)
        hash = hash_bytes(hash, t->average.values, t->model->n_weights * sizeof(float));
    hash = hash_bytes(hash, t->slots, t->setting.n_slots * t->model->n_weights * sizeof(float));
    hash = hash_bytes(hash, t->order, p->done ? 0 : t->n_images * sizeof *t->order);
    hash = hash_bytes(hash, t->history, t->epochs_done * sizeof *t->history);
    return t->best && t->epochs_done ? hash_bytes(hash, t->best, t->model->n_weights * sizeof(float)) : hash;
}

#endif
