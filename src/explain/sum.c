/* One output of a layer, added up before the reader's eyes in the program's own order. */
#include "explain/explain.h"
#include "explain/said.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_ROWS = 32, LARGEST_TERMS = 5 };

static struct running start(const struct explanation *e, size_t i, size_t output)
{
    return (struct running){.layer = explained_layer(e, i), .x = e->y[i - 1], .output = output};
}

static float weight_of(const struct running *r)
{
    return r->layer->parameter[0].value[r->step.w];
}

/* ---- what the sum looks at ------------------------------------------------------------------------- */

/* What the steps to an output have in common. */
struct overview {
    size_t n, products, groups;
    size_t first[3], last[3]; /* of the places in the input: row, column, channel */
    enum step_kind kind;      /* of the last step but a division */
    float divisor;            /* of that division; 0: there is none */
};

static void see_place(struct overview *o, const struct shape *in, size_t x)
{
    const size_t c = in->rank == 3 ? in->size[2] : 1, w = in->rank == 3 ? in->size[1] : 1;
    const size_t at[3] = {x / c / w, x / c % w, x % c};
    for (size_t k = 0; k < 3; k++) {
        o->first[k] = at[k] < o->first[k] ? at[k] : o->first[k];
        o->last[k] = at[k] > o->last[k] ? at[k] : o->last[k];
    }
}

static struct overview look_over(struct running r)
{
    struct overview o = {.first = {SIZE_MAX, SIZE_MAX, SIZE_MAX}};
    while (running_next(&r)) {
        o.n++;
        o.products += r.step.kind == STEP_PRODUCT;
        o.divisor = r.step.kind == STEP_DIVIDE ? r.step.number : 0;
        if (r.step.kind == STEP_START || r.step.kind == STEP_DIVIDE)
            continue;
        o.groups = r.step.group + 1;
        o.kind = r.step.kind;
        see_place(&o, &r.layer->in, r.step.x);
    }
    return o;
}

/* The map that a layer sees laid out as a row, past layers that make each number of the one at its place;
 * NULL: it sees none. */
static const struct shape *row_of_map(const struct explanation *e, size_t i)
{
    if (explained_layer(e, i)->in.rank != 1)
        return NULL;
    while (--i > 0 && explained_layer(e, i)->in.rank == 1)
        if (explained_layer(e, i)->type->words->step)
            return NULL;
    return i > 0 && !layer_computes(explained_layer(e, i)) ? &explained_layer(e, i)->in : NULL;
}

static void place_text(char text[NAME_TEXT], const struct shape *shape, size_t k)
{
    snprintf(text, NAME_TEXT, "%zu, %zu, %zu", k / shape->size[2] / shape->size[1],
             k / shape->size[2] % shape->size[1], k % shape->size[2]);
}

/* What place k of a layer's input is called. */
static void input_text(const struct explanation *e, char text[NAME_TEXT], size_t i, size_t k)
{
    const struct shape *in = &explained_layer(e, i)->in;
    char place[NAME_TEXT];
    if (in->rank == 3)
        place_text(text, in, k);
    else if (row_of_map(e, i)) {
        place_text(place, row_of_map(e, i), k);
        snprintf(text, NAME_TEXT, "%zu (%.80s)", k, place);
    } else
        snprintf(text, NAME_TEXT, "%zu", k);
}

static const char *place_heading(const struct explanation *e, size_t i)
{
    const struct paper *p = &e->paper;
    if (explained_layer(e, i)->in.rank == 3)
        return i == 1 ? paper_choose(p, SAID_place_in_image) : paper_choose(p, SAID_place_in_maps);
    return row_of_map(e, i) ? paper_choose(p, "input (row, column, map)", "입력 (행, 열, 특징맵)")
                            : paper_choose(p, "input", "입력");
}

static void say_where(struct explanation *e, size_t i, const struct overview *o)
{
    struct paper *p = &e->paper;
    char number[NUMBER_WIDTH], rows[NAME_TEXT], columns[NAME_TEXT];
    if (o->first[0] == o->last[0])
        snprintf(rows, NAME_TEXT, paper_choose(p, SAID_one_row), o->first[0]);
    else
        snprintf(rows, NAME_TEXT, paper_choose(p, SAID_rows), o->first[0], o->last[0]);
    if (o->first[1] == o->last[1])
        snprintf(columns, NAME_TEXT, paper_choose(p, SAID_one_column), o->first[1]);
    else
        snprintf(columns, NAME_TEXT, paper_choose(p, SAID_columns), o->first[1], o->last[1]);
    if (explained_layer(e, i)->in.rank == 3)
        paper_say(p, SAID_looks_at,
                  i == 1 ? paper_choose(p, SAID_the_image) : paper_choose(p, SAID_layer_below), rows,
                  columns);
    else
        paper_say(p, "It looks at all %s numbers of the row below. Units are counted from 0.",
                  "앞 층의 수 %s개를 모두 봅니다. 유닛의 번호는 0부터 셉니다.",
                  number_text(number, (double)shape_count(&explained_layer(e, i)->in)));
    if (o->products)
        paper_say(p, SAID_from_the_bias);
}

