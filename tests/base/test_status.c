#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_message_sets_status_and_clears_the_hint(void **state)
{
    (void)state;
    struct cnn_error error;
    memset(&error, 'x', sizeof error);
    assert_int_equal(error_set(&error, CNN_ERROR_IO, "%s: %d", "path", 7), CNN_ERROR_IO);
    assert_int_equal(error.status, CNN_ERROR_IO);
    assert_string_equal(error.message, "path: 7");
    assert_string_equal(error.hint, "");
    assert_int_equal(error_hint(&error, CNN_ERROR_IO, "try %d", 8), CNN_ERROR_IO);
    assert_string_equal(error.message, "path: 7");
    assert_string_equal(error.hint, "try 8");
}

static void nobody_needs_to_listen(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, CNN_ERROR_FORMAT, "%s", "text"), CNN_ERROR_FORMAT);
    assert_int_equal(error_hint(NULL, CNN_ERROR_FORMAT, "%s", "text"), CNN_ERROR_FORMAT);
    assert_int_equal(error_memory(NULL, 1), CNN_ERROR_MEMORY);
}

static void what_a_terminal_obeys_is_not_passed_on(void **state)
{
    (void)state;
    struct cnn_error error;
    error_set(&error, CNN_ERROR_FORMAT, "%s", "a\033[2Jb\nc\rd\177e \xc3\xa4~");
    assert_string_equal(error.message, "a?[2Jb?c?d?e \xc3\xa4~");
    error_hint(&error, CNN_ERROR_FORMAT, "%s", "\033 \t!");
    assert_string_equal(error.hint, "? ?!");
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    struct cnn_error error;
    char text[2000];
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    error_set(&error, CNN_ERROR_FORMAT, "%s", text);
    error_hint(&error, CNN_ERROR_FORMAT, "%s", text);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    assert_int_equal(strlen(error.hint), sizeof error.hint - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_sets_status_and_clears_the_hint),
        cmocka_unit_test(nobody_needs_to_listen),
        cmocka_unit_test(what_a_terminal_obeys_is_not_passed_on),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
