/* A picture written is the picture that was drawn, dot by dot, as a reader of its own decodes it; and a film
 * holds every frame. */
#include "base/bytes.h"
#include "base/hash.h"
#include "base/memory.h"
#include "picture/png.h"

#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

enum { WIDTH = 61, HEIGHT = 37 };

static struct canvas draw(uint8_t red)
{
    struct canvas canvas;
    struct cnn_error error;
    assert_int_equal(canvas_create(WIDTH, HEIGHT, (struct colour){250, 250, 250}, &canvas, &error), CNN_OK);
    canvas_fill(&canvas, 3, 2, 10, 8, (struct colour){red, 20, 30});
    canvas_frame(&canvas, 20, 2, 12, 12, 2, (struct colour){0, 90, 0});
    canvas_text(&canvas, FONT_16, 1, 20, "L=5\xc3\x97", (struct colour){0, 0, 0});
    return canvas;
}

static const struct png_line lines[] = {
    {"Software", "cnn test"}, {"Comment", "cnn show \xed\x95\x9c"}, {"Title", NULL}};

/* The pixels of a PNG in memory. */
static uint8_t *decode(const uint8_t *bytes, size_t n)
{
    png_image image = {.version = PNG_IMAGE_VERSION};
    assert_true(png_image_begin_read_from_memory(&image, bytes, n));
    assert_int_equal(image.width, WIDTH);
    assert_int_equal(image.height, HEIGHT);
    image.format = PNG_FORMAT_RGB;
    uint8_t *pixels = memory_alloc(PNG_IMAGE_SIZE(image), 1);
    assert_true(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    return pixels;
}

static void a_picture_comes_back(void **state)
{
    (void)state;
    struct canvas canvas = draw(200);
    struct cnn_error error;
    uint8_t *bytes;
    size_t n;
    assert_int_equal(png_encode(&canvas, lines, 3, &bytes, &n, &error), CNN_OK);
    uint8_t *pixels = decode(bytes, n);
    assert_memory_equal(pixels, canvas.rgb, WIDTH * HEIGHT * 3);
    assert_non_null(memmem(bytes, 400, "pHYs\0\0\x2e\x23\0\0\x2e\x23\1", 13));
    assert_non_null(memmem(bytes, 400, "sRGB", 4));
    assert_non_null(memmem(bytes, 400, "tEXtSoftware\0cnn test", 21));
    assert_non_null(memmem(bytes, 400, "iTXtComment", 11));
    assert_null(memmem(bytes, n, "Title", 5));
    assert_null(memmem(bytes, n, "acTL", 4));
    memory_free(pixels);
    memory_free(bytes);
    canvas_free(&canvas);
}

/* Where things lie, and the letters, on every machine: a change of the font or of a rectangle is a change
 * here. */
static void the_dots_are_the_same_everywhere(void **state)
{
    (void)state;
    struct canvas canvas = draw(200);
    const uint8_t *inside = canvas.rgb + (2 * WIDTH + 3) * 3, *outside = canvas.rgb + (2 * WIDTH + 2) * 3;
    assert_int_equal(inside[0], 200);
    assert_int_equal(outside[0], 250);
    assert_int_equal(hash_bytes(HASH_START, canvas.rgb, WIDTH * HEIGHT * 3), UINT64_C(0x2ccf08084185be71));
    canvas_free(&canvas);
}

static void what_lies_outside_is_left_out(void **state)
{
    (void)state;
    struct canvas canvas = draw(200), same = draw(200);
    canvas_fill(&canvas, -10, -10, 10, 100, (struct colour){1, 1, 1});
    canvas_fill(&canvas, WIDTH, 0, 5, 5, (struct colour){1, 1, 1});
    canvas_fill(&canvas, 0, HEIGHT, 500, 500, (struct colour){1, 1, 1});
    assert_memory_equal(canvas.rgb, same.rgb, WIDTH * HEIGHT * 3);
    canvas_fill(&canvas, -10, -10, 11, 11, (struct colour){1, 2, 3});
    assert_int_equal(canvas.rgb[2], 3);
    canvas_text(&canvas, FONT_32, WIDTH - 3, HEIGHT - 3, "WWW \xff\xc3", (struct colour){9, 9, 9});
    canvas_free(&canvas);
    canvas_free(&same);
}

/* Undoes the filter of each row: 0 is none, 2 the row above. Shapes: raw [height][1 + 4 width]. */
static void unfilter(uint8_t *raw, size_t width, size_t height)
{
    size_t row = 1 + 4 * width;
    for (size_t y = 0; y < height; y++) {
        uint8_t filter = raw[y * row];
        assert_true(filter == 0 || filter == 2);
        for (size_t i = 1; filter == 2 && y && i < row; i++)
            raw[y * row + i] = (uint8_t)(raw[y * row + i] + raw[(y - 1) * row + i]);
    }
}

/* Lays a frame over what is shown: what is transparent leaves it. box: width, height, left, top. */
static void lay_over(const uint8_t *raw, const uint32_t *box, uint8_t *shown)
{
    for (size_t y = 0; y < box[1]; y++)
        for (size_t x = 0; x < box[0]; x++) {
            const uint8_t *dot = raw + y * (1 + 4 * box[0]) + 1 + 4 * x;
            assert_true(dot[3] == 0 || dot[3] == 255);
            if (dot[3])
                memcpy(shown + ((box[3] + y) * WIDTH + box[2] + x) * 3, dot, 3);
        }
}

/* Plays a film as a browser would, and looks at what is shown after each frame. */
static void check_film(const uint8_t *bytes, size_t n, const struct canvas *frames, size_t n_frames)
{
    enum { RAW = (WIDTH * 4 + 1) * HEIGHT };
    static uint8_t raw[RAW], shown[WIDTH * HEIGHT * 3];
    uint32_t number = 0, seen = 0, box[4] = {0};
    for (size_t at = 8; at < n;) {
        uint32_t length = bytes_u32_be(bytes + at);
        const uint8_t *name = bytes + at + 4, *data = bytes + at + 8;
        uLongf unpacked = RAW;
        if (memcmp(name, "acTL", 4) == 0)
            assert_int_equal(bytes_u32_be(data), n_frames);
        if (memcmp(name, "fcTL", 4) == 0 || memcmp(name, "fdAT", 4) == 0)
            assert_int_equal(bytes_u32_be(data), number++);
        if (memcmp(name, "fcTL", 4) == 0) {
            assert_int_equal(data[20] << 8 | data[21], seen + 1 == n_frames ? 2000 : 300);
            assert_int_equal(data[24] << 8 | data[25], seen > 0); /* not disposed of, laid over */
            for (size_t i = 0; i < 4; i++)
                box[i] = bytes_u32_be(data + 4 + 4 * i);
        }
        if (memcmp(name, "fdAT", 4) == 0 || memcmp(name, "IDAT", 4) == 0) {
            size_t skip = name[0] == 'f' ? 4 : 0;
            assert_int_equal(uncompress(raw, &unpacked, data + skip, length - skip), Z_OK);
            assert_int_equal(unpacked, (1 + 4 * box[0]) * box[1]);
            unfilter(raw, box[0], box[1]);
            lay_over(raw, box, shown);
            assert_memory_equal(shown, frames[seen++].rgb, sizeof shown);
        }
        at += length + 12;
    }
    assert_int_equal(seen, n_frames);
}

static void a_film_holds_every_frame(void **state)
{
    (void)state;
    struct canvas frames[4] = {draw(1), draw(100), draw(100), draw(200)}; /* one twice: nothing changes */
    struct cnn_error error;
    uint8_t *bytes;
    size_t n;
    assert_int_equal(png_encode_film(frames, 4, 300, 2000, lines, 1, &bytes, &n, &error), CNN_OK);
    check_film(bytes, n, frames, 4);
    uint8_t *pixels = decode(bytes, n); /* a reader that knows no films sees the first frame */
    assert_memory_equal(pixels, frames[0].rgb, WIDTH * HEIGHT * 3);
    memory_free(pixels);
    memory_free(bytes);
    for (size_t i = 0; i < 4; i++)
        canvas_free(&frames[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_comes_back),
        cmocka_unit_test(the_dots_are_the_same_everywhere),
        cmocka_unit_test(what_lies_outside_is_left_out),
        cmocka_unit_test(a_film_holds_every_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
