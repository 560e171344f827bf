#include "nn/keras_words.h"

#include "base/status.h"
#include "base/words.h"

#include <stdio.h>
#include <string.h>

/* Keras's own words, and what else people call them. Nothing has to be taken out when the program learns one.
 */
static const struct {
    const char *what, *keras, *aliases[3];
} rows[] = {
    {"layer", "Dropout", {"drop"}},
    {"layer", "SpatialDropout2D", {0}},
    {"layer", "MaxPooling2D", {"maxpool", "maxpool2d", "pool"}},
    {"layer", "AveragePooling2D", {"avgpool", "avgpool2d", "averagepool2d"}},
    {"layer", "GlobalAveragePooling2D", {"gap", "globalavgpool", "globalavgpool2d"}},
    {"layer", "GlobalMaxPooling2D", {"globalmaxpool", "globalmaxpool2d"}},
    {"layer", "BatchNormalization", {"batchnorm", "batchnorm2d", "bn"}},
    {"layer", "LayerNormalization", {"layernorm"}},
    {"layer", "GroupNormalization", {"groupnorm"}},
    {"layer", "ZeroPadding2D", {"padding", "pad"}},
    {"layer", "UpSampling2D", {"upsample"}},
    {"layer", "Cropping2D", {"crop"}},
    {"layer", "Conv1D", {0}},
    {"layer", "Conv3D", {0}},
    {"layer", "Conv2DTranspose", {"deconv", "deconv2d", "convtranspose2d"}},
    {"layer", "DepthwiseConv2D", {0}},
    {"layer", "SeparableConv2D", {0}},
    {"layer", "Conv2D", {"conv", "convolution", "convolution2d"}},
    {"layer", "Dense", {"linear", "fc", "fullyconnected"}},
    {"layer", "Activation", {0}},
    {"layer", "ReLU", {0}},
    {"layer", "LeakyReLU", {0}},
    {"layer", "PReLU", {0}},
    {"layer", "Softmax", {0}},
    {"layer", "Add", {"residual", "skip"}},
    {"layer", "Concatenate", {"concat"}},
    {"layer", "Reshape", {0}},
    {"layer", "Permute", {0}},
    {"layer", "Rescaling", {"rescale"}},
    {"layer", "Embedding", {0}},
    {"layer", "LSTM", {0}},
    {"layer", "GRU", {0}},
    {"layer", "SimpleRNN", {"rnn"}},
    {"layer", "MultiHeadAttention", {"attention"}},
    {"activation", "swish", {"silu"}},
    {"activation", "elu", {0}},
    {"activation", "selu", {0}},
    {"activation", "gelu", {0}},
    {"activation", "mish", {0}},
    {"activation", "softplus", {0}},
    {"activation", "softsign", {0}},
    {"activation", "exponential", {"exp"}},
    {"activation", "hard_sigmoid", {0}},
    {"activation", "hard_swish", {"hard_silu"}},
    {"activation", "leaky_relu", {0}},
    {"activation", "relu6", {0}},
    {"activation", "log_softmax", {0}},
    {"loss", "categorical_crossentropy", {"crossentropy", "SparseCategoricalCrossentropy", "nll"}},
    {"loss", "mse", {"MeanSquaredError", "squared_error", "l2_loss"}},
    {"loss", "BinaryCrossentropy", {"bce"}},
    {"loss", "MeanAbsoluteError", {"mae"}},
    {"loss", "Huber", {0}},
    {"loss", "KLDivergence", {"kld"}},
    {"loss", "CosineSimilarity", {0}},
    {"loss", "CategoricalHinge", {"hinge"}},
    {"optimizer", "SGD", {"momentum", "gd"}},
    {"optimizer", "Nadam", {0}},
    {"optimizer", "AdamW", {0}},
    {"optimizer", "Adamax", {0}},
    {"optimizer", "Adagrad", {0}},
    {"optimizer", "Adadelta", {0}},
    {"optimizer", "Ftrl", {0}},
    {"optimizer", "Lion", {0}},
    {"schedule", "cosine", {"CosineDecay"}},
    {"schedule", "ExponentialDecay", {"exponential"}},
    {"schedule", "PolynomialDecay", {"polynomial", "linear"}},
    {"schedule", "PiecewiseConstantDecay", {"piecewise"}},
    {"schedule", "InverseTimeDecay", {0}},
    {"schedule", "CosineDecayRestarts", {0}},
    {"schedule", "ReduceLROnPlateau", {"plateau"}},
};
enum {
    N_ROWS = sizeof rows / sizeof rows[0],
    N_ALIASES = 3,
    MANY = MAX_KNOWN_WORDS + N_ROWS * (1 + N_ALIASES)
};

const char *keras_name(const char *what, const char *word)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        bool meant = words_alike(word, rows[i].keras);
        for (size_t k = 0; k < N_ALIASES && rows[i].aliases[k]; k++)
            meant = meant || words_alike(word, rows[i].aliases[k]);
        if (meant && strcmp(what, rows[i].what) == 0)
            return rows[i].keras;
    }
    return NULL;
}

const char *keras_nearest(const char *what, const char *word, const char *const *known, size_t n_known)
{
    const char *all[MANY], *keras[MANY] = {0};
    size_t n = 0;
    for (; n < n_known && n < MAX_KNOWN_WORDS; n++)
        all[n] = known[n];
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(what, rows[i].what) != 0)
            continue;
        keras[n] = all[n] = rows[i].keras;
        n++;
        for (size_t k = 0; k < N_ALIASES && rows[i].aliases[k]; k++, n++) {
            all[n] = rows[i].aliases[k];
            keras[n] = rows[i].keras;
        }
    }
    const char *nearest = word_nearest(word, all, n);
    for (size_t i = 0; nearest && i < n; i++)
        if (all[i] == nearest)
            return keras[i];
    return NULL;
}

enum cnn_status keras_unknown_word(const char *what, const char *word, const char *const *known,
                                   size_t n_known, struct cnn_error *error)
{
    char head[40]; /* "adam(0.001)" as Python writes it, and "adam,0.9", begin with a word */
    enum cnn_status status = cnn_unknown_word(what, word, known, n_known, error);
    snprintf(head, sizeof head, "%.*s", (int)strcspn(word, "(,="), word);
    const char *name = keras_nearest(what, head, known, n_known), *mine = word_nearest(head, known, n_known);
    if (!name && mine && strlen(head) < strlen(word))
        return error_hint(error, status, "did you mean %s?", mine);
    for (size_t i = 0; name && i < n_known; i++)
        if (words_alike(name, known[i]))
            return error_hint(error, status, "did you mean %s?", known[i]);
    return name ? error_hint(error, status, "Keras has %s; this program has none yet", name) : status;
}
