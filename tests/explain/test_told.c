/* What is told of a layer is true of the network that it stands in, in both languages. */
#include "explain/text.h"

/* The lesson of a network on images of 28 x 28, from the heading of layer i, counted from 1, to the next. */
static char *told(const char *arch, size_t i, enum cnn_language language)
{
    struct cnn_model *model = made(arch, 28, 1, true);
    struct cnn_dataset *data = one_image(28, 1);
    char head[32],
        *text = explained(model, data, &(struct cnn_explain_options){.language = language, .columns = 1000});
    snprintf(head, sizeof head, language ? "\n%zu층 " : "\nLayer %zu, ", i);
    char *from = strstr(text, head);
    assert_non_null(from);
    snprintf(head, sizeof head, language ? "\n%zu층 " : "\nLayer %zu, ", i + 1);
    char *end = strstr(from, head), *part = end ? strndup(from, (size_t)(end - from)) : strdup(from);
    free(text);
    cnn_dataset_close(data);
    cnn_model_free(model);
    return part;
}

/* Whether it stands there in both languages; they must agree. */
static bool tells(const char *arch, size_t i, const char *english, const char *korean)
{
    char *text[2] = {told(arch, i, CNN_ENGLISH), told(arch, i, CNN_KOREAN)};
    const bool in_english = strstr(text[0], english), in_korean = strstr(text[1], korean);
    if (in_english != in_korean)
        fail_msg("%s: said in one language only: %s / %s", arch, english, korean);
    free(text[0]);
    free(text[1]);
    return in_english;
}

