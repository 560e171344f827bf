/*
 * The sums that are explained are the program's own, to the bit: every output of every layer of the table, in
 * every variant, with every activation; large dense layers in shards; the step of a weight; the loss.
 */
#include "explain/text.h"

#include "explain/explain.h"
#include "nn/engine.h"
#include "nn/table.h"
#include "train/trainer.h"

#include <math.h>
#include <unistd.h>

enum { SIDE = 9, CHANNELS = 2 };

static bool same(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (a == 0 && b == 0);
}

static size_t n_outputs;

static void check_output(const struct explanation *e, const char *arch, size_t i, size_t output)
{
    const struct layer *layer = explained_layer(e, i);
    float y;
    if (!same(exact_output(layer, e->y[i - 1], output), e->z[i][output]))
        fail_msg("%s: %s, output %zu: %a explained, %a computed", arch, layer->name, output,
                 (double)exact_output(layer, e->y[i - 1], output), (double)e->z[i][output]);
    if (layer->type->has_activation && !is_answer(e, i) &&
        exact_activation(layer->activation, e->z[i][output], &y) && !same(y, e->y[i][output]))
        fail_msg("%s: %s, output %zu: activation %a explained, %a computed", arch, layer->name, output,
                 (double)y, (double)e->y[i][output]);
    n_outputs++;
}

static void check_model(const struct cnn_model *model, const struct cnn_dataset *data, const char *arch)
{
    struct explanation e;
    struct cnn_error error;
    struct written w = {0};
    const struct cnn_explain_options options = {.language = CNN_ENGLISH};
    if (explanation_begin(&e, model, data, 0, &options, write_more, &w, &error) != CNN_OK)
        fail_msg("%s: %s", arch, error.message);
    for (size_t i = 1; i <= model->n_layers; i++)
        for (size_t k = 0;
             explained_layer(&e, i)->type->words->step && k < shape_count(&explained_layer(&e, i)->out); k++)
            check_output(&e, arch, i, k);
    assert_int_equal(explanation_end(&e, CNN_OK, &error), CNN_OK);
    free(w.text);
}

static void check_arch(const char *arch)
{
    for (int scale = 0; scale < 2; scale++) {
        struct cnn_model *model = made(arch, SIDE, CHANNELS, scale);
        struct cnn_dataset *data = one_image(SIDE, CHANNELS);
        check_model(model, data, arch);
        cnn_dataset_close(data);
        cnn_model_free(model);
    }
}

static void test_every_layer(void **state)
{
    (void)state;
    assert_true(each_network(SIDE, CHANNELS, check_arch) > 10);
    assert_true(n_outputs > 1000);
}

static void test_shards(void **state)
{
    (void)state;
    static const char *const archs[] = {"flatten dense:130,swish dense:4,softmax",
                                        "flatten dense:102,relu dense:161,tanh dense:4,softmax"};
    for (size_t i = 0; i < 2; i++)
        check_arch(archs[i]);
}

/* ---- words ----------------------------------------------------------------------------------------- */

static void check_fill(const char *arch)
{
    char filled[FILLED_TEXT];
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    for (size_t i = 0; i < model->n_layers; i++) {
        const struct layer *layer = &model->layer[i];
        const struct layer_words *words = layer->type->words;
        for (size_t k = 0; k < LAYER_TEXTS && words->text[k].english; k++) {
            const struct layer_text *text = &words->text[k];
            if (!fill(layer, text->english, 0, filled) ||
                (text->korean && !fill(layer, text->korean, 0, filled)))
                fail_msg("%s: a name in braces is unknown: %s", layer->name, text->english);
        }
        if (words->group_english && (!fill(layer, words->group_english, 3, filled) || !strchr(filled, '3')))
            fail_msg("%s: %s has no {G}", layer->name, words->group_english);
    }
    cnn_model_free(model);
}

static void test_names_in_braces(void **state)
{
    (void)state;
    each_network(SIDE, CHANNELS, check_fill);
}

/* A chain of whole numbers: sums and differences of products and quotients, "(" and commas as people write
 * them; * and / round down at the end only. */
struct reader {
    const char *at;
    bool good;
};

static double read_sum(struct reader *r);

static double read_number(struct reader *r)
{
    double value = 0;
    while (*r->at == ' ')
        r->at++;
    if (*r->at == '(') {
        r->at++;
        value = read_sum(r);
        r->good = r->good && *r->at++ == ')';
        return value;
    }
    r->good = r->good && *r->at >= '0' && *r->at <= '9';
    for (; (*r->at >= '0' && *r->at <= '9') || (*r->at == ',' && r->at[1] != ' '); r->at++)
        if (*r->at != ',')
            value = 10 * value + (*r->at - '0');
    return value;
}

static char read_sign(struct reader *r, const char *signs)
{
    while (*r->at == ' ')
        r->at++;
    return *r->at && strchr(signs, *r->at) ? *r->at++ : '\0';
}

static double read_product(struct reader *r)
{
    double value = read_number(r);
    for (char sign; r->good && (sign = read_sign(r, "*/")) != 0;) {
        double right = read_number(r);
        value = sign == '*' ? value * right : value / right;
    }
    return value;
}

static double read_sum(struct reader *r)
{
    double value = read_product(r);
    for (char sign; r->good && (sign = read_sign(r, "+-")) != 0;)
        value += sign == '+' ? read_product(r) : -read_product(r);
    return value;
}

static size_t n_lines;

