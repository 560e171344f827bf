/*
 * offset 0   0, 0                     magic
 * offset 2   element type             8: unsigned byte, the only one read here
 * offset 3   rank                     1 for labels, 3 for images, 4 for images with channels (last)
 * offset 4   one 32-bit number for each dimension, big-endian, the count first
 * then       the elements, the last dimension fastest
 */
#include "data/idx.h"

#include "base/bytes.h"
#include "base/memory.h"
#include "base/status.h"
#include "data/dataset.h"
#include "data/sniff.h"
#include "data/stream.h"

#include <string.h>

enum {
    TYPE_U8 = 8,
};

static const char *place(const struct idx *idx)
{
    return stream_is_gzip(idx->stream) ? " unpacked" : "";
}

static const char *kind_name(enum idx_kind kind)
{
    return kind == IDX_IMAGES ? "images" : "labels";
}

/* Reads n_bytes that must be there. */
static enum cnn_status read_exactly(struct idx *idx, uint64_t offset, uint8_t *bytes, size_t n_bytes,
                                    struct cnn_error *error)
{
    size_t n;
    enum cnn_status status = stream_read(idx->stream, bytes, n_bytes, &n, error);
    if (status != CNN_OK || n == n_bytes)
        return status;
    error_set(error, CNN_ERROR_FORMAT,
              "%s: offset %llu%s: the %s end too early; expected %zu more bytes, found %zu",
              stream_name(idx->stream), (unsigned long long)offset, place(idx), kind_name(idx->kind), n_bytes,
              n);
    return error_hint(error, CNN_ERROR_FORMAT, "the file is cut short: fetch it again");
}

/* The byte order of another machine, or another format altogether. */
static enum cnn_status wrong_magic(const struct idx *idx, const uint8_t magic[4], struct cnn_error *error)
{
    const char *name = stream_name(idx->stream);
    if (magic[2] == 0 && magic[3] == 0 && magic[1] == TYPE_U8) {
        error_set(error, CNN_ERROR_FORMAT,
                  "%s: offset 0%s: the byte order is swapped; expected 00 00 08 %02x, found %02x %02x 00 00",
                  name, place(idx), magic[0], magic[0], magic[1]);
        return error_hint(error, CNN_ERROR_FORMAT,
                          "IDX headers are big-endian; write the file again that way");
    }
    uint8_t head[SNIFF_BYTES];
    size_t n = 0;
    memcpy(head, magic, 4);
    if (stream_read(idx->stream, head + 4, sizeof head - 4, &n, NULL) != CNN_OK)
        n = 0;
    struct sniffed is = sniff(head, 4 + n);
    error_set(error, CNN_ERROR_FORMAT, "%s: offset 0%s: not an IDX file%s%s; expected 00 00, found %02x %02x",
              name, place(idx), is.what ? " but " : "", is.what ? is.what : "", magic[0], magic[1]);
    return error_hint(error, CNN_ERROR_FORMAT, "%s", is.advice ? is.advice : "");
}

static const char *type_name(uint8_t type)
{
    switch (type) {
    case 0x09:
        return "signed bytes";
    case 0x0b:
        return "16-bit integers";
    case 0x0c:
        return "32-bit integers";
    case 0x0d:
        return "32-bit floats";
    case 0x0e:
        return "64-bit floats";
    default:
        return "an unknown type";
    }
}

static enum cnn_status wrong_rank(const struct idx *idx, unsigned rank, struct cnn_error *error)
{
    bool images = idx->kind == IDX_IMAGES;
    error_set(error, CNN_ERROR_FORMAT, "%s: offset 3%s: wrong rank for %s; expected %s, found %u",
              stream_name(idx->stream), place(idx), kind_name(idx->kind), images ? "3 or 4" : "1", rank);
    bool other = images ? rank == 1 : rank == 3 || rank == 4;
    return error_hint(error, CNN_ERROR_FORMAT, "%s",
                      !other   ? ""
                      : images ? "this looks like a label file: are the two swapped?"
                               : "this looks like an image file: are the two swapped?");
}

static enum cnn_status read_magic(struct idx *idx, size_t *rank, struct cnn_error *error)
{
    uint8_t magic[4];
    enum cnn_status status = read_exactly(idx, 0, magic, sizeof magic, error);
    if (status != CNN_OK)
        return status;
    if (magic[0] != 0 || magic[1] != 0)
        return wrong_magic(idx, magic, error);
    if (magic[2] != TYPE_U8)
        return error_set(
            error, CNN_ERROR_FORMAT,
            "%s: offset 2%s: wrong element type; expected 0x08 (unsigned bytes), found 0x%02x (%s)",
            stream_name(idx->stream), place(idx), magic[2], type_name(magic[2]));
    if (idx->kind == IDX_LABELS ? magic[3] != 1 : magic[3] != 3 && magic[3] != 4)
        return wrong_rank(idx, magic[3], error);
    *rank = magic[3];
    return CNN_OK;
}

