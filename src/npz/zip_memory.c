#include "npz/zip_memory.h"

#include <string.h>

static voidpf ZCALLBACK open_memory(voidpf opaque, const void *name, int mode)
{
    (void)name;
    (void)mode;
    return opaque;
}

static uLong ZCALLBACK read_memory(voidpf opaque, voidpf stream, void *buffer, uLong size)
{
    (void)opaque;
    struct zip_memory *m = stream;
    size_t left = m->position < m->size ? m->size - m->position : 0;
    size_t n = size < left ? size : left;
    if (n)
        memcpy(buffer, m->input + m->position, n);
    m->position += n;
    return (uLong)n;
}

static uLong ZCALLBACK write_nothing(voidpf opaque, voidpf stream, const void *buffer, uLong size)
{
    (void)opaque;
    (void)stream;
    (void)buffer;
    (void)size;
    return 0;
}

static ZPOS64_T ZCALLBACK tell_memory(voidpf opaque, voidpf stream)
{
    (void)opaque;
    return ((struct zip_memory *)stream)->position;
}

static long ZCALLBACK seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    (void)opaque;
    struct zip_memory *m = stream;
    size_t base = origin == ZLIB_FILEFUNC_SEEK_END   ? m->size
                  : origin == ZLIB_FILEFUNC_SEEK_CUR ? m->position
                                                     : 0;
    if (offset > m->size || base + offset > m->size)
        return -1;
    m->position = base + (size_t)offset;
    return 0;
}

static int ZCALLBACK close_memory(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

static int ZCALLBACK error_memory_stream(voidpf opaque, voidpf stream)
{
    (void)opaque;
    (void)stream;
    return 0;
}

void zip_memory_functions(struct zip_memory *memory, zlib_filefunc64_def *functions)
{
    *functions = (zlib_filefunc64_def){.zopen64_file = open_memory,
                                       .zread_file = read_memory,
                                       .zwrite_file = write_nothing,
                                       .ztell64_file = tell_memory,
                                       .zseek64_file = seek_memory,
                                       .zclose_file = close_memory,
                                       .zerror_file = error_memory_stream,
                                       .opaque = memory};
}
