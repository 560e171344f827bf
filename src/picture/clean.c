/* A picture of a digit made into what MNIST would have made of it. All in whole numbers: the same bytes on
 * every machine, and in the script of a page. */
#include "base/memory.h"
#include "base/status.h"
#include "picture/fit.h"
#include "picture/ground.h"
#include "picture/hints.h"
#include "picture/levels.h"
#include "picture/picture.h"
#include "picture/rim.h"

#include <string.h>

enum {
    WORKING_SIDE = 1000, /* pixels: a digit a fiftieth of it wide still has the 20 that are wanted */
    MOST_PIECES = 12,    /* that a digit may be drawn in */
    SPECK_PART = 32,     /* a blob smaller than this part of the largest is dirt */
    FLATTEST = 4,        /* no digit is more than so many times as wide as high */
    NARROW_PART = 8,     /* strokes are narrower than a quarter of the picture */
    SMALLEST_PART = 40   /* and so is all that there is, where it is smaller than this part of the picture */
};

/* A picture on its way, and who watches it. */
struct cleaning {
    const struct cnn_picture *source;
    struct plane picture, reduced, light, ground, flat, kept;
    struct box box;       /* of the digit; of height 0: none is found */
    struct levels levels; /* of a photograph */
    size_t stroke;        /* the width of its widest stroke, pixels */
    size_t n_at_edge;     /* blobs that were left out because they reach the edge */
    size_t n_pieces;      /* of what lies inside and is no dust */
    cnn_picture_stage_seen *seen;
    void *context;
    struct cnn_cleaned *cleaned;
    struct cnn_error *error;
};

static enum cnn_status show(const struct cleaning *c, const char *name, const struct plane *plane)
{
    const struct cnn_picture_stage stage = {name, plane->height, plane->width, plane->pixels};
    return c->seen ? c->seen(c->context, &stage, c->error) : CNN_OK;
}

/* ---- a ground of one value: nothing is judged, every pixel that differs counts ------------------ */

static void include_pixel(struct box *box, size_t y, size_t x)
{
    if (box->height == 0)
        *box = (struct box){y, x, 1, 1};
    if (x < box->left) {
        box->width += box->left - x;
        box->left = x;
    }
    if (x >= box->left + box->width)
        box->width = x - box->left + 1;
    box->height = y - box->top + 1; /* rows come from the top */
}

/* The box around all pixels of at least threshold; of height 0 where there is none. */
static struct box box_of(const struct plane *plane, unsigned threshold)
{
    struct box box = {0};
    for (size_t y = 0; y < plane->height; y++)
        for (size_t x = 0; x < plane->width; x++)
            if (plane->pixels[y * plane->width + x] >= threshold)
                include_pixel(&box, y, x);
    return box;
}

static unsigned brightest(const struct plane *plane)
{
    unsigned most = 0;
    for (size_t i = 0; i < plane->height * plane->width; i++)
        most = plane->pixels[i] > most ? plane->pixels[i] : most;
    return most;
}

static enum cnn_status clean_drawing(struct cleaning *c, int ground)
{
    enum cnn_status status = plane_make(&c->kept, c->picture.height, c->picture.width, c->error);
    if (status != CNN_OK)
        return status;
    bool dark = ground_subtract(&c->picture, ground, &c->kept);
    c->box = box_of(&c->kept, 1);
    if (c->box.height == 0)
        return CNN_OK;
    if (dark)
        hint_inverted(c->cleaned, (unsigned)ground);
    hint_contrast(c->cleaned, brightest(&c->kept));
    if (c->box.top == 0 || c->box.left == 0 || c->box.top + c->box.height == c->kept.height ||
        c->box.left + c->box.width == c->kept.width)
        hint_edge(c->cleaned, 1);
    rim_trim(&c->kept, &c->box);
    return CNN_OK;
}

/* ---- any other ground --------------------------------------------------------------------------- */

static size_t longer_side(const struct box *box)
{
    return box->height > box->width ? box->height : box->width;
}

/* What stands out from the ground. What reaches the edge of a photograph is a shadow, a line of the paper,
 * the table. */
struct found {
    const struct blob *largest; /* that may be a digit; NULL: there is none */
    size_t inside, at_edge;     /* pixels of all blobs inside, of all at the edge */
    size_t n_at_edge;           /* blobs at the edge that are as large as a digit */
    size_t n_kept, kept;        /* blobs inside that are no specks beside the largest; their pixels */
};

