/* Which set of kernels is chosen. */
#include "kernels/support.h"

static void test_best_by_default(void **state)
{
    (void)state;
    const struct kernels *k = NULL;
    struct cnn_error error;
    unsetenv("CNN_CPU");
    assert_int_equal(kernels_choose(&k, &error), CNN_OK);
    assert_ptr_equal(k, kernels_available(0));
    setenv("CNN_CPU", "", 1);
    assert_int_equal(kernels_choose(&k, &error), CNN_OK);
    assert_ptr_equal(k, kernels_available(0));
}

static void test_each_by_name(void **state)
{
    (void)state;
    const char *last = NULL;
    for (size_t i = 0; kernels_available(i); i++) {
        const struct kernels *k = NULL;
        struct cnn_error error;
        last = kernels_available(i)->name;
        setenv("CNN_CPU", last, 1);
        assert_int_equal(kernels_choose(&k, &error), CNN_OK);
        assert_ptr_equal(k, kernels_available(i));
    }
    assert_non_null(last);
    assert_string_equal(last, "portable");
}

static void test_unknown_or_lacking(void **state)
{
    (void)state;
    const struct kernels *k = NULL;
    struct cnn_error error;
    setenv("CNN_CPU", "AVX512", 1);
    assert_int_equal(kernels_choose(&k, &error), CNN_ERROR_USAGE);
    assert_non_null(strstr(error.message, "unknown"));
    assert_non_null(strstr(error.message, "portable"));
    assert_null(k);
#if defined(__x86_64__)
    setenv("CNN_CPU", "neon", 1);
#else
    setenv("CNN_CPU", "avx2", 1);
#endif
    assert_int_equal(kernels_choose(&k, &error), CNN_ERROR_USAGE);
    assert_non_null(strstr(error.message, "lacks"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_best_by_default),
        cmocka_unit_test(test_each_by_name),
        cmocka_unit_test(test_unknown_or_lacking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
