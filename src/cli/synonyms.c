#include "synonyms.h"

#include <string.h>
#include <strings.h>

#include "command.h"
#include "message.h"

static const struct {
    const char *what, *meant, *words[5];
} rows[] = {
    {"command", "train", {"fit", "learn", "run"}},
    {"command", "evaluate", {"test", "score", "validate"}},
    {"command", "predict", {"infer", "inference", "classify", "recognize"}},
    {"command", "show", {"plot", "view", "visualize", "draw", "history"}},
    {"command", "summary", {"info", "describe", "plot_model"}},
    {"command", "export", {"convert", "save"}},
    {"command", "doctor", {"check", "diagnose"}},
    {"command", "bench", {"time", "speed"}},
    {"picture", "filters", {"weights", "kernels"}},
    {"picture", "maps", {"feature_maps", "activations", "features", "layers"}},
    {"picture", "history", {"curves", "loss", "accuracy", "training"}},
    {"picture", "mistakes", {"errors", "wrong"}},
    {"picture", "data", {"images", "digits", "dataset"}},
    {"picture", "timelapse", {"film", "animation", "gif", "snapshots"}},
    {"option", "--optimizer sgd:MOMENTUM", {"--momentum", "--nesterov"}},
    {"option", "--early-stopping val_loss:N", {"--patience", "--early_stop"}},
    {"option", "--schedule", {"--decay", "--lr-schedule"}},
    {"option", "--save-every", {"--checkpoint"}},
    {"option", "a layer of --arch, dropout:RATE", {"--dropout"}},
    {"option", "--optimizer adamw, or --l2", {"--weight-decay"}},
};

const char *synonym(const char *what, const char *word)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(rows[i].words) && rows[i].words[k]; k++)
            if (strcmp(rows[i].what, what) == 0 && strcasecmp(rows[i].words[k], word) == 0)
                return rows[i].meant;
    return NULL;
}

enum cnn_status synonym_unknown(const char *what, const char *word, const char *const *known, size_t n_known,
                                struct cnn_error *error)
{
    const char *meant = synonym(what, word);
    enum cnn_status status = cnn_unknown_word(what, word, known, n_known, error);
    return meant ? fail_hint(error, "did you mean %s?", meant) : status;
}
