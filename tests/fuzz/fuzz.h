/* A fuzz target is one function that takes any bytes and returns, whatever they are. libFuzzer calls it with
 * ever new ones, replay.c with those of its corpus. What must hold of every input is REQUIREd. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "cnn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

#define REQUIRE(what)                                                                                        \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #what);                               \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

/* Whether a text may be shown on a terminal: one line, and nothing that a terminal obeys. */
static inline bool fuzz_is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 127)
            return false;
    return true;
}

/* What every error must be like. */
static inline void fuzz_check_error(enum cnn_status status, const struct cnn_error *error)
{
    if (status == CNN_OK)
        return;
    REQUIRE(error->status == status);
    REQUIRE(error->message[0] && fuzz_is_plain(error->message) && fuzz_is_plain(error->hint));
}

/* Whether an array of counts that a file gave is small enough to be worth the time. */
enum { FUZZ_SMALL = 1 << 20 };

#endif
