/* Memory, and the sizes it is asked for in. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* a + b and a * b; false where the result does not fit size_t. */
bool size_add(size_t a, size_t b, size_t *sum);
bool size_mul(size_t a, size_t b, size_t *product);

/* Zeroed memory for count items of size bytes, aligned to 64 bytes; NULL when it ran out or when the
 * size does not fit. count * size of 0 gives a pointer that can be freed.
 * Owns: the caller, until memory_free, which takes NULL. */
void *memory_alloc(size_t count, size_t size);
/* The same, not zeroed: where all is written before it is read. */
void *memory_alloc_unset(size_t count, size_t size);
void memory_free(void *memory);

/* A copy of a text; NULL when memory ran out. Freed by memory_free. */
char *memory_copy_text(const char *text);

#endif
