/* What a file is by its first bytes, where it is not what was hoped for. */
#ifndef DATA_SNIFF_H
#define DATA_SNIFF_H

#include <stddef.h>
#include <stdint.h>

enum { SNIFF_BYTES = 512 };

/* "a PNG picture", and what makes data of it; NULL: nothing that is known. */
struct sniffed {
    const char *what, *advice;
};

struct sniffed sniff(const uint8_t *head, size_t n_head);

#endif
