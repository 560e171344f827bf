/* What the program and its machine are. */
#include "kernels/kernels.h"

#include <stdio.h>
#include <zlib.h>

const char *cnn_version(void)
{
    return CNN_VERSION;
}

const char *cnn_libraries(void)
{
    static char text[64]; /* written with the same bytes whoever asks */
#ifdef _OPENMP
    snprintf(text, sizeof text, "zlib %s, minizip, OpenMP %d", zlibVersion(), _OPENMP);
#else
    snprintf(text, sizeof text, "zlib %s, minizip, no OpenMP", zlibVersion());
#endif
    return text;
}

enum cnn_status cnn_cpu(const char **name, struct cnn_error *error)
{
    const struct kernels *kernels;
    enum cnn_status status = kernels_choose(&kernels, error);
    if (status == CNN_OK)
        *name = kernels->name;
    return status;
}
