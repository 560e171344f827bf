/* Plays an animated PNG as a browser would: a decoder of its own, for the kind that png_encode_film writes.
 */
#ifndef TESTS_PICTURE_FILM_H
#define TESTS_PICTURE_FILM_H

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

struct player {
    const uint8_t *bytes; /* the file */
    size_t n, at;
    uint32_t width, height, n_frames, number, seen; /* seen: frames that have been shown */
    unsigned delay_ms;                              /* of the frame that is shown */
    uint8_t palette[256][3];
    bool clear[256]; /* leaves a dot as it was */
    uint32_t box[4]; /* width, height, left, top */
    bool over;       /* what is clear leaves a dot; else nothing may be clear */
    uint8_t *shown;  /* [height][width][3] */
};

/* Undoes the filter of each row: 0 is none, 2 the row above. Shapes: raw [height][1 + width]. */
static inline void unfilter(uint8_t *raw, size_t width, size_t height)
{
    size_t row = 1 + width;
    for (size_t y = 0; y < height; y++) {
        assert_true(raw[y * row] == 0 || raw[y * row] == 2);
        for (size_t i = 1; raw[y * row] == 2 && y && i < row; i++)
            raw[y * row + i] = (uint8_t)(raw[y * row + i] + raw[(y - 1) * row + i]);
    }
}

static inline void lay_over(struct player *p, const uint8_t *packed, size_t n)
{
    size_t width = p->box[0], height = p->box[1];
    uLongf unpacked = (uLongf)((1 + width) * height);
    uint8_t *raw = malloc(unpacked);
    assert_int_equal(uncompress(raw, &unpacked, packed, n), Z_OK);
    assert_int_equal(unpacked, (1 + width) * height);
    unfilter(raw, width, height);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            uint8_t dot = raw[y * (1 + width) + 1 + x];
            assert_true(p->over || !p->clear[dot]);
            if (!p->clear[dot])
                memcpy(p->shown + ((p->box[3] + y) * p->width + p->box[2] + x) * 3, p->palette[dot], 3);
        }
    free(raw);
}

static inline void begin_frame(struct player *p, const uint8_t *data)
{
    for (size_t i = 0; i < 4; i++)
        p->box[i] = bytes_u32_be(data + 4 + 4 * i);
    assert_true(p->box[2] + p->box[0] <= p->width && p->box[3] + p->box[1] <= p->height);
    assert_int_equal(data[22] << 8 | data[23], 1000);
    assert_int_equal(data[24], 0); /* not disposed of */
    p->delay_ms = (unsigned)(data[20] << 8 | data[21]);
    p->over = data[25];
}

static inline struct player play(const uint8_t *bytes, size_t n)
{
    struct player p = {.bytes = bytes, .n = n, .at = 8};
    p.width = bytes_u32_be(bytes + 16);
    p.height = bytes_u32_be(bytes + 20);
    assert_memory_equal(bytes + 24, "\10\3", 2); /* eight bits, a palette */
    p.shown = calloc((size_t)p.width * p.height, 3);
    return p;
}

/* Goes on until the next frame is shown; false: that was the last. */
static inline bool next_frame(struct player *p)
{
    while (p->at < p->n) {
        uint32_t length = bytes_u32_be(p->bytes + p->at);
        const uint8_t *name = p->bytes + p->at + 4, *data = name + 4;
        uLong crc = crc32(0, name, length + 4);
        assert_int_equal(bytes_u32_be(data + length), (uint32_t)crc);
        p->at += length + 12;
        if (memcmp(name, "PLTE", 4) == 0)
            memcpy(p->palette, data, length);
        for (size_t i = 0; memcmp(name, "tRNS", 4) == 0 && i < length; i++)
            p->clear[i] = data[i] == 0;
        if (memcmp(name, "acTL", 4) == 0)
            p->n_frames = bytes_u32_be(data);
        if (memcmp(name, "fcTL", 4) == 0 || memcmp(name, "fdAT", 4) == 0)
            assert_int_equal(bytes_u32_be(data), p->number++);
        if (memcmp(name, "fcTL", 4) == 0)
            begin_frame(p, data);
        size_t skip = name[0] == 'f' ? 4 : 0;
        if (memcmp(name, "fdAT", 4) != 0 && memcmp(name, "IDAT", 4) != 0)
            continue;
        uint8_t *packed = malloc(p->n);
        size_t used = 0;
        for (;;) { /* a picture in several chunks */
            memcpy(packed + used, data + skip, length - skip);
            used += length - skip;
            length = bytes_u32_be(p->bytes + p->at);
            if (memcmp(p->bytes + p->at + 4, name, 4) != 0)
                break;
            data = p->bytes + p->at + 8;
            p->at += length + 12;
        }
        lay_over(p, packed, used);
        free(packed);
        p->seen++;
        return true;
    }
    return false;
}

#endif
