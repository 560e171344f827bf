/* What the targets of single picture formats share. */
#ifndef TESTS_FUZZ_PICTURE_H
#define TESTS_FUZZ_PICTURE_H

#include "fuzz.h"

#include "base/memory.h"
#include "picture/picture.h"

/* Reads a picture, grey and RGB, that is of the format or nothing: any bytes are tried, not only those that
 * begin as they should. The pixels are all there, and upright. */
static inline void fuzz_read(picture_reader *read, const uint8_t *bytes, size_t n_bytes)
{
    for (size_t channels = 1; channels <= 3; channels += 2) {
        struct cnn_error error = {0};
        struct cnn_picture picture = {.orientation = 1};
        enum cnn_status status = read("input", bytes, n_bytes, channels, &picture, &error);
        fuzz_check_error(status, &error);
        if (status == CNN_OK) {
            REQUIRE(picture.pixels && picture.channels == channels);
            REQUIRE(picture.height > 0 && picture.width > 0);
            REQUIRE(picture.height <= PICTURE_PIXELS / picture.width);
            REQUIRE(picture.orientation >= 1 && picture.orientation <= 8);
            if (picture.height * picture.width <= FUZZ_SMALL)
                REQUIRE(picture_turn(&picture, picture.orientation, &error) == CNN_OK);
            volatile uint8_t last = picture.pixels[picture.height * picture.width * channels - 1];
            (void)last;
        }
        memory_free(picture.pixels);
    }
}

#endif
