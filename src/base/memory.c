#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64 };

bool size_add(size_t a, size_t b, size_t *sum)
{
    *sum = a + b;
    return b <= SIZE_MAX - a;
}

bool size_mul(size_t a, size_t b, size_t *product)
{
    *product = a * b;
    return a == 0 || b <= SIZE_MAX / a;
}

/* Large arrays are read from end to end again and again; with pages of 2 MB where the system has them, far
 * fewer of their addresses must be looked up. Smaller ones would only round up the memory used. */
static void ask_for_large_pages(void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    const uintptr_t page = 4096, least = 4 << 20;
    uintptr_t first = ((uintptr_t)memory + page - 1) / page * page, end = (uintptr_t)memory + bytes;
    if (bytes >= least)
        madvise((void *)first, end / page * page - first, MADV_HUGEPAGE); /* only a wish: no error matters */
#else
    (void)memory;
    (void)bytes;
#endif
}

/* In whole lines: at least one, so that 0 bytes are a pointer too; 0 when it does not fit. */
static size_t padded_bytes(size_t count, size_t size)
{
    size_t bytes, padded;
    if (!size_mul(count, size, &bytes) || !size_add(bytes, ALIGNMENT, &padded))
        return 0;
    return padded - padded % ALIGNMENT;
}

void *memory_alloc_unset(size_t count, size_t size)
{
    const size_t bytes = padded_bytes(count, size);
    void *memory = bytes ? aligned_alloc(ALIGNMENT, bytes) : NULL;
    if (memory)
        ask_for_large_pages(memory, bytes);
    return memory;
}

void *memory_alloc(size_t count, size_t size)
{
    void *memory = memory_alloc_unset(count, size);
    return memory ? memset(memory, 0, padded_bytes(count, size)) : NULL;
}

void memory_free(void *memory)
{
    free(memory);
}

char *memory_copy_text(const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *copy = memory_alloc(bytes, 1);
    return copy ? memcpy(copy, text, bytes) : NULL;
}
