#include "picture/canvas.h"

#include "base/memory.h"
#include "base/status.h"
#include "picture/font_data.h"
#include "picture/letters.h"

static void set_dot(struct canvas *canvas, int x, int y, struct colour colour)
{
    uint8_t *dot = canvas->rgb + ((size_t)y * (size_t)canvas->width + (size_t)x) * 3;
    dot[0] = colour.r;
    dot[1] = colour.g;
    dot[2] = colour.b;
}

enum cnn_status canvas_create(int width, int height, struct colour ground, struct canvas *canvas,
                              struct cnn_error *error)
{
    uint8_t *rgb = memory_alloc((size_t)width * (size_t)height, 3);
    if (!rgb)
        return error_memory(error, (size_t)width * (size_t)height * 3);
    *canvas = (struct canvas){width, height, rgb};
    canvas_fill(canvas, 0, 0, width, height, ground);
    return CNN_OK;
}

void canvas_free(struct canvas *canvas)
{
    memory_free(canvas->rgb);
    canvas->rgb = NULL;
}

static int at_least(int a, int b)
{
    return a > b ? a : b;
}

static int at_most(int a, int b)
{
    return a < b ? a : b;
}

void canvas_fill(struct canvas *canvas, int x, int y, int width, int height, struct colour colour)
{
    int right = at_most(x + width, canvas->width), bottom = at_most(y + height, canvas->height);
    for (int row = at_least(y, 0); row < bottom; row++)
        for (int column = at_least(x, 0); column < right; column++)
            set_dot(canvas, column, row, colour);
}

void canvas_frame(struct canvas *canvas, int x, int y, int width, int height, int thick, struct colour colour)
{
    canvas_fill(canvas, x, y, width, thick, colour);
    canvas_fill(canvas, x, y + height - thick, width, thick, colour);
    canvas_fill(canvas, x, y, thick, height, colour);
    canvas_fill(canvas, x + width - thick, y, thick, height, colour);
}

static const struct {
    int width, height;
    const uint16_t *rows; /* [N_GLYPHS][height] */
} fonts[] = {
    [FONT_16] = {8, 16, &glyphs_8x16[0][0]},
    [FONT_24] = {12, 24, &glyphs_12x24[0][0]},
    [FONT_32] = {16, 32, &glyphs_16x32[0][0]},
};

int font_height(enum font font)
{
    return fonts[font].height;
}

int font_width(enum font font)
{
    return fonts[font].width;
}

/* Its place in the font's tables: ASCII from the blank on, then the four others by their code points. */
static size_t glyph_of(uint32_t letter)
{
    static const uint32_t others[] = {0xb0, 0xb1, 0xb7, 0xd7};
    enum { N_ASCII = 127 - 32 };
    if (letter >= 32 && letter < 127)
        return letter - 32;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (letter == others[i])
            return N_ASCII + i;
    return '?' - 32;
}

static void draw_glyph(struct canvas *canvas, enum font font, int x, int y, size_t glyph,
                       struct colour colour)
{
    int width = fonts[font].width, height = fonts[font].height;
    const uint16_t *rows = fonts[font].rows + glyph * (size_t)height;
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++)
            if (rows[row] >> (width - 1 - column) & 1)
                canvas_fill(canvas, x + column, y + row, 1, 1, colour);
}

void canvas_text(struct canvas *canvas, enum font font, int x, int y, const char *text, struct colour colour)
{
    while (*text) {
        draw_glyph(canvas, font, x, y, glyph_of(letter_next(&text)), colour);
        x += fonts[font].width;
    }
}
