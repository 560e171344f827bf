#include "data/stream.h"

#include "base/memory.h"
#include "base/status.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    INPUT_BYTES = 32768,
    MOST_AT_ONCE = 1 << 30,    /* zlib counts in unsigned int */
    GZIP_WINDOW = 15 + 16,     /* zlib's words for "the largest window, gzip and nothing else" */
    DEFLATE_RATIO = 1032,      /* 258 bytes from two bits. Source: zlib's technical notes */
    PICTURE_RATIO = 100,       /* MNIST packs 5 to 1; what packs better than this is made to fill memory */
    ANY_RATIO_BYTES = 64 << 20 /* up to here it may: blank images do */
};

struct stream {
    const char *name;
    int fd;                /* -1: the bytes are in memory */
    const uint8_t *memory; /* or NULL */
    uint64_t size;         /* of the file, as stored */
    uint64_t taken;        /* bytes of the file taken so far */
    uint64_t position;     /* in the content */
    bool gzip, ended;      /* ended: gzip's last member and its trailer are behind us */
    z_stream z;
    uint8_t input[INPUT_BYTES];
};

static enum cnn_status system_error(const char *path, const char *what, struct cnn_error *error)
{
    int code = errno;
    return error_set(error, code == ENOENT || code == ENOTDIR ? CNN_ERROR_NOT_FOUND : CNN_ERROR_IO,
                     "%s: cannot %s: %s", path, what, strerror(code));
}

