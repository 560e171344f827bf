/*
 * The sums that are explained are the program's own, to the bit: every output of every layer of the table, in
 * every variant, with every activation; large dense layers in shards; the step of a weight; the loss.
 */
#include "explain/text.h"

#include "base/denormals.h"
#include "explain/activation.h"
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
    if (!same(exact_output(layer, e->y[i - 1], output), e->z[i][output]))
        fail_msg("%s: %s, output %zu: %a explained, %a computed", arch, layer->name, output,
                 (double)exact_output(layer, e->y[i - 1], output), (double)e->z[i][output]);
    const float y = exact_activation(layer->activation, e->z[i][output]);
    if (layer->type->has_activation && !is_softmax(e, i) && !same(y, e->y[i][output]))
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
             layer_is_worked(explained_layer(&e, i)) && k < shape_count(&explained_layer(&e, i)->out); k++)
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

/* Every activation in every one of its cases: at their ends, near 0, far out. */
static void test_every_activation(void **state)
{
    (void)state;
    static const float far[] = {0,    0x1p-126F, 0x1p-100F, 0.4F, 0.625F, 0.927734375F, 1.3F, 2.5F, 3,    4,
                                5.7F, 19.5F,     20,        87,   88.8F,  89,           90,   1e4F, 1e30F};
    const struct kernels *k;
    struct cnn_error error;
    assert_int_equal(kernels_choose(&k, &error), CNN_OK);
    for (int a = 0; a < N_ACTIVATIONS; a++)
        for (size_t i = 0; i < sizeof far / sizeof *far * 16; i++) {
            float z = far[i / 16], x[16] = {0}, y[16];
            for (size_t n = 0; n < i % 8; n++)
                z = n % 2 ? nextafterf(z, 0) : z * 1.1F;
            x[5] = i % 16 < 8 ? z : -z;
            const uint64_t before = denormals_flush();
            k->activate[a](16, x, y, NULL);
            denormals_restore(before);
            if (!same(exact_activation((enum activation)a, x[5]), y[5]))
                fail_msg("%s(%a): %a explained, %a computed", activation_word((size_t)a)->word, (double)x[5],
                         (double)exact_activation((enum activation)a, x[5]), (double)y[5]);
        }
}

