/* IDX files, raw and gzip, as images and as labels. */
#include "fuzz.h"

#include "base/memory.h"
#include "data/idx.h"

/* Reads items of an open file, and closes it. */
static void read_items(struct idx *idx, size_t first, size_t count)
{
    struct cnn_error error = {0};
    uint8_t *items = memory_alloc(count, idx->item_bytes);
    REQUIRE(items);
    fuzz_check_error(idx_read(idx, first, count, items, &error), &error);
    memory_free(items);
    idx_close(idx);
}

/* All of a small file; the first and the last item of a large one. */
static void read_kind(const uint8_t *bytes, size_t n_bytes, enum idx_kind kind)
{
    struct cnn_error error = {0};
    struct idx idx;
    enum cnn_status status = idx_open_memory("input", bytes, n_bytes, kind, &idx, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    size_t count = idx.count, item_bytes = idx.item_bytes;
    REQUIRE(count > 0 && item_bytes == idx.height * idx.width * idx.channels);
    REQUIRE(kind == IDX_IMAGES || item_bytes == 1);
    bool small = count <= FUZZ_SMALL / item_bytes;
    read_items(&idx, 0, small ? count : 1);
    if (small)
        return;
    REQUIRE(idx_open_memory("input", bytes, n_bytes, kind, &idx, &error) == CNN_OK);
    read_items(&idx, count - 1, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    read_kind(bytes, n_bytes, IDX_IMAGES);
    read_kind(bytes, n_bytes, IDX_LABELS);
    return 0;
}
