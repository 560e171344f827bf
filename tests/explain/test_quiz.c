/* Who follows a worksheet with the numbers that stand on it finds what its key has. */
#include "explain/text.h"

#include "nn/model.h"

#include <math.h>

enum { SIDE = 16, SEEDS = 100, NUMBERS = 64 };

/* Owns: the caller frees it. */
static char *key_of(const struct cnn_model *model, const struct cnn_dataset *data, uint64_t seed,
                    bool answers, enum cnn_language language)
{
    struct written w = {0};
    struct cnn_error error;
    const struct cnn_explain_options o = {.columns = 1000, .language = language};
    if (cnn_explain_quiz(model, data, 0, &o, seed, answers, write_more, &w, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return w.text;
}

static void check_close(const char *text, const char *what, double shown, double followed)
{
    if (!(fabs(shown - followed) <= 0.0005 + 1e-6))
        fail_msg("%s is %g, who follows the sheet finds %g: %s", what, shown, followed, text);
}

/* The table's e^z, their sum and probabilities, and the loss. */
static void check_softmax(const char *text)
{
    const char *at = strstr(text, "    class "), *line = at;
    double z[4], power[4], p[4], sum, all = 0;
    size_t truth;
    assert_non_null(at);
    for (size_t i = 0; i < 4; i++) {
        line = strchr(line, '\n') + 1;
        assert_int_equal(sscanf(line, " %*u %lf %lf %lf", &z[i], &power[i], &p[i]), 3);
        check_close(text, "e^z", power[i], exp(z[i]));
        all += power[i];
    }
    line = strchr(line, '\n') + 1;
    assert_int_equal(sscanf(line, " sum %lf", &sum), 1);
    assert_true(fabs(sum - all) < 1e-6);
    for (size_t i = 0; i < 4; i++)
        check_close(text, "the probability", p[i], power[i] / sum);
    at = strstr(line, "The right answer is class ");
    assert_non_null(at);
    truth = strtoul(at + strlen("The right answer is class "), NULL, 10);
    check_close(text, "the loss", strtod(strstr(at, "logarithm? ") + strlen("logarithm? "), NULL),
                -log(p[truth]));
}

static void test_softmax(void **state)
{
    (void)state;
    struct cnn_model *model = made("conv2d:2,3 flatten dense:4,softmax", SIDE, 1, true);
    struct cnn_dataset *data = one_image(SIDE, 1);
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        char *text = key_of(model, data, seed, true, CNN_ENGLISH);
        check_softmax(text);
        free(text);
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

/* The numbers of the window: lines of them alone. */
static size_t read_window(const char *text, double *x)
{
    size_t n = 0;
    const char *at = strstr(text, "\n    ");
    for (char *end; at && n < NUMBERS; at = end) {
        const double value = strtod(at, &end);
        if (end == at)
            break;
        x[n++] = value;
    }
    return n;
}

static void check_pooling(const char *arch, const struct cnn_model *model, const char *text, size_t window,
                          bool mean)
{
    const char *part = strstr(text, ". Pooling\n"), *y = part ? strstr(part, "\n    y = ") : NULL;
    double x[NUMBERS], sum = 0, largest = -INFINITY;
    char shape[64];
    if (!y)
        fail_msg("%s: pooling is not asked: %s", arch, text);
    const size_t n = read_window(part, x);
    if (n == 0 || n > window)
        fail_msg("%s: %zu numbers in a window of %zu: %s", arch, n, window, part);
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        largest = x[i] > largest ? x[i] : largest;
    }
    const double shown = strtod(y + strlen("\n    y = "), NULL), followed = mean ? sum / (double)n : largest;
    if (fabs(shown - followed) > (mean ? 0.005 + 1e-6 : 1e-6))
        fail_msg("%s: %g comes out, who follows the sheet finds %g: %s", arch, shown, followed, part);
    const struct shape *out = &model->layer[1].out;
    snprintf(shape, sizeof shape, out->rank == 3 ? "\n    (%zu, %zu, %zu)\n" : "\n    (%zu)\n", out->size[0],
             out->size[1], out->size[2]);
    assert_non_null(strstr(part, shape));
}

static void test_pooling(void **state)
{
    (void)state;
    static const struct {
        const char *arch;
        size_t window;
        bool mean;
    } rows[] = {
        {"conv2d:3,3 maxpool2d:2 flatten dense:4,softmax", 4, false},
        {"conv2d:3,3 maxpool2d:3,stride=2,same flatten dense:4,softmax", 9, false},
        {"conv2d:3,3 avgpool2d:2x3 flatten dense:4,softmax", 6, true},
        {"conv2d:3,10 globalavgpool2d dense:4,softmax", 49, true},
    };
    struct cnn_dataset *data = one_image(SIDE, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct cnn_model *model = made(rows[i].arch, SIDE, 1, true);
        for (uint64_t seed = 1; seed <= SEEDS; seed++) {
            char *text = key_of(model, data, seed, true, CNN_ENGLISH);
            check_pooling(rows[i].arch, model, text, rows[i].window, rows[i].mean);
            free(text);
        }
        char *sheet = key_of(model, data, 1, false, CNN_KOREAN);
        const char *part = strstr(sheet, ". 풀링\n");
        assert_non_null(part);
        assert_non_null(strstr(part, "\n    y = ______\n"));
        assert_non_null(strstr(part, "\n    ______\n"));
        free(sheet);
        cnn_model_free(model);
    }
    cnn_dataset_close(data);
}

/* A window of more numbers than fit is not asked, nor where none pools. */
static void test_no_pooling(void **state)
{
    (void)state;
    static const char *const archs[] = {"conv2d:3,3 globalavgpool2d dense:4,softmax",
                                        "conv2d:3,3 batchnorm dropout:0.5 flatten dense:4,softmax"};
    struct cnn_dataset *data = one_image(SIDE, 1);
    for (size_t i = 0; i < 2; i++) {
        struct cnn_model *model = made(archs[i], SIDE, 1, true);
        char *text = key_of(model, data, 1, true, CNN_ENGLISH);
        assert_null(strstr(text, "Pooling"));
        free(text);
        cnn_model_free(model);
    }
    cnn_dataset_close(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_pooling),
        cmocka_unit_test(test_no_pooling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
