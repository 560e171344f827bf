/* Random numbers that are the same on every machine. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4];
};

/* A stream of its own for every (seed, stream) pair: nothing has to be remembered to draw it again. */
struct random random_stream(uint64_t seed, uint64_t stream);

/* 64 random bits. Source: xoshiro256** 1.0 (Blackman, Vigna, public domain). */
uint64_t random_u64(struct random *random);

/* A whole number in 0 .. n - 1, unbiased; n > 0. Source: Lemire, "Fast Random Integer Generation in an
 * Interval", 2019. */
uint32_t random_below(struct random *random, uint32_t n);

/* Uniform in [0, 1), a multiple of 2^-24 (float) or 2^-53 (double). */
float random_float(struct random *random);
double random_double(struct random *random);

/* About standard normal, within -6 .. 6: the sum of twelve uniform numbers, less 6 (Irwin-Hall). Plain
 * additions, so that no machine's logarithm has a say in it. */
double random_normal(struct random *random);

/* A random order of 0 .. n - 1. Source: Fisher-Yates. */
void random_permutation(struct random *random, uint32_t *order, size_t n);

#endif
