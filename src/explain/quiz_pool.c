/* The exercise of a worksheet on pooling: what comes out of one window, and in which shape. */
#include "explain/quiz.h"

#include "nn/spec.h"

#include <math.h>

/* The first layer that makes one number of a small window of a map by itself; 0: there is none. */
static size_t pooling_layer(const struct quiz *q)
{
    for (size_t i = 1; i <= q->e.model->n_layers; i++) {
        struct running r = {.layer = explained_layer(&q->e, i), .x = q->e.y[i - 1]};
        const bool steps = r.layer->type->words->step && running_next(&r) && r.step.kind != STEP_START;
        while (steps && running_next(&r))
            ;
        if (steps && r.n <= QUIZ_MOST_TERMS)
            return i;
    }
    return 0;
}

/* A window: its numbers in hundredths, row by row; the sum and the largest of them. */
struct pool_window {
    size_t n;
    long sum, largest, least;
    bool mean;
};

static void take_number(struct pool_window *w, long x)
{
    w->largest = w->n == 0 || x > w->largest ? x : w->largest;
    w->least = w->n == 0 || x < w->least ? x : w->least;
    w->sum += x;
    w->n++;
}

/* Shows its rows where told. */
static struct pool_window see_window(struct quiz *q, size_t i, size_t output, bool show)
{
    struct running r = {.layer = explained_layer(&q->e, i), .x = q->e.y[i - 1], .output = output};
    struct pool_window w = {.n = 0};
    char row[QUIZ_TEXT] = "";
    size_t used = 0, group = 0;
    while (running_next(&r)) {
        w.mean = w.mean || r.step.kind == STEP_DIVIDE;
        if (show && w.n && (r.step.group != group || w.mean)) {
            paper_line(&q->e.paper, "%s", row);
            used = 0;
        }
        if (w.mean)
            return w;
        group = r.step.group;
        quiz_add_number(row, &used, quiz_hundredths((double)r.x[r.step.x]), 2);
        take_number(&w, quiz_hundredths((double)r.x[r.step.x]));
    }
    if (show)
        paper_line(&q->e.paper, "%s", row);
    return w;
}

/* One whose numbers are not all the same, where chance finds one. */
static size_t draw_window(struct quiz *q, size_t i)
{
    size_t output = 0;
    for (size_t k = 0; k < QUIZ_TRIES; k++) {
        output = random_below(&q->random, (uint32_t)shape_count(&explained_layer(&q->e, i)->out));
        const struct pool_window w = see_window(q, i, output, false);
        if (w.least < w.largest)
            break;
    }
    return output;
}

void quiz_ask_pooling(struct quiz *q)
{
    const size_t i = pooling_layer(q), output = i ? draw_window(q, i) : 0;
    if (!i)
        return;
    struct paper *p = &q->e.paper;
    const struct layer *layer = explained_layer(&q->e, i);
    const char *kind = paper_choose(p, layer->type->words->english, layer->type->words->korean);
    char text[NAME_TEXT], number[NUMBER_WIDTH], spec[MAX_SPEC_TEXT];
    output_text(p, text, &layer->out, output);
    paper_heading(p, 2, "%zu. Pooling", "%zu. 풀링", ++q->exercise);
    paper_say(
        p, "Your network's layer %s (%s) sees these numbers for %s, rounded to two digits after the point.",
        "여러분의 신경망에서 %s 층(%s)이 %s의 값을 낼 때 보는 수입니다. 소수 둘째 자리까지 반올림했습니다.",
        layer->name, kind, text);
    const struct pool_window w = see_window(q, i, output, true);
    paper_say(p, "What number comes out? Round it to two digits after the point.",
              "어떤 수가 나옵니까? 소수 둘째 자리까지 반올림하세요.");
    quiz_decimal(number, w.mean ? (long)round((double)w.sum / (double)w.n) : w.largest, 2);
    paper_line(p, "y = %s", quiz_gap(q, number));
    shape_text(text, &layer->in);
    spec_format(layer, 1, spec);
    paper_say(p, "The layer below gives the shape %s; the layer is %s. What shape does it give?",
              "앞 층의 출력 모양은 %s이고, 이 층은 %s입니다. 이 층의 출력 모양은 무엇입니까?", text, spec);
    shape_text(text, &layer->out);
    paper_line(p, "%s", quiz_gap(q, text));
}
