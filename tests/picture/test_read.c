/* Pictures of every kind that is read come back as the pixels they were made of; all else is refused with a
 * reason. */
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode.h"

static struct packed packed;

enum { HEIGHT = 11, WIDTH = 13 };

static struct cnn_picture *decoded(size_t channels)
{
    struct cnn_picture *picture = NULL;
    struct cnn_error error = {0};
    enum cnn_status status = picture_decode("p", packed.bytes, packed.n, channels, &picture, &error);
    if (status != CNN_OK)
        fail_msg("%s", error.message);
    assert_int_equal(picture->channels, channels);
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

/* Sample s of pixel (x, y), of so many bits: nothing that looks the same turned or mirrored. */
static unsigned sample(size_t y, size_t x, size_t s, int bits)
{
    return (unsigned)((y * 37 + x * 11 + s * 71 + y * x * 5) * 2654435761U >> 7) & ((1U << bits) - 1);
}

/* Rows of a PNG whose pixels have so many samples of so many bits. Shapes: rows [HEIGHT][WIDTH * 8]. */
static void make_rows(size_t samples, int bits, uint8_t *rows)
{
    memset(rows, 0, HEIGHT * WIDTH * 8);
    for (size_t y = 0; y < HEIGHT; y++)
        for (size_t i = 0; i < WIDTH * samples; i++) {
            unsigned value = sample(y, i / samples, i % samples, bits);
            uint8_t *row = rows + y * WIDTH * 8;
            size_t bit = i * (size_t)bits;
            if (bits == 16) {
                row[2 * i] = (uint8_t)(value >> 8);
                row[2 * i + 1] = (uint8_t)value;
            } else
                row[bit / 8] |= (uint8_t)(value << (8 - bits - (int)(bit % 8)));
        }
}

static unsigned rounded(double x)
{
    return (unsigned)(x + 0.5);
}

/* What a pixel shows, by the PNG specification: samples scaled to 255, alpha over white. */
static void expect_pixel(size_t samples, int bits, size_t y, size_t x, unsigned *rgb)
{
    double most = (1U << bits) - 1, value[4];
    for (size_t s = 0; s < samples; s++)
        value[s] = rounded(sample(y, x, s, bits) * 255.0 / most);
    double alpha = samples % 2 ? 255 : value[samples - 1];
    for (size_t c = 0; c < 3; c++)
        rgb[c] = rounded((value[samples > 2 ? c : 0] * alpha + 255 * (255 - alpha)) / 255);
}

static void check_png(int colour_type, size_t samples, int bits, int interlaced)
{
    static uint8_t rows[HEIGHT * WIDTH * 8];
    struct png_kind kind = {HEIGHT, WIDTH, colour_type, bits, interlaced, .key = -1};
    make_rows(samples, bits, rows);
    encode_png(&kind, rows, WIDTH * 8, &packed);
    struct cnn_picture *grey = decoded(1), *colour = decoded(3);
    assert_string_equal(colour->format, "PNG");
    assert_int_equal(colour->height, HEIGHT);
    assert_int_equal(colour->width, WIDTH);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        unsigned rgb[3];
        expect_pixel(samples, bits, i / WIDTH, i % WIDTH, rgb);
        for (size_t c = 0; c < 3; c++)
            assert_int_equal(colour->pixels[3 * i + c], rgb[c]);
        assert_int_equal(grey->pixels[i], rounded(0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2]));
    }
    cnn_picture_close(grey);
    cnn_picture_close(colour);
}

static void png_of_any_depth(void **state)
{
    (void)state;
    for (int interlaced = 0; interlaced < 2; interlaced++) {
        for (int bits = 1; bits <= 16; bits *= 2)
            check_png(PNG_COLOR_TYPE_GRAY, 1, bits, interlaced);
        for (int bits = 8; bits <= 16; bits *= 2) {
            check_png(PNG_COLOR_TYPE_GRAY_ALPHA, 2, bits, interlaced);
            check_png(PNG_COLOR_TYPE_RGB, 3, bits, interlaced);
            check_png(PNG_COLOR_TYPE_RGB_ALPHA, 4, bits, interlaced);
        }
    }
}

static void png_with_a_palette(void **state)
{
    (void)state;
    static const png_color palette[4] = {{10, 200, 30}, {0, 0, 0}, {255, 255, 255}, {90, 60, 250}};
    static const uint8_t transparency[2] = {0, 128};
    static uint8_t rows[HEIGHT * WIDTH * 8];
    struct png_kind kind = {HEIGHT,
                            WIDTH,
                            PNG_COLOR_TYPE_PALETTE,
                            2,
                            .palette = palette,
                            .n_palette = 4,
                            .transparency = transparency,
                            .n_transparent = 2,
                            .key = -1};
    make_rows(1, 2, rows);
    encode_png(&kind, rows, WIDTH * 8, &packed);
    struct cnn_picture *p = decoded(3);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        static const uint8_t shown[4][3] = {{255, 255, 255}, {127, 127, 127}, {255, 255, 255}, {90, 60, 250}};
        assert_memory_equal(p->pixels + 3 * i, shown[sample(i / WIDTH, i % WIDTH, 0, 2)], 3);
    }
    cnn_picture_close(p);
}

