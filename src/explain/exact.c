#include "explain/exact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

float exact_flush(float x)
{
    return fabsf(x) < 0x1p-126F ? copysignf(0, x) : x;
}

float exact_fma(float a, float b, float c)
{
    return exact_flush(fmaf(exact_flush(a), exact_flush(b), exact_flush(c)));
}

float exact_add(float a, float b)
{
    return exact_flush(exact_flush(a) + exact_flush(b));
}

float exact_sub(float a, float b)
{
    return exact_flush(exact_flush(a) - exact_flush(b));
}

float exact_mul(float a, float b)
{
    return exact_flush(exact_flush(a) * exact_flush(b));
}

float exact_div(float a, float b)
{
    return exact_flush(exact_flush(a) / exact_flush(b));
}

float exact_sqrt(float a)
{
    return sqrtf(exact_flush(a));
}

bool exact_is_same(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (fabsf(a) <= 0 && fabsf(b) <= 0);
}

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* v_exp of kernels/body/elementwise.h. */
float exact_exp(float x)
{
    static const float coefficient[] = {0x1.1239e2p-7F, 0x1.5558f2p-5F, 0x1.555492p-3F, 0x1.fffffcp-2F, 1, 1};
    const float round_up = 0x1.8p23F + 127;
    x = -88 > x ? -88 : exact_flush(x);
    x = 88.7F < x ? 88.7F : x;
    const float shifted = exact_fma(x, 0x1.715476p0F, round_up), n = exact_sub(shifted, round_up);
    const float r = exact_fma(n, 0x1.05c61p-29F, exact_fma(n, -0x1.62e43p-1F, x));
    float p = 0x1.6a2434p-10F;
    for (size_t i = 0; i < sizeof coefficient / sizeof *coefficient; i++)
        p = exact_fma(p, r, coefficient[i]);
    return exact_mul(p, float_of(bits_of(shifted) << 23));
}

/* v_log of the same, for finite x above 0: a sum of e^z of which one is 1. */
float exact_log(float x)
{
    const uint32_t root_half = 0x3f3504f3, one = 0x3f800000, bits = bits_of(x) + (one - root_half);
    const float n = (float)(int32_t)(bits >> 23) - 127, m = float_of((bits & 0x007fffff) + root_half);
    const float s = exact_div(exact_sub(m, 1), exact_add(m, 1)), z = exact_mul(s, s);
    float p = exact_fma(0x1.31e138p-2F, z, 0x1.995eccp-2F);
    p = exact_fma(p, z, 0x1.55557ap-1F);
    const float log_m = exact_fma(exact_mul(p, z), s, exact_add(s, s));
    return exact_fma(n, 0x1.62e43p-1F, exact_fma(n, -0x1.05c61p-29F, log_m));
}

/* A polynomial from the highest coefficient down. */
static float polynomial(float x, const float *coefficient, size_t n)
{
    float p = coefficient[0];
    for (size_t i = 1; i < n; i++)
        p = exact_fma(p, x, coefficient[i]);
    return p;
}

/* v_log1p of the same. */
float exact_log1p(float x)
{
    static const float coefficient[] = {2.0F / 13, 2.0F / 11, 2.0F / 9, 2.0F / 7, 2.0F / 5, 2.0F / 3};
    const float s = exact_div(x, exact_add(2, x)), z = exact_mul(s, s), h = exact_mul(exact_mul(x, x), 0.5F);
    const float p = polynomial(z, coefficient, sizeof coefficient / sizeof *coefficient);
    return exact_sub(x, exact_sub(h, exact_mul(s, exact_fma(p, z, h))));
}

/* v_erf of the same. */
float exact_erf(float x)
{
    static const float near[] = {-0x1.38e000p-11F, 0x1.471a58p-8F,  -0x1.b691b2p-6F,
                                 0x1.ce1c44p-4F,   -0x1.812700p-2F, 0x1.06eba8p-3F};
    const float size = fabsf(x) > 4 ? 4 : exact_flush(fabsf(x)), square = exact_mul(size, size);
    if (size < 0.927734375F)
        return copysignf(exact_fma(polynomial(square, near, sizeof near / sizeof *near), size, size), x);
    float q = exact_fma(-0x1.220000p-16F, size, 0x1.91cfb2p-12F);
    q = exact_fma(q, square, exact_fma(-0x1.fd1438p-9F, size, 0x1.8d6342p-6F));
    q = exact_fma(q, size, -0x1.b55cb8p-4F);
    q = exact_fma(q, size, -0x1.450aa0p-1F);
    q = exact_fma(q, size, -0x1.079d0cp-3F);
    q = exact_fma(q, size, -size);
    return copysignf(exact_sub(1, exact_exp(q)), x);
}

/* ---- a layer's sum --------------------------------------------------------------------------------- */

static float last_line(const struct layer *layer, const float *x, size_t output);

static float next_sum(const struct running *r, const struct layer_step *step, bool first, float sum)
{
    const float *weights = r->layer->parameter[0].value;
    switch (step->kind) {
    case STEP_START:
        return exact_flush(weights[step->w]);
    case STEP_PRODUCT:
        return exact_fma(r->x[step->x], weights[step->w], sum);
    case STEP_LARGEST:
        return first || sum < r->x[step->x] ? r->x[step->x] : sum;
    case STEP_ADD:
        return first ? r->x[step->x] : exact_add(r->x[step->x], sum);
    case STEP_DIVIDE:
        return exact_div(sum, step->number);
    }
    return sum;
}

