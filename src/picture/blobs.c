#include "picture/blobs.h"

#include "base/memory.h"
#include "base/status.h"

/* Labels that were found to mean the same blob: the smaller one is the parent. parent[0] stands for no blob.
 */
static uint32_t root_of(uint32_t *parent, uint32_t label)
{
    while (parent[label] != label)
        label = parent[label] = parent[parent[label]];
    return label;
}

static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

/* A first label for each pixel: that of a neighbour to the left or above, or a new one. Returns their number.
 */
static uint32_t label_pixels(const struct plane *plane, unsigned threshold, uint32_t *label, uint32_t *parent)
{
    size_t width = plane->width;
    uint32_t n = 0;
    for (size_t i = 0; i < plane->height * width; i++) {
        if (plane->pixels[i] < threshold)
            continue;
        bool left = i % width > 0, right = i % width + 1 < width, above = i >= width;
        const uint32_t near[] = {left ? label[i - 1] : 0, above ? label[i - width] : 0,
                                 left && above ? label[i - width - 1] : 0,
                                 right && above ? label[i - width + 1] : 0};
        for (size_t k = 0; k < 4; k++) {
            if (near[k] && label[i] && near[k] != label[i])
                join(parent, near[k], label[i]);
            else if (near[k])
                label[i] = near[k];
        }
        if (!label[i]) {
            label[i] = ++n;
            parent[n] = n;
        }
    }
    return n;
}

/* Numbers the roots from 1 on, in order; parent[label] becomes the blob's number. A parent is smaller than
 * its child, so it has its number by then. */
static uint32_t number_blobs(uint32_t *parent, uint32_t n_labels)
{
    uint32_t n = 0;
    for (uint32_t label = 1; label <= n_labels; label++)
        parent[label] = parent[label] == label ? ++n : parent[parent[label]];
    return n;
}

static void add_pixel(struct blob *b, const struct plane *plane, size_t y, size_t x)
{
    if (b->area++ == 0)
        b->box = (struct box){y, x, 1, 1};
    if (x < b->box.left) {
        b->box.width += b->box.left - x;
        b->box.left = x;
    }
    if (x >= b->box.left + b->box.width)
        b->box.width = x - b->box.left + 1;
    b->box.height = y - b->box.top + 1; /* rows come from the top */
    b->at_edge |= y == 0 || x == 0 || y + 1 == plane->height || x + 1 == plane->width;
}

static enum cnn_status measure(const struct plane *plane, const uint32_t *parent, struct blobs *blobs,
                               struct cnn_error *error)
{
    blobs->blob = memory_alloc(blobs->n, sizeof *blobs->blob);
    if (!blobs->blob)
        return error_memory(error, blobs->n * sizeof *blobs->blob);
    for (size_t y = 0, i = 0; y < plane->height; y++)
        for (size_t x = 0; x < plane->width; x++, i++)
            if (blobs->label[i]) {
                blobs->label[i] = parent[blobs->label[i]];
                add_pixel(&blobs->blob[blobs->label[i] - 1], plane, y, x);
            }
    return CNN_OK;
}

enum cnn_status blobs_find(const struct plane *plane, unsigned threshold, struct blobs *blobs,
                           struct cnn_error *error)
{
    size_t n_pixels = plane->height * plane->width;
    uint32_t *parent = memory_alloc(n_pixels + 1, sizeof *parent);
    *blobs = (struct blobs){.label = memory_alloc(n_pixels, sizeof *blobs->label)};
    enum cnn_status status =
        parent && blobs->label ? CNN_OK : error_memory(error, n_pixels * sizeof *blobs->label);
    if (status == CNN_OK) {
        blobs->n = number_blobs(parent, label_pixels(plane, threshold, blobs->label, parent));
        status = measure(plane, parent, blobs, error);
    }
    memory_free(parent);
    if (status != CNN_OK)
        blobs_free(blobs);
    return status;
}

void blobs_free(struct blobs *blobs)
{
    memory_free(blobs->label);
    memory_free(blobs->blob);
    *blobs = (struct blobs){0};
}
