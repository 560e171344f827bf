/* The words that an architecture text may have beside those of layers: networks by name, and activations. */
#include "nn/spec.h"

#include <string.h>

static const struct cnn_word named[] = {
    {SPEC_LESSON, "conv2d:3,5,swish conv2d:6,5,swish flatten dense:84,swish dense:10,softmax",
     "the network of the lesson"},
    {"pool",
     "conv2d:3,5,swish maxpool2d:2 conv2d:6,5,swish maxpool2d:2 flatten dense:84,swish dense:10,softmax",
     "the next lesson: the largest of four places goes on"},
    {"lenet5",
     "conv2d:6,5,same,swish maxpool2d:2 conv2d:16,5,swish maxpool2d:2 flatten dense:120,swish "
     "dense:84,swish dense:10,softmax",
     "LeNet-5 as it is taught, with swish"},
    {"lenet", "conv2d:6,5,tanh conv2d:16,5,tanh flatten dense:120,tanh dense:84,tanh dense:10,softmax",
     "LeNet-5 without its pooling"},
    {"wide", "conv2d:32,3,relu conv2d:64,3,relu flatten dense:128,relu dense:10,softmax",
     "many small filters, as the Keras example has them, without its pooling"},
    {"mlp", "flatten dense:128,relu dense:10,softmax", "no convolution: what the lesson improves on"},
};

const struct cnn_word *spec_named(size_t i)
{
    return i < sizeof named / sizeof named[0] ? &named[i] : NULL;
}

static const struct cnn_word activations[] = {
#define WORD(name, formula) {#name, #name, formula},
    ACTIVATIONS(WORD)
#undef WORD
};

const struct cnn_word *activation_word(size_t i)
{
    return i < N_ACTIVATIONS ? &activations[i] : NULL;
}

enum activation activation_find(const char *word, size_t length)
{
    size_t i = 0;
    while (i < N_ACTIVATIONS &&
           (strlen(activations[i].word) != length || memcmp(activations[i].word, word, length) != 0))
        i++;
    return (enum activation)i;
}
