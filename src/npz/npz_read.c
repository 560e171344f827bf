#include "npz/npz.h"

#include "base/memory.h"
#include "base/status.h"
#include "npz/zip_memory.h"

#include <math.h>
#include <minizip/unzip.h>
#include <stdio.h>
#include <string.h>

enum { MAX_ENTRIES = 1024, MAX_NAME = 128, MAX_DEFLATE_RATIO = 1032 };

struct entry {
    char name[MAX_NAME]; /* without .npy */
    unz64_file_pos position;
    size_t bytes;
};

struct npz {
    const char *path;
    struct zip_memory memory;
    unzFile zip;
    size_t n_entries, packed_bytes; /* packed_bytes: of all entries together */
    struct entry entry[MAX_ENTRIES];
};

/* Names are shown on terminals, which obey some characters. */
static bool is_plain(const char *name)
{
    while (*name > ' ' && *name < 127)
        name++;
    return *name == '\0';
}

/* What is wrong with an entry's name; NULL when nothing is. */
static const char *bad_name(const struct npz *npz, const char *name)
{
    size_t n = strlen(name);
    if (n < 5 || n >= MAX_NAME || strcmp(name + n - 4, ".npy") != 0)
        return "is not an array (NAME.npy)";
    if (name[0] == '/' || strstr(name, "..") || strchr(name, '\\'))
        return "leads out of the archive";
    for (size_t i = 0; i < npz->n_entries; i++)
        if (strlen(npz->entry[i].name) == n - 4 && memcmp(npz->entry[i].name, name, n - 4) == 0)
            return "stands there twice";
    return NULL;
}

/* What an entry claims of its data is checked before any is unpacked. The packed bytes of all entries cannot
 * be more than the file has: entries that share bytes would let a small file claim any number of large
 * arrays. */
static enum cnn_status check_claims(struct npz *npz, const char *name, const unz_file_info64 *info,
                                    struct cnn_error *error)
{
    enum { STORED = 0, DEFLATED = 8, ENCRYPTED = 1 };
    uint64_t room = npz->memory.size - npz->packed_bytes, packed = info->compressed_size;
    if (info->flag & ENCRYPTED)
        return error_set(error, CNN_ERROR_FORMAT, "%s: %s is encrypted", npz->path, name);
    if (info->compression_method != STORED && info->compression_method != DEFLATED)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: %s: compression method; expected 0 (stored) or 8 (deflate), found %lu",
                         npz->path, name, info->compression_method);
    if (packed > room)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: %s claims %llu packed bytes, more than the file has beside its other entries",
                         npz->path, name, (unsigned long long)packed);
    if (info->uncompressed_size > packed * (info->compression_method == DEFLATED ? MAX_DEFLATE_RATIO : 1))
        return error_set(error, CNN_ERROR_FORMAT, "%s: %s claims %llu bytes, more than the file can hold",
                         npz->path, name, (unsigned long long)info->uncompressed_size);
    npz->packed_bytes += (size_t)packed;
    return CNN_OK;
}

static enum cnn_status add_entry(struct npz *npz, struct cnn_error *error)
{
    unz_file_info64 info;
    struct entry *entry = &npz->entry[npz->n_entries];
    char name[MAX_NAME + 1] = "";
    if (npz->n_entries == MAX_ENTRIES)
        return error_set(error, CNN_ERROR_FORMAT, "%s: more than %d arrays", npz->path, MAX_ENTRIES);
    if (unzGetCurrentFileInfo64(npz->zip, &info, name, MAX_NAME, NULL, 0, NULL, 0) != UNZ_OK ||
        unzGetFilePos64(npz->zip, &entry->position) != UNZ_OK || info.size_filename >= MAX_NAME ||
        !is_plain(name))
        return error_set(error, CNN_ERROR_FORMAT, "%s: entry %zu of the archive cannot be read", npz->path,
                         npz->n_entries);
    const char *wrong = bad_name(npz, name);
    if (wrong)
        return error_set(error, CNN_ERROR_FORMAT, "%s: \"%.100s\" %s", npz->path, name, wrong);
    enum cnn_status status = check_claims(npz, name, &info, error);
    if (status != CNN_OK)
        return status;
    memcpy(entry->name, name, strlen(name) - 4);
    entry->bytes = (size_t)info.uncompressed_size;
    npz->n_entries++;
    return CNN_OK;
}

