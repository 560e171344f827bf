/* From the last layer's numbers to the answer, by probabilities where softmax makes them; and to the loss. */
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

static void tell_outputs(struct explanation *e, const float *y, size_t n)
{
    struct paper *p = &e->paper;
    struct table t = {.look = "lr"};
    paper_say(p, SAID_outputs);
    table_cell(&t, "%s", paper_choose(p, SAID_class));
    table_cell(&t, "%s", paper_choose(p, SAID_output));
    for (size_t i = 0; i < n; i++) {
        table_cell(&t, "%zu", i);
        table_cell(&t, "%.6g", (double)y[i]);
    }
    paper_table(p, &t);
}

/* ---- the loss ------------------------------------------------------------------------------------- */

/* Cross-entropy as the program has it: log of the sum, less the true logit. */
static void tell_cross_entropy(struct explanation *e, const float *z, const struct softmax *s)
{
    struct paper *p = &e->paper;
    const float above = exact_sub(z[e->label], s->max), log_sum = exact_log(s->sum),
                loss = exact_sub(log_sum, above);
    paper_say(p,
              "The loss says how far off that is: the smaller the probability p of the right answer, the "
              "larger. It is "
              "-log p, which is computed without p, so that it keeps its digits; S is the sum in the table:",
              "손실은 답이 얼마나 틀렸는지를 나타냅니다. 정답의 확률 p가 작을수록 손실이 커집니다. 손실은 "
              "-log p이고, 숫자가 잘려 나가지 않도록 p를 거치지 않고 "
              "계산합니다. S는 표에 있는 합입니다.");
    paper_line(p, "-log p = log S - (z[%zu] - max) = log %.6g - (%.6g) = %.6g", e->label, (double)s->sum,
               (double)above, (double)loss);
}

/* The same where the truth gives every class a little: log of the sum, less what the truth t gives the
 * logits. */
static void tell_smoothed(struct explanation *e, const float *z, size_t n, const struct softmax *s)
{
    struct paper *p = &e->paper;
    const float smoothing = (float)e->model->objective.label_smoothing, each = smoothing / (float)n,
                most = 1 - smoothing + each, log_sum = exact_log(s->sum);
    float all = 0;
    for (size_t i = 0; i < n; i++)
        all = exact_add(all, exact_sub(z[i], s->max));
    const float given = exact_fma(each, all, exact_mul(most - each, exact_sub(z[e->label], s->max)));
    paper_say(
        p,
        "The loss says how far off that is. The run smoothed its labels: the truth t is %.6g for the right "
        "class and %.6g for each other, so that the network need not become ever surer. S is the sum in the "
        "table, T that of t * (z - max) over all classes:",
        "손실은 답이 얼마나 틀렸는지를 나타냅니다. 이 신경망은 레이블을 부드럽게 바꾸어 학습했습니다. "
        "정답 클래스의 목표값 t는 %.6g, 나머지 클래스는 각각 %.6g입니다. 그래서 신경망이 끝없이 더 "
        "확신하려고 하지 않습니다. S는 표에 있는 합이고, T는 클래스마다 t * (z - max)를 구해 모두 더한 "
        "값입니다.",
        (double)most, (double)each);
    paper_line(p, "log S - T = log %.6g - (%.6g) = %.6g", (double)s->sum, (double)given,
               (double)exact_sub(log_sum, given));
}

/* Mean squares of the answer y, in the program's order. */
static void tell_squares(struct explanation *e, const float *y, size_t n)
{
    struct paper *p = &e->paper;
    struct table t = {.look = "lrrr"};
    float sum = 0;
    paper_say(
        p,
        "The loss says how far off that is: the truth t is 1 for the right class and 0 for the others, and "
        "the loss is the mean of the squared distances from it.",
        "손실은 답이 얼마나 틀렸는지를 나타냅니다. 목표값 t는 정답 클래스가 1, 나머지가 0입니다. 손실은 "
        "목표값과의 차이를 제곱해 평균한 값입니다.");
    table_cell(&t, "%s", paper_choose(p, SAID_class));
    table_cell(&t, "y - t");
    table_cell(&t, "(y - t)^2");
    table_cell(&t, "%s", paper_choose(p, SAID_sum));
    for (size_t i = 0; i < n; i++) {
        const float d = exact_sub(y[i], i == e->label ? 1 : 0);
        sum = exact_fma(d, d, sum);
        table_cell(&t, "%zu", i);
        table_cell(&t, "%.6g", (double)d);
        table_cell(&t, "%.6g", (double)exact_mul(d, d));
        table_cell(&t, "%.6g", (double)sum);
    }
    paper_table(p, &t);
    paper_line(p, "%.6g / %zu = %.6g", (double)sum, n, (double)exact_div(sum, (float)n));
}

static void tell_loss(struct explanation *e, const float *z, size_t n, const struct softmax *s)
{
    const struct objective *o = &e->model->objective;
    if (o->loss == LOSS_MSE)
        tell_squares(e, e->y[e->model->n_layers], n);
    else if (o->label_smoothing > 0)
        tell_smoothed(e, z, n, s);
    else
        tell_cross_entropy(e, z, s);
    if (o->l2 > 0)
        paper_say(&e->paper, "To this L2 adds what the weights cost, whatever the image: %.6g.",
                  "여기에 L2가 가중치의 크기에 따라 더하는 값이 있습니다. 이미지와 상관없이 %.6g입니다.",
                  model_cost(e->model));
}

/* ---- the answer ----------------------------------------------------------------------------------- */

static void tell_best(struct explanation *e, bool softmax, size_t best)
{
    struct paper *p = &e->paper;
    if (!e->labelled && softmax)
        paper_say(p, SAID_answer_is, best);
    else if (!e->labelled)
        paper_say(p, SAID_largest_is, best);
    else if (softmax)
        paper_say(p,
                  "The network's answer is %zu, which has the largest probability. The right answer is %zu.",
                  "신경망의 답은 확률이 가장 큰 %zu입니다. 정답은 %zu입니다.", best, e->label);
    else
        paper_say(p, "The network's answer is %zu, which has the largest output. The right answer is %zu.",
                  "신경망의 답은 출력이 가장 큰 %zu입니다. 정답은 %zu입니다.", best, e->label);
}

void tell_answer(struct explanation *e)
{
    const size_t n = model_classes(e->model), last = e->model->n_layers;
    const bool softmax = is_softmax(e, last);
    const float *z = e->z[last];
    struct softmax s = {.best = largest_of(e->y[last], n, 1)};
    if (softmax) {
        s = softmax_of(z, n);
        paper_heading(&e->paper, 3, SAID_the_answer);
        tell_softmax(e, z, n, &s);
    } else {
        paper_heading(&e->paper, 3, SAID_the_largest);
        tell_outputs(e, e->y[last], n);
    }
    tell_best(e, softmax, s.best);
    if (e->labelled)
        tell_loss(e, z, n, &s);
}
