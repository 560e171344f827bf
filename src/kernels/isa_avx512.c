/* The kernels for AVX-512. */
#include "kernels/sets.h"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__) &&       \
    defined(__FMA__)
#define VECTOR_HEADER "kernels/vector/avx512.h"
#define KERNELS_NAME avx512
#include "kernels/body/body.h"
#else
const struct kernels *const kernels_avx512 = NULL;
#endif
