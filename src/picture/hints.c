#include "picture/hints.h"

#include "picture/blobs.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/status.h"

enum {
    FAINT = 77,        /* of 255: 30 % */
    BLOB_GREY = 100,   /* pixels as bright as this hang together */
    SMALLEST_BLOB = 4, /* pixels of 28 x 28 */
    /* Pixels of full ink. MNIST's training images have 102 in the mean, and 1 % of them fewer or more than
       these. */
    THIN_INK = 35,
    THICK_INK = 230
};

PRINTF_LIKE(4, 5)
static void add(struct cnn_cleaned *cleaned, enum cnn_hint_kind kind, double number, const char *format, ...)
{
    if (cleaned->n_hints == CNN_HINTS)
        return;
    struct cnn_hint *hint = &cleaned->hints[cleaned->n_hints++];
    va_list args;
    va_start(args, format);
    hint->kind = kind;
    hint->number = number;
    vsnprintf(hint->text, sizeof hint->text, format, args);
    va_end(args);
}

void hint_turned(struct cnn_cleaned *cleaned, unsigned orientation)
{
    static const char *const ways[] = {"mirrored",
                                       "turned by 180 degrees",
                                       "mirrored top to bottom",
                                       "mirrored and turned by 90 degrees to the left",
                                       "turned by 90 degrees to the right",
                                       "mirrored and turned by 90 degrees to the right",
                                       "turned by 90 degrees to the left"};
    add(cleaned, CNN_HINT_TURNED, orientation, "%s, as the camera noted (EXIF %u)", ways[orientation - 2],
        orientation);
}

void hint_nothing(struct cnn_cleaned *cleaned, size_t n_at_edge, size_t n_pieces)
{
    cleaned->empty = true;
    if (n_pieces)
        add(cleaned, CNN_HINT_NOTHING, (double)n_pieces,
            "no digit stands out: %zu piece%s, such as lines or the grain of the paper", n_pieces,
            n_pieces == 1 ? "" : "s");
    else if (n_at_edge)
        add(cleaned, CNN_HINT_NOTHING, (double)n_at_edge,
            "nothing is drawn but what reaches the edge, %zu blob%s: leave a margin around the digit",
            n_at_edge, n_at_edge == 1 ? "" : "s");
    else
        add(cleaned, CNN_HINT_NOTHING, 0, "nothing is drawn: 0 pixels stand out from the ground");
}

void hint_on_black(struct cnn_cleaned *cleaned, unsigned percent_transparent)
{
    add(cleaned, CNN_HINT_ON_BLACK, percent_transparent,
        "white ink on a transparent ground (%u %% of the picture): laid on black", percent_transparent);
}

void hint_inverted(struct cnn_cleaned *cleaned, unsigned ground)
{
    add(cleaned, CNN_HINT_INVERTED, ground,
        "inverted: dark on light (ground %u of 255), where MNIST is light on black", ground);
}

void hint_contrast(struct cnn_cleaned *cleaned, unsigned contrast)
{
    unsigned percent = (contrast * 100 + 127) / 255;
    if (contrast < FAINT)
        add(cleaned, CNN_HINT_FAINT, percent, "faint: the ink differs from the ground by %u %%", percent);
}

void hint_edge(struct cnn_cleaned *cleaned, size_t n_blobs)
{
    add(cleaned, CNN_HINT_EDGE, (double)n_blobs,
        "the digit touches the edge of the picture; part of it may be missing");
}

static enum cnn_status count_blobs(const struct cnn_cleaned *cleaned, size_t *n, struct cnn_error *error)
{
    struct cnn_cleaned copy = *cleaned;
    const struct plane digit = {CNN_DIGIT_SIDE, CNN_DIGIT_SIDE, copy.pixels};
    struct blobs blobs;
    enum cnn_status status = blobs_find(&digit, BLOB_GREY, &blobs, error);
    *n = 0;
    for (size_t i = 0; status == CNN_OK && i < blobs.n; i++)
        *n += blobs.blob[i].area >= SMALLEST_BLOB;
    if (status == CNN_OK)
        blobs_free(&blobs);
    return status;
}

enum cnn_status hint_strokes(struct cnn_cleaned *cleaned, struct cnn_error *error)
{
    size_t n_blobs, sum = 0;
    enum cnn_status status = count_blobs(cleaned, &n_blobs, error);
    if (status != CNN_OK)
        return status;
    for (size_t i = 0; i < sizeof cleaned->pixels; i++)
        sum += cleaned->pixels[i];
    size_t ink = (sum + 127) / 255;
    if (n_blobs > 1)
        add(cleaned, CNN_HINT_BLOBS, (double)n_blobs,
            "%zu separate blobs; one digit, drawn in one piece, is read best", n_blobs);
    if (ink < THIN_INK)
        add(cleaned, CNN_HINT_THIN, (double)ink,
            "thin strokes: %zu pixels of ink, where MNIST has 102 in the mean", ink);
    if (ink > THICK_INK)
        add(cleaned, CNN_HINT_THICK, (double)ink,
            "thick strokes: %zu pixels of ink, where MNIST has 102 in the mean", ink);
    return CNN_OK;
}
