/*
 * No kernel without a test: every.h asks for every kernel there is: with one taken away, a run of it must end
 * badly.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernels/every.h"

/* struct kernels as an array: its name, then pointers to functions alone. */
typedef void kernel(void);
enum {
    FIRST = offsetof(struct kernels, pack) / sizeof(kernel *),
    END = sizeof(struct kernels) / sizeof(kernel *)
};

/* Whether all goes well without the kernel in that place. */
static bool runs_without(size_t place, struct numbers m)
{
    union {
        struct kernels set;
        kernel *at[END];
    } k = {.set = *kernels_available(0)};
    assert_non_null(k.at[place]);
    k.at[place] = NULL;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* not the handler of cmocka, or of a sanitizer */
        everything(&k.set, m);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void none_is_left_out(void **state)
{
    (void)state;
    struct numbers m;
    assert_true(numbers_make(&m));
    for (size_t place = FIRST; place < END; place++)
        if (runs_without(place, m))
            fail_msg("member %zu of struct kernels has no test: call it in tests/kernels/every.h", place);
    numbers_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
