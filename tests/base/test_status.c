#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void what_a_terminal_obeys_is_not_passed_on(void **state)
{
    (void)state;
    struct cnn_error error;
    error_set(&error, CNN_ERROR_FORMAT, "%s", "a\033[2Jb\nc\rd\177e \xc3\xa4~");
    assert_string_equal(error.message, "a?[2Jb?c?d?e \xc3\xa4~");
    error_hint(&error, CNN_ERROR_FORMAT, "%s", "\033 \t!");
    assert_string_equal(error.hint, "? ?!");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_obeys_is_not_passed_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