static enum cnn_status list_entries(struct npz *npz, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    int step = unzGoToFirstFile(npz->zip);
    for (; step == UNZ_OK && status == CNN_OK; step = unzGoToNextFile(npz->zip))
        status = add_entry(npz, error);
    if (status == CNN_OK && step != UNZ_END_OF_LIST_OF_FILE)
        return error_set(error, CNN_ERROR_FORMAT, "%s: the archive's directory is damaged", npz->path);
    return status;
}

/* minizip does not say why it opened nothing: memory that it could not have, or bytes that are no archive. */
static enum cnn_status not_opened(const char *path, size_t n_bytes, struct cnn_error *error)
{
    enum { MINIZIP_NEEDS = 1 << 17 };
    void *probe = memory_alloc(MINIZIP_NEEDS, 1);
    memory_free(probe);
    if (!probe)
        return error_memory(error, MINIZIP_NEEDS);
    enum cnn_status status = error_set(
        error, CNN_ERROR_FORMAT, "%s: not a model file: expected a zip archive of arrays (.npz), %s", path,
        n_bytes == 0 ? "found an empty file" : "found something else, or one cut short");
    return error_hint(error, status, "cnn train --model FILE makes one");
}

enum cnn_status npz_open(const char *path, const uint8_t *bytes, size_t n_bytes, struct npz **out,
                         struct cnn_error *error)
{
    struct npz *npz = memory_alloc(1, sizeof *npz);
    if (!npz)
        return error_memory(error, sizeof *npz);
    npz->path = path;
    npz->memory = (struct zip_memory){.input = bytes, .size = n_bytes};
    zlib_filefunc64_def functions;
    zip_memory_functions(&npz->memory, &functions);
    npz->zip = n_bytes ? unzOpen2_64("", &functions) : NULL;
    enum cnn_status status = npz->zip ? list_entries(npz, error) : not_opened(path, n_bytes, error);
    if (status != CNN_OK) {
        npz_close(npz);
        return status;
    }
    *out = npz;
    return CNN_OK;
}

void npz_close(struct npz *npz)
{
    if (!npz)
        return;
    if (npz->zip)
        unzClose(npz->zip);
    memory_free(npz);
}

static const struct entry *find(const struct npz *npz, const char *name)
{
    for (size_t i = 0; i < npz->n_entries; i++)
        if (strcmp(npz->entry[i].name, name) == 0)
            return &npz->entry[i];
    return NULL;
}

bool npz_has(const struct npz *npz, const char *name)
{
    return find(npz, name) != NULL;
}

const char *npz_name(const struct npz *npz, size_t i)
{
    return i < npz->n_entries ? npz->entry[i].name : NULL;
}

size_t npz_bytes(const struct npz *npz)
{
    size_t n = 0;
    for (size_t i = 0; i < npz->n_entries; i++)
        n += npz->entry[i].bytes; /* all together at most a thousand times the file: fits */
    return n;
}

/* The bytes of an entry, its CRC checked. */
static enum cnn_status extract(struct npz *npz, const struct entry *entry, uint8_t *bytes,
                               struct cnn_error *error)
{
    int got = unzGoToFilePos64(npz->zip, &entry->position), closed = UNZ_OK;
    if (got == UNZ_OK && (got = unzOpenCurrentFile(npz->zip)) == UNZ_OK) {
        got = unzReadCurrentFile(npz->zip, bytes, (unsigned)entry->bytes);
        closed = unzCloseCurrentFile(npz->zip);
    }
    if (closed == UNZ_CRCERROR)
        return error_set(error, CNN_ERROR_FORMAT,
                         "%s: %s: the checksum does not fit the data: the file is damaged", npz->path,
                         entry->name);
    if (closed == UNZ_INTERNALERROR || got == UNZ_INTERNALERROR)
        return error_memory(error, entry->bytes);
    if (got < 0 || (size_t)got != entry->bytes || closed != UNZ_OK)
        return error_set(error, CNN_ERROR_FORMAT, "%s: %s: cannot be unpacked: the file is damaged",
                         npz->path, entry->name);
    return CNN_OK;
}

enum cnn_status npz_read_any(struct npz *npz, const char *name, size_t max_bytes, uint8_t **bytes,
                             struct npy *npy, struct cnn_error *error)
{
    const struct entry *entry = find(npz, name);
    *bytes = NULL;
    if (!entry)
        return error_set(error, CNN_ERROR_FORMAT, "%s: the array \"%s\" is missing", npz->path, name);
    if (entry->bytes > max_bytes || entry->bytes > INT32_MAX)
        return error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected at most %zu bytes, found %zu", npz->path,
                         name, max_bytes, entry->bytes);
    *bytes = memory_alloc(entry->bytes, 1);
    if (!*bytes)
        return error_memory(error, entry->bytes);
    enum cnn_status status = extract(npz, entry, *bytes, error);
    char where[512];
    snprintf(where, sizeof where, "%.350s: %s", npz->path, name);
    return status == CNN_OK ? npy_parse(where, *bytes, entry->bytes, npy, error) : status;
}

