/*
 * Prints a hash of what each set of kernels makes of the same numbers: "portable 0123456789abcdef" and so on.
 * All lines must agree, on all machines. It needs nothing but the kernels and src/base, so that it can be
 * compiled for other processors and run by an emulator.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/denormals.h"
#include "every.h"

int main(void)
{
    struct numbers m;
    if (!numbers_make(&m))
        return 1;
    denormals_flush();
    for (size_t i = 0; kernels_available(i); i++)
        printf("%s %016" PRIx64 "\n", kernels_available(i)->name, everything(kernels_available(i), m));
    numbers_free(&m);
    return 0;
}
