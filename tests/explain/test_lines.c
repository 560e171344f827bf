/*
 * Numbers that come about by lines: what is told ends in the network's number, every line is true as it
 * stands there, and what is said of training is what training does.
 */
#include "explain/text.h"

#include "explain/explain.h"
#include "nn/engine.h"

#include <math.h>

enum { SIDE = 9, CHANNELS = 2 };

static bool same(float a, float b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (a == 0 && b == 0);
}

/* ---- a line, read once more ------------------------------------------------------------------------ */

/* Sums of products and quotients of numbers, roots and what stands in brackets. */
struct reader {
    const char *at;
    bool good;
};

static double read_sum(struct reader *r);

static double read_number(struct reader *r)
{
    r->at += strspn(r->at, " ");
    const bool root = strncmp(r->at, "sqrt(", 5) == 0;
    double value = 0;
    char *end;
    if (root || *r->at == '(') {
        r->at += root ? 5 : 1;
        value = read_sum(r);
        r->good = r->good && *r->at++ == ')';
        return root ? sqrt(value) : value;
    }
    r->good = r->good && *r->at && strchr("-0123456789", *r->at);
    if (!r->good)
        return NAN;
    value = strtod(r->at, &end);
    r->at = end;
    return value;
}

static double read_product(struct reader *r)
{
    double value = read_number(r);
    while (r->good && (strncmp(r->at, " * ", 3) == 0 || strncmp(r->at, " / ", 3) == 0)) {
        const bool times = r->at[1] == '*';
        r->at += 3;
        const double right = read_number(r);
        value = times ? value * right : value / right;
    }
    return value;
}

static double read_sum(struct reader *r)
{
    double value = read_product(r);
    while (r->good && (strncmp(r->at, " + ", 3) == 0 || strncmp(r->at, " - ", 3) == 0)) {
        const double sign = r->at[1] == '+' ? 1 : -1;
        r->at += 3;
        value += sign * read_product(r);
    }
    return value;
}

/* Of "s = a + b = 1 + 2 = 3": that 1 + 2 is 3. Returns whether there are two such sides. */
static bool check_line(const char *line)
{
    double side[2] = {0};
    size_t n = 0;
    for (const char *at = line; (at = strstr(at, " = ")); at += 3) {
        struct reader r = {at + 3, true};
        const double value = read_sum(&r);
        if (!r.good || (*r.at && strncmp(r.at, " = ", 3) != 0))
            continue;
        side[n++ % 2] = value;
    }
    if (n == 2 && fabs(side[0] - side[1]) > 2e-5 * (1 + fabs(side[1])))
        fail_msg("not so: %s", line);
    return n == 2;
}

static size_t check_every_line(const char *text)
{
    size_t n = 0;
    char *copy = strdup(text);
    for (char *line = strtok(copy, "\n"); line; line = strtok(NULL, "\n"))
        n += strncmp(line, "    ", 4) == 0 && !strstr(line, "^2") && check_line(line);
    free(copy);
    return n;
}

/* ---- told ------------------------------------------------------------------------------------------ */

/* What is told of one number of a layer by lines: that the network has the same, and the last y of those
 * before that. */