/* Shows one activation of a network of one unit for each of several z: what is said of it. */
static void check_told(enum activation activation, float bias, enum cnn_language language)
{
    char arch[80], *text, last[32];
    struct cnn_error error;
    const char *word = activation_word(activation)->word;
    snprintf(arch, sizeof arch, "flatten dense:1,%s dense:2,softmax", word);
    struct cnn_model *model = made(arch, 1, 1, true);
    struct cnn_dataset *data = one_image(1, 1); /* whose pixel is 0 */
    float y;
    assert_int_equal(cnn_model_set_weights(model, "dense/bias", &bias, 1, &error), CNN_OK);
    assert_int_equal(cnn_model_activations(model, data, 0, 2, CNN_AFTER_ACTIVATION, &y, &error), CNN_OK);
    text = explained(model, data,
                     &(struct cnn_explain_options){.layer = "dense", .columns = 1000, .language = language});
    snprintf(last, sizeof last, " = %.6g\n", (double)y);
    const char *from = strstr(text, "    z = "), *result = from ? strstr(from, "\n    y = ") : NULL,
               *end = result ? strchr(result + 1, '\n') : NULL;
    if (!end || strncmp(end + 1 - strlen(last), last, strlen(last)) != 0)
        fail_msg("%s(%g): no line that ends in%s in %s", word, (double)bias, last, text);
    for (const char *at = from; at < end; at++)
        if (*at == '{' || *at == '}' || strncmp(at, "nan", 3) == 0)
            fail_msg("%s(%g): a number has no name: %s", word, (double)bias, from);
    free(text);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_every_activation_is_told(void **state)
{
    (void)state;
    static const float biases[] = {-95, -21, -4, -0.7F, -0.3F, 0.3F, 0.7F, 4};
    for (int a = 0; a < N_ACTIVATIONS; a++)
        for (size_t i = 0; i < sizeof biases / sizeof *biases; i++)
            if (a != ACTIVATION_linear && a != ACTIVATION_softmax)
                check_told((enum activation)a, biases[i], i % 2 ? CNN_KOREAN : CNN_ENGLISH);
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
                                        "    20*20*6 = 2,400\n",
                                        "    2,400*84 + 84 = 201,684\n",
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

/* ---- whole networks -------------------------------------------------------------------------------- */

static const char every_layer[] =
    "conv2d:3,3,same,linear batchnorm activation:gelu maxpool2d:2 conv2d:4,3,stride=2,elu "
    "avgpool2d:2 dropout:0.25 flatten dense:12,hard_swish dense:10,softmax";

/* Lines of arithmetic, which stand by themselves in any language: no words but names. */
static char *arithmetic_of(const char *text)
{
    char *lines = calloc(strlen(text) + 1, 1), *to = lines;
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
        size_t length = strcspn(at, "\n");
        if (strncmp(at, "    ", 4) == 0 && memchr(at, '=', length) && !memchr(at, 0xed, length)) {
            memcpy(to, at, length + 1);
            to += length + 1;
        }
    }
    return lines;
}

/* Everything of a network in both languages: every name filled in, the same sums, nothing that is no number.
 */
static void check_whole(const char *arch)
{
    struct cnn_model *model = made(arch, 28, 1, true);
    struct cnn_dataset *data = one_image(28, 1);
    check_model(model, data, arch);
    for (int all = 0; all < 2; all++) {
        char *text[2], *sums[2];
        for (int language = 0; language < 2; language++) {
            text[language] =
                explained(model, data,
                          &(struct cnn_explain_options){
                              .language = (enum cnn_language)language, .all = all, .columns = 1000});
            if (strpbrk(text[language], "{}") || strstr(text[language], "nan"))
                fail_msg("%s: a name or a number is missing: %s", arch, strpbrk(text[language], "{}"));
            for (size_t i = 0; i < model->n_layers; i++)
                assert_non_null(strstr(text[language], model->layer[i].name));
            sums[language] = arithmetic_of(text[language]);
        }
        assert_true(strlen(sums[0]) > 200);
        assert_string_equal(sums[0], sums[1]);
        for (char *line = strtok(sums[0], "\n"); line; line = strtok(NULL, "\n"))
            if (!strpbrk(line, "zgvwym")) /* of shapes and counts */
                check_line(arch, line);
        for (int language = 0; language < 2; language++) {
            free(text[language]);
            free(sums[language]);
        }
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_whole_networks(void **state)
{
    (void)state;
    const struct layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++)
        if (!strstr(every_layer, type->word) && strcmp(type->word, "globalavgpool2d") != 0)
            fail_msg("%s is not in the network that is explained whole: add it", type->word);
    check_whole("pool");
    check_whole("lenet5");
    check_whole(every_layer);
    check_whole("conv2d:4,3,softplus globalavgpool2d dense:10,softmax"); /* in the place of flatten */
}

/* Which parameters are learned: a batch normalisation keeps two of its four. */
static void test_totals(void **state)
{
    (void)state;
    static const char *const archs[] = {"conv2d:3,3 batchnorm flatten dense:4,softmax", "lenet5", "pool"};
    for (size_t i = 0; i < 3; i++) {
        struct cnn_model *model = made(archs[i], 28, 1, true);
        struct cnn_dataset *data = one_image(28, 1);
        char *text = explained(model, data, &(struct cnn_explain_options){.columns = 1000}), expected[160];
        snprintf(expected, sizeof expected,
                 i == 0 ? "\n    30 + 12 + 8,116 = 8,158\n\nOf these 8,152 are learned from images. The "
                          "other 6 are not"
                        : "\nParameters, all learned from images:\n");
        if (!strstr(text, expected))
            fail_msg("%s: not said: %s", archs[i], expected);
        free(text);
        cnn_dataset_close(data);
        cnn_model_free(model);
    }
}

/* ---- the step -------------------------------------------------------------------------------------- */

/* The number behind the last " = " of the last line that begins so. */
static float last_number(const char *text, const char *begin)
{
    const char *line = NULL, *at;
    for (at = text; (at = strstr(at, begin)); at++)
        line = at + 1; /* after the end of the line before */
    assert_non_null(line);
    char *copy = strndup(line, strcspn(line, "\n"));
    at = copy;
    for (const char *next; (next = strstr(at, " = ")); at = next + 3)
        ;
    const float value = strtof(at, NULL);
    free(copy);
    return value;
}

/* The array that a text names a weight of. */
static void find_named(const char *text, const struct cnn_model *model, const char *layer,
                       struct cnn_weights *w)
{
    static const char *const arrays[] = {"kernel", "gamma", "beta"};
    char name[80];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s[", layer, arrays[i]);
        const bool named = strstr(text, name);
        name[strlen(name) - 1] = '\0';
        if (named && cnn_model_weights(model, name, w, NULL) == CNN_OK)
            return;
    }
    fail_msg("no weight of %s is named: %s", layer, text);
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

/* Of a normalisation the weight is one of the channel whose number is explained. */
static void check_channel(const char *text, const char *layer, size_t channel)
{
    char map[80], unit[80];
    snprintf(map, sizeof map, "\n%s, map %zu, row ", layer, channel);
    snprintf(unit, sizeof unit, "\n%s, unit %zu:", layer, channel);
    if (!strstr(text, map) && !strstr(text, unit))
        fail_msg("weight %zu is not of the number that is explained: %s", channel, text);
}

/* What is said of the moving averages has come true, as far as it is said. */
static void check_moving(const char *text, const struct cnn_model *model, const char *layer, size_t channel)
{
    static const char *const arrays[] = {"moving_mean", "moving_variance"};
    for (size_t i = 0; i < 2; i++) {
        char name[80], begin[80], value[32];
        struct cnn_weights w;
        snprintf(name, sizeof name, "%s/%s", layer, arrays[i]);
        snprintf(begin, sizeof begin, "\n    %s = ", arrays[i]);
        assert_int_equal(cnn_model_weights(model, name, &w, NULL), CNN_OK);
        snprintf(value, sizeof value, "%.6g", (double)w.values[channel]);
        if (!same(last_number(text, begin), strtof(value, NULL)))
            fail_msg("%s[%zu] has become %s: %s", name, channel, value, text);
    }
}

/* Batches of one image, one a epoch: the next step of the run is the one that is explained. */
static void check_step(const char *arch, const char *layer, const struct cnn_train_options *given)
{
    char path[] = "/tmp/cnn-explain-XXXXXX";
    struct cnn_error error = {0};
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    struct cnn_trainer *trainer;
    struct cnn_train_options options = *given;
    options.epochs = 6;
    options.batch_size = 1;
    options.learning_rate = 0.01;
    close(mkstemp(path));
    if (cnn_trainer_create(model, data, &options, &trainer, &error) != CNN_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(cnn_trainer_save(trainer, path, &error), CNN_OK);
    char *text =
        explained(model, data, &(struct cnn_explain_options){.layer = layer, .run = path, .columns = 1000});
    struct cnn_weights w;
    find_named(text, model, layer, &w);
    const size_t at = named_weight(text, &w);
    const float before = w.values[at], promised = last_number(text, "\n    w = ");
    assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_OK);
    assert_false(same(before, w.values[at]));
    if (!same(promised, w.values[at]))
        fail_msg("%s, %s: %.9g explained, %.9g trained: %s", arch, options.optimizer, (double)promised,
                 (double)w.values[at], text);
    if (options.ema > 0)
        assert_true(same(last_number(text, "\n    mean = "),
                         trainer->average.values[w.values + at - model->weights]));
    assert_int_equal(strstr(text, "L2 adds") != NULL, options.l2 > 0);
    assert_int_equal(strstr(text, "The run clips") != NULL, options.clipnorm + options.global_clipnorm > 0);
    if (w.rank == 1) {
        check_channel(text, layer, at);
        check_moving(text, model, layer, at);
        assert_int_equal(strstr(text, "Keras 2 makes up for it") != NULL,
                         options.compat == CNN_KERAS2 && strstr(text, ", map "));
    }
    assert_int_equal(strstr(text, "is that of training") != NULL, strstr(arch, "batchnorm") != NULL);
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
    static const char arch[] = "conv2d:2,3,swish flatten dense:4,softmax";
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        check_step(arch, "conv2d", &(struct cnn_train_options){.optimizer = optimizers[i]});
        check_step(arch, "conv2d",
                   &(struct cnn_train_options){
                       .optimizer = optimizers[i], .compat = CNN_KERAS3, .schedule = "cosine"});
    }
}

/* What makes another gradient, and keeps a mean: norms over more than one piece of 4096 weights among it. */
static void test_step_of_each_objective(void **state)
{
    (void)state;
    static const struct cnn_train_options options[] = {
        {.label_smoothing = 0.1},
        {.loss = "mse"},
        {.l2 = 0.05},
        {.clipnorm = 0.01},
        {.clipnorm = 1e6},
        {.global_clipnorm = 0.01},
        {.ema = 0.9},
        {.loss = "mse", .l2 = 0.05, .global_clipnorm = 0.02, .ema = 0.5, .compat = CNN_KERAS3},
    };
    static const char *const archs[] = {"conv2d:2,3,swish flatten dense:80,tanh dense:4,softmax",
                                        "conv2d:2,3 batchnorm activation:relu flatten dense:4,softmax"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        for (size_t k = 0; k < 2; k++) {
            struct cnn_train_options o = options[i];
            o.optimizer = "sgd";
            check_step(archs[k], k ? "conv2d" : "dense", &o);
        }
    check_step("flatten dense:4,sigmoid", "dense",
               &(struct cnn_train_options){.optimizer = "sgd", .loss = "mse"});
}

static void test_step_of_a_normalisation(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"rmsprop", "sgd:0.9", "adamw"};
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        for (int compat = 0; compat < 2; compat++) {
            const struct cnn_train_options o = {.optimizer = optimizers[i],
                                                .compat = compat ? CNN_KERAS3 : CNN_KERAS2,
                                                .ema = i == 1 ? 0.9 : 0,
                                                .clipnorm = i == 2 ? 0.01 : 0};
            check_step("conv2d:2,3 batchnorm activation:swish flatten dense:4,softmax", "batch_normalization",
                       &o);
            check_step("flatten dense:5 batchnorm activation:swish dense:4,softmax", "batch_normalization",
                       &o);
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
        cmocka_unit_test(test_every_activation),
        cmocka_unit_test(test_every_activation_is_told),
        cmocka_unit_test(test_names_in_braces),
        cmocka_unit_test(test_arithmetic_is_true),
        cmocka_unit_test(test_the_lesson),
        cmocka_unit_test(test_whole_networks),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_step),
        cmocka_unit_test(test_step_of_each_objective),
        cmocka_unit_test(test_step_of_a_normalisation),
        cmocka_unit_test(test_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
