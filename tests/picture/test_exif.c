/* The orientation is found wherever in its directory it stands, in files of either byte order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "picture/exif.h"

enum { ENTRIES = 5, AT = 6, DIRECTORY = 20, BYTES = AT + DIRECTORY + 2 + 12 * ENTRIES };

/* n_bytes of a number, in one order or the other. */
static void put(uint8_t *to, unsigned value, size_t n_bytes, bool little)
{
    for (size_t i = 0; i < n_bytes; i++)
        to[little ? i : n_bytes - 1 - i] = (uint8_t)(value >> (8 * i));
}

/* Five entries as cameras write them; that of the orientation is number place. */
static void make(uint8_t *bytes, size_t place, unsigned orientation, bool little)
{
    static const unsigned tags[ENTRIES] = {0x010f, 0x0110, 0x011a, 0x011b, 0x0128};
    uint8_t *tiff = bytes + AT;
    memset(bytes, 0, BYTES);
    memcpy(bytes, "Exif", 4);
    memcpy(tiff, little ? "II" : "MM", 2);
    put(tiff + 2, 42, 2, little);
    put(tiff + 4, DIRECTORY, 4, little);
    put(tiff + DIRECTORY, ENTRIES, 2, little);
    for (size_t i = 0; i < ENTRIES; i++) {
        uint8_t *entry = tiff + DIRECTORY + 2 + 12 * i;
        put(entry, i == place ? 0x0112 : tags[i], 2, little);
        put(entry + 2, 3, 2, little);
        put(entry + 4, 1, 4, little);
        put(entry + 8, i == place ? orientation : 3, 2, little);
    }
}

static void it_is_found_wherever_it_stands(void **state)
{
    (void)state;
    uint8_t bytes[BYTES];
    for (int little = 0; little < 2; little++)
        for (unsigned orientation = 1; orientation <= 8; orientation++)
            for (size_t place = 0; place <= ENTRIES; place++) { /* the last time: nowhere */
                make(bytes, place, orientation, little);
                assert_int_equal(exif_orientation(bytes, BYTES), place < ENTRIES ? orientation : 1);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_is_found_wherever_it_stands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
