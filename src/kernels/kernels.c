/* Which set of kernels runs. __builtin_cpu_supports asks the processor and whether the operating system
 * saves the registers in question (XCR0). */
#include "kernels/kernels.h"

#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/words.h"
#include "kernels/sets.h"

#if defined(__x86_64__)
static bool runs_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("fma");
}

static bool runs_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#else
static bool runs_avx512(void)
{
    return false;
}

static bool runs_avx2(void)
{
    return false;
}
#endif

/* Part of every 64-bit ARM. */
static bool runs_neon(void)
{
    return true;
}

static bool runs_portable(void)
{
    return true;
}

const struct kernels *kernels_available(size_t i)
{
#define KERNEL_SET_CHECK(name)                                                                               \
    if (kernels_##name && runs_##name() && i-- == 0)                                                         \
        return kernels_##name;
    KERNEL_SETS(KERNEL_SET_CHECK)
#undef KERNEL_SET_CHECK
    return NULL;
}

static bool is_known(const char *name)
{
#define KERNEL_SET_NAME(name) #name,
    static const char *const names[] = {KERNEL_SETS(KERNEL_SET_NAME)};
#undef KERNEL_SET_NAME
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

enum cnn_status kernels_choose(const struct kernels **kernels, struct cnn_error *error)
{
    const char *wanted = getenv("CNN_CPU");
    const char *names[MAX_KNOWN_WORDS];
    size_t n = 0;
    *kernels = kernels_available(0);
    if (!wanted || !*wanted)
        return CNN_OK;
    for (; (*kernels = kernels_available(n)) != NULL; n++) {
        names[n] = (*kernels)->name;
        if (strcmp(names[n], wanted) == 0)
            return CNN_OK;
    }
    *kernels = NULL;
    enum cnn_status status = cnn_unknown_word("CNN_CPU", wanted, names, n, error);
    if (is_known(wanted))
        error_set(error, status, "CNN_CPU: this machine lacks the instruction set '%s'", wanted);
    return error_hint(error, CNN_ERROR_USAGE, "leave CNN_CPU unset to use the best one");
}
