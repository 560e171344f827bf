/* What a page holds, and what it must not let through. That its arithmetic gives the program's bits is for
 * test_bits.sh and test_browser.sh. */
#include "base/file.h"
#include "base/memory.h"
#include "export/page.h"
#include "nn/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct cnn_error error;
static char path[] = "build/test_html_XXXXXX";

static bool script_has(const char *text)
{
    return memmem(page_script, page_script_bytes, text, strlen(text)) != NULL;
}

/* A layer or activation without its script would be a page that does not open. */
static void every_row_of_the_tables_has_its_script(void **state)
{
    (void)state;
    char text[128];
    const struct layer_type *type;
    for (size_t i = 0; (type = layer_type_at(i)); i++) {
        snprintf(text, sizeof text, "\nlayers.%s = {", type->word);
        if (!script_has(text))
            fail_msg("src/nn/layers/%s.js is missing: the layer in the page, layers.%s = {forward, sees}",
                     type->word, type->word);
    }
    for (size_t i = 0; i < N_ACTIVATIONS; i++) {
        snprintf(text, sizeof text, "\nactivations.%s = ", activation_word(i)->word);
        if (!script_has(text))
            fail_msg("src/kernels/activations/%s.js is missing: activations.%s = (x) => y",
                     activation_word(i)->word, activation_word(i)->word);
    }
}

static void code_and_text_stay_small(void **state)
{
    (void)state;
    assert_true(page_script_bytes + page_style_bytes + page_body_bytes <= 120000);
}

/* Ten images in base 64, and the bits of their answers. */
enum { SAMPLES_BYTES = 10 * (4 * 784 / 3 + 80 + 32) };

static char *page_of(const struct cnn_model *model, const struct cnn_export_options *options)
{
    uint8_t *bytes;
    size_t n;
    assert_int_equal(cnn_export(model, "html", path, options, &error), CNN_OK);
    assert_int_equal(file_read(path, 8 << 20, &bytes, &n, &error), CNN_OK);
    char *text = memory_alloc(n + 1, 1);
    memcpy(text, bytes, n);
    memory_free(bytes);
    return text;
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, word)); at += strlen(word))
        n++;
    return n;
}

static void hostile_texts_stay_data(void **state)
{
    (void)state;
    struct cnn_model *model;
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.seed = 1}, &model, &error), CNN_OK);
    char *plain = page_of(model, &(struct cnn_export_options){.name = "plain"});
    char *hostile = page_of(model, &(struct cnn_export_options){
                                       .name = "</script><script>alert(1)</script><!--\"\\\n\x7f&amp;\xff"});
    assert_int_equal(count_of(hostile, "<script"), count_of(plain, "<script"));
    assert_int_equal(count_of(hostile, "</script"), count_of(plain, "</script"));
    assert_int_equal(count_of(hostile, "<!--"), 0);
    assert_non_null(strstr(hostile, "\\u003c/script\\u003e\\u003cscript\\u003ealert(1)"));
    assert_true(strlen(plain) <= 1300000);
    assert_true(strlen(plain) - strlen(strstr(plain, "id=\"weights\">")) + page_script_bytes <=
                120000 + SAMPLES_BYTES);
    memory_free(plain);
    memory_free(hostile);
    cnn_model_free(model);
}

static void images_make_the_difference(void **state)
{
    (void)state;
    struct cnn_model *model;
    struct cnn_dataset *test;
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.seed = 1}, &model, &error), CNN_OK);
    assert_int_equal(cnn_dataset_open("synth:3", CNN_TEST, 0, 40, &test, &error), CNN_OK);
    char *without = page_of(model, NULL), *with = page_of(model, &(struct cnn_export_options){.test = test});
    assert_int_equal(count_of(without, "\"pixels\":"), 10);
    assert_int_equal(count_of(without, "\"sureness\":"), 0);
    assert_int_equal(count_of(with, "\"pixels\":"), 10);
    assert_int_equal(count_of(with, "\"sureness\":"), 1);
    assert_int_equal(count_of(with, "\"data\":\"synth:3\""), 1);
    memory_free(without);
    memory_free(with);
    cnn_dataset_close(test);
    cnn_model_free(model);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct cnn_model *model, *large;
    struct cnn_dataset *small;
    static const uint8_t pixels[64];
    assert_int_equal(cnn_model_create(&(struct cnn_model_options){.seed = 1}, &model, &error), CNN_OK);
    assert_int_equal(
        cnn_model_create(&(struct cnn_model_options){.arch = "flatten dense:1400 dense:10,softmax"}, &large,
                         &error),
        CNN_OK);
    assert_int_equal(cnn_dataset_create(pixels, NULL, 1, 8, 8, 1, &small, &error), CNN_OK);
    assert_int_equal(cnn_export(model, "htm", path, NULL, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_export(large, "html", path, NULL, &error), CNN_ERROR_USAGE);
    assert_non_null(strstr(error.hint, "--large"));
    assert_int_equal(cnn_export(large, "html", path, &(struct cnn_export_options){.large = true}, &error),
                     CNN_OK);
    assert_int_equal(cnn_export(model, "html", path, &(struct cnn_export_options){.test = small}, &error),
                     CNN_ERROR_MISMATCH);
    assert_int_equal(cnn_export(model, "html", "README.md", NULL, &error), CNN_ERROR_EXISTS);
    cnn_dataset_close(small);
    cnn_model_free(large);
    cnn_model_free(model);
}

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_tables_has_its_script),
        cmocka_unit_test(code_and_text_stay_small),
        cmocka_unit_test(hostile_texts_stay_data),
        cmocka_unit_test(images_make_the_difference),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
