/* The sets of kernels, one per isa_NAME.c: ROW(name, what the running machine must have). A set is NULL where
 * the file was compiled for a machine that cannot have it. */
#ifndef KERNELS_SETS_H
#define KERNELS_SETS_H

#include "kernels/kernels.h"

/* Best first. */
#define KERNEL_SETS(ROW)                                                                                     \
    ROW(avx512)                                                                                              \
    ROW(avx2)                                                                                                \
    ROW(neon)                                                                                                \
    ROW(portable)

#define KERNEL_SET_DECLARATION(name) extern const struct kernels *const kernels_##name;
KERNEL_SETS(KERNEL_SET_DECLARATION)
#undef KERNEL_SET_DECLARATION

#endif