static struct found look_at(const struct blobs *blobs, size_t picture_side)
{
    struct found f = {0};
    for (size_t i = 0; i < blobs->n; i++) {
        const struct blob *b = &blobs->blob[i];
        bool large = longer_side(&b->box) * SMALLEST_PART >= picture_side;
        f.inside += b->at_edge ? 0 : b->area;
        f.at_edge += b->at_edge ? b->area : 0;
        f.n_at_edge += b->at_edge && large;
        if (!b->at_edge && large && (!f.largest || b->area > f.largest->area))
            f.largest = b;
    }
    return f;
}

/* Which blobs are the digit: keep [n] is set. */
static void choose_blobs(const struct blobs *blobs, struct found *f, bool *keep)
{
    for (size_t i = 0; i < blobs->n && f->largest; i++) {
        const struct blob *b = &blobs->blob[i];
        keep[i] = !b->at_edge && b->area * SPECK_PART >= f->largest->area;
        f->n_kept += keep[i];
        f->kept += keep[i] ? b->area : 0;
    }
}

/* The grain of the paper comes in many pieces and as much dust, and in no piece that is much of it. A line of
 * the paper lies flat, and where it is broken others reach the edge: beside those, only what is mostly one
 * piece is a digit. */
static bool may_be_digit(const struct found *f)
{
    const struct blob *b = f->largest;
    if (!b)
        return false;
    bool grain = f->n_kept > MOST_PIECES || 2 * f->kept < f->inside || 4 * b->area < f->kept;
    bool line = b->box.height * FLATTEST < b->box.width;
    bool lines = 2 * b->area < f->kept && 3 * f->at_edge > b->area;
    return !grain && !line && !lines;
}

/* The ink of the kept blobs and a little around them, in grey: soft edges keep their weight. The mask becomes
 * what is kept. */
static enum cnn_status keep_ink(struct cleaning *c, const struct blobs *blobs, const bool *keep,
                                const struct levels *levels)
{
    const uint8_t *flat = c->flat.pixels;
    const uint32_t *label = blobs->label;
    uint8_t *kept = c->kept.pixels, greys[256];
    size_t n = c->flat.height * c->flat.width;
    for (size_t i = 0; i < n; i++)
        kept[i] = label[i] && keep[label[i] - 1] ? 255 : 0;
    c->box = box_of(&c->kept, 1);
    enum cnn_status status = plane_widest_square(&c->kept, &c->stroke, c->error);
    if (status == CNN_OK)
        status = plane_brightest(&c->kept, longer_side(&c->box) / 40 + 1, c->error);
    for (unsigned v = 0; v < 256; v++)
        greys[v] = levels_grey(levels, v);
    for (size_t i = 0; i < n; i++) {
        bool other = label[i] && !keep[label[i] - 1];
        kept[i] = kept[i] && !other ? greys[flat[i]] : 0;
    }
    return status;
}

static enum cnn_status find_ink(struct cleaning *c, const struct levels *levels)
{
    struct blobs blobs;
    enum cnn_status status = blobs_find(&c->flat, levels->threshold, &blobs, c->error);
    if (status != CNN_OK)
        return status;
    size_t longer = c->flat.height > c->flat.width ? c->flat.height : c->flat.width;
    struct found found = look_at(&blobs, longer);
    bool *keep = memory_alloc(blobs.n, sizeof *keep);
    c->n_at_edge = found.n_at_edge;
    if (keep) {
        choose_blobs(&blobs, &found, keep);
        c->n_pieces = found.n_kept ? found.n_kept : c->n_pieces;
        if (may_be_digit(&found))
            status = keep_ink(c, &blobs, keep, levels);
    } else
        status = error_memory(c->error, blobs.n);
    memory_free(keep);
    blobs_free(&blobs);
    return status;
}

/* Takes the ground away as far as radius can see, and finds the ink; the box stays empty where there is none.
 */
static enum cnn_status flatten(struct cleaning *c, size_t radius)
{
    c->box.height = 0;
    enum cnn_status status = ground_divide(&c->light, radius, &c->ground, &c->flat, c->error);
    if (status != CNN_OK || !levels_find(&c->flat, &c->levels))
        return status;
    return find_ink(c, &c->levels);
}

/* Twice: what is seen of the digit the first time tells how wide its strokes are, and a ground filled in no
 * wider than that follows light and shadow more closely. */