static void png_with_a_transparent_grey(void **state)
{
    (void)state;
    static uint8_t rows[HEIGHT * WIDTH * 8];
    struct png_kind kind = {HEIGHT, WIDTH, PNG_COLOR_TYPE_GRAY, 4, .key = 3};
    make_rows(1, 4, rows);
    encode_png(&kind, rows, WIDTH * 8, &packed);
    struct cnn_picture *p = decoded(1);
    for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
        unsigned value = sample(i / WIDTH, i % WIDTH, 0, 4);
        assert_int_equal(p->pixels[i], value == 3 ? 255 : value * 17);
    }
    cnn_picture_close(p);
}

/* White ink on nothing cannot be seen on white; grey ink can, and stays on it. A sheet without ink is blank
 * on either. */
static void png_with_white_ink_on_nothing(void **state)
{
    (void)state;
    static uint8_t rows[HEIGHT * WIDTH * 2];
    struct png_kind kind = {HEIGHT, WIDTH, PNG_COLOR_TYPE_GRAY_ALPHA, 8, .key = -1};
    for (unsigned ink = 254; ink <= 255; ink++)
        for (size_t interlaced = 0; interlaced < 2; interlaced++) {
            for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
                rows[2 * i] = (uint8_t)ink;
                rows[2 * i + 1] = i % 7 ? 0 : (uint8_t)(i + 255);
            }
            kind.interlaced = (int)interlaced;
            encode_png(&kind, rows, WIDTH * 2, &packed);
            for (size_t channels = 1; channels <= 3; channels += 2) {
                struct cnn_picture *p = decoded(channels);
                assert_int_equal(p->on_black, ink == 255);
                for (size_t i = 0; i < HEIGHT * WIDTH; i++) {
                    unsigned alpha = rows[2 * i + 1];
                    unsigned shown =
                        ink == 255 ? alpha : rounded((254.0 * alpha + 255.0 * (255 - alpha)) / 255);
                    assert_int_equal(p->pixels[channels * i], shown);
                }
                cnn_picture_close(p);
            }
        }
}

static void set_text(const char *text, size_t n)
{
    memcpy(packed.bytes, text, n);
    packed.n = n;
}
#define SET_TEXT(text) set_text(text, sizeof(text) - 1)

static void assert_grey(const uint8_t *pixels, size_t height, size_t width)
{
    struct cnn_picture *p = decoded(1);
    assert_int_equal(p->height, height);
    assert_int_equal(p->width, width);
    assert_memory_equal(p->pixels, pixels, height * width);
    cnn_picture_close(p);
}

static void pgm_and_ppm(void **state)
{
    (void)state;
    static const uint8_t three[] = {0, 128, 255}, red[] = {76, 255};
    SET_TEXT("P5 3 1 255\n\x00\x80\xff");
    assert_grey(three, 1, 3);
    SET_TEXT("P5 3 1 255\n\x00\x80\xffP5 the next picture");
    assert_grey(three, 1, 3);
    SET_TEXT("P5\n# drawn by hand\n3 # wide\r1 65535\n\x00\x00\x80\x00\xff\xff");
    assert_grey(three, 1, 3);
    SET_TEXT("P2 3 1 4\n0 2\n\t4");
    assert_grey(three, 1, 3);
    SET_TEXT("P6 2 1 255\n\xff\x00\x00\xff\xff\xff");
    assert_grey(red, 1, 2);
    SET_TEXT("P3 1 2 1\n1 0 0 1 1 1\n");
    assert_grey(red, 2, 1);
    SET_TEXT("P3 1 1 100\n100 0 50\n");
    struct cnn_picture *p = decoded(3);
    assert_memory_equal(p->pixels, "\xff\x00\x80", 3);
    cnn_picture_close(p);
}

static void damaged_pnm(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"P5 3 1 255", "p: offset 10: the header is damaged"},
        {"P5 3 1 0\nabc", "the header is damaged"},
        {"P5 3 1 65536\nabc", "the header is damaged"},
        {"P5 3 99999999999 255\nabc", "the header is damaged"},
        {"P5 3 4294967297 255\nabc", "the header is damaged"}, /* 1, in 32 bits */
        {"P5 3 x 255\nabc", "p: offset 5: the header is damaged"},
        {"P5 0 3 255\nabc", "the picture is empty: 0 x 3 pixels"},
        {"P5 2 2 255\nabc", "the file is cut short; 2 x 2 pixels cannot lie in so few bytes"},
        {"P5 60000 60000 255\nabc", "too large; expected at most 50 million pixels, found 60000 x 60000"},
        {"P5 3 1 80\nabc",
         "p: offset 11: the picture is damaged or cut short; expected a value from 0 to 80"},
        {"P2 2 1 9\n3 ten", "p: offset 11: the picture is damaged"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_text(cases[i].text, strlen(cases[i].text));
        assert_refused(cases[i].message, "");
    }
}

