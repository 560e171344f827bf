#include "explain/said.h"

#include "explain/worked.h"

static struct explanation telling(const struct cnn_model *model, enum cnn_language language,
                                  paper_piece *told, void *context)
{
    return (struct explanation){.model = model,
                                .paper = {.language = language, .told = told, .context = context}};
}

void said_of_input(const struct cnn_model *model, enum cnn_language language, paper_piece *told,
                   void *context)
{
    struct explanation e = telling(model, language, told, context);
    tell_input(&e);
}

void said_of_layer(const struct cnn_model *model, size_t i, enum cnn_language language, paper_piece *told,
                   void *context)
{
    struct explanation e = telling(model, language, told, context);
    tell_layer(&e, i);
}

void said_of_topic(const struct cnn_model *model, size_t i, enum layer_topic topic,
                   enum cnn_language language, paper_piece *told, void *context)
{
    struct explanation e = telling(model, language, told, context);
    tell_topic(&e, explained_layer(&e, i), topic, NULL);
}

#define ROW(name) {#name, SAID_##name},
static const struct said rows[] = {SAID_ROWS(ROW)};
#undef ROW

const struct said *said_at(size_t i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}
