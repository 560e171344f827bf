/* The kernels for any machine. */
#include "kernels/sets.h"

#define VECTOR_HEADER "kernels/vector_portable.h"
#define KERNELS_NAME portable
#include "kernels/body.h"
