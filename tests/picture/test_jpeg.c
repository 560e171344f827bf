/* JPEG: grey is the file's own Y; turned as EXIF asks; damaged, cut short or malicious files are refused. */
#include "picture/exif.h"
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode.h"

#ifdef CNN_JPEG

static struct packed packed;

enum { HEIGHT = 70, WIDTH = 90 };

/* A scene with slopes and edges, so that a block is worth more than its mean. */
static void make_scene(size_t channels, uint8_t *pixels)
{
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        size_t y = i / WIDTH, x = i % WIDTH;
        const size_t rgb[4] = {y * 2 + x, x > 30 && y < 20 ? 10 : 200, y * x / 40 % 256, 7};
        for (size_t c = 0; c < channels; c++)
            pixels[i * channels + c] = (uint8_t)rgb[c];
    }
}

static void pack(size_t channels, bool progressive, const uint8_t *app1, size_t n_app1)
{
    static uint8_t pixels[HEIGHT * WIDTH * 4];
    struct jpeg_kind kind = {HEIGHT, WIDTH, channels, .quality = 80, .progressive = progressive};
    make_scene(channels, pixels);
    encode_jpeg(&kind, pixels, app1, n_app1, &packed);
}

static struct cnn_picture *decoded(size_t channels)
{
    struct cnn_picture *picture = NULL;
    struct cnn_error error = {0};
    if (picture_decode("p", packed.bytes, packed.n, channels, &picture, &error) != CNN_OK)
        fail_msg("%s", error.message);
    return picture;
}

static void assert_refused(const char *message, const char *hint)
{
    struct cnn_picture *picture = NULL;
    struct cnn_error error = {0};
    assert_int_equal(picture_decode("p", packed.bytes, packed.n, 1, &picture, &error), CNN_ERROR_FORMAT);
    if (!strstr(error.message, message) || !strstr(error.hint, hint))
        fail_msg("expected '%s' and '%s', found '%s' and '%s'", message, hint, error.message, error.hint);
}

/* The file's own planes, Y first, by libjpeg without a conversion of colours. */
static void decode_planes(uint8_t *ycc)
{
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, packed.bytes, packed.n);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = JCS_YCbCr;
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row = ycc + (size_t)jpeg.output_scanline * WIDTH * 3;
        jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
}

static void grey_is_the_files_own_y(void **state)
{
    (void)state;
    static uint8_t ycc[HEIGHT * WIDTH * 3];
    pack(3, false, NULL, 0);
    decode_planes(ycc);
    struct cnn_picture *p = decoded(1);
    assert_string_equal(p->format, "JPEG");
    assert_true(p->lossy);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++)
        assert_int_equal(p->pixels[i], ycc[3 * i]);
    cnn_picture_close(p);
}

static void colour_is_near_what_was_packed(void **state)
{
    (void)state;
    static uint8_t scene[HEIGHT * WIDTH * 3];
    make_scene(3, scene);
    pack(3, false, NULL, 0);
    struct cnn_picture *p = decoded(3);
    unsigned long difference = 0;
    for (size_t i = 0; i < sizeof scene; i++)
        difference += (unsigned long)abs(scene[i] - p->pixels[i]);
    assert_true(difference < 6 * sizeof scene);
    cnn_picture_close(p);
    pack(1, false, NULL, 0); /* grey asked for as colour */
    p = decoded(3);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++)
        assert_true(p->pixels[3 * i] == p->pixels[3 * i + 1] && p->pixels[3 * i] == p->pixels[3 * i + 2]);
    cnn_picture_close(p);
}

static void progressive_is_the_same_picture(void **state)
{
    (void)state;
    pack(3, false, NULL, 0);
    struct cnn_picture *baseline = decoded(1);
    pack(3, true, NULL, 0);
    struct cnn_picture *progressive = decoded(1);
    assert_memory_equal(baseline->pixels, progressive->pixels, HEIGHT * WIDTH);
    cnn_picture_close(baseline);
    cnn_picture_close(progressive);
}

/* Where the scene's corner (0, 0), (0, right), (bottom, 0) must be seen after turning: rows of TIFF's table.
 */
static void assert_turned(const struct cnn_picture *p, const struct cnn_picture *stored, unsigned orientation)
{
    size_t last_y = HEIGHT - 1, last_x = WIDTH - 1;
    assert_int_equal(p->orientation, orientation);
    assert_int_equal(p->height, orientation > 4 ? WIDTH : HEIGHT);
    assert_int_equal(p->width, orientation > 4 ? HEIGHT : WIDTH);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t x = 0; x < WIDTH; x++) {
            const size_t seen[9][2] = {
                [1] = {y, x}, [2] = {y, last_x - x}, [3] = {last_y - y, last_x - x}, [4] = {last_y - y, x},
                [5] = {x, y}, [6] = {x, last_y - y}, [7] = {last_x - x, last_y - y}, [8] = {last_x - x, y}};
            const size_t *at = seen[orientation];
            assert_int_equal(p->pixels[at[0] * p->width + at[1]], stored->pixels[y * WIDTH + x]);
        }
}

