#include "base/random.h"

/* Source: SplitMix64 (Steele, Lea, Flood), which the authors of xoshiro recommend for seeding it. */
static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

struct random random_stream(uint64_t seed, uint64_t stream)
{
    struct random random;
    uint64_t x = seed;
    x = splitmix(&x) ^ stream;
    for (int i = 0; i < 4; i++)
        random.state[i] = splitmix(&x);
    return random;
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t random_u64(struct random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint32_t random_below(struct random *random, uint32_t n)
{
    uint64_t product = (random_u64(random) >> 32) * n;
    if ((uint32_t)product < n) {
        uint32_t least = (uint32_t)-n % n; /* 2^32 mod n: that many low parts come once too often */
        while ((uint32_t)product < least)
            product = (random_u64(random) >> 32) * n;
    }
    return (uint32_t)(product >> 32);
}

float random_float(struct random *random)
{
    return (float)(random_u64(random) >> 40) * 0x1p-24f;
}

double random_double(struct random *random)
{
    return (double)(random_u64(random) >> 11) * 0x1p-53;
}

double random_normal(struct random *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += random_double(random);
    return sum;
}

void random_permutation(struct random *random, uint32_t *order, size_t n)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        uint32_t k = random_below(random, (uint32_t)i);
        uint32_t t = order[i - 1];
        order[i - 1] = order[k];
        order[k] = t;
    }
}
