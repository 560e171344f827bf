/*
 * All sets of kernels that this machine runs make of the same numbers (every.h) what is written down here,
 * however they were compiled. test_by_hand.sh compiles this for processors that have no flag for denormal
 * numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>

#include "base/denormals.h"
#include "kernels/every.h"

/* The hash of all results. It is another one when a kernel computes something else, or every.h asks for more.
 */
static const uint64_t written_down = UINT64_C(0xdebcba0e5ce70789);

static void all_sets_agree(void **state)
{
    (void)state;
    struct numbers m;
    assert_true(numbers_make(&m));
    uint64_t mode = denormals_flush(); /* as kernels are always run */
    bool same = true;
    for (size_t i = 0; kernels_available(i); i++) {
        uint64_t found = everything(kernels_available(i), m);
        if (found != written_down) {
            print_error("%s: expected %016" PRIx64 ", found %016" PRIx64 "\n", kernels_available(i)->name,
                        written_down, found);
            same = false;
        }
    }
    denormals_restore(mode);
    assert_true(same);
    numbers_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_sets_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