static void turned_as_exif_asks(void **state)
{
    (void)state;
    uint8_t app1[EXIF_BYTES];
    pack(1, false, NULL, 0);
    struct cnn_picture *stored = decoded(1);
    for (unsigned orientation = 1; orientation <= 8; orientation++)
        for (int little = 0; little < 2; little++) {
            make_exif(orientation, little, app1);
            pack(1, false, app1, sizeof app1);
            struct cnn_picture *p = decoded(1);
            assert_turned(p, stored, orientation);
            cnn_picture_close(p);
        }
    cnn_picture_close(stored);
}

static void exif_that_makes_no_sense_means_upright(void **state)
{
    (void)state;
    uint8_t app1[EXIF_BYTES];
    for (int little = 0; little < 2; little++) {
        make_exif(6, little, app1);
        assert_int_equal(exif_orientation(app1, sizeof app1), 6);
        for (size_t n = 0; n < 28; n++) {
            uint8_t *exact = malloc(n + !n); /* so that a read past the end is seen */
            memcpy(exact, app1, n);
            assert_int_equal(exif_orientation(exact, n), 1);
            free(exact);
        }
        make_exif(9, little, app1);
        assert_int_equal(exif_orientation(app1, sizeof app1), 1);
        make_exif(0, little, app1);
        assert_int_equal(exif_orientation(app1, sizeof app1), 1);
        make_exif(6, little, app1);
        memset(app1 + 10, 0xff, 4); /* the directory's place */
        assert_int_equal(exif_orientation(app1, sizeof app1), 1);
        make_exif(6, little, app1);
        app1[little ? 18 : 19] = 4; /* a long where a short belongs */
        assert_int_equal(exif_orientation(app1, sizeof app1), 1);
    }
}

/* Cameras write their make and model before the orientation. */
static void the_orientation_stands_anywhere(void **state)
{
    (void)state;
    static const uint8_t app1[] = {'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42,  0,   8,   0,
                                   0,    0,   2,   0,                                     /* two entries */
                                   0x0f, 1,   2,   0,   4, 0, 0,   0,   'a', 'b', 'c', 0, /* the make */
                                   0x12, 1,   3,   0,   1, 0, 0,   0,   8,   0,   0,   0};
    assert_int_equal(exif_orientation(app1, sizeof app1), 8);
}

static void cut_short_or_changed(void **state)
{
    (void)state;
    static struct packed whole;
    for (int progressive = 0; progressive < 2; progressive++) {
        pack(3, progressive, NULL, 0);
        whole = packed;
        for (packed.n = 3; packed.n + 2 < whole.n; packed.n += 1 + packed.n / 50)
            assert_refused("p: ", "");
        packed.n = whole.n - 8;
        assert_refused("the JPEG is damaged: Premature end of JPEG file", "");
        for (size_t i = 2; i < whole.n; i += 3) {
            struct cnn_picture *p = NULL;
            packed = whole;
            packed.bytes[i] ^= 0x35;
            if (picture_decode("p", packed.bytes, packed.n, 1, &p, NULL) == CNN_OK)
                cnn_picture_close(p);
        }
    }
}

/* A picture of many scans costs a walk over all of it for each: a small file could keep the program busy. */
static void too_many_scans(void **state)
{
    (void)state;
    static uint8_t pixels[HEIGHT * WIDTH];
    struct jpeg_kind kind = {HEIGHT, WIDTH, 1, .quality = 80, .n_scans = 64};
    make_scene(1, pixels);
    encode_jpeg(&kind, pixels, NULL, 0, &packed);
    cnn_picture_close(decoded(1));
    kind.n_scans = 65;
    encode_jpeg(&kind, pixels, NULL, 0, &packed);
    assert_refused("the JPEG is damaged", "");
}

static void printing_colours_are_refused(void **state)
{
    (void)state;
    pack(4, false, NULL, 0);
    assert_refused("expected grey or RGB, found CMYK", "convert in.jpg -colorspace sRGB out.png");
}

static void a_large_header_takes_no_memory(void **state)
{
    (void)state;
    pack(1, false, NULL, 0);
    for (size_t i = 0; i + 9 < packed.n; i++)
        if (packed.bytes[i] == 0xff && packed.bytes[i + 1] == 0xc0) {
            memcpy(packed.bytes + i + 5, "\x1b\x58\x1b\x58", 4); /* 7000 x 7000 */
            break;
        }
    assert_refused("the file is cut short; 7000 x 7000 pixels cannot lie in so few bytes", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grey_is_the_files_own_y),
        cmocka_unit_test(colour_is_near_what_was_packed),
        cmocka_unit_test(progressive_is_the_same_picture),
        cmocka_unit_test(turned_as_exif_asks),
        cmocka_unit_test(exif_that_makes_no_sense_means_upright),
        cmocka_unit_test(the_orientation_stands_anywhere),
        cmocka_unit_test(cut_short_or_changed),
        cmocka_unit_test(too_many_scans),
        cmocka_unit_test(printing_colours_are_refused),
        cmocka_unit_test(a_large_header_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

/* Built without libjpeg: a JPEG is named, and what to do is said. */
static void a_jpeg_is_named(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0xff, 0xd8, 0xff, 0xe0};
    struct cnn_picture *p;
    struct cnn_error error;
    assert_int_equal(picture_decode("p", bytes, sizeof bytes, 1, &p, &error), CNN_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "a JPEG, which this program was built without"));
    assert_non_null(strstr(error.hint, "CNN_JPEG=ON"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_jpeg_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
