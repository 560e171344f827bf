/* The kernels for AVX2 with FMA. */
#include "kernels/sets.h"

#if defined(__AVX2__) && defined(__FMA__)
#define VECTOR_HEADER "kernels/vector/avx2.h"
#define KERNELS_NAME avx2
#include "kernels/body/body.h"
#else
const struct kernels *const kernels_avx2 = NULL;
#endif