static void shape_text(size_t rank, const size_t *shape, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "(");
    for (size_t i = 0; i < rank; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%zu", i ? ", " : "", shape[i]);
    snprintf(text + used, size - used, ")");
}

static enum cnn_status check_shape(const struct npz *npz, const char *name, const struct npy *npy,
                                   size_t rank, const size_t *shape, struct cnn_error *error)
{
    bool same = npy->rank == rank;
    for (size_t i = 0; same && i < rank; i++)
        same = npy->shape[i] == shape[i];
    if (same)
        return CNN_OK;
    char expected[128], found[128];
    shape_text(rank, shape, expected, sizeof expected);
    shape_text(npy->rank, npy->shape, found, sizeof found);
    return error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected the shape %s, found %s", npz->path, name,
                     expected, found);
}

static const size_t header_room = 8192;

/* Reads into floats or doubles, whichever is not NULL. */
static enum cnn_status read_numbers(struct npz *npz, const char *name, size_t rank, const size_t *shape,
                                    float *floats, double *doubles, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npy npy;
    size_t count = 1;
    for (size_t i = 0; i < rank; i++)
        count *= shape[i];
    enum cnn_status status =
        npz_read_any(npz, name, count * sizeof(double) + header_room, &bytes, &npy, error);
    if (status == CNN_OK)
        status = check_shape(npz, name, &npy, rank, shape, error);
    if (status == CNN_OK && npy.kind != 'f')
        status = error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected floats, found another type", npz->path,
                           name);
    for (size_t i = 0; status == CNN_OK && i < count; i++) {
        double value = npy_float(&npy, i);
        if (!isfinite(value) || (floats && !isfinite((float)value)))
            status = error_set(error, CNN_ERROR_FORMAT, "%s: %s: value %zu is not a finite number", npz->path,
                               name, i);
        else if (floats)
            floats[i] = (float)value;
        else
            doubles[i] = value;
    }
    memory_free(bytes);
    return status;
}

enum cnn_status npz_read_floats(struct npz *npz, const char *name, size_t rank, const size_t *shape,
                                float *values, struct cnn_error *error)
{
    return read_numbers(npz, name, rank, shape, values, NULL, error);
}

enum cnn_status npz_read_doubles(struct npz *npz, const char *name, size_t rank, const size_t *shape,
                                 double *values, struct cnn_error *error)
{
    return read_numbers(npz, name, rank, shape, NULL, values, error);
}

/* Loads an array that holds a single number or text. */
static enum cnn_status load_single(struct npz *npz, const char *name, size_t max_bytes, uint8_t **bytes,
                                   struct npy *npy, struct cnn_error *error)
{
    enum cnn_status status = npz_read_any(npz, name, max_bytes + header_room, bytes, npy, error);
    return status == CNN_OK ? check_shape(npz, name, npy, 0, NULL, error) : status;
}

enum cnn_status npz_read_double(struct npz *npz, const char *name, double *value, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npy npy;
    enum cnn_status status = load_single(npz, name, 8, &bytes, &npy, error);
    if (status == CNN_OK && (npy.kind != 'f' || !isfinite(npy_float(&npy, 0))))
        status = error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected a finite float", npz->path, name);
    if (status == CNN_OK)
        *value = npy_float(&npy, 0);
    memory_free(bytes);
    return status;
}

enum cnn_status npz_read_whole(struct npz *npz, const char *name, uint64_t *value, struct cnn_error *error)
{
    uint8_t *bytes;
    struct npy npy;
    enum cnn_status status = load_single(npz, name, 8, &bytes, &npy, error);
    if (status == CNN_OK && !npy_whole(&npy, 0, value))
        status =
            error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected a whole number from 0 on", npz->path, name);
    memory_free(bytes);
    return status;
}

enum cnn_status npz_read_text(struct npz *npz, const char *name, char *text, size_t size,
                              struct cnn_error *error)
{
    uint8_t *bytes;
    struct npy npy;
    enum cnn_status status = load_single(npz, name, 4 * size, &bytes, &npy, error);
    if (status == CNN_OK && !npy_text(&npy, text, size))
        status =
            error_set(error, CNN_ERROR_FORMAT, "%s: %s: expected a text of less than %zu plain characters",
                      npz->path, name, size);
    memory_free(bytes);
    return status;
}
