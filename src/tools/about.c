/* What the program and its machine are. */
#include "kernels/kernels.h"

#include <png.h>
#include <stdio.h>
#include <zlib.h>

const char *cnn_version(void)
{
    return CNN_VERSION;
}

#ifdef _OPENMP
/* OpenMP tells the month of its specification. */
static const char *openmp_version(void)
{
    return _OPENMP >= 202111   ? "OpenMP 5.2"
           : _OPENMP >= 202011 ? "OpenMP 5.1"
           : _OPENMP >= 201811 ? "OpenMP 5.0"
           : _OPENMP >= 201511 ? "OpenMP 4.5"
                               : "OpenMP before 4.5";
}
#else
static const char *openmp_version(void)
{
    return "no OpenMP";
}
#endif

#ifdef CNN_JPEG
#define JPEG_LIBRARY ", libjpeg-turbo " CNN_JPEG
#else
#define JPEG_LIBRARY ", no libjpeg-turbo"
#endif

const char *cnn_libraries(void)
{
    static char text[128]; /* written with the same bytes whoever asks */
    snprintf(text, sizeof text, "zlib %s, minizip %s, libpng %s" JPEG_LIBRARY ", %s", zlibVersion(),
             CNN_MINIZIP_VERSION, png_get_libpng_ver(NULL), openmp_version());
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
