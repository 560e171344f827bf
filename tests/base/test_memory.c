/* Checked sizes, aligned zeroed memory, error texts. */
#include "base/memory.h"
#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void sizes_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    size_t result;
    assert_true(size_add(SIZE_MAX - 1, 1, &result));
    assert_int_equal(result, SIZE_MAX);
    assert_false(size_add(SIZE_MAX, 1, &result));
    assert_false(size_add(SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 1, &result));
    assert_true(size_mul(SIZE_MAX, 1, &result));
    assert_int_equal(result, SIZE_MAX);
    assert_true(size_mul(SIZE_MAX, 0, &result));
    assert_int_equal(result, 0);
    assert_true(size_mul(0, SIZE_MAX, &result));
    assert_true(size_mul(SIZE_MAX / 3, 3, &result));
    assert_int_equal(result, SIZE_MAX / 3 * 3);
    assert_false(size_mul(SIZE_MAX / 3 + 1, 3, &result));
    assert_false(size_mul(SIZE_MAX, SIZE_MAX, &result));
}

static void memory_is_aligned_and_zeroed_to_its_last_byte(void **state)
{
    (void)state;
    const size_t counts[] = {0, 1, 63, 64, 65, 1000, 1 << 20};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        for (int again = 0; again < 2; again++) { /* the second time the allocator may hand out used memory */
            uint8_t *memory = memory_alloc(counts[i], 1);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % 64, 0);
            for (size_t k = 0; k < counts[i]; k++)
                assert_int_equal(memory[k], 0);
            memset(memory, 0xa5, counts[i]);
            memory_free(memory);
        }
    }
    memory_free(NULL);
}

static void memory_that_does_not_fit_is_null(void **state)
{
    (void)state;
    assert_null(memory_alloc(SIZE_MAX, 1));
    assert_null(memory_alloc(SIZE_MAX - 64, 1));
    assert_null(memory_alloc(SIZE_MAX / 2, 3));
    assert_null(memory_alloc((SIZE_MAX >> 32) + 1, (SIZE_MAX >> 32) + 1)); /* the product wraps to 0 */
    assert_null(memory_alloc(SIZE_MAX / 2, 1));                            /* fits, but is not there */
}

static void text_is_copied(void **state)
{
    (void)state;
    char text[] = "conv2d";
    char *copy = memory_copy_text(text);
    text[0] = 'X';
    assert_string_equal(copy, "conv2d");
    memory_free(copy);
    for (size_t length = 0; length < 130; length++) {
        char long_text[130];
        memset(long_text, 'a', length);
        long_text[length] = '\0';
        copy = memory_copy_text(long_text);
        assert_string_equal(copy, long_text);
        memory_free(copy);
    }
}

static void an_error_holds_status_message_and_hint(void **state)
{
    (void)state;
    struct cnn_error error;
    memset(&error, 'x', sizeof error);
    enum cnn_status status = error_set(&error, CNN_ERROR_FORMAT, "%s: offset %d: cut short", "model.npz", 7);
    assert_int_equal(status, CNN_ERROR_FORMAT);
    assert_int_equal(error.status, CNN_ERROR_FORMAT);
    assert_string_equal(error.message, "model.npz: offset 7: cut short");
    assert_string_equal(error.hint, "");
    assert_int_equal(error_hint(&error, status, "fetch it %s", "again"), CNN_ERROR_FORMAT);
    assert_string_equal(error.hint, "fetch it again");
    assert_string_equal(error.message, "model.npz: offset 7: cut short");
    error_set(&error, CNN_ERROR_IO, "another");
    assert_string_equal(error.hint, ""); /* the old hint is about the old error */
    assert_int_equal(error_memory(&error, 640), CNN_ERROR_MEMORY);
    assert_string_equal(error.message, "memory ran out: 640 bytes were asked for");
}

static void an_error_may_be_null_or_too_long(void **state)
{
    (void)state;
    assert_int_equal(error_set(NULL, CNN_ERROR_IO, "%s", "unheard"), CNN_ERROR_IO);
    assert_int_equal(error_hint(NULL, CNN_ERROR_IO, "%s", "unheard"), CNN_ERROR_IO);
    assert_int_equal(error_memory(NULL, 1), CNN_ERROR_MEMORY);
    char text[2000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    struct cnn_error error;
    error_set(&error, CNN_ERROR_IO, "%s", text);
    error_hint(&error, CNN_ERROR_IO, "%s", text);
    assert_int_equal(strlen(error.message), sizeof error.message - 1);
    assert_int_equal(strlen(error.hint), sizeof error.hint - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_do_not_fit_are_refused),
        cmocka_unit_test(memory_is_aligned_and_zeroed_to_its_last_byte),
        cmocka_unit_test(memory_that_does_not_fit_is_null),
        cmocka_unit_test(text_is_copied),
        cmocka_unit_test(an_error_holds_status_message_and_hint),
        cmocka_unit_test(an_error_may_be_null_or_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
