/* What a training run is, written down once more as plainly as it goes, in double and for softmax regression
 * alone (one dense layer on the pixels): which images train and which validate, their order, batches, running
 * means, learning rate and update. It shares with the program the random numbers of an order and nothing
 * else. */
#ifndef TESTS_TRAIN_PLAIN_H
#define TESTS_TRAIN_PLAIN_H

#include "base/random.h"
#include "cnn.h"

#include <math.h>
#include <stdlib.h>

enum { PLAIN_PIXELS = 36, PLAIN_CLASSES = 6, PLAIN_WEIGHTS = (PLAIN_PIXELS + 1) * PLAIN_CLASSES };

/* What the updates are, by their names in the program. */
enum plain_update { PLAIN_SGD, PLAIN_RMSPROP_KERAS2, PLAIN_RMSPROP_KERAS3, PLAIN_ADAM };

struct plain_run {
    double w[PLAIN_WEIGHTS]; /* [pixel][class], then a bias for each class */
    double slot[2][PLAIN_WEIGHTS];
    enum plain_update update;
    double learning_rate, momentum;
    size_t n_train, batch_size, epochs, steps; /* steps: done since the run began */
    size_t step_epochs; /* the rate is halved after so many epochs; 0: it falls along a cosine */
    uint64_t seed;
    const struct cnn_dataset *images, *validation;
    size_t first_validation, n_validation; /* in validation */
};

/* The loss of image i, and whether its largest output is at the label, the first of equals; probabilities to
 * p. */
static inline double plain_image(const struct plain_run *run, const struct cnn_dataset *images, size_t i,
                                 double *p, bool *correct)
{
    size_t label = cnn_dataset_label(images, i), largest = 0;
    double sum = 0;
    for (size_t c = 0; c < PLAIN_CLASSES; c++) {
        p[c] = run->w[PLAIN_PIXELS * PLAIN_CLASSES + c];
        for (size_t k = 0; k < PLAIN_PIXELS; k++)
            p[c] += cnn_dataset_image(images, i)[k] / 255.0 * run->w[k * PLAIN_CLASSES + c];
        largest = p[c] > p[largest] ? c : largest;
    }
    double loss = -p[label], max = p[largest];
    for (size_t c = 0; c < PLAIN_CLASSES; c++)
        sum += p[c] = exp(p[c] - max);
    for (size_t c = 0; c < PLAIN_CLASSES; c++)
        p[c] /= sum;
    *correct = largest == label;
    return loss + max + log(sum);
}

static inline double plain_rate(const struct plain_run *run)
{
    size_t steps_per_epoch = (run->n_train + run->batch_size - 1) / run->batch_size;
    if (run->step_epochs)
        return run->learning_rate * pow(0.5, (double)(run->steps / steps_per_epoch / run->step_epochs));
    return run->learning_rate * 0.5 *
           (1 + cos(acos(-1) * (double)run->steps / (double)(steps_per_epoch * run->epochs)));
}

static inline void plain_weight(struct plain_run *run, size_t i, double g, double rate)
{
    double *m = &run->slot[0][i], *v = &run->slot[1][i], t = (double)(run->steps + 1);
    switch (run->update) {
    case PLAIN_SGD:
        *m = run->momentum * *m - rate * g;
        run->w[i] += *m;
        break;
    case PLAIN_RMSPROP_KERAS2:
        *v = 0.9 * *v + 0.1 * g * g;
        run->w[i] -= rate * g / (sqrt(*v) + 1e-7);
        break;
    case PLAIN_RMSPROP_KERAS3:
        *v = 0.9 * *v + 0.1 * g * g;
        run->w[i] -= rate * g / sqrt(*v + 1e-7);
        break;
    case PLAIN_ADAM:
        *m = 0.9 * *m + 0.1 * g;
        *v = 0.999 * *v + 0.001 * g * g;
        run->w[i] -= rate * sqrt(1 - pow(0.999, t)) / (1 - pow(0.9, t)) * *m / (sqrt(*v) + 1e-7);
        break;
    }
}

/* One step on the n images whose numbers are given. Adds their losses and hits, as before the update. */
static inline void plain_step(struct plain_run *run, const uint32_t *numbers, size_t n, double *loss,
                              size_t *correct)
{
    double g[PLAIN_WEIGHTS] = {0}, p[PLAIN_CLASSES], rate = plain_rate(run);
    for (size_t i = 0; i < n; i++) {
        bool hit;
        *loss += plain_image(run, run->images, numbers[i], p, &hit);
        *correct += hit;
        p[cnn_dataset_label(run->images, numbers[i])] -= 1;
        for (size_t c = 0; c < PLAIN_CLASSES; c++) {
            for (size_t k = 0; k < PLAIN_PIXELS; k++)
                g[k * PLAIN_CLASSES + c] +=
                    cnn_dataset_image(run->images, numbers[i])[k] / 255.0 * p[c] / (double)n;
            g[PLAIN_PIXELS * PLAIN_CLASSES + c] += p[c] / (double)n;
        }
    }
    for (size_t i = 0; i < PLAIN_WEIGHTS; i++)
        plain_weight(run, i, g[i], rate);
    run->steps++;
}

/* An epoch, 0-based: its means over the images, each as it was before its own step; then the validation
 * images. */
static inline struct cnn_epoch plain_epoch(struct plain_run *run, size_t epoch)
{
    struct random random = random_stream(run->seed, (UINT64_C(2) << 32) + epoch);
    uint32_t *order = malloc(run->n_train * sizeof *order);
    double loss = 0, val_loss = 0, p[PLAIN_CLASSES];
    size_t correct = 0, val_correct = 0;
    random_permutation(&random, order, run->n_train);
    for (size_t i = 0; i < run->n_train; i += run->batch_size)
        plain_step(run, order + i, run->n_train - i < run->batch_size ? run->n_train - i : run->batch_size,
                   &loss, &correct);
    free(order);
    for (size_t i = 0; i < run->n_validation; i++) {
        bool hit;
        val_loss += plain_image(run, run->validation, run->first_validation + i, p, &hit);
        val_correct += hit;
    }
    double n = (double)run->n_train, n_val = run->n_validation ? (double)run->n_validation : 1;
    return (struct cnn_epoch){loss / n, (double)correct / n, val_loss / n_val, (double)val_correct / n_val};
}

#endif
