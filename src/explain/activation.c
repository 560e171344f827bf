/* What an activation makes of a number: told, computed and written in C from the same rows
 * (kernels/activations/steps.def). */
#include "explain/activation.h"

#include "explain/equation.h"
#include "explain/said.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the rows as text ----------------------------------------------------------------------------- */

enum row_kind {
    ROW_END,
    ROW_FORMULA,
    ROW_STEP,
    ROW_VAR,
    ROW_SET,
    ROW_HOLD,
    ROW_CASE,
    ROW_OR_CASE,
    ROW_OTHERWISE,
    ROW_DONE
};

struct row {
    enum row_kind kind;
    const char *name, *expression;
};

#define BEGIN(name) static const struct row rows_##name[] = {
#define FINISH                                                                                               \
    {                                                                                                        \
        ROW_END                                                                                              \
    }                                                                                                        \
    }                                                                                                        \
    ;
#define FORMULA(text) {ROW_FORMULA, NULL, text},
#define STEP(name, expression, text) {ROW_STEP, #name, #expression},
#define VAR(name, expression) {ROW_VAR, #name, #expression},
#define SET(name, expression) {ROW_SET, #name, #expression},
#define NOTE(name, text)
#define HOLD(expression, text) {ROW_HOLD, "z", #expression},
#define CASE(condition, english, korean) {ROW_CASE, NULL, #condition},
#define OR_CASE(condition, english, korean) {ROW_OR_CASE, NULL, #condition},
#define OTHERWISE(english, korean) {ROW_OTHERWISE, NULL, NULL},
#define END
#define DONE(expression, text) {ROW_DONE, NULL, #expression},
#include "kernels/activations/steps.def"
#undef BEGIN
#undef FINISH
#undef FORMULA
#undef STEP
#undef VAR
#undef SET
#undef NOTE
#undef HOLD
#undef CASE
#undef OR_CASE
#undef OTHERWISE
#undef END
#undef DONE

static const struct row *const rows[N_ACTIVATIONS] = {
#define ROWS_OF(name, formula) [ACTIVATION_##name] = rows_##name,
    ACTIVATIONS(ROWS_OF)
#undef ROWS_OF
};

const char *activation_formula(enum activation activation)
{
    return rows[activation][0].expression;
}

/* ---- the rows as computation ---------------------------------------------------------------------- */

/* paper NULL: nothing is told. */
struct trace {
    struct paper *paper;
    struct names names;
};

static float put(struct trace *t, const char *name, float value)
{
    return names_put(&t->names, name, value);
}

static float tell(struct trace *t, const char *name, const char *text, float value)
{
    if (t->paper)
        tell_equation(t->paper, &t->names, name, text, value);
    return put(t, name, value);
}

static float hold(struct trace *t, const char *text, float z, float held)
{
    return z < held || held < z ? tell(t, "z", text, held) : z;
}

static void say(struct trace *t, const char *english, const char *korean)
{
    if (t->paper)
        paper_say(t->paper, "%s", "%s", paper_choose(t->paper, english, korean));
}

#define add exact_add
#define sub exact_sub
#define mul exact_mul
#define div_ exact_div
#define fma_ exact_fma
#define exp_ exact_exp
#define log1p_ exact_log1p
#define erf_ exact_erf

