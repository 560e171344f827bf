#include "picture/picture.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/area.h"

#include <string.h>

enum cnn_status picture_make(const char *name, size_t height, size_t width, size_t channels,
                             uint64_t most_pixels, struct cnn_picture *picture, struct cnn_error *error)
{
    if (height == 0 || width == 0)
        return error_set(error, CNN_ERROR_FORMAT, "%s: the picture is empty: %zu x %zu pixels", name, width,
                         height);
    if (height > PICTURE_SIDE || width > PICTURE_SIDE || height > PICTURE_PIXELS / width) {
        error_set(error, CNN_ERROR_FORMAT,
                  "%s: too large; expected at most %zu million pixels, found %zu x %zu", name,
                  PICTURE_PIXELS / 1000000, width, height);
        return error_hint(error, CNN_ERROR_FORMAT, "make it smaller: a digit needs no more than 1000 x 1000");
    }
    if ((uint64_t)height * width > most_pixels)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: the file is cut short; %zu x %zu pixels cannot lie in so few bytes", name,
                         width, height);
    picture->height = height;
    picture->width = width;
    picture->channels = channels;
    picture->pixels = memory_alloc(height * width, channels);
    return picture->pixels ? CNN_OK : error_memory(error, height * width * channels);
}

enum cnn_status cnn_picture_create(const uint8_t *pixels, size_t height, size_t width, size_t channels,
                                   struct cnn_picture **picture, struct cnn_error *error)
{
    struct cnn_picture *p = memory_alloc(1, sizeof *p);
    if (!p)
        return error_memory(error, sizeof *p);
    p->format = "pixels";
    p->orientation = 1;
    enum cnn_status status = channels == 1 || channels == 3
                                 ? picture_make("pixels", height, width, channels, UINT64_MAX, p, error)
                                 : error_set(error, CNN_ERROR_USAGE,
                                             "pictures have 1 channel, grey, or 3, RGB; found %zu", channels);
    if (status != CNN_OK) {
        cnn_picture_close(p);
        return status;
    }
    memcpy(p->pixels, pixels, height * width * channels);
    *picture = p;
    return CNN_OK;
}

void cnn_picture_close(struct cnn_picture *picture)
{
    if (!picture)
        return;
    memory_free(picture->pixels);
    memory_free(picture);
}

struct cnn_picture_info cnn_picture_info(const struct cnn_picture *picture)
{
    return (struct cnn_picture_info){picture->format, picture->height, picture->width, picture->channels,
                                     picture->orientation};
}

/* Where the upright picture's pixel (0, 0) lies in the one that was stored, and the steps, in pixels, from
 * there to the right and down. Orientations are named by where the stored row 0 and column 0 are seen. */
struct walk {
    size_t start;
    ptrdiff_t right, down;
};

static struct walk walk_of(const struct cnn_picture *p, unsigned orientation)
{
    size_t last_row = (p->height - 1) * p->width, last_column = p->width - 1;
    ptrdiff_t row = (ptrdiff_t)p->width;
    const struct walk walks[] = {
        {0, 1, row},                        /* 1: upright */
        {last_column, -1, row},             /* 2: mirrored */
        {last_row + last_column, -1, -row}, /* 3: turned by 180 degrees */
        {last_row, 1, -row},                /* 4: mirrored top to bottom */
        {0, row, 1},                        /* 5: mirrored along the diagonal */
        {last_row, -row, 1},                /* 6: to be turned by 90 degrees to the right */
        {last_row + last_column, -row, -1}, /* 7: mirrored along the other diagonal */
        {last_column, row, -1},             /* 8: to be turned by 90 degrees to the left */
    };
    return walks[orientation - 1];
}

enum { TURN_TILE = 64 }; /* pixels each way, so that neither of the two pictures leaves the cache */

static void turn_tile(const uint8_t *from, struct walk walk, size_t channels, size_t n_rows, size_t n_columns,
                      uint8_t *to, size_t to_row)
{
    for (size_t y = 0; y < n_rows; y++) {
        const uint8_t *pixel = from + (ptrdiff_t)y * walk.down * (ptrdiff_t)channels;
        for (size_t x = 0; x < n_columns; x++, pixel += walk.right * (ptrdiff_t)channels)
            for (size_t c = 0; c < channels; c++)
                to[(y * to_row + x) * channels + c] = pixel[c];
    }
}

enum cnn_status picture_turn(struct cnn_picture *picture, unsigned orientation, struct cnn_error *error)
{
    if (orientation == 1)
        return CNN_OK;
    struct walk walk = walk_of(picture, orientation);
    size_t height = orientation > 4 ? picture->width : picture->height;
    size_t width = orientation > 4 ? picture->height : picture->width, channels = picture->channels;
    uint8_t *turned = memory_alloc(height * width, channels);
    if (!turned)
        return error_memory(error, height * width * channels);
    for (size_t y = 0; y < height; y += TURN_TILE)
        for (size_t x = 0; x < width; x += TURN_TILE)
            turn_tile(picture->pixels +
                          ((ptrdiff_t)walk.start + (ptrdiff_t)y * walk.down + (ptrdiff_t)x * walk.right) *
                              (ptrdiff_t)channels,
                      walk, channels, height - y < TURN_TILE ? height - y : TURN_TILE,
                      width - x < TURN_TILE ? width - x : TURN_TILE, turned + (y * width + x) * channels,
                      width);
    memory_free(picture->pixels);
    picture->pixels = turned;
    picture->height = height;
    picture->width = width;
    return CNN_OK;
}

enum { MOST_SCALED = 4096 };

enum cnn_status cnn_picture_scale(const struct cnn_picture *picture, size_t height, size_t width,
                                  uint8_t *pixels, struct cnn_error *error)
{
    if (height == 0 || width == 0 || height > MOST_SCALED || width > MOST_SCALED)
        return error_set(error, CNN_ERROR_USAGE,
                         "pictures are scaled to 1 .. %d pixels a side; found %zu x %zu", MOST_SCALED, width,
                         height);
    struct axis y = {picture->height, height, height, picture->height};
    struct axis x = {picture->width, width, width, picture->width};
    size_t n = height * width * picture->channels;
    uint32_t *columns = memory_alloc(picture->width * picture->channels, sizeof *columns);
    uint64_t *sums = memory_alloc(n, sizeof *sums), area = (uint64_t)picture->height * picture->width;
    enum cnn_status status = columns && sums ? CNN_OK : error_memory(error, n * sizeof *sums);
    if (status == CNN_OK) {
        area_sums(picture->pixels, picture->width * picture->channels, picture->channels, &y, &x, columns,
                  sums);
        for (size_t i = 0; i < n; i++)
            pixels[i] = (uint8_t)((sums[i] + area / 2) / area);
    }
    memory_free(columns);
    memory_free(sums);
    return status;
}