static void test_activation_functions(void **state)
{
    (void)state;
    static const struct {
        const char *arch;
        size_t layer;
        const char *line;
    } rows[] = {
        {"lesson", 1, "\n\n    swish(z) = z * sigmoid(z)\n"},
        {"conv2d:2,3 batchnorm activation:relu flatten dense:4,softmax", 3, "\n\n    relu(z) = max(z, 0)\n"},
        {"flatten activation:linear dense:4,softmax", 2, "\n\n    linear(z) = z\n"},
        {"flatten dense:5,relu dense:4,sigmoid", 2, "\n\n    relu(z) = max(z, 0)\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!tells(rows[i].arch, rows[i].layer, rows[i].line, rows[i].line))
            fail_msg("%s: the function of layer %zu is not told", rows[i].arch, rows[i].layer);
    static const char plain[] = "conv2d:2,3 flatten dense:4,softmax";
    assert_false(tells(plain, 1, "activation function", "활성화 함수"));
}

/* Each dense layer is said to see what it sees. */
static void test_what_dense_sees(void **state)
{
    (void)state;
    static const struct {
        const char *arch;
        size_t layer, what; /* maps, the image, else */
    } rows[] = {
        {"conv2d:2,3 flatten dense:4,softmax", 3, 0},
        {"conv2d:2,3 maxpool2d:2 flatten dropout:0.5 batchnorm dense:4,softmax", 6, 0},
        {"mlp", 2, 1},
        {"dropout:0.1 flatten dense:4,softmax", 3, 1},
        {"mlp", 3, 2},
        {"lenet5", 7, 2},
        {"conv2d:8,3,relu globalavgpool2d dense:10,softmax", 3, 2},
        {"conv2d:2,3 flatten dense:9,relu dropout:0.5 dense:4,softmax", 5, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *arch = rows[i].arch;
        const size_t layer = rows[i].layer;
        assert_true(tells(arch, layer, "units looks at all ", "앞 층의 수 "));
        const bool said[] = {
            tells(arch, layer, "what was found where", "어디에서 무엇이 나타났는지를"),
            tells(arch, layer, "the whole image at once", "이미지 전체를 한꺼번에"),
            tells(arch, layer, "all that the layers below have found", "앞의 층들이 찾아낸 것을"),
        };
        for (size_t k = 0; k < 3; k++)
            if (said[k] != (k == rows[i].what))
                fail_msg("%s: layer %zu is%s said to see thing %zu", arch, layer, said[k] ? "" : " not", k);
    }
}

static void test_padded_convolution(void **state)
{
    (void)state;
    static const char whole[] = "\n\n    5*5*1 * 28*28*6 = 117,600\n\n",
                      rest[] = "\n\nAt the edges the zeros around the map are left out; 107,736 remain.\n",
                      rest_ko[] = "그래서 107,736번이 됩니다.\n";
    assert_true(tells("lenet5", 1, whole, whole));
    assert_true(tells("lenet5", 1, rest, rest_ko));
    assert_false(tells("conv2d:6,5 flatten dense:4,softmax", 1, "are left out", "곱하지 않습니다"));
    assert_false(tells("conv2d:6,1,same flatten dense:4,softmax", 1, "are left out", "곱하지 않습니다"));
}

/* Where a sum looks: a single row or column is named once. */
static void check_looks(const char *arch, const char *layer, const char *english, const char *korean)
{
    struct cnn_model *model = made(arch, 28, 1, true);
    struct cnn_dataset *data = one_image(28, 1);
    struct cnn_explain_options o = {.layer = layer, .has_place = true, .y = 2, .x = 9, .columns = 1000};
    for (int i = 0; i < 2; i++) {
        o.language = i ? CNN_KOREAN : CNN_ENGLISH;
        char *text = explained(model, data, &o);
        if (!strstr(text, i ? korean : english))
            fail_msg("%s: not said: %s", arch, i ? korean : english);
        free(text);
    }
    cnn_dataset_close(data);
    cnn_model_free(model);
}

static void test_where_it_looks(void **state)
{
    (void)state;
    check_looks("lesson", "conv2d", "\nOf the image it looks at rows 2 to 6 and columns 9 to 13. ",
                "\n이미지의 2~6행 9~13열을 봅니다. ");
    check_looks("conv2d:3,1 conv2d:2,1 flatten dense:4,softmax", "conv2d_1",
                "\nOf the layer below it looks at row 2 and column 9. ", "\n앞 층의 2행 9열을 봅니다. ");
    check_looks("conv2d:3,1x3 flatten dense:4,softmax", "conv2d",
                "\nOf the image it looks at row 2 and columns 9 to 11. ", "\n이미지의 2행 9~11열을 봅니다. ");
}

/* Numbers above 999 have commas, but for shapes, in which commas stand already, and those with a point or an
 * exponent. */
static void check_commas(const char *arch, const char *text)
{
    for (const char *at = text; *at; at++) {
        const size_t digits = strspn(at, "0123456789");
        if (digits > 3 && at > text && !strchr(".-e,(", at[-1]) && !strchr(".e", at[digits]))
            fail_msg("%s: no comma in %.*s: %.60s", arch, (int)digits, at, at > text + 30 ? at - 30 : text);
        at += digits ? digits - 1 : 0;
    }
}

static void test_commas(void **state)
{
    (void)state;
    static const char *const archs[] = {"lesson", "lenet5", "mlp", "pool",
                                        "conv2d:40,5 dropout:0.5 globalavgpool2d dense:10,softmax"};
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++)
        for (size_t language = 0; language < 2; language++)
            for (size_t layer = 1; layer <= 3; layer++) {
                char *text = told(archs[i], layer, (enum cnn_language)language);
                check_commas(archs[i], text);
                free(text);
            }
}

/* A window of more than 999 numbers, by rows of it. */
static void test_commas_of_a_sum(void **state)
{
    (void)state;
    struct cnn_model *model = made("conv2d:300,3 conv2d:2,5 flatten dense:4,softmax", 28, 1, true);
    struct cnn_dataset *data = one_image(28, 1);
    char *text = explained(model, data, &(struct cnn_explain_options){.layer = "conv2d_1", .columns = 1000});
    static const char head[] = "\n    row 0 of the window";
    const char *row = strstr(text, head), *all = strstr(text, "\nOf the 7,500 products ");
    assert_non_null(row);
    assert_non_null(all);
    assert_int_equal(strncmp(row + strlen(head) + strspn(row + strlen(head), " "), "1,500 ", 6), 0);
    free(text);
    cnn_dataset_close(data);
    cnn_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activation_functions),
        cmocka_unit_test(test_what_dense_sees),
        cmocka_unit_test(test_padded_convolution),
        cmocka_unit_test(test_where_it_looks),
        cmocka_unit_test(test_commas),
        cmocka_unit_test(test_commas_of_a_sum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
