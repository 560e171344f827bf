/* From the last layer's numbers to probabilities, and to the loss. */
#include "explain/explain.h"
#include "explain/said.h"

#include <math.h>

/* What softmax computes on the way: as kernels/body/loss.h, in its order. */
struct softmax {
    size_t best;
    float max, sum;
};

static struct softmax softmax_of(const float *z, size_t n)
{
    struct softmax s = {.best = largest_of(z, n, 1)};
    s.max = z[s.best];
    for (size_t i = 0; i < n; i++)
        s.sum = exact_add(s.sum, exact_exp(exact_sub(z[i], s.max)));
    return s;
}

static void tell_softmax(struct explanation *e, const float *z, size_t n, const struct softmax *s)
{
    struct paper *p = &e->paper;
    struct table t = {.look = "lrrr"};
    paper_say(p, SAID_softmax, (double)s->max);
    table_cell(&t, "%s", paper_choose(p, SAID_class));
    table_cell(&t, "z");
    table_cell(&t, "e^(z - max)");
    table_cell(&t, "%s", paper_choose(p, SAID_probability));
    for (size_t i = 0; i < n; i++) {
        const float power = exact_exp(exact_sub(z[i], s->max));
        table_cell(&t, "%zu", i);
        table_cell(&t, "%.6g", (double)z[i]);
        table_cell(&t, "%.6g", (double)power);
        table_cell(&t, "%.6g", (double)exact_div(power, s->sum));
    }
    table_cell(&t, "%s", paper_choose(p, SAID_sum));
    table_cell(&t, "%s", "");
    table_cell(&t, "%.6g", (double)s->sum);
    table_cell(&t, "%s", "");
    paper_table(p, &t);
}

/* The loss as the program has it: log of the sum, less the true logit. */
static void tell_loss(struct explanation *e, const float *z, const struct softmax *s)
{
    struct paper *p = &e->paper;
    const float above = exact_sub(z[e->label], s->max), log_sum = exact_log(s->sum),
                loss = exact_sub(log_sum, above);
    paper_say(p,
              "The loss says how far off that is: the smaller the probability p of the right answer, the "
              "larger. It is "
              "-log p, which is computed without p, so that it keeps its digits:",
              "손실은 답이 얼마나 틀렸는지를 나타냅니다. 정답의 확률 p가 작을수록 손실이 커집니다. 손실은 "
              "-log p이고, 숫자가 잘려 나가지 않도록 p를 거치지 않고 "
              "계산합니다.");
    paper_line(p, "-log p = log(sum) - (z of %zu - max) = log %.6g - (%.6g) = %.6g", e->label, (double)s->sum,
               (double)above, (double)loss);
}

void tell_answer(struct explanation *e)
{
    const size_t n = model_classes(e->model), last = e->model->n_layers;
    const float *z = e->z[last];
    const struct softmax s = softmax_of(z, n);
    struct paper *p = &e->paper;
    paper_heading(p, 3, SAID_the_answer);
    tell_softmax(e, z, n, &s);
    if (e->labelled)
        paper_say(p,
                  "The network's answer is %zu, which has the largest probability. The right answer is %zu.",
                  "신경망의 답은 확률이 가장 큰 %zu입니다. 정답은 %zu입니다.", s.best, e->label);
    else
        paper_say(p, SAID_answer_is, s.best);
    if (e->labelled)
        tell_loss(e, z, &s);
}
