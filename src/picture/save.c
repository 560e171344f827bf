/* Pictures of plain pixels as PNG files. */
#include "base/memory.h"
#include "base/status.h"
#include "picture/png.h"

#include <string.h>

enum { MOST_SIDE = 65535 };

static void copy_pixels(const uint8_t *pixels, size_t n, size_t channels, uint8_t *rgb)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < 3; c++)
            rgb[3 * i + c] = pixels[i * channels + (channels == 3 ? c : 0)];
}

enum cnn_status cnn_picture_save(const uint8_t *pixels, size_t height, size_t width, size_t channels,
                                 const char *path, bool overwrite, struct cnn_error *error)
{
    if ((channels != 1 && channels != 3) || height == 0 || width == 0 || height > MOST_SIDE ||
        width > MOST_SIDE)
        return error_set(error, CNN_ERROR_USAGE, "no picture has %zu x %zu pixels of %zu channels", width,
                         height, channels);
    /* the first line is what file_kind.c knows a picture of ours by */
    const struct png_line line = {"Software", "cnn " CNN_VERSION};
    struct canvas canvas;
    uint8_t *bytes;
    size_t n_bytes;
    enum cnn_status status = canvas_create((int)width, (int)height, (struct colour){0, 0, 0}, &canvas, error);
    if (status != CNN_OK)
        return status;
    copy_pixels(pixels, height * width, channels, canvas.rgb);
    status = png_encode(&canvas, &line, 1, &bytes, &n_bytes, error);
    canvas_free(&canvas);
    if (status != CNN_OK)
        return status;
    status = cnn_file_write(path, CNN_FILE_PNG, overwrite, bytes, n_bytes, error);
    memory_free(bytes);
    return status;
}
