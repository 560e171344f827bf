/* The optimizers over whole arrays of weights. */
#ifndef KERNELS_BODY_UPDATE_H
#define KERNELS_BODY_UPDATE_H

#include "kernels/kernels.h"
#include "kernels/vector/vector.h"

/* 0 for x smaller than 2^-100, about 1e-30. That is too small to move a weight; but a slot that gets no more
 * gradients would shrink into denormal numbers and stay there, and with those a processor is several times
 * slower. */
INLINE v flush_tiny(v x)
{
    const uint32_t highest = 1U << 31, tiny = 27U << 23; /* the bits of 2^-100 */
    vi size = vi_and(v_bits(x), vi_set1(highest - 1));
    vi keep = vi_sign(vi_add(size, vi_set1(highest - tiny)));
    return vi_float_bits(vi_and(v_bits(x), keep));
}

/* decay m + (1 - decay) x */
INLINE v running_mean(float decay, v m, v x)
{
    return flush_tiny(v_fma(v_set1(decay), m, v_mul(v_set1(1 - decay), x)));
}

#include "kernels/optimizers/adam.h"
#include "kernels/optimizers/adamw.h"
#include "kernels/optimizers/rmsprop.h"
#include "kernels/optimizers/sgd.h"

/* Weights still to be updated, by gradients g that are ready. */
struct pending {
    size_t n;
    const float *g;
    float *w, *slot_0, *slot_1;
};

/* So many weights before their turn these and their slots are asked for: they come from memory, or from a
 * cache that is far away. */
enum { UPDATE_PREFETCH = 768 };

/* Updates the next vector of them, with the optimizer of the name. Only the row's slots are touched. */
#define OPTIMIZER_ROW(name, slots, ...)                                                                      \
    INLINE void update_next_##name(const struct update *u, struct pending *at)                               \
    {                                                                                                        \
        const size_t n = at->n < V_LANES ? at->n : V_LANES;                                                  \
        v w = load_first(at->w, n), m = v_zero(), mm = v_zero();                                             \
        prefetch_to_write(at->w + UPDATE_PREFETCH);                                                          \
        if (slots > 0)                                                                                       \
            m = load_first(at->slot_0, n), prefetch_to_write(at->slot_0 + UPDATE_PREFETCH);                  \
        if (slots > 1)                                                                                       \
            mm = load_first(at->slot_1, n), prefetch_to_write(at->slot_1 + UPDATE_PREFETCH);                 \
        optimizer_##name(u, load_first(at->g, n), &w, &m, &mm);                                              \
        store_first(at->w, w, n);                                                                            \
        if (slots > 0)                                                                                       \
            store_first(at->slot_0, m, n), at->slot_0 += n;                                                  \
        if (slots > 1)                                                                                       \
            store_first(at->slot_1, mm, n), at->slot_1 += n;                                                 \
        at->n -= n, at->g += n, at->w += n;                                                                  \
    }
OPTIMIZERS(OPTIMIZER_ROW)
#undef OPTIMIZER_ROW

INLINE void update_next(const enum optimizer optimizer, const struct update *u, struct pending *at)
{
#define OPTIMIZER_ROW(name, ...)                                                                             \
    case OPTIMIZER_##name:                                                                                   \
        update_next_##name(u, at);                                                                           \
        break;
    switch (optimizer) {
        OPTIMIZERS(OPTIMIZER_ROW)
    default:
        break;
    }
#undef OPTIMIZER_ROW
}

#define OPTIMIZER_ROW(name, ...)                                                                             \
    static void update_##name(const struct update *update, size_t n, const float *g, float *w,               \
                              float *slot_0, float *slot_1)                                                  \
    {                                                                                                        \
        const struct update u = *update;                                                                     \
        struct pending pending = {n, g, w, slot_0, slot_1};                                                  \
        while (pending.n > 0)                                                                                \
            update_next_##name(&u, &pending);                                                                \
    }
OPTIMIZERS(OPTIMIZER_ROW)
#undef OPTIMIZER_ROW

#endif
