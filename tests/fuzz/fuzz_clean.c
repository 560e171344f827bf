/* Cleaning up: two bytes for width and height, then pixels; what is missing of them is the last one again. */
#include "fuzz.h"

static enum cnn_status look(void *context, const struct cnn_picture_stage *stage, struct cnn_error *error)
{
    (void)error;
    char *last_name = context;
    REQUIRE(stage->name[0] > *last_name);
    *last_name = stage->name[0];
    REQUIRE(stage->height > 0 && stage->width > 0);
    volatile uint8_t last = stage->pixels[stage->height * stage->width - 1];
    (void)last;
    return CNN_OK;
}

static void clean(const struct cnn_picture *picture)
{
    struct cnn_cleaned cleaned;
    struct cnn_error error;
    char context = 0;
    REQUIRE(cnn_picture_clean(picture, look, &context, &cleaned, &error) == CNN_OK);
    size_t ink = 0;
    for (size_t i = 0; i < sizeof cleaned.pixels; i++)
        ink += cleaned.pixels[i];
    REQUIRE(cleaned.empty == (ink == 0));
    REQUIRE(cleaned.n_hints <= CNN_HINTS && (!cleaned.empty || cleaned.n_hints > 0));
    for (size_t i = 0; i < cleaned.n_hints; i++)
        REQUIRE(cleaned.hints[i].text[0] && fuzz_is_plain(cleaned.hints[i].text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes < 3)
        return 0;
    size_t height = bytes[0] + 1U, width = bytes[1] + 1U, n = n_bytes - 2;
    uint8_t *pixels = malloc(height * width);
    REQUIRE(pixels);
    for (size_t i = 0; i < height * width; i++)
        pixels[i] = bytes[2 + (i < n ? i : n - 1)];
    struct cnn_picture *picture;
    REQUIRE(cnn_picture_create(pixels, height, width, 1, &picture, NULL) == CNN_OK);
    clean(picture);
    cnn_picture_close(picture);
    free(pixels);
    return 0;
}