/* ---- every term ------------------------------------------------------------------------------------ */

static void head_terms(const struct explanation *e, struct table *t, size_t i, const struct overview *o)
{
    const struct paper *p = &e->paper;
    table_cell(t, "%s", place_heading(e, i));
    table_cell(t, "x");
    if (o->products) {
        table_cell(t, "w");
        table_cell(t, "x * w");
    }
    table_cell(t, "%s",
               o->kind == STEP_LARGEST ? paper_choose(p, "largest so far", "여기까지 가장 큰 값")
                                       : paper_choose(p, SAID_sum));
}

static void add_term_row(const struct explanation *e, struct table *t, size_t i, const struct running *r,
                         float sum, bool products)
{
    char place[NAME_TEXT];
    input_text(e, place, i, r->step.x);
    if (r->step.kind == STEP_START) {
        table_cell(t, "%s", paper_choose(&e->paper, SAID_bias));
        table_cell(t, "%s", "");
    } else {
        table_cell(t, "%s", place);
        table_cell(t, "%.6g", (double)r->x[r->step.x]);
    }
    if (products && r->step.kind == STEP_PRODUCT) {
        table_cell(t, "%.6g", (double)weight_of(r));
        table_cell(t, "%.6g", (double)weight_of(r) * (double)r->x[r->step.x] + 0.0); /* not -0 */
    } else if (products) {
        table_cell(t, "%s", "");
        table_cell(t, "%s", "");
    }
    table_cell(t, "%.6g", (double)sum);
}

static void tell_terms(struct explanation *e, size_t i, size_t output, const struct overview *o)
{
    struct running r = start(e, i, output);
    struct table t = {.look = o->products ? "lrrrr" : "lrr"};
    const struct layer_words *words = r.layer->type->words;
    const bool apart = words->by_groups && words->by_groups(r.layer);
    head_terms(e, &t, i, o);
    while (running_next(&r))
        if (r.step.kind != STEP_DIVIDE)
            add_term_row(e, &t, i, &r, apart && r.n > 1 ? r.group_sum : r.sum, o->products > 0);
    paper_table(&e->paper, &t);
}

/* ---- by groups ------------------------------------------------------------------------------------- */

/* A group while it is gone through. */
struct group {
    size_t number, n; /* n: products or numbers in it */
    double value;     /* their sum, or the largest of them */
    float sum;        /* after it */
};

static void head_groups(const struct explanation *e, struct table *t, const struct overview *o)
{
    const struct paper *p = &e->paper;
    const bool largest = o->kind == STEP_LARGEST;
    table_cell(t, "%s", "");
    table_cell(t, "%s",
               o->products ? paper_choose(p, "products", "곱의 개수")
                           : paper_choose(p, "numbers", "수의 개수"));
    table_cell(t, "%s",
               largest ? paper_choose(p, "largest", "가장 큰 값") : paper_choose(p, "adds", "더하는 값"));
    table_cell(t, "%s",
               largest ? paper_choose(p, "largest so far", "여기까지 가장 큰 값")
                       : paper_choose(p, SAID_sum));
}

static void add_group_row(const struct explanation *e, struct table *t, const struct layer *layer,
                          const struct group *g, const struct overview *o)
{
    const struct layer_words *words = layer->type->words;
    char name[FILLED_TEXT], number[NUMBER_WIDTH];
    const char *text = paper_choose(&e->paper, words->group_english, words->group_korean);
    if (o->groups > 1 && text && fill(layer, text, g->number, name))
        table_cell(t, "%.60s", name);
    else
        table_cell(t, "%s",
                   o->products ? paper_choose(&e->paper, "all products", "모든 곱")
                               : paper_choose(&e->paper, "all numbers", "모든 수"));
    table_cell(t, "%s", number_text(number, (double)g->n));
    table_cell(t, "%.6g", g->value);
    table_cell(t, "%.6g", (double)g->sum);
}

/* Takes the number or product of a step in. */
static void take_in(struct group *g, const struct running *r)
{
    const double x = (double)r->x[r->step.x],
                 value = r->step.kind == STEP_PRODUCT ? x * (double)weight_of(r) : x;
    if (r->step.kind != STEP_LARGEST)
        g->value += value;
    else if (g->n == 0 || value > g->value)
        g->value = value;
    g->number = r->step.group;
    g->n++;
}

/* Each group's own sum: as the program has it where it sums groups apart; else what its products are
 * together. */
