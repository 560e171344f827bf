/* The kernels for any machine. */
#include "kernels/sets.h"

#define VECTOR_HEADER "kernels/vector/portable.h"
#define KERNELS_NAME portable
#include "kernels/body/body.h"
