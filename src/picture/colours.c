#include "picture/colours.h"

#include <string.h>

/* The place of a colour, or the free one where it would be. */
static size_t place_of(const struct colours *colours, const uint8_t *dot)
{
    uint32_t mixed = ((uint32_t)dot[0] << 16 | (uint32_t)dot[1] << 8 | dot[2]) * UINT32_C(0x9e3779b1);
    size_t place = mixed >> 22; /* of COLOURS_PLACES */
    while (colours->place[place]) {
        struct colour c = colours->colour[colours->place[place] - 1];
        if (c.r == dot[0] && c.g == dot[1] && c.b == dot[2])
            break;
        place = (place + 1) % COLOURS_PLACES;
    }
    return place;
}

bool colours_add(struct colours *colours, const struct canvas *canvas)
{
    const size_t n = (size_t)canvas->width * (size_t)canvas->height;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *dot = canvas->rgb + 3 * i;
        if (i && memcmp(dot, dot - 3, 3) == 0)
            continue;
        size_t place = place_of(colours, dot);
        if (colours->place[place])
            continue;
        if (colours->n == COLOURS_MOST)
            return false;
        colours->colour[colours->n++] = (struct colour){dot[0], dot[1], dot[2]};
        colours->place[place] = (uint16_t)colours->n;
    }
    return true;
}

uint8_t colours_number(const struct colours *colours, const uint8_t *dot)
{
    return (uint8_t)(colours->place[place_of(colours, dot)] - 1);
}
