/* cnn_explain_quiz: a worksheet with gaps and its key. Everything in it follows from the seed, the model and
 * the image; what a pupil is to compute is computed from the rounded numbers that stand on the sheet. */
#include "explain/quiz.h"

#include "base/memory.h"
#include "nn/spec.h"
#include "nn/streams.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOGITS = 4, HUNDREDTHS = 100, THOUSANDTHS = 1000 };

static size_t draw(struct quiz *q, size_t from, size_t to)
{
    return from + random_below(&q->random, (uint32_t)(to - from + 1));
}

const char *quiz_gap(const struct quiz *q, const char *answer)
{
    return q->answers ? answer : "______";
}

/* ---- shapes and counts ----------------------------------------------------------------------------- */

static void draw_network(struct quiz *q, char *text, size_t size, struct shape *input)
{
    static const size_t sides[] = {20, 24, 28, 32}, kernels[] = {3, 5, 7}, units[] = {16, 32, 60, 84, 100};
    const size_t side = sides[draw(q, 0, 3)], channels = draw(q, 0, 1) ? 3 : 1;
    const size_t f = draw(q, 2, 8), k = kernels[draw(q, 0, 2)], g = draw(q, 2, 12),
                 l = kernels[draw(q, 0, 1)];
    *input = (struct shape){3, {side, side, channels}};
    snprintf(text, size, "conv2d:%zu,%zu,relu conv2d:%zu,%zu,relu flatten dense:%zu,relu dense:10,softmax", f,
             k, g, l, units[draw(q, 0, 4)]);
}

static void ask_table(struct quiz *q, const struct layer *layers, size_t n)
{
    struct paper *p = &q->e.paper;
    struct table t = {.look = "lrr"};
    table_cell(&t, "%s", paper_choose(p, "layer", "층"));
    table_cell(&t, "%s", paper_choose(p, "output shape", "출력 모양"));
    table_cell(&t, "%s", paper_choose(p, "parameters", "파라미터"));
    for (size_t i = 0; i < n; i++) {
        char shape[NAME_TEXT], number[NUMBER_WIDTH];
        double parameters = 0;
        for (size_t k = 0; k < layers[i].n_parameters; k++)
            parameters += (double)layers[i].parameter[k].count;
        shape_text(shape, &layers[i].out);
        table_cell(&t, "%s", layers[i].name);
        table_cell(&t, "%.40s", quiz_gap(q, shape));
        table_cell(&t, "%s", quiz_gap(q, number_text(number, parameters)));
    }
    paper_table(p, &t);
}

static enum cnn_status ask_shapes(struct quiz *q, struct cnn_error *error)
{
    char text[QUIZ_TEXT], shape[NAME_TEXT], number[NUMBER_WIDTH];
    struct shape input;
    struct paper *p = &q->e.paper;
    size_t n;
    struct layer *layers = memory_alloc(MAX_LAYERS, sizeof *layers);
    if (!layers)
        return error_memory(error, MAX_LAYERS * sizeof *layers);
    draw_network(q, text, sizeof text, &input);
    enum cnn_status status = spec_parse(text, &input, layers, &n, error);
    if (status == CNN_OK) {
        const size_t kernel = layers[0].parameter[0].shape[0];
        shape_text(shape, &input);
        paper_heading(p, 2, "%zu. Shapes and counts", "%zu. 모양과 개수", ++q->exercise);
        paper_say(p, "Images of the shape %s go into this network:",
                  "모양이 %s인 이미지가 이 신경망에 들어갑니다.", shape);
        paper_line(p, "%s", text);
        paper_say(p, "Fill in the table.", "표를 채우세요.");
        ask_table(q, layers, n);
        paper_say(p, "The first map is smaller than the image. Fill in the sum.",
                  "첫 특징맵은 이미지보다 작습니다. 식을 완성하세요.");
        paper_line(p, "%zu - (%zu-1) = %s", input.size[0], kernel,
                   quiz_gap(q, number_text(number, (double)layers[0].out.size[0])));
        paper_say(p, "There are as many new feature maps as there are %s.",
                  "새 특징맵의 개수는 %s의 개수와 같습니다.",
                  quiz_gap(q, paper_choose(p, "filter sets", "필터셋")));
    }
    memory_free(layers);
    return status;
}

/* ---- a pixel --------------------------------------------------------------------------------------- */

long quiz_hundredths(double x)
{
    return (long)floor(x * HUNDREDTHS + 0.5);
}

void quiz_decimal(char text[NUMBER_WIDTH], long parts, int digits)
{
    long one = digits == 4   ? HUNDREDTHS * HUNDREDTHS
               : digits == 2 ? HUNDREDTHS
                             : 1,
         size = parts < 0 ? -parts : parts;
    if (digits == 0)
        snprintf(text, NUMBER_WIDTH, "%ld", parts);
    else
        snprintf(text, NUMBER_WIDTH, "%s%ld.%0*ld", parts < 0 ? "-" : "", size / one, digits, size % one);
}

