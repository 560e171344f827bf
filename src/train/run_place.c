#include "train/run_place.h"

#include "base/memory.h"
#include "base/status.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum cnn_status run_place(const struct cnn_dataset *dataset, char **place, struct cnn_error *error)
{
    char real[PATH_MAX];
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    const char *found = info.synthetic ? info.source : realpath(info.source, real);
    *place = found ? memory_copy_text(found) : NULL;
    return found && !*place ? error_memory(error, strlen(found)) : CNN_OK;
}

void run_place_write(const char *place, char *text)
{
    size_t n = 0;
    for (; *place && n + 4 < PLACE_TEXT; place++) {
        unsigned char byte = (unsigned char)*place;
        bool plain = byte >= ' ' && byte < 127 && byte != '%';
        n += (size_t)snprintf(text + n, PLACE_TEXT - n, plain ? "%c" : "%%%02X", byte);
    }
    text[n] = '\0';
}

/* The number of two hexadecimal digits; -1: they are none, or 0, which no path holds. */
static int byte_of(const char *digits)
{
    static const char hex[] = "0123456789ABCDEF";
    const char *high = digits[0] ? strchr(hex, digits[0]) : NULL;
    const char *low = high && digits[1] ? strchr(hex, digits[1]) : NULL;
    int byte = low ? (int)((high - hex) * 16 + (low - hex)) : 0;
    return byte ? byte : -1;
}

void run_place_read(const char *text, char *place)
{
    size_t n = 0;
    while (*text && n + 1 < CNN_PATH) {
        int byte = *text == '%' ? byte_of(text + 1) : (unsigned char)*text;
        if (byte < 0) {
            n = 0;
            break;
        }
        place[n++] = (char)byte;
        text += *text == '%' ? 3 : 1;
    }
    place[n] = '\0';
}
