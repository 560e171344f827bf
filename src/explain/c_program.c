/* cnn_explain_c: one number of a layer as a program in C, whole in itself. */
#include "explain/activation.h"
#include "explain/worked.h"

#include <stdio.h>

enum { HINT_NAMES = 320 };

/* Words of a file: comments in the reader's language, code that is the same in both. */
static const char head_code[] = "#include <math.h>\n"
                                "#include <stdint.h>\n"
                                "#include <stdio.h>\n"
                                "#include <string.h>\n\n";

static const char flush_code[] = "static float flush(float x)\n"
                                 "{\n"
                                 "    return fabsf(x) < 0x1p-126f ? copysignf(0, x) : x;\n"
                                 "}\n\n";

static const char sum_code[] = "static float sum(void)\n"
                               "{\n"
                               "    float z = bias;\n"
                               "    for (size_t i = 0; i < sizeof term / sizeof *term; i++)\n"
                               "        z = flush(fmaf(term[i].x, term[i].w, z));\n"
                               "    return z;\n"
                               "}\n\n";

static const char parts_code[] =
    "static float sum(void)\n"
    "{\n"
    "    float z = bias;\n"
    "    for (size_t k = 0, i = 0; k < sizeof part_end / sizeof *part_end; k++) {\n"
    "        float part = 0;\n"
    "        for (; i < part_end[k]; i++)\n"
    "            part = flush(fmaf(term[i].x, term[i].w, part));\n"
    "        z = flush(z + part);\n"
    "    }\n"
    "    return z;\n"
    "}\n\n";

static const char main_code[] =
    "static int compare(const char *what, float mine, float network)\n"
    "{\n"
    "    int same = memcmp(&mine, &network, sizeof mine) == 0;\n"
    "    printf(\"%s = %.9g (%a), network %.9g: %s\\n\", what, mine, mine, network,\n"
    "           same ? \"same bits\" : \"OTHER BITS\");\n"
    "    return same;\n"
    "}\n\n";

/* ---- data ------------------------------------------------------------------------------------------ */

static void write_terms(struct paper *p, struct running r)
{
    paper_raw(p, "static const struct {\n    float x, w;\n} term[] = {\n");
    while (running_next(&r))
        if (r.step.kind == STEP_PRODUCT)
            paper_raw(p, "    {%af, %af},\n", (double)exact_flush(r.x[r.step.x]),
                      (double)exact_flush(r.layer->parameter[0].value[r.step.w]));
    paper_raw(p, "};\n\n");
}

static bool is_apart(const struct layer *layer)
{
    return layer->type->words->by_groups && layer->type->words->by_groups(layer);
}

/* Where the groups that are summed apart end. */
static void write_parts(struct paper *p, struct running r)
{
    size_t products = 0, group = 0;
    paper_raw(p, "%s",
              paper_choose(
                  p,
                  "/* Where each part of the sum ends. It begins with 0, and is then added to the bias. */\n",
                  "/* 부분마다 어디에서 끝나는지 적었습니다. 부분마다 0에서 시작해 더한 다음 편향에 차례로 "
                  "더합니다. */\n"));
    paper_raw(p, "static const size_t part_end[] = {");
    for (; running_next(&r); group = r.step.group) {
        if (products && r.step.group != group)
            paper_raw(p, "%zu, ", products);
        products += r.step.kind == STEP_PRODUCT;
    }
    paper_raw(p, "%zu};\n\n", products);
}

static void write_head(const struct explanation *e, struct paper *p, size_t i, size_t output)
{
    char name[NAME_TEXT];
    output_text(p, name, &explained_layer(e, i)->out, output);
    paper_raw(p, "/*\n * %s, %s\n", explained_layer(e, i)->name, name);
    paper_raw(
        p, "%s",
        paper_choose(p,
                     " * The number that the network makes of one image, computed again in its own order:\n"
                     " *     cc -O2 -ffp-contract=off THIS.c -lm && ./a.out\n */\n",
                     " * 신경망이 이미지 하나로 계산한 값을 같은 순서로 다시 계산합니다.\n"
                     " *     cc -O2 -ffp-contract=off THIS.c -lm && ./a.out\n */\n"));
    paper_raw(p, "%s", head_code);
}

static void write_flush(struct paper *p)
{
    paper_raw(p, "%s",
              paper_choose(p, "/* Numbers below 2^-126 count as 0, in the network too. */\n",
                           "/* 2^-126보다 작은 수는 0으로 칩니다. 신경망도 그렇게 합니다. */\n"));
    paper_raw(p, "%s", flush_code);
}

