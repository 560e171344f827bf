/* A picture written is the picture that was drawn, dot by dot, as a reader of its own decodes it; and a film
 * holds every frame. */
#include "base/hash.h"
#include "base/memory.h"
#include "picture/film.h"
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

/* Plays a film and looks at what is shown after each frame. */
static void check_film(const uint8_t *bytes, size_t n, const struct canvas *frames, size_t n_frames)
{
    struct player player = play(bytes, n);
    assert_int_equal(player.width, WIDTH);
    assert_int_equal(player.height, HEIGHT);
    while (next_frame(&player)) {
        size_t i = player.seen - 1;
        assert_true(i < n_frames);
        assert_int_equal(player.delay_ms, i + 1 == n_frames ? 2000 : 300);
        assert_memory_equal(player.shown, frames[i].rgb, WIDTH * HEIGHT * 3);
        assert_true(i == 0 || player.box[0] * player.box[1] <= 10 * 8); /* what changes, and no more */
    }
    assert_int_equal(player.n_frames, n_frames);
    assert_int_equal(player.seen, n_frames);
    free(player.shown);
}

static void a_film_holds_every_frame(void **state)
{
    (void)state;
    /* one twice: nothing changes; and once more, after another */
    struct canvas frames[5] = {draw(1), draw(100), draw(100), draw(200), draw(100)};
    struct cnn_error error;
    uint8_t *bytes;
    size_t n;
    assert_int_equal(png_encode_film(frames, 5, 300, 2000, lines, 1, &bytes, &n, &error), CNN_OK);
    check_film(bytes, n, frames, 5);
    uint8_t *pixels = decode(bytes, n); /* a reader that knows no films sees the first frame */
    assert_memory_equal(pixels, frames[0].rgb, WIDTH * HEIGHT * 3);
    memory_free(pixels);
    memory_free(bytes);
    for (size_t i = 0; i < 5; i++)
        canvas_free(&frames[i]);
}

/* A table of 256 colours at most, else red, green and blue; black, which a film has no place for at 0, too.
 */
static void colours_stand_in_a_table_while_they_fit(void **state)
{
    (void)state;
    enum { PALETTE = 3, RGB = 2 };
    struct cnn_error error;
    uint8_t *bytes;
    size_t n;
    for (int colours = 255; colours <= 257; colours++) {
        struct canvas canvas[2];
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(canvas_create(WIDTH, HEIGHT, (struct colour){0, 0, 0}, &canvas[i], &error),
                             CNN_OK);
            for (int c = 1; c < colours; c++)
                canvas_fill(&canvas[i], c % WIDTH, c / WIDTH + (int)i, 1, 1,
                            (struct colour){(uint8_t)c, (uint8_t)(c >> 8), 77});
        }
        assert_int_equal(png_encode(&canvas[0], NULL, 0, &bytes, &n, &error), CNN_OK);
        assert_int_equal(bytes[25], colours <= 256 ? PALETTE : RGB);
        uint8_t *pixels = decode(bytes, n);
        assert_memory_equal(pixels, canvas[0].rgb, WIDTH * HEIGHT * 3);
        memory_free(pixels);
        memory_free(bytes);
        if (colours > 255)
            assert_int_equal(png_encode_film(canvas, 2, 1, 1, NULL, 0, &bytes, &n, &error), CNN_ERROR_USAGE);
        else {
            assert_int_equal(png_encode_film(canvas, 2, 1, 1, NULL, 0, &bytes, &n, &error), CNN_OK);
            struct player player = play(bytes, n);
            for (size_t i = 0; i < 2; i++) {
                assert_true(next_frame(&player));
                assert_memory_equal(player.shown, canvas[i].rgb, WIDTH * HEIGHT * 3);
            }
            free(player.shown);
            memory_free(bytes);
        }
        canvas_free(&canvas[0]);
        canvas_free(&canvas[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_comes_back),
        cmocka_unit_test(the_dots_are_the_same_everywhere),
        cmocka_unit_test(what_lies_outside_is_left_out),
        cmocka_unit_test(a_film_holds_every_frame),
        cmocka_unit_test(colours_stand_in_a_table_while_they_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
