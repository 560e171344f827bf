/* Reads a picture of whatever format, told by its first bytes. */
#include "base/file.h"
#include "base/memory.h"
#include "base/status.h"
#include "picture/picture.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A format that is read, or one that people have and that is not: then why, and the way round it. */
struct format {
    const char *name;
    size_t at;         /* where in the file its magic bytes stand */
    const char *magic; /* the whole of them */
    size_t n_magic;
    picture_reader *read; /* NULL: refused */
    const char *advice;
};

#define MAGIC(at, text) at, text, sizeof(text) - 1
#define CONVERT "convert it, such as with ImageMagick: convert "
#define HEIC_ADVICE                                                                                          \
    "share it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible), or: heif-convert in.heic "       \
    "out.jpg"
#define DATA_ADVICE "this is data, not a picture: cnn predict --data FILE"

static const struct format formats[] = {
    {"PNG", MAGIC(0, "\x89PNG\r\n\x1a\n"), read_png, NULL},
    {"JPEG", MAGIC(0, "\xff\xd8\xff"), read_jpeg, NULL},
    {"PGM", MAGIC(0, "P2"), read_pnm, NULL},
    {"PPM", MAGIC(0, "P3"), read_pnm, NULL},
    {"PGM", MAGIC(0, "P5"), read_pnm, NULL},
    {"PPM", MAGIC(0, "P6"), read_pnm, NULL},
    {"HEIC", MAGIC(4, "ftyphei"), NULL, HEIC_ADVICE},
    {"HEIC", MAGIC(4, "ftyphev"), NULL, HEIC_ADVICE},
    {"HEIC", MAGIC(4, "ftypmif1"), NULL, HEIC_ADVICE},
    {"HEIC", MAGIC(4, "ftypmsf1"), NULL, HEIC_ADVICE},
    {"AVIF", MAGIC(4, "ftypavi"), NULL, "convert it: avifdec in.avif out.png"},
    {"WebP", MAGIC(8, "WEBP"), NULL, "convert it: dwebp in.webp -o out.png"},
    {"GIF", MAGIC(0, "GIF8"), NULL, CONVERT "'in.gif[0]' out.png"},
    {"JPEG XL", MAGIC(0, "\xff\x0a"), NULL, "convert it: djxl in.jxl out.png"},
    {"JPEG XL", MAGIC(4, "JXL \r\n"), NULL, "convert it: djxl in.jxl out.png"},
    {"BMP", MAGIC(0, "BM"), NULL, CONVERT "in.bmp out.png"},
    {"TIFF", MAGIC(0, "II*\0"), NULL, CONVERT "in.tiff out.png"},
    {"TIFF", MAGIC(0, "MM\0*"), NULL, CONVERT "in.tiff out.png"},
    {"PBM", MAGIC(0, "P1"), NULL, CONVERT "in.pbm out.png"},
    {"PBM", MAGIC(0, "P4"), NULL, CONVERT "in.pbm out.png"},
    {"PAM", MAGIC(0, "P7"), NULL, CONVERT "in.pam out.png"},
    {"PDF", MAGIC(0, "%PDF"), NULL, "convert it: pdftoppm -png -singlefile in.pdf out"},
    {"SVG", MAGIC(0, "<svg"), NULL, "convert it: rsvg-convert in.svg -o out.png"},
    {"SVG or XML", MAGIC(0, "<?xml"), NULL, "convert it: rsvg-convert in.svg -o out.png"},
    {"IDX", MAGIC(0, "\0\0\x08\x03"), NULL, DATA_ADVICE},
    {"gzip", MAGIC(0, "\x1f\x8b"), NULL, "unpack it first; IDX data is given as cnn predict --data FILE"},
    {"NumPy or zip", MAGIC(0, "PK\x03\x04"), NULL, "a model is given as cnn predict --model FILE"},
};