/* ---- a sum ----------------------------------------------------------------------------------------- */

static void write_sum_main(const struct explanation *e, struct paper *p, size_t i, size_t output)
{
    paper_raw(p, "%s", main_code);
    paper_raw(p, "int main(void)\n{\n    const float z = sum();\n    int same = compare(\"z\", z, %af);\n",
              (double)e->z[i][output]);
    if (!is_softmax(e, i))
        paper_raw(p, "    same &= compare(\"y\", activation(z), %af);\n", (double)e->y[i][output]);
    paper_raw(p, "    return same ? 0 : 1;\n}\n");
}

static void write_sum(struct explanation *e, size_t i, size_t output)
{
    struct paper *p = &e->paper;
    const struct layer *layer = explained_layer(e, i);
    const struct running r = {.layer = layer, .x = e->y[i - 1], .output = output};
    struct layer_step first;
    layer->type->words->step(layer, output, 0, &first);
    paper_raw(p, "static const float bias = %af;\n\n",
              (double)exact_flush(layer->parameter[0].value[first.w]));
    paper_raw(p, "%s",
              paper_choose(p, "/* Inputs and weights, in the order in which they are multiplied. */\n",
                           "/* 입력과 가중치, 곱하는 순서대로입니다. */\n"));
    write_terms(p, r);
    if (is_apart(layer))
        write_parts(p, r);
    write_flush(p);
    paper_raw(p, "%s", is_apart(layer) ? parts_code : sum_code);
    if (!is_softmax(e, i))
        write_activation(p, layer->activation);
    write_sum_main(e, p, i, output);
}

/* ---- lines ----------------------------------------------------------------------------------------- */

static void write_lines(struct explanation *e, size_t i, size_t output)
{
    struct paper *p = &e->paper;
    write_flush(p);
    write_worked(p, worked_begin(explained_layer(e, i), e->y[i - 1], output));
    paper_raw(p, "%s", main_code);
    paper_raw(p, "int main(void)\n{\n    return compare(\"y\", number(), %af) ? 0 : 1;\n}\n",
              (double)e->y[i][output]);
}

/* ---- ----------------------------------------------------------------------------------------------- */

/* Whether outputs of a layer are sums that begin with a bias and go on in products. */
static bool has_products(const struct layer *layer)
{
    struct layer_step step;
    const struct layer_words *words = layer->type->words;
    return words->step && words->step(layer, 0, 0, &step) && step.kind == STEP_START;
}

static bool has_lines(const struct layer *layer)
{
    return !layer->type->words->step && layer_is_worked(layer);
}

static bool can_write(const struct layer *layer)
{
    return has_products(layer) || has_lines(layer);
}

/* Names the layers that can be written, as far as there is room. */
static enum cnn_status hint_layers(const struct explanation *e, struct cnn_error *error)
{
    char names[HINT_NAMES] = "";
    for (size_t i = 1, used = 0; i <= e->model->n_layers && used < sizeof names; i++)
        if (can_write(explained_layer(e, i)))
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     explained_layer(e, i)->name);
    return error_hint(error, CNN_ERROR_USAGE, "name one of: %s", names);
}

static enum cnn_status choose_layer(const struct explanation *e, size_t *i, struct cnn_error *error)
{
    *i = 1;
    if (!e->options.layer) {
        while (*i < e->model->n_layers && !has_products(explained_layer(e, *i)))
            ++*i;
        return CNN_OK;
    }
    enum cnn_status status = find_layer(e, e->options.layer, i, error);
    if (status != CNN_OK || can_write(explained_layer(e, *i)))
        return status;
    error_set(error, CNN_ERROR_USAGE, "%s cannot be written in C", e->options.layer);
    return hint_layers(e, error);
}

enum cnn_status cnn_explain_c(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t image,
                              const struct cnn_explain_options *options, cnn_text_written *write,
                              void *context, struct cnn_error *error)
{
    struct explanation e;
    size_t i = 0, output = 0;
    enum cnn_status status = explanation_begin(&e, model, dataset, image, options, write, context, error);
    if (status == CNN_OK)
        status = choose_layer(&e, &i, error);
    if (status == CNN_OK)
        status = find_output(&e, i, &output, error);
    if (status == CNN_OK) {
        write_head(&e, &e.paper, i, output);
        (has_lines(explained_layer(&e, i)) ? write_lines : write_sum)(&e, i, output);
    }
    return explanation_end(&e, status, error);
}
