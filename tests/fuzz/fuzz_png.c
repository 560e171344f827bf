/* PNG pictures; mutate_png.c keeps their checksums right. */
#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    fuzz_read(read_png, bytes, n_bytes);
    return 0;
}