/* Of a line such as "    28 - (5-1) = 24": both sides are equal, up to rounding where it divides. */
static void check_line(const char *arch, const char *line)
{
    struct reader r = {line, true};
    double left = read_sum(&r);
    if (!r.good || read_sign(&r, "=") != '=')
        return;
    double right = read_sum(&r);
    if (!r.good || *r.at)
        return;
    n_lines++;
    const double slack = strchr(line, '/') ? 1 : 0.25;
    if (fabs(left - right) >= slack)
        fail_msg("%s: not so: %s", arch, line);
}

static void check_arithmetic(const char *arch)
{
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    for (int language = 0; language < 2; language++) {
        char *text =
            explained(model, data, &(struct cnn_explain_options){.language = (enum cnn_language)language});
        for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
            check_line(arch, line);
        free(text);
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_arithmetic_is_true(void **state)
{
    (void)state;
    each_network(SIDE, CHANNELS, check_arithmetic);
    assert_true(n_lines > 100);
}

static void test_the_lesson(void **state)
{
    (void)state;
    static const char *const lines[] = {"    28 - (5-1) = 24\n",
                                        "    24 - (5-1) = 20\n",
                                        "    5*5*1*3 + 3 = 78\n",
                                        "    5*5*3*6 + 6 = 456\n",
                                        "    20*20*6 = 2400\n",
                                        "    2400*84 + 84 = 201,684\n",
                                        "    84*10 + 10 = 850\n",
                                        "    78 + 456 + 201,684 + 850 = 203,068\n",
                                        "    43,200 + 180,000 + 201,600 + 840 = 425,640\n"};
    struct cnn_model *model = made("lesson", 28, 1, false);
    struct cnn_dataset *data = one_image(28, 1);
    for (int language = 0; language < 2; language++) {
        char *text =
            explained(model, data, &(struct cnn_explain_options){.language = (enum cnn_language)language});
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            if (!strstr(text, lines[i]))
                fail_msg("not said: %s", lines[i]);
        free(text);
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

/* ---- the step -------------------------------------------------------------------------------------- */

/* The number behind the last " = " of the last line. */
static float last_number(const char *text)
{
    const char *at = text;
    for (const char *next; (next = strstr(at, " = ")); at = next + 3)
        ;
    return strtof(at, NULL);
}

/* Where the weight named in a text lies in its array. */
static size_t named_weight(const char *text, const struct cnn_weights *w)
{
    char begin[80];
    snprintf(begin, sizeof begin, "%s[", w->name);
    const char *at = strstr(text, begin);
    size_t index = 0;
    assert_non_null(at);
    at += strlen(begin);
    for (size_t k = 0; k < w->rank; k++) {
        index = index * w->shape[k] + strtoul(at, (char **)&at, 10);
        at += 2;
    }
    return index;
}

/* Batches of one image, one a epoch: the next step of the run is the one that is explained. */
static void check_step(const char *optimizer, enum cnn_compat compat, const char *schedule)
{
    char path[] = "/tmp/cnn-explain-XXXXXX";
    struct cnn_error error = {0};
    struct cnn_model *model = made("conv2d:2,3,swish flatten dense:4,softmax", SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    struct cnn_trainer *trainer;
    const struct cnn_train_options options = {.epochs = 6,
                                              .batch_size = 1,
                                              .optimizer = optimizer,
                                              .compat = compat,
                                              .schedule = schedule,
                                              .learning_rate = 0.01};
    close(mkstemp(path));
    if (cnn_trainer_create(model, data, &options, &trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(cnn_trainer_save(trainer, path, &error), CNN_OK);
    char *text = explained(model, data,
                           &(struct cnn_explain_options){.layer = "conv2d", .run = path, .columns = 1000});
    struct cnn_weights w;
    assert_int_equal(cnn_model_weights(model, "conv2d/kernel", &w, &error), CNN_OK);
    const size_t at = named_weight(text, &w);
    const float before = w.values[at], promised = last_number(text);
    assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_OK);
    assert_false(same(before, w.values[at]));
    if (!same(promised, w.values[at]))
        fail_msg("%s, %s: %.9g explained, %.9g trained", optimizer, schedule, (double)promised,
                 (double)w.values[at]);
    free(text);
    unlink(path);
    cnn_trainer_free(trainer);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_step(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"rmsprop",          "sgd",  "sgd:0.9",
                                             "sgd:0.9,nesterov", "adam", "adamw"};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        check_step(optimizers[i], CNN_KERAS2, "constant");
        check_step(optimizers[i], CNN_KERAS3, "cosine");
    }
}

static void test_loss(void **state)
{
    (void)state;
    struct cnn_model *model = made("lesson", 28, 1, true);
    struct cnn_dataset *data = one_image(28, 1);
    struct cnn_scores scores;
    char expected[64];
    assert_int_equal(cnn_model_evaluate(model, data, &scores, NULL, NULL), CNN_OK);
    char *text = explained(model, data, &(struct cnn_explain_options){.columns = 1000});
    snprintf(expected, sizeof expected, ") = %.6g\n", scores.loss);
    if (!strstr(text, expected))
        fail_msg("the loss is %.6g, not said", scores.loss);
    free(text);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_layer),
        cmocka_unit_test(test_shards),
        cmocka_unit_test(test_names_in_braces),
        cmocka_unit_test(test_arithmetic_is_true),
        cmocka_unit_test(test_the_lesson),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
