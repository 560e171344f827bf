/* Images from bytes. */
#ifndef KERNELS_BODY_PACK_H
#define KERNELS_BODY_PACK_H

#include "base/bytes.h"
#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

/* The byte as a number; divided by 255 and rounded once, without a division: q is off by less than an ulp,
 * what is missing is computed exactly and added. */
INLINE v number_of_byte(vi byte, bool scale)
{
    const float inverse = 1.0F / 255;
    v x = vi_to_float(byte);
    if (!scale)
        return x;
    v q = v_mul(x, v_set1(inverse));
    return v_fma(v_fma(q, v_set1(-255), x), v_set1(inverse), q);
}

/* Pixels 4 at a time: a word per lane holds 4 pixels of its image, and shifts take them apart. */
enum { PACK_WORDS = 16 };

static void pack_words(size_t n_words, uint32_t (*words)[LANES], bool scale, float *x)
{
    const vi byte = vi_set1(255);
    for (size_t i = 0; i < n_words; i++)
        for (size_t lane = 0; lane < LANES; lane += V_LANES) {
            vi word = vi_load(&words[i][lane]);
            float *row = x + i * 4 * LANES + lane;
            v_store(row, number_of_byte(vi_and(word, byte), scale));
            v_store(row + LANES, number_of_byte(vi_and(vi_right(word, 8), byte), scale));
            v_store(row + 2 * LANES, number_of_byte(vi_and(vi_right(word, 16), byte), scale));
            v_store(row + 3 * LANES, number_of_byte(vi_right(word, 24), scale));
        }
}

static void pack(const uint8_t *const *images, size_t n_valid, size_t n, bool scale, float *x)
{
    uint32_t words[PACK_WORDS][LANES] = {{0}};
    size_t i = 0;
    while (i + 4 <= n) {
        size_t n_words = (n - i) / 4 < PACK_WORDS ? (n - i) / 4 : PACK_WORDS;
        for (size_t lane = 0; lane < n_valid; lane++)
            for (size_t k = 0; k < n_words; k++)
                words[k][lane] = bytes_u32_le(images[lane] + i + 4 * k);
        pack_words(n_words, words, scale, x + i * LANES);
        i += 4 * n_words;
    }
    for (; i < n; i++) { /* fewer than 4 left */
        for (size_t lane = 0; lane < n_valid; lane++)
            words[0][lane] = images[lane][i];
        for (size_t lane = 0; lane < LANES; lane += V_LANES)
            v_store(x + i * LANES + lane, number_of_byte(vi_load(&words[0][lane]), scale));
    }
}

#endif