static enum cnn_status flatten_closely(struct cleaning *c)
{
    size_t longer = c->light.height > c->light.width ? c->light.height : c->light.width;
    size_t radius = longer / NARROW_PART + 1;
    enum cnn_status status = flatten(c, radius);
    if (status == CNN_OK && c->box.height > 0 && (c->stroke + 3) / 2 < radius)
        status = flatten(c, (c->stroke + 3) / 2);
    return status;
}

static enum cnn_status make_planes(struct cleaning *c)
{
    struct plane *const planes[] = {&c->ground, &c->flat, &c->kept};
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; i < 3 && status == CNN_OK; i++)
        status = plane_make(planes[i], c->reduced.height, c->reduced.width, c->error);
    return status;
}

/* Where no ink is found that is dark (or light), as it seemed to be, the other kind is looked for. */
static enum cnn_status clean_photo(struct cleaning *c)
{
    bool dark;
    enum cnn_status status = ground_lighten(&c->reduced, &c->light, &dark, c->error);
    if (status == CNN_OK)
        status = make_planes(c);
    if (status == CNN_OK)
        status = flatten_closely(c);
    if (status == CNN_OK && c->box.height == 0) {
        plane_invert(&c->light);
        dark = !dark;
        status = flatten_closely(c);
    }
    if (status == CNN_OK)
        status = show(c, "2-ground", &c->ground);
    if (status == CNN_OK)
        status = show(c, "3-flat", &c->flat);
    if (status != CNN_OK || c->box.height == 0)
        return status;
    if (dark)
        hint_inverted(c->cleaned, levels_median(&c->reduced));
    hint_contrast(c->cleaned, c->levels.ink - c->levels.ground);
    return CNN_OK;
}

/* ---- both --------------------------------------------------------------------------------------- */

static unsigned percent_black(const struct plane *plane)
{
    size_t n = plane->height * plane->width, black = 0;
    for (size_t i = 0; i < n; i++)
        black += plane->pixels[i] == 0;
    return (unsigned)(100 * black / n);
}

static enum cnn_status clean(struct cleaning *c)
{
    int ground = -1;
    enum cnn_status status = plane_reduce(&c->picture, WORKING_SIDE, &c->reduced, c->error);
    if (status == CNN_OK)
        status = show(c, "1-grey", &c->reduced);
    if (status == CNN_OK && !c->source->lossy) /* what compression leaves around the ink would count as ink */
        status = ground_of_one_value(&c->picture, &c->reduced, &ground, c->error);
    if (status == CNN_OK)
        status = ground >= 0 ? clean_drawing(c, ground) : clean_photo(c);
    if (status != CNN_OK)
        return status;
    if (c->box.height == 0) {
        hint_nothing(c->cleaned, c->n_at_edge, c->n_pieces);
        return CNN_OK;
    }
    if (c->source->on_black)
        hint_on_black(c->cleaned, percent_black(&c->picture));
    status = show(c, "4-ink", &c->kept);
    if (status == CNN_OK)
        status = fit_digit(&c->kept, &c->box, c->cleaned->pixels, c->error);
    if (status == CNN_OK)
        status = hint_strokes(c->cleaned, c->error);
    const struct plane digit = {DIGIT_SIDE, DIGIT_SIDE, c->cleaned->pixels};
    return status == CNN_OK ? show(c, "5-digit", &digit) : status;
}

enum cnn_status cnn_picture_clean(const struct cnn_picture *picture, cnn_picture_stage_seen *seen,
                                  void *context, struct cnn_cleaned *cleaned, struct cnn_error *error)
{
    if (picture->channels != 1)
        return error_set(error, CNN_ERROR_USAGE, "only a grey picture is cleaned up; found %zu channels",
                         picture->channels);
    struct cnn_cleaned result = {0};
    struct cleaning c = {.source = picture,
                         .picture = {picture->height, picture->width, picture->pixels},
                         .seen = seen,
                         .context = context,
                         .cleaned = &result,
                         .error = error};
    if (picture->orientation != 1)
        hint_turned(&result, picture->orientation);
    enum cnn_status status = clean(&c);
    if (status == CNN_OK)
        *cleaned = result;
    memory_free(c.reduced.pixels);
    memory_free(c.light.pixels);
    memory_free(c.ground.pixels);
    memory_free(c.flat.pixels);
    memory_free(c.kept.pixels);
    return status;
}