bool running_next(struct running *r)
{
    const struct layer_words *words = r->layer->type->words;
    const bool apart = words->by_groups && words->by_groups(r->layer);
    struct layer_step step;
    const bool more = words->step && words->step(r->layer, r->output, r->n, &step);
    const bool ends = r->n > 1 && (!more || step.group != r->step.group);
    if (apart && ends) {
        r->sum = exact_add(r->sum, r->group_sum);
        r->group_sum = 0;
    }
    if (!more)
        return false;
    if (apart && r->n > 0)
        r->group_sum = next_sum(r, &step, false, r->group_sum);
    else
        r->sum = next_sum(r, &step, r->n == 0, r->sum);
    r->step = step;
    r->n++;
    return true;
}

float exact_output(const struct layer *layer, const float *x, size_t output)
{
    struct running r = {.layer = layer, .x = x, .output = output};
    if (!layer->type->words->step)
        return last_line(layer, x, output);
    while (running_next(&r))
        ;
    return r.sum;
}

/* ---- a layer's lines ------------------------------------------------------------------------------- */

float names_put(struct names *names, const char *name, float value)
{
    size_t i = 0;
    while (i < names->n && strcmp(names->known[i].name, name) != 0)
        i++;
    if (i < MOST_NAMES) {
        names->known[i].name = name;
        names->known[i].value = value;
        names->n = i < names->n ? names->n : i + 1;
    }
    return value;
}

static const float *names_find(const struct names *names, const char *name, size_t length)
{
    for (size_t i = 0; i < names->n; i++)
        if (strlen(names->known[i].name) == length && memcmp(names->known[i].name, name, length) == 0)
            return &names->known[i].value;
    return NULL;
}

bool names_has(const struct names *names, const char *name)
{
    return names_find(names, name, strlen(name)) != NULL;
}

float names_value(const struct names *names, const char *name, size_t length)
{
    const float *known = names_find(names, name, length);
    return known ? *known : NAN;
}

struct worked worked_begin(const struct layer *layer, const float *x, size_t output)
{
    struct worked w = {.layer = layer, .output = output};
    names_put(&w.names, "x", exact_flush(x[output]));
    return w;
}

struct worked worked_begin_seen(const struct layer *layer, const struct batch *batch, size_t output)
{
    struct worked w = {.layer = layer, .output = output};
    const struct layer_words *words = layer->type->words;
    for (const struct layer_text *line = NULL; words->seen && (line = line_next(layer, TOPIC_STEP, line));)
        for (size_t i = 0; i < 4 && line->of[i]; i++) {
            const float value = words->seen(layer, batch, output, line->of[i]);
            if (!isnan(value))
                names_put(&w.names, line->of[i], value);
        }
    return w;
}

/* What a line's `of` stands for (layer.h). */
static float value_of(const struct worked *w, const char *name)
{
    const float *known = names_find(&w->names, name, strlen(name));
    const struct layer_words *words = w->layer->type->words;
    if (known)
        return *known;
    for (size_t i = 0; i < w->layer->n_parameters; i++) {
        const struct parameter *p = &w->layer->parameter[i];
        if (strcmp(p->name, name) == 0)
            return exact_flush(p->value[w->output % p->count]);
    }
    if (*name >= '0' && *name <= '9')
        return strtof(name, NULL);
    return words->number ? (float)words->number(w->layer, name) : NAN;
}

float worked_line(struct worked *w, const struct layer_text *line)
{
    float v[4] = {0};
    for (size_t i = 0; i < 4 && line->of[i]; i++)
        v[i] = names_put(&w->names, line->of[i], value_of(w, line->of[i]));
    switch (line->is) {
    case LINE_SUM:
        return exact_add(v[0], v[1]);
    case LINE_DIFFERENCE:
        return exact_sub(v[0], v[1]);
    case LINE_PRODUCT:
        return exact_mul(v[0], v[1]);
    case LINE_QUOTIENT:
        return exact_div(v[0], v[1]);
    case LINE_ROOT:
        return exact_sqrt(v[0]);
    case LINE_PRODUCT_SUM:
        return exact_fma(v[0], v[1], v[2]);
    case LINE_PRODUCTS:
        return exact_add(exact_mul(v[0], v[1]), exact_mul(v[2], v[3]));
    default:
        return v[0];
    }
}

const struct layer_text *topic_next(const struct layer *layer, enum layer_topic topic,
                                    const struct layer_text *after)
{
    const struct layer_text *first = layer->type->words->text;
    for (const struct layer_text *text = after ? after + 1 : first;
         text < first + LAYER_TEXTS && text->english; text++)
        if (text->topic == topic && (!text->holds || text->holds(layer)))
            return text;
    return NULL;
}

const struct layer_text *line_next(const struct layer *layer, enum layer_topic topic,
                                   const struct layer_text *after)
{
    const struct layer_text *text = topic_next(layer, topic, after);
    while (text && text->is == LINE_NONE)
        text = topic_next(layer, topic, text);
    return text;
}

bool layer_is_worked(const struct layer *layer)
{
    return layer->type->words->step || line_next(layer, TOPIC_NUMBER, NULL);
}

static float last_line(const struct layer *layer, const float *x, size_t output)
{
    struct worked w = worked_begin(layer, x, output);
    float y = NAN;
    for (const struct layer_text *line = NULL; (line = line_next(layer, TOPIC_NUMBER, line));)
        y = names_put(&w.names, line->english, worked_line(&w, line));
    return y;
}