/* A window of the first layer with something in it. false: there is none, or the layer has no such sums. */
static bool draw_pixel(struct quiz *q, size_t *output)
{
    const struct layer *layer = explained_layer(&q->e, 1);
    for (size_t i = 0; i < QUIZ_TRIES; i++) {
        struct running r = {.layer = layer, .x = q->e.y[0]};
        size_t products = 0, ink = 0;
        r.output = *output = random_below(&q->random, (uint32_t)shape_count(&layer->out));
        while (running_next(&r)) {
            products += r.step.kind == STEP_PRODUCT;
            ink += r.step.kind == STEP_PRODUCT && r.x[r.step.x] > 0;
        }
        if (products == 0 || products > QUIZ_MOST_TERMS || layer->in.rank != 3)
            return false;
        if (4 * ink >= products)
            return true;
    }
    return false;
}

/* A row of the window in decimals: its numbers, weights and sum. */
struct row {
    char x[QUIZ_TEXT], w[QUIZ_TEXT];
    size_t used_x, used_w;
    long sum;
};

void quiz_add_number(char *text, size_t *used, long parts, int digits)
{
    char number[NUMBER_WIDTH];
    quiz_decimal(number, parts, digits);
    if (*used < QUIZ_TEXT)
        *used += (size_t)snprintf(text + *used, QUIZ_TEXT - *used, "%8s", number);
}

static void write_row(struct quiz *q, size_t number, const struct row *row, int digits)
{
    char sum[NUMBER_WIDTH], name[FILLED_TEXT];
    struct paper *p = &q->e.paper;
    const struct layer *layer = explained_layer(&q->e, 1);
    if (!fill(layer, paper_choose(p, layer->type->words->group_english, layer->type->words->group_korean),
              number, name))
        return;
    quiz_decimal(sum, row->sum, digits);
    paper_say(p, "%s", "%s", name);
    paper_line(p, "x: %s", row->x);
    paper_line(p, "w: %s", row->w);
    paper_line(p, "x * w: %s", quiz_gap(q, sum));
}

static void ask_pixel(struct quiz *q)
{
    size_t output;
    struct paper *p = &q->e.paper;
    const struct layer *layer = explained_layer(&q->e, 1);
    const bool scale = q->e.model->scale;
    char text[NAME_TEXT], number[NUMBER_WIDTH];
    if (!draw_pixel(q, &output))
        return;
    struct running r = {.layer = layer, .x = q->e.y[0], .output = output};
    struct row row = {.used_x = 0};
    long z = 0;
    size_t group = 0;
    const int digits = scale ? 4 : 2;
    output_text(p, text, &layer->out, output);
    paper_heading(p, 2, "%zu. One number of a feature map", "%zu. 특징맵의 수 하나", ++q->exercise);
    paper_say(p,
              "Your network's filter set lies on image %zu, for %s. x are pixels, w weights rounded to two "
              "digits after the "
              "point. Multiply each x by the w below it and add up, row by row.",
              "여러분의 신경망에서 필터셋이 %zu번 이미지 위에 놓여 있습니다. 자리는 %s입니다. x는 픽셀, w는 "
              "소수 둘째 자리까지 반올림한 "
              "가중치입니다. x마다 아래의 w를 곱하고 행별로 더하세요.",
              q->e.options.first + q->e.image, text);
    while (running_next(&r)) {
        const double w = (double)layer->parameter[0].value[r.step.w];
        if (r.step.kind == STEP_START) {
            z = quiz_hundredths(w) * (scale ? HUNDREDTHS : 1);
            quiz_decimal(number, quiz_hundredths(w), 2);
            continue;
        }
        const long x = scale ? quiz_hundredths((double)r.x[r.step.x]) : (long)r.x[r.step.x];
        if (r.step.group != group) {
            write_row(q, group, &row, digits);
            row = (struct row){.used_x = 0};
            group = r.step.group;
        }
        quiz_add_number(row.x, &row.used_x, x, scale ? 2 : 0);
        quiz_add_number(row.w, &row.used_w, quiz_hundredths(w), 2);
        row.sum += x * quiz_hundredths(w);
        z += x * quiz_hundredths(w);
    }
    write_row(q, group, &row, digits);
    paper_say(p, "The bias is %s. What is the number z, and what is left of it after relu, max(z, 0)?",
              "편향은 %s입니다. 모두 더한 수 z는 얼마입니까? 활성화 함수 relu, 곧 max(z, 0)을 거치면 얼마가 "
              "됩니까?",
              number);
    quiz_decimal(number, z, digits);
    paper_line(p, "z = %s", quiz_gap(q, number));
    quiz_decimal(number, z > 0 ? z : 0, digits);
    paper_line(p, "relu(z) = %s", quiz_gap(q, number));
}

