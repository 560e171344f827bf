/* What a layer says of itself by topic: texts, lines of arithmetic, and lines that are worked out for one
 * output, which the C program works out once more. */
#include "explain/worked.h"

#include "explain/equation.h"
#include "explain/said.h"

#include <stdio.h>
#include <string.h>

enum { FORM = 256 };

/* What is made of A, B, C and D: as it is told, and in C after flush_code. */
static const struct {
    const char *told, *code;
} forms[N_LINE_KINDS] = {
    [LINE_SAME] = {"A", "flush(A)"},
    [LINE_SUM] = {"A + B", "flush(A + B)"},
    [LINE_DIFFERENCE] = {"A - B", "flush(A - B)"},
    [LINE_PRODUCT] = {"A * B", "flush(A * B)"},
    [LINE_QUOTIENT] = {"A / B", "flush(A / B)"},
    [LINE_ROOT] = {"sqrt(A)", "sqrtf(A)"},
    [LINE_PRODUCT_SUM] = {"A * B + C", "flush(fmaf(A, B, C))"},
    [LINE_PRODUCTS] = {"A * B + C * D", "flush(flush(A * B) + flush(C * D))"},
};

/* A form with names for its letters; in braces, where they are to be found by their names. */
static const char *write_form(char text[FORM], const char *form, const struct layer_text *line, bool braces)
{
    size_t used = 0;
    for (; *form && used < FORM - 1; form++) {
        const bool letter = *form >= 'A' && *form <= 'D';
        used +=
            letter ? (size_t)snprintf(text + used, FORM - used, braces ? "{%s}" : "%s", line->of[*form - 'A'])
                   : (size_t)snprintf(text + used, FORM - used, "%c", *form);
    }
    return text;
}

/* ---- told ------------------------------------------------------------------------------------------ */

static void tell_line(struct paper *p, const struct layer_text *line, struct worked *w)
{
    char text[FORM];
    const float value = worked_line(w, line);
    tell_equation(p, &w->names, line->english, write_form(text, forms[line->is].told, line, true), value);
    names_put(&w->names, line->english, value);
}

/* For whoever works it out. */
static void give_line(const struct paper *p, const struct layer_text *line)
{
    char text[FORM];
    size_t used = (size_t)snprintf(text, FORM, "%s|%s", line->english, forms[line->is].told);
    for (size_t i = 0; i < 4 && line->of[i] && used < FORM; i++)
        used += (size_t)snprintf(text + used, FORM - used, "|%s", line->of[i]);
    p->told(p->context, PIECE_WORKED, text);
}

void tell_topic(struct explanation *e, const struct layer *layer, enum layer_topic topic, struct worked *w)
{
    char filled[FILLED_TEXT];
    struct paper *p = &e->paper;
    for (const struct layer_text *text = NULL; (text = topic_next(layer, topic, text));) {
        if (text->is && w)
            tell_line(p, text, w);
        else if (text->is)
            give_line(p, text);
        if (text->is)
            continue;
        const char *words = text->korean ? paper_choose(p, text->english, text->korean) : text->english;
        if (!fill(layer, words, 0, filled))
            continue; /* a test sees to it that this cannot be */
        if (text->korean)
            paper_say(p, "%s", "%s", filled);
        else
            paper_line(p, "%s", filled);
    }
}

/* ---- in C ------------------------------------------------------------------------------------------ */

/* What a line is made of, where that is neither written as it is nor declared before. */
static void declare_numbers(struct paper *p, const struct worked *w, const struct layer_text *line,
                            struct names *declared)
{
    for (size_t i = 0; i < 4 && line->of[i]; i++) {
        const char *name = line->of[i];
        const float value = names_value(&w->names, name, strlen(name));
        if ((*name >= '0' && *name <= '9') || names_has(declared, name))
            continue;
        names_put(declared, name, value);
        paper_raw(p, "    const float %s = %af;\n", name, (double)value);
    }
}

void write_worked(struct paper *p, struct worked w)
{
    char text[FORM];
    struct names declared = {0};
    const struct layer_text *line, *next = line_next(w.layer, TOPIC_NUMBER, NULL);
    paper_raw(p, "static float number(void)\n{\n");
    while ((line = next)) {
        const float value = worked_line(&w, line);
        declare_numbers(p, &w, line, &declared);
        names_put(&w.names, line->english, value);
        names_put(&declared, line->english, value);
        next = line_next(w.layer, TOPIC_NUMBER, line);
        write_form(text, forms[line->is].code, line, false);
        if (next)
            paper_raw(p, "    const float %s = %s;\n", line->english, text);
        else
            paper_raw(p, "    return %s;\n}\n\n", text);
    }
}
