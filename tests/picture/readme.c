/* The photograph of README: a digit that the program draws, on ruled paper, half of it in the shadow and out
 * of focus, as a JPEG; and a small picture enlarged by repetition, so that a page shows its pixels. Usage:
 * picture_readme PHOTO.jpg, or picture_readme SMALL.png LARGE.png */
#define PACKED_BYTES (1 << 20)
#include "cnn.h"
#include "picture/encode.h"
#include "picture/photo.h"
#include "picture/picture.h"

enum { DIGIT = 6, QUALITY = 85, TIMES = 10 };

static struct cnn_error error;

static void must(bool done, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "picture_readme: %s\n", what);
    exit(1);
}

#ifdef CNN_JPEG
static void write_photo(const char *path)
{
    static struct packed packed;
    static const struct photo_kind kind = {.light = true, .shadow = true, .blur = true, .ruled = true};
    static const struct jpeg_kind jpeg = {PHOTO_HEIGHT, PHOTO_WIDTH, 1, .quality = QUALITY};
    struct cnn_dataset *digits;
    must(cnn_dataset_open("synth", CNN_TEST, DIGIT, 1, &digits, &error) == CNN_OK, error.message);
    struct cnn_picture *photo = photo_make(cnn_dataset_image(digits, 0), &kind, DIGIT);
    encode_jpeg(&jpeg, photo->pixels, NULL, 0, &packed);
    FILE *f = fopen(path, "wb");
    must(f && fwrite(packed.bytes, 1, packed.n, f) == packed.n && fclose(f) == 0, path);
    cnn_picture_close(photo);
    cnn_dataset_close(digits);
}
#else
static void write_photo(const char *path)
{
    must(false, path);
}
#endif

static void write_large(const char *small, const char *large)
{
    struct cnn_picture *p;
    must(cnn_picture_open(small, 1, &p, &error) == CNN_OK, error.message);
    size_t height = p->height * TIMES, width = p->width * TIMES;
    uint8_t *pixels = malloc(height * width);
    must(pixels && cnn_picture_scale(p, height, width, pixels, &error) == CNN_OK, error.message);
    must(cnn_picture_save(pixels, height, width, 1, large, true, &error) == CNN_OK, error.message);
    free(pixels);
    cnn_picture_close(p);
}

int main(int argc, char **argv)
{
    must(argc == 2 || argc == 3, "expected PHOTO.jpg, or SMALL.png LARGE.png");
    if (argc == 2)
        write_photo(argv[1]);
    else
        write_large(argv[1], argv[2]);
    return 0;
}