/* ---- a softmax ------------------------------------------------------------------------------------- */

/* What the key has, in thousandths: made of one another as they stand there. */
struct softmax_key {
    float z[LOGITS];
    long power[LOGITS], sum, p[LOGITS];
};

static long thousandths(double x)
{
    return (long)floor(x * THOUSANDTHS + 0.5);
}

static struct softmax_key draw_softmax(struct quiz *q)
{
    struct softmax_key key = {.sum = 0};
    for (size_t i = 0; i < LOGITS; i++) {
        key.z[i] = exact_div((float)draw(q, 0, 50) - 20, 10);
        key.power[i] = thousandths((double)exact_exp(key.z[i]));
        key.sum += key.power[i];
    }
    for (size_t i = 0; i < LOGITS; i++)
        key.p[i] = thousandths((double)key.power[i] / (double)key.sum);
    return key;
}

static void put_gap(const struct quiz *q, struct table *t, long parts)
{
    char text[NUMBER_WIDTH];
    snprintf(text, sizeof text, "%.3f", (double)parts / THOUSANDTHS);
    table_cell(t, "%s", quiz_gap(q, text));
}

static void ask_softmax_table(struct quiz *q, const struct softmax_key *key)
{
    struct paper *p = &q->e.paper;
    struct table t = {.look = "lrrr"};
    table_cell(&t, "%s", paper_choose(p, "class", "클래스"));
    table_cell(&t, "z");
    table_cell(&t, "e^z");
    table_cell(&t, "%s", paper_choose(p, "probability", "확률"));
    for (size_t i = 0; i < LOGITS; i++) {
        table_cell(&t, "%zu", i);
        table_cell(&t, "%.1f", (double)key->z[i]);
        put_gap(q, &t, key->power[i]);
        put_gap(q, &t, key->p[i]);
    }
    table_cell(&t, "%s", paper_choose(p, "sum", "합"));
    table_cell(&t, "%s", "");
    put_gap(q, &t, key->sum);
    table_cell(&t, "1");
    paper_table(p, &t);
}

static void ask_softmax(struct quiz *q)
{
    struct paper *p = &q->e.paper;
    const struct softmax_key key = draw_softmax(q);
    const size_t truth = draw(q, 0, LOGITS - 1);
    char text[NUMBER_WIDTH];
    paper_heading(p, 2, "%zu. Softmax", "%zu. 소프트맥스", ++q->exercise);
    paper_say(
        p,
        "The last layer of a small network gives these z. Fill in the table, three digits after the "
        "point, and go on with each number as you have written it down.",
        "작은 신경망의 마지막 층이 z를 이렇게 냈습니다. 소수 셋째 자리까지 반올림해 표를 채우고, 그다음 "
        "계산에는 표에 쓴 수를 그대로 쓰세요.");
    ask_softmax_table(q, &key);
    snprintf(text, sizeof text, "%zu", largest_of(key.z, LOGITS, 1));
    paper_say(p, "Which class is the network's answer? %s", "신경망의 답은 어느 클래스입니까? %s",
              quiz_gap(q, text));
    snprintf(text, sizeof text, "%.3f", (double)exact_log(exact_div(THOUSANDTHS, (float)key.p[truth])));
    paper_say(p, "The right answer is class %zu. What is the loss, -log p, with the natural logarithm? %s",
              "정답은 클래스 %zu입니다. 손실 -log p는 얼마입니까(자연로그)? %s", truth, quiz_gap(q, text));
}

/* ---- ----------------------------------------------------------------------------------------------- */

enum cnn_status cnn_explain_quiz(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                 size_t image, const struct cnn_explain_options *options, uint64_t seed,
                                 bool answers, cnn_text_written *write, void *context,
                                 struct cnn_error *error)
{
    struct quiz q = {.random = random_stream(seed, STREAM_QUIZ), .answers = answers};
    enum cnn_status status = explanation_begin(&q.e, model, dataset, image, options, write, context, error);
    if (status == CNN_OK) {
        paper_heading(&q.e.paper, 1, answers ? "Worksheet %llu: key" : "Worksheet %llu",
                      answers ? "연습 문제 %llu: 정답" : "연습 문제 %llu", (unsigned long long)seed);
        status = ask_shapes(&q, error);
    }
    if (status == CNN_OK) {
        ask_pixel(&q);
        ask_softmax(&q);
        quiz_ask_pooling(&q);
    }
    return explanation_end(&q.e, status, error);
}