#define BEGIN(name)                                                                                          \
    static float run_##name(struct trace *trace, float z)                                                    \
    {
#define FINISH }
#define FORMULA(text)
#define STEP(name, expression, text) const float name = tell(trace, #name, text, expression);
#define VAR(name, expression) float name = put(trace, #name, expression);
#define SET(name, expression) name = put(trace, #name, expression);
#define NOTE(name, text) tell(trace, #name, text, name);
#define HOLD(expression, text) z = hold(trace, text, z, expression);
#define CASE(condition, english, korean)                                                                     \
    if (condition) {                                                                                         \
        say(trace, english, korean);
#define OR_CASE(condition, english, korean)                                                                  \
    }                                                                                                        \
    else if (condition)                                                                                      \
    {                                                                                                        \
        say(trace, english, korean);
#define OTHERWISE(english, korean)                                                                           \
    }                                                                                                        \
    else                                                                                                     \
    {                                                                                                        \
        say(trace, english, korean);
#define END }
#define DONE(expression, text) return tell(trace, "y", text, expression);
#include "kernels/activations/steps.def"

static float (*const run[N_ACTIVATIONS])(struct trace *trace, float z) = {
#define RUN_OF(name, formula) run_##name,
    ACTIVATIONS(RUN_OF)
#undef RUN_OF
};

float exact_activation(enum activation activation, float z)
{
    struct trace t = {.paper = NULL};
    return run[activation](&t, exact_flush(z));
}

/* ---- told ----------------------------------------------------------------------------------------- */

void tell_activation(struct explanation *e, size_t i, size_t output)
{
    const struct layer *layer = explained_layer(e, i);
    const float z = e->z[i][output];
    const char *word = activation_word(layer->activation)->word;
    struct paper *p = &e->paper;
    if (!layer->type->has_activation || layer->activation == ACTIVATION_linear || is_softmax(e, i))
        return;
    if (layer->type->words->step)
        paper_say(p, SAID_activation, word);
    else
        paper_say(p, "It is what the activation function %s makes of the number z in the layer below:",
                  "앞 층에서 같은 자리에 있던 수 z에 활성화 함수 %s를 적용한 값입니다.", word);
    paper_line(p, "%s(z) = %s", word, activation_formula(layer->activation));
    paper_line(p, "z = %.6g, y = %s(z) = %.6g", (double)z, word,
               (double)exact_activation(layer->activation, z));
    struct trace t = {.paper = p};
    put(&t, "z", z);
    run[layer->activation](&t, z);
}

/* ---- in C ----------------------------------------------------------------------------------------- */

/* What expressions call, each after what it calls itself. */
static const struct {
    const char *call, *code, *english, *korean; /* the last two: a comment above it */
} functions[] = {
    {"add(", "static float add(float a, float b)\n{\n    return flush(a + b);\n}\n\n"},
    {"sub(", "static float sub(float a, float b)\n{\n    return flush(a - b);\n}\n\n"},
    {"mul(", "static float mul(float a, float b)\n{\n    return flush(a * b);\n}\n\n"},
    {"div_(", "static float div_(float a, float b)\n{\n    return flush(a / b);\n}\n\n"},
    {"fma_(", "static float fma_(float a, float b, float c)\n{\n    return flush(fmaf(a, b, c));\n}\n\n"},
    {"exp_(",
     "static float exp_(float x)\n"
     "{\n"
     "    const float round_up = 0x1.8p23f + 127;\n"
     "    uint32_t bits;\n"
     "    float power;\n"
     "    x = x < -88 ? -88 : x > 88.7f ? 88.7f : x;\n"
     "    float shifted = fmaf(x, 0x1.715476p0f, round_up), n = shifted - round_up;\n"
     "    float r = fmaf(n, 0x1.05c61p-29f, fmaf(n, -0x1.62e43p-1f, x));\n"
     "    float p = 0x1.6a2434p-10f;\n"
     "    p = fmaf(p, r, 0x1.1239e2p-7f);\n"
     "    p = fmaf(p, r, 0x1.5558f2p-5f);\n"
     "    p = fmaf(p, r, 0x1.555492p-3f);\n"
     "    p = fmaf(p, r, 0x1.fffffcp-2f);\n"
     "    p = fmaf(p, r, 1);\n"
     "    p = fmaf(p, r, 1);\n"
     "    memcpy(&bits, &shifted, sizeof bits);\n"
     "    bits <<= 23;\n"
     "    memcpy(&power, &bits, sizeof power);\n"
     "    return flush(p * power);\n"
     "}\n\n",
     "/* e^x = 2^n e^r with x = n ln 2 + r; the same on every machine. */\n",
     "/* e^x = 2^n e^r, x = n ln 2 + r. 어느 컴퓨터에서나 결과가 같습니다. */\n"},
    {"log1p_(",
     "static float log1p_(float x)\n"
     "{\n"
     "    float s = flush(x / (2 + x)), z = flush(s * s), h = flush(flush(x * x) * 0.5f);\n"
     "    float p = 2.0f / 13;\n"
     "    p = fmaf(p, z, 2.0f / 11);\n"
     "    p = fmaf(p, z, 2.0f / 9);\n"
     "    p = fmaf(p, z, 2.0f / 7);\n"
     "    p = fmaf(p, z, 2.0f / 5);\n"
     "    p = fmaf(p, z, 2.0f / 3);\n"
     "    return flush(x - flush(h - flush(s * flush(fmaf(p, z, h)))));\n"
     "}\n\n",
     "/* log(1 + x) for x from 0 to 1. */\n", "/* log(1 + x), x는 0부터 1까지. */\n"},
    {"erf_(", "static float erf_(float x)\n"
              "{\n"
              "    float size = fabsf(x) > 4 ? 4 : fabsf(x), square = flush(size * size);\n"
              "    float p = -0x1.38e000p-11f;\n"
              "    p = fmaf(p, square, 0x1.471a58p-8f);\n"
              "    p = fmaf(p, square, -0x1.b691b2p-6f);\n"
              "    p = fmaf(p, square, 0x1.ce1c44p-4f);\n"
              "    p = fmaf(p, square, -0x1.812700p-2f);\n"
              "    p = fmaf(p, square, 0x1.06eba8p-3f);\n"
              "    if (size < 0.927734375f)\n"
              "        return copysignf(flush(fmaf(p, size, size)), x);\n"
              "    float q = fmaf(-0x1.220000p-16f, size, 0x1.91cfb2p-12f);\n"
              "    q = fmaf(q, square, fmaf(-0x1.fd1438p-9f, size, 0x1.8d6342p-6f));\n"
              "    q = fmaf(q, size, -0x1.b55cb8p-4f);\n"
              "    q = fmaf(q, size, -0x1.450aa0p-1f);\n"
              "    q = fmaf(q, size, -0x1.079d0cp-3f);\n"
              "    q = fmaf(q, size, -size);\n"
              "    return copysignf(1 - exp_(q), x);\n"
              "}\n\n"},
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

/* Whether a text calls a function: its name, and not the end of another. */
static bool calls(const char *text, const char *call)
{
    for (const char *at = text; text && (at = strstr(at, call)); at++)
        if (at == text || !strchr("abcdefghijklmnopqrstuvwxyz_", at[-1]))
            return true;
    return false;
}

/* Shapes: row as one of rows, after the formula. */
static void write_functions(struct paper *p, const struct row *row)
{
    bool called[N_FUNCTIONS] = {false};
    for (; row->kind != ROW_END; row++)
        for (size_t k = 0; k < N_FUNCTIONS; k++)
            called[k] = called[k] || calls(row->expression, functions[k].call);
    for (size_t i = N_FUNCTIONS; i-- > 0;)
        for (size_t k = 0; called[i] && k < i; k++)
            called[k] = called[k] || calls(functions[i].code, functions[k].call);
    for (size_t k = 0; k < N_FUNCTIONS; k++)
        if (called[k])
            paper_raw(p, "%s%s",
                      functions[k].korean ? paper_choose(p, functions[k].english, functions[k].korean) : "",
                      functions[k].code);
}

/* A row as a line of C; in: how far cases have moved it in. */
static void write_row(struct paper *p, const struct row *row, int in)
{
    switch (row->kind) {
    case ROW_STEP:
        paper_raw(p, "%*sconst float %s = %s;\n", in, "", row->name, row->expression);
        break;
    case ROW_VAR:
        paper_raw(p, "%*sfloat %s = %s;\n", in, "", row->name, row->expression);
        break;
    case ROW_SET:
    case ROW_HOLD:
        paper_raw(p, "%*s%s = %s;\n", in, "", row->name, row->expression);
        break;
    case ROW_CASE:
        paper_raw(p, "    if (%s) {\n", row->expression);
        break;
    case ROW_OR_CASE:
        paper_raw(p, "    } else if (%s) {\n", row->expression);
        break;
    case ROW_OTHERWISE:
        paper_raw(p, "    } else {\n");
        break;
    default:
        paper_raw(p, "%*sreturn %s;\n", in, "", row->expression);
    }
}

void write_activation(struct paper *p, enum activation activation)
{
    bool cases = false;
    write_functions(p, rows[activation] + 1);
    paper_raw(p, "static float activation(float z)\n{\n");
    for (const struct row *row = rows[activation] + 1; row->kind != ROW_END; row++) {
        cases = cases || row->kind == ROW_CASE;
        write_row(p, row, cases ? 8 : 4);
    }
    paper_raw(p, "%s}\n\n", cases ? "    }\n" : "");
}
