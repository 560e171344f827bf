/* The optimizers over whole arrays. */
#ifndef KERNELS_UPDATE_H
#define KERNELS_UPDATE_H

#include "kernels/kernels.h"
#include "kernels/vector.h"

/* decay m + (1 - decay) x */
INLINE v running_mean(float decay, v m, v x)
{
    return v_fma(v_set1(decay), m, v_mul(v_set1(1 - decay), x));
}

#include "kernels/optimizers/adam.h"
#include "kernels/optimizers/rmsprop.h"
#include "kernels/optimizers/sgd.h"

/* Two loops over whole vectors, then what is left as part of one. Only the row's slots are touched. */
#define OPTIMIZER_ROW(name, slots, ...)                                                                      \
    static void update_##name(const struct update *update, size_t n, const float *g, float *w,               \
                              float *slot_0, float *slot_1)                                                  \
    {                                                                                                        \
        const struct update u = *update;                                                                     \
        for (size_t i = 0; i < n; i += V_LANES) {                                                            \
            size_t part = n - i < V_LANES ? n - i : V_LANES;                                                 \
            v new_w = load_first(w + i, part), m = v_zero(), mm = v_zero();                                  \
            if (slots > 0)                                                                                   \
                m = load_first(slot_0 + i, part);                                                            \
            if (slots > 1)                                                                                   \
                mm = load_first(slot_1 + i, part);                                                           \
            optimizer_##name(&u, load_first(g + i, part), &new_w, &m, &mm);                                  \
            store_first(w + i, new_w, part);                                                                 \
            if (slots > 0)                                                                                   \
                store_first(slot_0 + i, m, part);                                                            \
            if (slots > 1)                                                                                   \
                store_first(slot_1 + i, mm, part);                                                           \
        }                                                                                                    \
    }
OPTIMIZERS(OPTIMIZER_ROW)
#undef OPTIMIZER_ROW

#endif
