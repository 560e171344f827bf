#include "base/threads.h"

#include "base/status.h"

#ifdef _OPENMP
#include <omp.h>
#endif

static size_t asked_for; /* 0: the default */

size_t threads_wanted(void)
{
#ifdef _OPENMP
    size_t threads = asked_for ? asked_for : (size_t)omp_get_max_threads();
    return threads < MAX_THREADS ? threads : MAX_THREADS;
#else
    return 1;
#endif
}

size_t thread_number(void)
{
#ifdef _OPENMP
    return (size_t)omp_get_thread_num();
#else
    return 0;
#endif
}

size_t cnn_threads(void)
{
    return threads_wanted();
}

enum cnn_status cnn_set_threads(size_t threads, struct cnn_error *error)
{
    if (threads > MAX_THREADS)
        return error_set(error, CNN_ERROR_USAGE, "%zu threads are too many; expected 1 to %d", threads,
                         MAX_THREADS);
    asked_for = threads;
    return CNN_OK;
}