/* The one place that touches what is stored: n_bytes from where we are, fewer only at the end. */
static enum cnn_status take(struct stream *s, uint8_t *bytes, size_t n_bytes, size_t *n_taken,
                            struct cnn_error *error)
{
    uint64_t left = s->size - s->taken;
    size_t n = n_bytes < left ? n_bytes : (size_t)left;
    if (s->memory && n > 0)
        memcpy(bytes, s->memory + s->taken, n);
    for (size_t done = 0; !s->memory && done < n;) {
        ssize_t got = pread(s->fd, bytes + done, n - done, (off_t)(s->taken + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return system_error(s->name, "read", error);
        if (got == 0)
            return error_set(error, CNN_ERROR_IO,
                             "%s: offset %llu: the file became shorter while it was read", s->name,
                             (unsigned long long)(s->taken + done));
        done += (size_t)got;
    }
    s->taken += n;
    *n_taken = n;
    return CNN_OK;
}

static enum cnn_status start(struct stream *s, struct cnn_error *error)
{
    uint8_t magic[2] = {0};
    size_t n;
    if (s->size == 0) {
        error_set(error, CNN_ERROR_FORMAT, "%s: the file is empty", s->name);
        return error_hint(error, CNN_ERROR_FORMAT,
                          "a download that failed leaves such a file: fetch it again");
    }
    enum cnn_status status = take(s, magic, sizeof magic, &n, error);
    s->taken = 0;
    s->gzip = magic[0] == 0x1f && magic[1] == 0x8b;
    if (status == CNN_OK && s->gzip && inflateInit2(&s->z, GZIP_WINDOW) != Z_OK) {
        s->gzip = false;
        return error_memory(error, sizeof s->z);
    }
    return status;
}

static enum cnn_status open_file(struct stream *s, struct cnn_error *error)
{
    struct stat info;
    s->fd = open(s->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* not to wait for a pipe that nobody writes */
    if (s->fd < 0)
        return system_error(s->name, "open", error);
    if (fstat(s->fd, &info) != 0)
        return system_error(s->name, "look at", error);
    if (!S_ISREG(info.st_mode))
        return error_set(error, CNN_ERROR_FORMAT, "%s: not a file but a %s; expected an IDX file", s->name,
                         S_ISDIR(info.st_mode) ? "folder" : "device or pipe");
    s->size = (uint64_t)info.st_size;
    return CNN_OK;
}

enum cnn_status stream_open(const char *path, struct stream **stream, struct cnn_error *error)
{
    struct stream *s = memory_alloc(1, sizeof *s);
    if (!s)
        return error_memory(error, sizeof *s);
    s->name = path;
    enum cnn_status status = open_file(s, error);
    if (status == CNN_OK)
        status = start(s, error);
    if (status == CNN_OK)
        *stream = s;
    else
        stream_close(s);
    return status;
}

enum cnn_status stream_open_memory(const char *name, const uint8_t *bytes, size_t n_bytes,
                                   struct stream **stream, struct cnn_error *error)
{
    struct stream *s = memory_alloc(1, sizeof *s);
    if (!s)
        return error_memory(error, sizeof *s);
    *s = (struct stream){.name = name, .fd = -1, .memory = bytes, .size = n_bytes};
    enum cnn_status status = start(s, error);
    if (status == CNN_OK)
        *stream = s;
    else
        stream_close(s);
    return status;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    if (stream->gzip)
        inflateEnd(&stream->z);
    if (stream->fd >= 0)
        close(stream->fd);
    memory_free(stream);
}

static enum cnn_status refill(struct stream *s, struct cnn_error *error)
{
    size_t n;
    enum cnn_status status = take(s, s->input, INPUT_BYTES, &n, error);
    if (status != CNN_OK)
        return status;
    if (n == 0) {
        error_set(error, CNN_ERROR_FORMAT,
                  "%s: offset %llu: the gzip file is cut short; expected more bytes, found its end", s->name,
                  (unsigned long long)s->size);
        return error_hint(error, CNN_ERROR_FORMAT, "the download stopped early: fetch it again");
    }
    s->z.next_in = s->input;
    s->z.avail_in = (uInt)n;
    return CNN_OK;
}

static enum cnn_status gzip_error(const struct stream *s, int code, struct cnn_error *error)
{
    if (code == Z_MEM_ERROR)
        return error_memory(error, 32768);
    error_set(error, CNN_ERROR_FORMAT, "%s: offset %llu: the gzip file is damaged: %s", s->name,
              (unsigned long long)(s->taken - s->z.avail_in), s->z.msg ? s->z.msg : "unknown reason");
    return error_hint(error, CNN_ERROR_FORMAT, "fetch it again; gzip -t FILE checks it");
}

/* A gzip file is one member or several, one after the other, as cat and parallel packers make it. */
static enum cnn_status after_member(struct stream *s, struct cnn_error *error)
{
    enum cnn_status status = s->z.avail_in == 0 && s->taken < s->size ? refill(s, error) : CNN_OK;
    if (status != CNN_OK)
        return status;
    s->ended = s->z.avail_in == 0 || *s->z.next_in != 0x1f;
    return s->ended || inflateReset(&s->z) == Z_OK ? CNN_OK : error_memory(error, sizeof s->z);
}

/* Zeros behind the last member are padding, which gzip passes over too. */
static enum cnn_status skip_padding(struct stream *s, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    while (status == CNN_OK) {
        while (s->z.avail_in > 0 && *s->z.next_in == 0) {
            s->z.next_in++;
            s->z.avail_in--;
        }
        if (s->z.avail_in > 0 || s->taken == s->size)
            break;
        status = refill(s, error);
    }
    return status;
}

/* zlib unpacks straight to where the bytes belong; its window is the only copy. */
static enum cnn_status unpack(struct stream *s, uint8_t *bytes, size_t n_bytes, size_t *n_read,
                              struct cnn_error *error)
{
    size_t done = 0;
    while (done < n_bytes && !s->ended) {
        if (s->z.avail_in == 0) {
            enum cnn_status status = refill(s, error);
            if (status != CNN_OK)
                return status;
        }
        uInt room = n_bytes - done < MOST_AT_ONCE ? (uInt)(n_bytes - done) : MOST_AT_ONCE;
        s->z.next_out = bytes + done;
        s->z.avail_out = room;
        int code = inflate(&s->z, Z_NO_FLUSH);
        done += room - s->z.avail_out;
        if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
            return gzip_error(s, code, error);
        enum cnn_status status = code == Z_STREAM_END ? after_member(s, error) : CNN_OK;
        if (status != CNN_OK)
            return status;
    }
    *n_read = done;
    return CNN_OK;
}

enum cnn_status stream_read(struct stream *stream, uint8_t *bytes, size_t n_bytes, size_t *n_read,
                            struct cnn_error *error)
{
    size_t n = 0;
    enum cnn_status status =
        stream->gzip ? unpack(stream, bytes, n_bytes, &n, error) : take(stream, bytes, n_bytes, &n, error);
    if (status == CNN_OK) {
        stream->position += n;
        *n_read = n;
    }
    return status;
}

static enum cnn_status skip_packed(struct stream *s, uint64_t n_bytes, struct cnn_error *error)
{
    uint8_t scratch[16384];
    while (n_bytes > 0) {
        size_t n, want = n_bytes < sizeof scratch ? (size_t)n_bytes : sizeof scratch;
        enum cnn_status status = stream_read(s, scratch, want, &n, error);
        if (status != CNN_OK)
            return status;
        if (n < want)
            return error_set(error, CNN_ERROR_FORMAT, "%s: offset %llu unpacked: the content ends too early",
                             s->name, (unsigned long long)s->position);
        n_bytes -= n;
    }
    return CNN_OK;
}

enum cnn_status stream_skip(struct stream *stream, uint64_t n_bytes, struct cnn_error *error)
{
    if (stream->gzip)
        return skip_packed(stream, n_bytes, error);
    if (n_bytes > stream->size - stream->taken)
        return error_set(error, CNN_ERROR_FORMAT, "%s: offset %llu: the file ends too early", stream->name,
                         (unsigned long long)stream->size);
    stream->taken += n_bytes;
    stream->position += n_bytes;
    return CNN_OK;
}

enum cnn_status stream_end(struct stream *stream, struct cnn_error *error)
{
    uint8_t more;
    size_t n;
    uint64_t position = stream->position;
    enum cnn_status status = stream_read(stream, &more, 1, &n, error);
    if (status != CNN_OK)
        return status;
    if (n > 0)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: offset %llu%s: the file is too long; expected its end, found more bytes",
                         stream->name, (unsigned long long)position, stream->gzip ? " unpacked" : "");
    status = stream->gzip ? skip_padding(stream, error) : CNN_OK;
    if (status != CNN_OK)
        return status;
    uint64_t last = stream->taken - stream->z.avail_in;
    if (last != stream->size)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: offset %llu: bytes follow the gzip data; expected the end, found %llu bytes",
                         stream->name, (unsigned long long)last, (unsigned long long)(stream->size - last));
    return CNN_OK;
}

const char *stream_name(const struct stream *stream)
{
    return stream->name;
}

bool stream_is_gzip(const struct stream *stream)
{
    return stream->gzip;
}

uint64_t stream_limit(const struct stream *stream)
{
    return stream->gzip ? stream_gzip_limit(stream->size) : stream->size;
}

uint64_t stream_gzip_limit(uint64_t packed_bytes)
{
    uint64_t any =
        packed_bytes < ANY_RATIO_BYTES / DEFLATE_RATIO ? packed_bytes * DEFLATE_RATIO : ANY_RATIO_BYTES;
    uint64_t pictures = packed_bytes > UINT64_MAX / PICTURE_RATIO ? UINT64_MAX : packed_bytes * PICTURE_RATIO;
    return any > pictures ? any : pictures;
}
