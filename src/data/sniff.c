#include "data/sniff.h"

#include <stdbool.h>
#include <string.h>

#define READ "read are IDX files, raw or .gz, and .npz with x_train, y_train, x_test and y_test"
#define NUMPY READ "; data/README.md writes them in five lines of numpy"
#define PICTURE "cnn predict PICTURE reads single ones; as images to train on, " NUMPY

static const struct {
    size_t at;         /* where its magic bytes stand */
    const char *magic; /* the whole of them */
    size_t n_magic;
    struct sniffed is;
} formats[] = {
#define MAGIC(at, text) at, text, sizeof(text) - 1
    {MAGIC(0, "\x89PNG"), {"a PNG picture", PICTURE}},
    {MAGIC(0, "\xff\xd8\xff"), {"a JPEG picture", PICTURE}},
    {MAGIC(0, "GIF8"), {"a GIF picture", NUMPY}},
    {MAGIC(0, "BM"), {"a BMP picture", NUMPY}},
    {MAGIC(0, "II*\0"), {"a TIFF picture", NUMPY}},
    {MAGIC(0, "MM\0*"), {"a TIFF picture", NUMPY}},
    {MAGIC(8, "WEBP"), {"a WebP picture", NUMPY}},
    {MAGIC(0, "\x93NUMPY"), {"a NumPy array (.npy)", NUMPY}},
    {MAGIC(0, "PK\3\4"), {"a zip archive", "unpack it first; " READ}},
    {MAGIC(0, "\x1f\x8b"), {"still gzip", "it was packed twice; unpack it once with gzip -d"}},
    {MAGIC(0, "\xfd"
              "7zXZ"),
     {"packed by xz", "unpack it first: unxz FILE"}},
    {MAGIC(0, "BZh"), {"packed by bzip2", "unpack it first: bunzip2 FILE"}},
    {MAGIC(0, "\x28\xb5\x2f\xfd"), {"packed by zstd", "unpack it first: unzstd FILE"}},
    {MAGIC(0, "7z\xbc\xaf"), {"a 7z archive", "unpack it first; " READ}},
    {MAGIC(0, "Rar!"), {"a RAR archive", "unpack it first; " READ}},
    {MAGIC(257, "ustar"), {"a tar archive", "unpack it first: tar xf FILE"}},
    {MAGIC(0, "\x89HDF"), {"an HDF5 file", NUMPY}},
    {MAGIC(0, "PAR1"), {"a Parquet file", NUMPY}},
    {MAGIC(0, "MATLAB"), {"a MATLAB file", NUMPY}},
    {MAGIC(0, "%PDF"), {"a PDF document", READ}},
    {MAGIC(0, "\x80\x02"), {"a Python pickle, which is never read", NUMPY}},
    {MAGIC(0, "\x80\x03"), {"a Python pickle, which is never read", NUMPY}},
    {MAGIC(0, "\x80\x04"), {"a Python pickle, which is never read", NUMPY}},
#undef MAGIC
};

/* Behind a byte order mark and empty lines. */
static bool is_web_page(const uint8_t *head, size_t n)
{
    size_t i = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (i < n && (head[i] == '\r' || head[i] == '\n' || head[i] == ' '))
        i++;
    return i < n && head[i] == '<';
}

/* Text with a comma, a semicolon or a tab in its first line. */
static bool is_table(const uint8_t *head, size_t n)
{
    bool comma = false;
    for (size_t i = 0; i < n && head[i] != '\n'; i++) {
        if (head[i] < ' ' && head[i] != '\t' && head[i] != '\r')
            return false;
        comma = comma || strchr(",;\t", head[i]);
    }
    return comma;
}

struct sniffed sniff(const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (n >= formats[i].at + formats[i].n_magic &&
            memcmp(head + formats[i].at, formats[i].magic, formats[i].n_magic) == 0)
            return formats[i].is;
    if (is_web_page(head, n))
        return (struct sniffed){"a web page", "the server sent a page in place of the file: "
                                              "scripts/fetch-mnist.sh gets the right one"};
    if (is_table(head, n))
        return (struct sniffed){"a table of text (CSV)", NUMPY};
    return (struct sniffed){0};
}
