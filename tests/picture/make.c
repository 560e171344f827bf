/* Pictures to measure the speed of reading by: FOLDER/large.jpg, a baseline JPEG of 12 megapixels in colour,
 * and FOLDER/small-000.png to small-999.png of up to 256 x 256, half of them JPEG. Usage: picture_make FOLDER
 */
#define PACKED_BYTES (16 << 20)
#include "base/random.h"
#include "cnn.h"
#include "picture/encode.h"
#include "picture/photo.h"
#include "picture/picture.h"

enum { WIDTH = 4000, HEIGHT = 3000, SIDE = 256, N_SMALL = 1000 };

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "picture_make: %s\n", what);
    exit(1);
}

static void put(const char *folder, const char *name, const struct packed *packed)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    must(f && fwrite(packed->bytes, 1, packed->n, f) == packed->n && fclose(f) == 0, path);
}

static void pack(const uint8_t *pixels, size_t height, size_t width, size_t channels, bool jpeg,
                 struct packed *packed)
{
    (void)jpeg, (void)channels;
#ifdef CNN_JPEG
    struct jpeg_kind kind = {height, width, channels, .quality = 90};
    if (jpeg) {
        encode_jpeg(&kind, pixels, NULL, 0, packed);
        return;
    }
#endif
    encode_png_grey(pixels, height, width, packed);
}

/* A photograph of a drawn digit, enlarged to fill width x height by the nearest pixel, with the grain of a
 * sensor. */
static void enlarge_photo(const struct cnn_picture *photo, size_t height, size_t width, size_t channels,
                          uint64_t seed, uint8_t *pixels)
{
    struct random random = random_stream(seed, 2);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            unsigned grey =
                photo->pixels[y * photo->height / height * photo->width + x * photo->width / width];
            uint64_t grain = random_u64(&random);
            for (size_t c = 0; c < channels; c++)
                *pixels++ = (uint8_t)(grey * 15 / 16 + (grain >> (8 * c) & 7));
        }
}

int main(int argc, char **argv)
{
    static struct packed packed;
    static const struct photo_kind kind = {.light = true, .shadow = true};
    struct cnn_dataset *digits;
    uint8_t *pixels = malloc((size_t)WIDTH * HEIGHT * 3);
    must(argc == 2 && pixels, "expected a folder");
    must(cnn_dataset_open("synth", CNN_TEST, 0, N_SMALL, &digits, NULL) == CNN_OK, "cannot draw digits");
    for (size_t i = 0; i < N_SMALL; i++) {
        char name[32];
        struct cnn_picture *photo = photo_make(cnn_dataset_image(digits, i), &kind, i);
        if (i == 0) {
            enlarge_photo(photo, HEIGHT, WIDTH, 3, i, pixels);
            pack(pixels, HEIGHT, WIDTH, 3, true, &packed);
            put(argv[1], "large.jpg", &packed);
        }
        enlarge_photo(photo, SIDE, SIDE - i % 100, 1, i, pixels);
        pack(pixels, SIDE, SIDE - i % 100, 1, i % 2, &packed);
        snprintf(name, sizeof name, "small-%03zu.%s", i, i % 2 ? "jpg" : "png");
        put(argv[1], name, &packed);
        cnn_picture_close(photo);
    }
    cnn_dataset_close(digits);
    free(pixels);
    return 0;
}
