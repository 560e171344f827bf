/* How many threads the work is spread over. Without OpenMP there is one. */
#ifndef BASE_THREADS_H
#define BASE_THREADS_H

#include <stddef.h>

enum { MAX_THREADS = 1024 };

/* What cnn_set_threads asked for, else OMP_NUM_THREADS or all cores. */
size_t threads_wanted(void);

/* The number of the calling thread in its team, 0 .. threads_wanted() - 1. */
size_t thread_number(void);

#endif
