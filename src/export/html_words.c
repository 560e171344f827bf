/* "words": {"en": {"input": [["heading", "The image: ..."], ...], "layers": [[...], ...],
 * "how": [[[...], [...]], ...], "said": {...}},
 * "ko": ...} */
#include "explain/said.h"
#include "export/html.h"
#include "export/put.h"

/* Pieces one after the other. */
struct pieces {
    FILE *out;
    size_t n;
};

static void put_piece(void *context, enum piece piece, const char *text)
{
    static const char *const name[] = {"", "title", "heading", "subheading", "text", "line", "worked"};
    struct pieces *p = context;
    fprintf(p->out, "%s[\"%s\",", p->n++ ? "," : "", name[piece]);
    put_text(p->out, text);
    putc(']', p->out);
}

static void put_said(FILE *out, enum cnn_language language)
{
    const struct said *said;
    for (size_t i = 0; (said = said_at(i)); i++) {
        fprintf(out, "%s\"%s\":", i ? "," : "", said->name);
        put_text(out, language == CNN_KOREAN ? said->korean : said->english);
    }
}

/* How a number of layer i comes about, and what training makes of it. */
static void put_how(struct pieces *p, const struct cnn_model *model, size_t i, enum cnn_language language)
{
    fputs(i > 1 ? ",[[" : "[[", p->out);
    p->n = 0;
    said_of_topic(model, i, TOPIC_NUMBER, language, put_piece, p);
    fputs("],[", p->out);
    p->n = 0;
    said_of_topic(model, i, TOPIC_TRAINING, language, put_piece, p);
    fputs("]]", p->out);
}

static void put_language(FILE *out, const struct cnn_model *model, enum cnn_language language)
{
    struct pieces pieces = {.out = out};
    fputs("{\"input\":[", out);
    said_of_input(model, language, put_piece, &pieces);
    fputs("],\"layers\":[", out);
    for (size_t i = 1; i <= model->n_layers; i++) {
        fputs(i > 1 ? ",[" : "[", out);
        pieces.n = 0;
        said_of_layer(model, i, language, put_piece, &pieces);
        putc(']', out);
    }
    fputs("],\"how\":[", out);
    for (size_t i = 1; i <= model->n_layers; i++)
        put_how(&pieces, model, i, language);
    fputs("],\"said\":{", out);
    put_said(out, language);
    fputs("}}", out);
}

void html_put_words(FILE *out, const struct cnn_model *model)
{
    fputs(",\"words\":{\"en\":", out);
    put_language(out, model, CNN_ENGLISH);
    fputs(",\"ko\":", out);
    put_language(out, model, CNN_KOREAN);
    putc('}', out);
}
