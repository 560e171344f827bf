/* PGM and PPM; and every other beginning of a file, which is named or refused. */
#include "picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    struct cnn_error error = {0};
    struct cnn_picture *picture = NULL;
    if (n_bytes >= 2 && bytes[0] == 'P')
        fuzz_read(read_pnm, bytes, n_bytes);
    enum cnn_status status = picture_decode("input", bytes, n_bytes, 1, &picture, &error);
    fuzz_check_error(status, &error);
    if (status == CNN_OK)
        cnn_picture_close(picture);
    return 0;
}
