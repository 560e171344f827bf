/* The words that architecture texts and options may name, for help and errors. */
#include "export/export.h"
#include "nn/spec.h"
#include "train/optimizer.h"
#include "train/schedule.h"

static const struct cnn_word *loss_word(size_t i)
{
    static const struct cnn_word word = {
        "categorical_crossentropy", "categorical_crossentropy",
        "-log of the probability given to the true class; one step with softmax"};
    return i == 0 ? &word : NULL;
}

const struct cnn_word *cnn_word(enum cnn_words table, size_t i)
{
    switch (table) {
    case CNN_WORDS_LAYER:
        return layer_word(i);
    case CNN_WORDS_ACTIVATION:
        return activation_word(i);
    case CNN_WORDS_LOSS:
        return loss_word(i);
    case CNN_WORDS_OPTIMIZER:
        return optimizer_word(i);
    case CNN_WORDS_SCHEDULE:
        return schedule_word(i);
    case CNN_WORDS_ARCH:
        return spec_named(i);
    case CNN_WORDS_EXPORT:
        return export_word(i);
    }
    return NULL;
}
