/* What a JPEG's APP1 marker holds. */
#include "fuzz.h"

#include "picture/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    unsigned orientation = exif_orientation(bytes, n_bytes);
    REQUIRE(orientation >= 1 && orientation <= 8);
    return 0;
}
