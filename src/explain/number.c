/* One output of a layer, by whichever of the ways its layer has. */
#include "explain/explain.h"
#include "explain/said.h"
#include "explain/worked.h"

/* Where a layer only looks at the numbers below in another way, or does not tell how it makes them. */
static void tell_no_sum(struct explanation *e, size_t i, size_t output)
{
    const struct layer *layer = explained_layer(e, i);
    char here[NAME_TEXT], below[NAME_TEXT];
    output_text(&e->paper, here, &layer->out, output);
    output_text(&e->paper, below, &layer->in, output);
    if (!layer_computes(layer))
        paper_say(&e->paper, "The number of %s is that of %s in the layer below: %.6g.",
                  "%s의 값은 앞 층에서 %s에 있던 수 그대로입니다: %.6g", here, below,
                  (double)e->y[i][output]);
    else
        paper_say(&e->paper, "The number of %s is %.6g.", "%s의 값은 %.6g입니다.", here,
                  (double)e->y[i][output]);
}

/* By lines, of which the last is the number; and what training makes of it. */
static void tell_lines(struct explanation *e, size_t i, size_t output)
{
    const struct layer *layer = explained_layer(e, i);
    struct paper *p = &e->paper;
    struct worked w = worked_begin(layer, e->y[i - 1], output);
    tell_topic(e, layer, TOPIC_NUMBER, &w);
    const float z = exact_output(layer, e->y[i - 1], output);
    if (exact_is_same(z, e->z[i][output]))
        paper_say(p, SAID_the_same);
    else
        paper_say(p, SAID_not_the_same, (double)z, (double)e->z[i][output]);
    tell_topic(e, layer, TOPIC_TRAINING, &w);
}

void tell_output(struct explanation *e, size_t i, size_t output)
{
    const struct layer *layer = explained_layer(e, i);
    struct paper *p = &e->paper;
    char name[NAME_TEXT];
    output_text(p, name, &layer->out, output);
    if (layer->type->words->step) {
        tell_steps(e, i, output);
    } else if (layer_is_worked(layer)) {
        paper_heading(p, 3, SAID_how, layer->name, name);
        tell_lines(e, i, output);
    } else {
        paper_heading(p, 3, "%s, %s", "%s: %s", layer->name, name);
        tell_no_sum(e, i, output);
    }
}
