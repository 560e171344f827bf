#include "nn/objective.h"

#include "base/status.h"
#include "base/words.h"
#include "nn/keras_words.h"

#include <string.h>

static const struct cnn_word words[] = {
    [LOSS_CATEGORICAL_CROSSENTROPY] = {"categorical_crossentropy", "categorical_crossentropy",
                                       "-log of the probability given to the true class; one step with "
                                       "softmax"},
    [LOSS_MSE] = {"mse", "mse",
                  "mean square of the distance between outputs and the one-hot truth; with any last layer"},
};
enum { N_LOSSES = sizeof words / sizeof words[0] };

const struct cnn_word *objective_word(size_t i)
{
    return i < N_LOSSES ? &words[i] : NULL;
}

static enum cnn_status find_loss(const char *word, enum loss *loss, struct cnn_error *error)
{
    const char *known[MAX_KNOWN_WORDS];
    for (size_t i = 0; i < N_LOSSES; i++)
        if (strcmp(words[i].word, word) == 0) {
            *loss = (enum loss)i;
            return CNN_OK;
        }
    return keras_unknown_word("loss", word, known, words_of(objective_word, known, 0), error);
}

static enum cnn_status check_softmax(const struct objective *o, bool softmax, struct cnn_error *error)
{
    if (softmax || o->loss == LOSS_MSE)
        return CNN_OK;
    error_set(error, CNN_ERROR_USAGE,
              "%s: needs the probabilities of softmax, and the last layer does not end in it",
              words[o->loss].word);
    return error_hint(error, CNN_ERROR_USAGE,
                      "end the network in dense:CLASSES,softmax, or train it with --loss mse");
}

static enum cnn_status label_smoothing_alone(enum loss loss, struct cnn_error *error)
{
    error_set(error, CNN_ERROR_USAGE, "label smoothing: goes with categorical_crossentropy, not %s",
              words[loss].word);
    return error_hint(error, CNN_ERROR_USAGE, "leave out --label-smoothing, or --loss %s", words[loss].word);
}

enum cnn_status objective_read(const struct cnn_train_options *options, bool softmax,
                               struct objective *objective, struct cnn_error *error)
{
    struct objective o = {.label_smoothing = options->label_smoothing, .l2 = options->l2};
    enum cnn_status status = options->loss ? find_loss(options->loss, &o.loss, error) : CNN_OK;
    if (status != CNN_OK)
        return status;
    if (!(o.label_smoothing >= 0 && (float)o.label_smoothing < 1))
        return error_set(error, CNN_ERROR_USAGE, "label smoothing %g: expected a number from 0 to below 1",
                         o.label_smoothing);
    if (o.label_smoothing > 0 && o.loss != LOSS_CATEGORICAL_CROSSENTROPY)
        return label_smoothing_alone(o.loss, error);
    if (!(o.l2 >= 0 && o.l2 <= 1000))
        return error_set(error, CNN_ERROR_USAGE, "L2 %g: expected a number from 0 to 1000", o.l2);
    status = check_softmax(&o, softmax, error);
    if (status == CNN_OK)
        *objective = o;
    return status;
}

void objective_loss(const struct objective *o, const struct kernels *k, const struct objective_block *b,
                    const float *y, float *dz, float *loss, uint8_t *correct)
{
    if (!b->softmax)
        k->squared_error(b->classes, b->labels, b->n, b->inverse_batch, y, dz, loss, correct);
    else if (o->loss == LOSS_MSE)
        k->softmax_squared_error(b->classes, b->labels, b->n, b->inverse_batch, y, dz, loss, correct);
    else
        k->softmax_cross_entropy(b->classes, b->labels, b->n, (float)o->label_smoothing, b->inverse_batch, y,
                                 dz, loss, correct);
}

double sum_of_squares(size_t n, const float *x)
{
    enum { SUMS = 8 }; /* that do not wait for each other */
    double sum[SUMS] = {0}, all = 0;
    size_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++)
            sum[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t k = 0; i < n; i++, k++)
        sum[k] += (double)x[i] * (double)x[i];
    for (size_t k = 0; k < SUMS; k++)
        all += sum[k];
    return all;
}
