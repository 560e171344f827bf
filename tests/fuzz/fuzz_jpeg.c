/* JPEG pictures, with the EXIF in them. */
#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    fuzz_read(read_jpeg, bytes, n_bytes);
    return 0;
}