static void tell_groups(struct explanation *e, size_t i, size_t output, const struct overview *o)
{
    struct running r = start(e, i, output), before = r;
    const struct layer_words *words = r.layer->type->words;
    const bool apart = words->by_groups && words->by_groups(r.layer);
    struct group g = {0};
    struct table t = {.look = "lrrr"};
    head_groups(e, &t, o);
    for (bool more = true; more; before = r) {
        more = running_next(&r);
        if (g.n && (!more || r.step.group != g.number)) {
            g.value = apart ? (double)before.group_sum : g.value;
            g.sum = apart ? r.sum : before.sum;
            add_group_row(e, &t, r.layer, &g, o);
            g = (struct group){0};
        }
        if (more && r.step.kind == STEP_START) {
            table_cell(&t, "%s", paper_choose(&e->paper, SAID_bias));
            table_cell(&t, "%s", "");
            table_cell(&t, "%s", "");
            table_cell(&t, "%.6g", (double)r.sum);
        } else if (more && r.step.kind != STEP_DIVIDE)
            take_in(&g, &r);
    }
    paper_table(&e->paper, &t);
    if (apart)
        paper_say(
            &e->paper,
            "Each part is summed by itself, beginning with 0, and then added: so several threads can share "
            "the work, and the result is the same however many there are.",
            "부분마다 0에서 시작해 따로 더한 다음, 그 결과를 차례로 더합니다. 이렇게 하면 여러 스레드가 일을 "
            "나눌 수 "
            "있고, 스레드가 몇 개든 결과가 같습니다.");
}

/* ---- the largest terms ----------------------------------------------------------------------------- */

struct term {
    size_t x, w;
    double product;
};

static int compare_terms(const void *a, const void *b)
{
    const struct term *p = a, *q = b;
    const double x = fabs(p->product), y = fabs(q->product);
    return x > y ? -1 : x < y ? 1 : p->x < q->x ? -1 : p->x > q->x;
}

static void tell_largest(struct explanation *e, size_t i, size_t output, const struct overview *o)
{
    struct running r = start(e, i, output);
    struct term *terms = memory_alloc(o->products, sizeof *terms);
    struct table t = {.look = "lrrr"};
    char number[NUMBER_WIDTH];
    size_t n = 0;
    e->paper.memory_ran_out = e->paper.memory_ran_out || !terms;
    if (!terms)
        return;
    while (running_next(&r))
        if (r.step.kind == STEP_PRODUCT)
            terms[n++] = (struct term){r.step.x, r.step.w, (double)weight_of(&r) * (double)r.x[r.step.x]};
    qsort(terms, n, sizeof *terms, compare_terms);
    paper_say(&e->paper,
              "Of the %s products the five that are largest without their sign (--all lists every one):",
              "곱 %s개 가운데 절댓값이 가장 큰 다섯 개입니다(--all을 쓰면 모두 나옵니다).",
              number_text(number, (double)n));
    table_cell(&t, "%s", place_heading(e, i));
    table_cell(&t, "x");
    table_cell(&t, "w");
    table_cell(&t, "x * w");
    for (size_t k = 0; k < n && k < LARGEST_TERMS; k++) {
        char place[NAME_TEXT];
        input_text(e, place, i, terms[k].x);
        table_cell(&t, "%s", place);
        table_cell(&t, "%.6g", (double)r.x[terms[k].x]);
        table_cell(&t, "%.6g", (double)r.layer->parameter[0].value[terms[k].w]);
        table_cell(&t, "%.6g", terms[k].product + 0.0);
    }
    paper_table(&e->paper, &t);
    memory_free(terms);
}

/* ---- the whole ------------------------------------------------------------------------------------- */

/* The sum before its division. */
static float undivided(struct running r)
{
    float sum = 0;
    for (; running_next(&r) && r.step.kind != STEP_DIVIDE; sum = r.sum)
        ;
    return sum;
}

static void tell_result(struct explanation *e, size_t i, size_t output, const struct overview *o)
{
    struct paper *p = &e->paper;
    const float z = exact_output(explained_layer(e, i), e->y[i - 1], output);
    const bool same = exact_is_same(z, e->z[i][output]);
    char number[NUMBER_WIDTH];
    if (o->divisor > 0) {
        paper_say(p, "The mean is the sum divided by how many numbers there are:",
                  "합을 수의 개수로 나누면 평균입니다.");
        paper_line(p, "%.6g / %s = %.6g", (double)undivided(start(e, i, output)),
                   number_text(number, (double)o->divisor), (double)z);
    } else if (o->kind == STEP_LARGEST)
        paper_say(p, "The largest number there is %.6g.", "이 가운데 가장 큰 수는 %.6g입니다.", (double)z);
    if (same && o->products)
        paper_say(p, SAID_together, (double)z);
    else if (o->products)
        paper_say(p, SAID_together_but, (double)z, (double)e->z[i][output]);
    else if (same)
        paper_say(p, SAID_the_same);
    else
        paper_say(p, SAID_not_the_same, (double)z, (double)e->z[i][output]);
}

void tell_steps(struct explanation *e, size_t i, size_t output)
{
    const struct overview o = look_over(start(e, i, output));
    char name[NAME_TEXT];
    output_text(&e->paper, name, &explained_layer(e, i)->out, output);
    if (o.products)
        paper_heading(&e->paper, 3, SAID_step_by_step, explained_layer(e, i)->name, name);
    else
        paper_heading(&e->paper, 3, SAID_how, explained_layer(e, i)->name, name);
    say_where(e, i, &o);
    const bool each = o.n <= MOST_ROWS || e->options.all;
    if (each)
        tell_terms(e, i, output, &o);
    if (o.n > MOST_ROWS)
        tell_groups(e, i, output, &o);
    if (o.products && !each)
        tell_largest(e, i, output, &o);
    tell_result(e, i, output, &o);
}
