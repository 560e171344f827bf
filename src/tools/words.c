/* The words that architecture texts and options may name, for help and errors. */
#include "export/export.h"
#include "nn/objective.h"
#include "nn/spec.h"
#include "train/optimizer.h"
#include "train/schedule.h"

const struct cnn_word *cnn_word(enum cnn_words table, size_t i)
{
    switch (table) {
    case CNN_WORDS_LAYER:
        return layer_word(i);
    case CNN_WORDS_ACTIVATION:
        return activation_word(i);
    case CNN_WORDS_LOSS:
        return objective_word(i);
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