static void check_lines(const char *arch, const char *layer, size_t i, size_t lines)
{
    static const char *const same_bits[] = {
        "\nThe network itself computed the same number, to the last bit.\n",
        "\n신경망이 직접 계산한 값과 마지막 비트까지 같습니다.\n"};
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    struct cnn_error error;
    const size_t unit = 3;
    float y[2 * SIDE * SIDE];
    char last[32];
    assert_int_equal(cnn_model_activations(model, data, 0, i, CNN_AFTER_ACTIVATION, y, &error), CNN_OK);
    for (int language = 0; language < 2; language++) {
        const bool row = model->layer[i - 1].out.rank == 1;
        char *text = explained(model, data,
                               &(struct cnn_explain_options){.language = (enum cnn_language)language,
                                                             .layer = layer,
                                                             .has_unit = row,
                                                             .unit = unit,
                                                             .has_map = !row,
                                                             .map = unit % 2,
                                                             .has_place = !row,
                                                             .x = 1,
                                                             .columns = 1000});
        const char *end = strstr(text, same_bits[language]);
        snprintf(last, sizeof last, " = %.6g\n", (double)y[unit]);
        assert_true(check_every_line(text) >= lines);
        if (!end || strncmp(end - strlen(last), last, strlen(last)) != 0)
            fail_msg("%s: no line that ends in%s in %s", arch, last, text);
        free(text);
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_lines_are_told(void **state)
{
    (void)state;
    check_lines("conv2d:2,3 batchnorm flatten dense:4,softmax", "batch_normalization", 2, 6);
    check_lines("flatten dense:6,tanh batchnorm dense:4,softmax", "batch_normalization", 3, 6);
    check_lines("conv2d:2,3 dropout:0.5 flatten dense:4,softmax", "dropout", 2, 3);
    check_lines("flatten dense:6,tanh dropout:0.5 dense:4,softmax", "dropout", 3, 3);
}

/* A sum knows where in the map a number lies, past layers that keep each at its place. */
static void test_places_of_a_row(void **state)
{
    (void)state;
    static const char *const archs[] = {"conv2d:2,3 flatten dense:4,softmax",
                                        "conv2d:2,3 flatten dropout:0.5 dense:4,softmax",
                                        "conv2d:2,3 flatten batchnorm activation:relu dense:4,softmax",
                                        "conv2d:2,3 flatten dense:98 dropout:0.5 dense:4,softmax"};
    for (size_t i = 0; i < 4; i++) {
        struct cnn_model *model = made(archs[i], SIDE, CHANNELS, true);
        struct cnn_dataset *data = one_image(SIDE, CHANNELS);
        const char *last = model->layer[model->n_layers - 1].name;
        char *text = explained(model, data,
                               &(struct cnn_explain_options){.layer = last, .all = true, .columns = 1000});
        assert_int_equal(strstr(text, "\n    97 (6, 6, 1)  ") != NULL, i < 3);
        free(text);
        cnn_dataset_close(data);
        cnn_model_free(model);
    }
}

/* ---- pooling --------------------------------------------------------------------------------------- */

/* Of "HEAD        36  0.5  0.7", the last row of a table that is told before `end`: the number of that
 * column, from the right. */
static double last_row(const char *text, const char *end, size_t column)
{
    while (end > text && (end[-1] == '\n' || end[-1] == ' '))
        end--;
    for (size_t i = 0; i <= column; i++) {
        while (end[-1] == ' ')
            end--;
        while (end[-1] != ' ')
            end--;
    }
    return strtod(end, NULL);
}

/* Number 0 of layer 1 in one language: a mean shows its division of the last sum, a maximum speaks of no sum.
 */
static void check_pool(const char *arch, size_t window, bool all, enum cnn_language language)
{
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    const bool mean = strstr(arch, "avg"), korean = language == CNN_KOREAN;
    float y[SIDE * SIDE * CHANNELS];
    char expected[2][96];
    struct cnn_explain_options o = {
        .language = language, .layer = model->layer[0].name, .all = all, .columns = 1000};
    o.has_map = o.has_place = model->layer[0].out.rank == 3;
    o.has_unit = !o.has_map;
    assert_int_equal(cnn_model_activations(model, data, 0, 1, CNN_AFTER_ACTIVATION, y, NULL), CNN_OK);
    char *text = explained(model, data, &o);
    snprintf(expected[0], sizeof *expected,
             korean ? "\n이 가운데 가장 큰 수는 %.6g입니다.\n" : "\nThe largest number there is %.6g.\n",
             (double)y[0]);
    snprintf(expected[1], sizeof *expected, " / %zu = %.6g\n\n", window, (double)y[0]);
    const char *how = strstr(text, korean ? "의 값을 구하는 과정\n" : ": how it comes about\n"),
               *end = how ? strstr(how, expected[mean]) : NULL;
    if (!end ||
        !strstr(end, korean ? "\n신경망이 직접 계산한 값과" : "\nThe network itself computed the same"))
        fail_msg("%s: not said: %s: %s", arch, expected[mean], text);
    const char *table = strstr(how, korean ? "\n합을" : "\nThe mean is");
    const double shown = last_row(how, mean ? table : end, 0),
                 divided = mean ? last_row(how, end, 0) : (double)y[0];
    if (fabs(shown - divided) > 1e-5 * fabs(divided) || (!mean && last_row(how, end, 1) > shown))
        fail_msg("%s: the table ends in %g, not in %g: %s", arch, shown, divided, how);
    if (!mean && (strstr(how, "sum") || strstr(how, "adds") || strstr(how, "합") || strstr(how, "더하")))
        fail_msg("%s: no sum is what it says: %s", arch, how);
    if (strstr(how, "Together") || strstr(how, "합치면"))
        fail_msg("%s: not what its numbers are together: %s", arch, how);
    free(text);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_pools(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        const enum cnn_language language = i % 2 ? CNN_KOREAN : CNN_ENGLISH;
        check_pool("globalavgpool2d dense:4,softmax", SIDE * SIDE, i < 2, language);
        check_pool("avgpool2d:2 flatten dense:4,softmax", 4, i < 2, language);
        check_pool("avgpool2d:6 flatten dense:4,softmax", 36, i < 2, language);
        check_pool("maxpool2d:3 flatten dense:4,softmax", 9, i < 2, language);
        check_pool("maxpool2d:6 flatten dense:4,softmax", 36, i < 2, language);
    }
}

/* The five products of a long sum that are shown are largest whatever their sign, and are said to be. */
static void test_largest_products(void **state)
{
    (void)state;
    struct cnn_model *model = made("flatten dense:4,softmax", SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    struct cnn_explain_options o = {.layer = "dense", .columns = 1000};
    static const char *const words[] = {
        "\nOf the 162 products the five that are largest without their sign (",
        "\n곱 162개 가운데 절댓값이 가장 큰 다섯 개입니다("};
    for (int i = 0; i < 2; i++) {
        o.language = i ? CNN_KOREAN : CNN_ENGLISH;
        char *text = explained(model, data, &o);
        assert_non_null(strstr(text, words[i]));
        free(text);
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

/* ---- dropout --------------------------------------------------------------------------------------- */

/* In training a number becomes 0 or what is told of it, and about as many are dropped as is said. */
static void check_dropout(const char *arch, double rate)
{
    struct cnn_error error;
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    const uint8_t *image = cnn_dataset_image(data, 0), label = 1;
    struct engine *engine;
    float x[CHANNELS * SIDE * SIDE], y[CHANNELS * SIDE * SIDE], *gradient = malloc(sizeof(float) << 12);
    double loss;
    size_t correct, n = sizeof y / sizeof *y, dropped = 0;
    assert_true(model->n_weights < 1 << 12);
    assert_int_equal(engine_create(model, 1, &engine, &error), CNN_OK);
    engine_gradient(engine, &(struct engine_batch){&image, &label, 1, {.seed = 5}}, gradient, &loss,
                    &correct);
    engine_output(engine, 0, 0, x);
    engine_output(engine, 1, 0, y);
    for (size_t i = 0; i < n; i++) {
        struct worked w = worked_begin(&model->layer[1], x, i);
        const struct layer_text *line = line_next(&model->layer[1], TOPIC_TRAINING, NULL);
        const float kept = names_put(&w.names, line->english, worked_line(&w, line));
        dropped += same(y[i], 0);
        if (!same(y[i], 0) && !same(y[i], kept))
            fail_msg("%s: %a in training, %a explained", arch, (double)y[i], (double)kept);
        line = line_next(&model->layer[1], TOPIC_TRAINING, line);
        assert_true(fabs((double)worked_line(&w, line) - (double)x[i]) <= 1e-6 * fabs((double)x[i]));
    }
    char *text = explained(model, data, &(struct cnn_explain_options){.layer = "dropout", .columns = 1000}),
         expected[80];
    snprintf(expected, sizeof expected, "of the %zu numbers here about %.0f for each image", n,
             rate * (double)n);
    assert_non_null(strstr(text, expected));
    assert_true(fabs((double)dropped - rate * (double)n) < 30);
    snprintf(expected, sizeof expected, "\n    keep = 1 / (1 - %g) = %.6g\n", rate, 1 / (1 - rate));
    assert_non_null(strstr(text, expected));
    snprintf(expected, sizeof expected, " about %g %% of the numbers are set to 0", 100 * rate);
    assert_non_null(strstr(text, expected));
    free(text);
    free(gradient);
    engine_free(engine);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_dropout_in_training(void **state)
{
    (void)state;
    check_dropout("activation:linear dropout:0.3 flatten dense:4,softmax", 0.3);
    check_dropout("activation:linear dropout:0.5 flatten dense:4,softmax", 0.5);
}

/* ---- moving averages ------------------------------------------------------------------------------- */

/* By lines, what a step makes of what is not trained in layer i, to the bit. */
static void check_moves(const char *arch, size_t i, enum cnn_compat compat)
{
    struct cnn_error error;
    struct cnn_model *model = made(arch, SIDE, CHANNELS, true);
    struct cnn_dataset *data = one_image(SIDE, CHANNELS);
    const uint8_t *image = cnn_dataset_image(data, 0), label = 1;
    const struct engine_batch batch = {&image, &label, 1, {.seed = 5}};
    const struct cnn_train_options options = {.batch_size = 1, .epochs = 1, .compat = compat};
    struct cnn_trainer *trainer;
    struct layer *layer = &model->layer[i];
    struct engine *engine;
    float *gradient = malloc(model->n_weights * sizeof *gradient), expected[2][16];
    double loss;
    size_t correct, n = 0, channels = layer->parameter[0].count;
    assert_int_equal(cnn_trainer_create(model, data, &options, &trainer, &error), CNN_OK);
    assert_true(channels <= 16);
    assert_int_equal(engine_create(model, 1, &engine, &error), CNN_OK);
    engine_gradient(engine, &batch, gradient, &loss, &correct);
    for (size_t c = 0; c < channels; c++) {
        struct worked w = worked_begin_seen(layer, engine_seen(engine, i), channels + c);
        for (const struct layer_text *line = NULL; (line = line_next(layer, TOPIC_STEP, line));) {
            const float value = names_put(&w.names, line->english, worked_line(&w, line));
            for (size_t k = 2; k < 4; k++)
                if (strcmp(layer->parameter[k].name, line->english) == 0)
                    expected[k - 2][c] = value, n++;
        }
    }
    assert_int_equal(n, 2 * channels);
    assert_int_equal(cnn_trainer_step(trainer, NULL, &error), CNN_OK);
    for (size_t k = 0; k < 2 * channels; k++)
        if (!same(layer->parameter[2 + k % 2].value[k / 2], expected[k % 2][k / 2]))
            fail_msg("%s: %s[%zu]: %a explained, %a trained", arch, layer->parameter[2 + k % 2].name, k / 2,
                     (double)expected[k % 2][k / 2], (double)layer->parameter[2 + k % 2].value[k / 2]);
    free(gradient);
    engine_free(engine);
    cnn_trainer_free(trainer);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_moving_averages(void **state)
{
    (void)state;
    for (int compat = 0; compat < 2; compat++) {
        const enum cnn_compat rules = compat ? CNN_KERAS3 : CNN_KERAS2;
        check_moves("conv2d:5,3 batchnorm activation:relu flatten dense:4,softmax", 1, rules);
        check_moves("flatten dense:7,tanh batchnorm dense:4,softmax", 2, rules);
        check_moves("conv2d:3,9 batchnorm flatten dense:4,softmax", 1, rules); /* a single place */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_told),
        cmocka_unit_test(test_places_of_a_row),
        cmocka_unit_test(test_pools),
        cmocka_unit_test(test_largest_products),
        cmocka_unit_test(test_dropout_in_training),
        cmocka_unit_test(test_moving_averages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