static const struct format *format_of(const uint8_t *bytes, size_t n_bytes)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const struct format *f = &formats[i];
        if (n_bytes >= f->at + f->n_magic && memcmp(bytes + f->at, f->magic, f->n_magic) == 0)
            return f;
    }
    return NULL;
}

static enum cnn_status refuse(const char *name, const struct format *format, size_t n_bytes,
                              struct cnn_error *error)
{
    if (n_bytes == 0)
        return error_set(error, CNN_ERROR_FORMAT, "%s: the file is empty", name);
    error_set(error, CNN_ERROR_FORMAT,
              "%s: not a picture that is read; expected PNG, JPEG, PGM or PPM, found %s", name,
              format ? format->name : "none of the formats known");
    return format ? error_hint(error, CNN_ERROR_FORMAT, "%s", format->advice) : CNN_ERROR_FORMAT;
}

enum cnn_status picture_decode(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                               struct cnn_picture **picture, struct cnn_error *error)
{
    const struct format *format = format_of(bytes, n_bytes);
    if (!format || !format->read)
        return refuse(name, format, n_bytes, error);
    struct cnn_picture *p = memory_alloc(1, sizeof *p);
    if (!p)
        return error_memory(error, sizeof *p);
    p->format = format->name;
    p->orientation = 1;
    enum cnn_status status = format->read(name, bytes, n_bytes, channels, p, error);
    if (status == CNN_OK)
        status = picture_turn(p, p->orientation, error);
    if (status == CNN_OK)
        *picture = p;
    else
        cnn_picture_close(p);
    return status;
}

/* Room for twice as many bytes as there are. Errors: FORMAT (more than is allowed), MEMORY. */
static enum cnn_status grow(uint8_t **bytes, size_t n_bytes, size_t *room, struct cnn_error *error)
{
    if (n_bytes > PICTURE_FILE_BYTES)
        return error_set(error, CNN_ERROR_FORMAT, "-: too large; expected at most %zu bytes, found more",
                         PICTURE_FILE_BYTES);
    size_t twice = n_bytes ? 2 * n_bytes : (size_t)1 << 16;
    uint8_t *larger = memory_alloc(twice, 1);
    if (!larger)
        return error_memory(error, twice);
    if (n_bytes)
        memcpy(larger, *bytes, n_bytes);
    memory_free(*bytes);
    *bytes = larger;
    *room = twice;
    return CNN_OK;
}

/* All of standard input. Owns: the caller (memory_free), also after an error. */
static enum cnn_status read_input(uint8_t **bytes, size_t *n_bytes, struct cnn_error *error)
{
    size_t room = 0;
    for (*n_bytes = 0;;) {
        enum cnn_status status = *n_bytes == room ? grow(bytes, *n_bytes, &room, error) : CNN_OK;
        if (status != CNN_OK)
            return status;
        ssize_t got = read(STDIN_FILENO, *bytes + *n_bytes, room - *n_bytes);
        if (got == 0)
            return CNN_OK;
        if (got > 0)
            *n_bytes += (size_t)got;
        else if (errno != EINTR)
            return error_set(error, CNN_ERROR_IO, "-: cannot read standard input: %s", strerror(errno));
    }
}

enum cnn_status cnn_picture_open(const char *path, size_t channels, struct cnn_picture **picture,
                                 struct cnn_error *error)
{
    uint8_t *bytes = NULL;
    size_t n_bytes;
    if (channels != 1 && channels != 3)
        return error_set(error, CNN_ERROR_USAGE, "pictures have 1 channel, grey, or 3, RGB; found %zu",
                         channels);
    enum cnn_status status = strcmp(path, "-") == 0
                                 ? read_input(&bytes, &n_bytes, error)
                                 : file_read(path, PICTURE_FILE_BYTES, &bytes, &n_bytes, error);
    if (status == CNN_OK)
        status = picture_decode(path, bytes, n_bytes, channels, picture, error);
    memory_free(bytes);
    return status;
}
