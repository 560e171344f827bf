#include "npz/npy.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
enum { PREFIX_BYTES = 10, MAX_HEADER = 4096 };

/* A reader of the header's text, a Python dictionary such as
 * {'descr': '<f4', 'fortran_order': False, 'shape': (5, 5, 1, 3), } */
struct cursor {
    const char *p, *end;
};

static void skip_blanks(struct cursor *c)
{
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t'))
        c->p++;
}

static bool accept(struct cursor *c, const char *token)
{
    size_t n = strlen(token);
    skip_blanks(c);
    if ((size_t)(c->end - c->p) < n || memcmp(c->p, token, n) != 0)
        return false;
    c->p += n;
    return true;
}

static bool read_size(struct cursor *c, size_t *value)
{
    skip_blanks(c);
    const char *start = c->p;
    size_t n = 0;
    for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++)
        if (!size_mul(n, 10, &n) || !size_add(n, (size_t)(*c->p - '0'), &n))
            return false;
    *value = n;
    return c->p > start;
}

/* '<f4', '|b1', '>i8', '<U12' */
static bool read_type(struct cursor *c, struct npy *npy)
{
    if (!accept(c, "'") || c->end - c->p < 3)
        return false;
    char order = *c->p++;
    npy->kind = *c->p++;
    if (!strchr("<>|=", order) || !strchr("fiubU", npy->kind) || !read_size(c, &npy->item_size))
        return false;
    npy->big_endian = order == '>';
    return accept(c, "'") && (npy->kind != 'U' || size_mul(npy->item_size, 4, &npy->item_size));
}

static bool type_is_known(const struct npy *npy)
{
    size_t n = npy->item_size;
    switch (npy->kind) {
    case 'f':
        return n == 4 || n == 8;
    case 'b':
        return n == 1;
    case 'U':
        return n > 0;
    default:
        return n == 1 || n == 2 || n == 4 || n == 8;
    }
}

static bool read_shape(struct cursor *c, struct npy *npy)
{
    if (!accept(c, "("))
        return false;
    npy->count = 1;
    for (npy->rank = 0; !accept(c, ")"); npy->rank++) {
        if (npy->rank == NPY_MAX_RANK || !read_size(c, &npy->shape[npy->rank]) ||
            !size_mul(npy->count, npy->shape[npy->rank], &npy->count))
            return false;
        if (!accept(c, ",") && (npy->rank == 0 || c->p == c->end || *c->p != ')'))
            return false;
    }
    return true;
}

/* What is wrong with the header; NULL when nothing is. */
static const char *read_header(struct cursor *c, struct npy *npy)
{
    bool descr = false, order = false, shape = false;
    if (!accept(c, "{"))
        return "the header is not a dictionary";
    while (!accept(c, "}")) {
        if (!descr && accept(c, "'descr':")) {
            if (!read_type(c, npy) || !type_is_known(npy))
                return "its type is not one that a model holds; expected floats of 4 or 8 bytes, whole "
                       "numbers or text";
            descr = true;
        } else if (!order && accept(c, "'fortran_order':")) {
            npy->fortran_order = accept(c, "True");
            if (!npy->fortran_order && !accept(c, "False"))
                return "fortran_order is neither True nor False";
            order = true;
        } else if (!shape && accept(c, "'shape':")) {
            if (!read_shape(c, npy))
                return "its shape cannot be read (at most 4 dimensions)";
            shape = true;
        } else {
            return "the header holds something other than descr, fortran_order and shape";
        }
        accept(c, ",");
    }
    skip_blanks(c);
    return c->p != c->end            ? "something follows the header's end"
           : descr && order && shape ? NULL
                                     : "the header is not complete";
}

