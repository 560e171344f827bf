/* The kernels for 64-bit ARM. */
#include "kernels/sets.h"

#if defined(__aarch64__)
#define VECTOR_HEADER "kernels/vector/neon.h"
#define KERNELS_NAME neon
#include "kernels/body/body.h"
#else
const struct kernels *const kernels_neon = NULL;
#endif