/* Dimension i of the header, 1 .. most. */
static enum cnn_status read_dimension(struct idx *idx, size_t i, const char *what, uint32_t most, size_t *n,
                                      struct cnn_error *error)
{
    uint8_t bytes[4];
    size_t offset = 4 + 4 * i;
    enum cnn_status status = read_exactly(idx, offset, bytes, sizeof bytes, error);
    if (status != CNN_OK)
        return status;
    uint32_t value = bytes_u32_be(bytes);
    if (value == 0 || value > most) {
        error_set(error, CNN_ERROR_FORMAT, "%s: offset %zu%s: wrong %s; expected 1 to %u, found %u",
                  stream_name(idx->stream), offset, place(idx), what, most, value);
        uint32_t swapped = bytes_u32_le(bytes);
        if (swapped > 0 && swapped <= most)
            error_hint(error, CNN_ERROR_FORMAT,
                       "read the other way round it is %u: is the byte order swapped?", swapped);
        return CNN_ERROR_FORMAT;
    }
    *n = value;
    return CNN_OK;
}

static enum cnn_status too_much_promised(const char *name, uint64_t limit, size_t total,
                                         struct cnn_error *error)
{
    error_set(error, CNN_ERROR_FORMAT,
              "%s: offset 4 unpacked: the header promises more than a gzip file of this size should hold; "
              "expected at most %llu bytes, found %zu",
              name, (unsigned long long)limit, total);
    return error_hint(error, CNN_ERROR_FORMAT,
                      "fetch it again; if it is right, gzip -d unpacks it: raw files may have any size");
}

/* What the header promises must be what the file can hold, before memory is asked for. */
static enum cnn_status check_size(const struct idx *idx, struct cnn_error *error)
{
    size_t content, total;
    uint64_t limit = stream_limit(idx->stream);
    bool fits =
        size_mul(idx->count, idx->item_bytes, &content) && size_add(content, idx->header_bytes, &total);
    const char *name = stream_name(idx->stream);
    if (!fits)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: offset 4%s: %zu items of %zu bytes are more than memory can address", name,
                         place(idx), idx->count, idx->item_bytes);
    if (stream_is_gzip(idx->stream) ? total <= limit : total == limit)
        return CNN_OK;
    if (stream_is_gzip(idx->stream))
        return too_much_promised(name, limit, total, error);
    error_set(error, CNN_ERROR_FORMAT,
              "%s: offset %llu: the file is too %s for its header; expected %zu bytes, found %llu", name,
              (unsigned long long)(limit < total ? limit : total), limit < total ? "short" : "long", total,
              (unsigned long long)limit);
    return error_hint(error, CNN_ERROR_FORMAT, "%s",
                      limit < total ? "it may be cut short: fetch it again" : "");
}

static enum cnn_status read_header(struct idx *idx, struct cnn_error *error)
{
    static const struct {
        const char *what;
        uint32_t most;
    } dimensions[4] = {{"count", UINT32_MAX},
                       {"height", DATASET_MAX_SIDE},
                       {"width", DATASET_MAX_SIDE},
                       {"number of channels", DATASET_MAX_CHANNELS}};
    size_t rank = 0, shape[4] = {1, 1, 1, 1};
    enum cnn_status status = read_magic(idx, &rank, error);
    for (size_t i = 0; status == CNN_OK && i < rank; i++)
        status = read_dimension(idx, i, dimensions[i].what, dimensions[i].most, &shape[i], error);
    if (status != CNN_OK)
        return status;
    idx->header_bytes = 4 + 4 * rank;
    idx->count = shape[0];
    idx->height = shape[1];
    idx->width = shape[2];
    idx->channels = shape[3];
    size_t area;
    if (!size_mul(idx->height, idx->width, &area) || !size_mul(area, idx->channels, &idx->item_bytes))
        return error_set(error, CNN_ERROR_FORMAT, "%s: offset 8%s: an image is more than memory can address",
                         stream_name(idx->stream), place(idx));
    return check_size(idx, error);
}

static enum cnn_status open_stream(struct stream *stream, enum idx_kind kind, struct idx *idx,
                                   struct cnn_error *error)
{
    struct idx opened = {.stream = stream, .kind = kind};
    enum cnn_status status = read_header(&opened, error);
    if (status == CNN_OK)
        *idx = opened;
    else
        stream_close(stream);
    return status;
}

enum cnn_status idx_open(const char *path, enum idx_kind kind, struct idx *idx, struct cnn_error *error)
{
    struct stream *stream;
    enum cnn_status status = stream_open(path, &stream, error);
    return status == CNN_OK ? open_stream(stream, kind, idx, error) : status;
}

enum cnn_status idx_open_memory(const char *name, const uint8_t *bytes, size_t n_bytes, enum idx_kind kind,
                                struct idx *idx, struct cnn_error *error)
{
    struct stream *stream;
    enum cnn_status status = stream_open_memory(name, bytes, n_bytes, &stream, error);
    return status == CNN_OK ? open_stream(stream, kind, idx, error) : status;
}

void idx_close(struct idx *idx)
{
    stream_close(idx->stream);
    idx->stream = NULL;
}

enum cnn_status idx_read(struct idx *idx, size_t first, size_t count, uint8_t *items, struct cnn_error *error)
{
    uint64_t skipped = (uint64_t)first * idx->item_bytes;
    enum cnn_status status = stream_skip(idx->stream, skipped, error);
    if (status == CNN_OK)
        status = read_exactly(idx, idx->header_bytes + skipped, items, count * idx->item_bytes, error);
    if (status == CNN_OK && first + count == idx->count)
        status = stream_end(idx->stream, error);
    return status;
}