enum cnn_status npy_parse(const char *name, const uint8_t *bytes, size_t n_bytes, struct npy *npy,
                          struct cnn_error *error)
{
    if (n_bytes < PREFIX_BYTES || memcmp(bytes, magic, sizeof magic) != 0)
        return error_set(error, CNN_ERROR_FORMAT, "%s: not a NumPy array", name);
    bool wide = bytes[6] > 1; /* from version 2.0 on the length has four bytes */
    size_t start = wide ? PREFIX_BYTES + 2 : PREFIX_BYTES;
    if (bytes[6] < 1 || bytes[6] > 3 || n_bytes < start)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: offset 6: version of the array format; expected 1 to 3, found %d", name,
                         bytes[6]);
    size_t length = wide ? bytes_u32_le(bytes + 8) : (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (length > MAX_HEADER || length > n_bytes - start)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: offset 8: length of the header; expected at most %zu, found %zu", name,
                         n_bytes - start < MAX_HEADER ? n_bytes - start : (size_t)MAX_HEADER, length);
    struct cursor cursor = {(const char *)bytes + start, (const char *)bytes + start + length};
    *npy = (struct npy){0};
    const char *wrong = read_header(&cursor, npy);
    if (wrong)
        return error_set(error, CNN_ERROR_FORMAT, "%s: offset %zu: %s", name, start, wrong);
    npy->data = bytes + start + length;
    size_t expected, found = n_bytes - start - length;
    if (!size_mul(npy->count, npy->item_size, &expected) || expected != found)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: offset %zu: expected %zu items of %zu bytes, found %zu bytes", name,
                         start + length, npy->count, npy->item_size, found);
    return CNN_OK;
}

size_t npy_place(const struct npy *npy, size_t i)
{
    if (!npy->fortran_order)
        return i;
    size_t place = 0, stride = npy->count;
    for (size_t k = npy->rank; k-- > 0;) { /* the last index runs fastest in i, slowest in the file */
        stride /= npy->shape[k];
        place += i % npy->shape[k] * stride;
        i /= npy->shape[k];
    }
    return place;
}

/* The bits of an item of up to 8 bytes. */
static uint64_t bits_of(const struct npy *npy, size_t i)
{
    const uint8_t *p = npy->data + npy_place(npy, i) * npy->item_size;
    uint64_t bits = 0;
    for (size_t k = 0; k < npy->item_size; k++)
        bits |= (uint64_t)p[npy->big_endian ? npy->item_size - 1 - k : k] << (8 * k);
    return bits;
}

double npy_float(const struct npy *npy, size_t i)
{
    uint64_t bits = bits_of(npy, i);
    if (npy->kind == 'f' && npy->item_size == 8) {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    if (npy->kind == 'f') {
        uint32_t low = (uint32_t)bits;
        float value;
        memcpy(&value, &low, sizeof value);
        return (double)value;
    }
    return npy_whole(npy, i, &bits) ? (double)bits : 0;
}

bool npy_whole(const struct npy *npy, size_t i, uint64_t *value)
{
    if (!strchr("iub", npy->kind))
        return false;
    *value = bits_of(npy, i);
    return npy->kind != 'i' ||
           *value >> (8 * npy->item_size - 1) == 0; /* negative numbers mean nothing here */
}

bool npy_text(const struct npy *npy, char *text, size_t size)
{
    if (npy->kind != 'U' || npy->rank != 0 || npy->item_size / 4 >= size)
        return false;
    size_t n = npy->item_size / 4;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *p = npy->data + 4 * i;
        uint32_t c = npy->big_endian ? bytes_u32_be(p) : bytes_u32_le(p);
        if (c > 126 || (c < 32 && c != 0) || (c != 0 && i > 0 && text[i - 1] == '\0'))
            return false; /* zeros fill up the end and stand nowhere else */
        text[i] = (char)c;
    }
    text[n] = '\0';
    return true;
}

PRINTF_LIKE(3, 4)
static size_t append(char *text, size_t used, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text + used, NPY_HEADER_BYTES - PREFIX_BYTES - used, format, args);
    va_end(args);
    return used + (size_t)n;
}

void npy_write_header(const struct npy *npy, uint8_t *bytes)
{
    char *text = (char *)bytes + PREFIX_BYTES;
    size_t size = NPY_HEADER_BYTES - PREFIX_BYTES, used = 0;
    used = append(text, used, "{'descr': '%c%c%zu', 'fortran_order': False, 'shape': (",
                  npy->item_size > 1 ? '<' : '|', npy->kind,
                  npy->kind == 'U' ? npy->item_size / 4 : npy->item_size);
    for (size_t i = 0; i < npy->rank; i++)
        used = append(text, used, "%zu%s", npy->shape[i],
                      npy->rank == 1      ? ","
                      : i + 1 < npy->rank ? ", "
                                          : "");
    used = append(text, used, "), }");
    memset(text + used, ' ', size - used);
    text[size - 1] = '\n';
    memcpy(bytes, magic, sizeof magic);
    bytes[6] = 1;
    bytes[7] = 0;
    bytes[8] = (uint8_t)size;
    bytes[9] = 0;
}
