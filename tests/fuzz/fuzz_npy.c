/* NumPy arrays. */
#include "fuzz.h"

#include "npz/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct cnn_error error = {0};
    struct npy npy;
    enum cnn_status status = npy_parse("input", bytes, n_bytes, &npy, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return 0;
    REQUIRE(npy.data >= bytes && npy.data <= bytes + n_bytes && npy.rank <= NPY_MAX_RANK);
    REQUIRE(npy.count == 0 || (size_t)(bytes + n_bytes - npy.data) / npy.count == npy.item_size);
    char text[64];
    if (npy_text(&npy, text, sizeof text))
        REQUIRE(strlen(text) < sizeof text && fuzz_is_plain(text));
    for (size_t i = 0; npy.kind != 'U' && i < npy.count; i++) {
        uint64_t whole;
        double value = npy_float(&npy, i);
        if (npy_whole(&npy, i, &whole))
            REQUIRE(value == (double)whole);
    }
    return 0;
}