static void other_formats_are_named(void **state)
{
    (void)state;
    static const char header[] = "\0\0\0\x18";
    static const struct {
        const char *at_4, *name, *command;
    } containers[] = {
        {"ftypheic", "HEIC", "heif-convert in.heic out.jpg"},
        {"ftypheix", "HEIC", "heif-convert"},
        {"ftyphevc", "HEIC", "heif-convert"},
        {"ftypmif1", "HEIC", "heif-convert"},
        {"ftypavif", "AVIF", "avifdec in.avif out.png"},
    };
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
        memcpy(packed.bytes, header, 4);
        memcpy(packed.bytes + 4, containers[i].at_4, 8);
        packed.n = 12;
        assert_refused(containers[i].name, containers[i].command);
    }
    SET_TEXT("RIFF\x10\0\0\0WEBPVP8 ");
    assert_refused("found WebP", "dwebp in.webp -o out.png");
    SET_TEXT("GIF89a\x10\0");
    assert_refused("found GIF", "convert 'in.gif[0]' out.png");
    SET_TEXT("\0\0\x08\x03\0\0");
    assert_refused("found IDX", "--data");
    SET_TEXT("hello");
    assert_refused("expected PNG, JPEG, PGM or PPM, found none of the formats known", "");
    packed.n = 0;
    assert_refused("p: the file is empty", "");
}

/* Every shorter file is an error, and every byte may be wrong without harm. */
static void png_cut_short_or_changed(void **state)
{
    (void)state;
    static uint8_t pixels[HEIGHT * WIDTH];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)sample(i / WIDTH, i % WIDTH, 0, 8);
    encode_png_grey(pixels, HEIGHT, WIDTH, &packed);
    static struct packed whole;
    whole = packed;
    for (packed.n = 8; packed.n < whole.n; packed.n++)
        assert_refused("p: ", "");
    for (size_t i = 8; i < whole.n; i++) {
        struct cnn_picture *p = NULL;
        packed = whole;
        packed.bytes[i] ^= 0x41;
        if (picture_decode("p", packed.bytes, packed.n, 1, &p, NULL) == CNN_OK)
            cnn_picture_close(p);
    }
}

/* Writes a PNG's header with another size, and its sum. */
static void set_png_size(uint32_t width, uint32_t height)
{
    static const uint8_t row[1];
    struct png_kind kind = {1, 1, .bits = 8, .key = -1};
    encode_png(&kind, row, 1, &packed);
    for (int i = 0; i < 4; i++) {
        packed.bytes[16 + i] = (uint8_t)(width >> (24 - 8 * i));
        packed.bytes[20 + i] = (uint8_t)(height >> (24 - 8 * i));
    }
    uint32_t crc = 0xffffffff;
    for (size_t i = 12; i < 29; i++) {
        crc ^= packed.bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    for (int i = 0; i < 4; i++)
        packed.bytes[29 + i] = (uint8_t)(~crc >> (24 - 8 * i));
}

static void a_large_png_is_refused_before_it_is_unpacked(void **state)
{
    (void)state;
    set_png_size(8000, 6251);
    assert_refused("too large; expected at most 50 million pixels, found 8000 x 6251", "1000 x 1000");
    set_png_size(8000, 6250);
    assert_refused("the file is cut short; 8000 x 6250 pixels cannot lie in so few bytes", "");
    set_png_size(70000, 1);
    assert_refused("the PNG is damaged", "");
}

static void pixels_in_memory(void **state)
{
    (void)state;
    static const uint8_t pixels[6] = {1, 2, 3, 4, 5, 6};
    struct cnn_picture *p;
    struct cnn_error error;
    assert_int_equal(cnn_picture_create(pixels, 2, 3, 1, &p, &error), CNN_OK);
    struct cnn_picture_info info = cnn_picture_info(p);
    assert_int_equal(info.height, 2);
    assert_int_equal(info.width, 3);
    assert_int_equal(info.orientation, 1);
    assert_memory_equal(p->pixels, pixels, 6);
    cnn_picture_close(p);
    assert_int_equal(cnn_picture_create(pixels, 1, 3, 2, &p, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_picture_create(pixels, 0, 3, 1, &p, &error), CNN_ERROR_FORMAT);
    assert_int_equal(cnn_picture_open("p.png", 4, &p, &error), CNN_ERROR_USAGE);
    assert_int_equal(cnn_picture_open("no/such.png", 1, &p, &error), CNN_ERROR_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(png_of_any_depth),
        cmocka_unit_test(png_with_a_palette),
        cmocka_unit_test(png_with_a_transparent_grey),
        cmocka_unit_test(png_with_white_ink_on_nothing),
        cmocka_unit_test(pgm_and_ppm),
        cmocka_unit_test(damaged_pnm),
        cmocka_unit_test(other_formats_are_named),
        cmocka_unit_test(png_cut_short_or_changed),
        cmocka_unit_test(a_large_png_is_refused_before_it_is_unpacked),
        cmocka_unit_test(pixels_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
