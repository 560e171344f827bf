/* PGM and PPM, as text and as bytes. Source: netpbm's pgm(5) and ppm(5). */
#include "base/status.h"
#include "picture/picture.h"

/* What is left of the file, and whether a number was no number. */
struct pnm {
    const uint8_t *bytes;
    size_t n_bytes, at;
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Passes over blanks and comments, which end with their line. */
static void skip_blanks(struct pnm *pnm)
{
    bool comment = false;
    for (; pnm->at < pnm->n_bytes; pnm->at++) {
        uint8_t byte = pnm->bytes[pnm->at];
        comment = comment ? byte != '\n' && byte != '\r' : byte == '#';
        if (!comment && !is_blank(byte))
            return;
    }
}

/* The next number in decimal digits; false: there is none, or it is larger than most. */
static bool next_number(struct pnm *pnm, unsigned most, unsigned *number)
{
    skip_blanks(pnm);
    size_t first = pnm->at;
    unsigned value = 0;
    for (; pnm->at < pnm->n_bytes && pnm->bytes[pnm->at] >= '0' && pnm->bytes[pnm->at] <= '9'; pnm->at++) {
        unsigned digit = pnm->bytes[pnm->at] - '0';
        if (value > most / 10 || digit > most - 10 * value)
            return false;
        value = 10 * value + digit;
    }
    *number = value;
    return pnm->at > first;
}

/* The next sample, as text, one byte, or two with the higher first. */
static bool next_sample(struct pnm *pnm, bool text, unsigned most, unsigned *sample)
{
    size_t size = most > 255 ? 2 : 1;
    if (text)
        return next_number(pnm, most, sample);
    if (pnm->n_bytes - pnm->at < size)
        return false;
    *sample = pnm->bytes[pnm->at];
    if (size == 2)
        *sample = *sample << 8 | pnm->bytes[pnm->at + 1];
    pnm->at += size;
    return *sample <= most;
}

static void put_pixel(const unsigned *rgb, unsigned most, size_t channels, uint8_t *pixel)
{
    unsigned scaled[3];
    for (size_t c = 0; c < 3; c++)
        scaled[c] = (rgb[c] * 255 + most / 2) / most;
    if (channels == 1)
        *pixel = picture_grey(scaled[0], scaled[1], scaled[2]);
    for (size_t c = 0; c < channels && channels == 3; c++)
        pixel[c] = (uint8_t)scaled[c];
}

static enum cnn_status read_samples(const char *name, struct pnm *pnm, bool text, size_t stored,
                                    unsigned most, struct cnn_picture *picture, struct cnn_error *error)
{
    uint8_t *end = picture->pixels + picture->height * picture->width * picture->channels;
    for (uint8_t *pixel = picture->pixels; pixel < end; pixel += picture->channels) {
        unsigned rgb[3];
        for (size_t c = 0; c < stored; c++)
            if (!next_sample(pnm, text, most, &rgb[c]))
                return error_set(
                    error, CNN_ERROR_FORMAT,
                    "%s: offset %zu: the picture is damaged or cut short; expected a value from 0 "
                    "to %u",
                    name, pnm->at, most);
        if (stored == 1)
            rgb[1] = rgb[2] = rgb[0];
        put_pixel(rgb, most, picture->channels, pixel);
    }
    return CNN_OK;
}

enum cnn_status read_pnm(const char *name, const uint8_t *bytes, size_t n_bytes, size_t channels,
                         struct cnn_picture *picture, struct cnn_error *error)
{
    struct pnm pnm = {bytes, n_bytes, 2};
    bool text = bytes[1] < '4';
    size_t stored = bytes[1] == '3' || bytes[1] == '6' ? 3 : 1;
    unsigned width, height, most;
    if (!next_number(&pnm, 1 << 30, &width) || !next_number(&pnm, 1 << 30, &height) ||
        !next_number(&pnm, 65535, &most) || most == 0 || pnm.at == n_bytes || !is_blank(bytes[pnm.at]))
        return error_set(
            error, CNN_ERROR_FORMAT,
            "%s: offset %zu: the header is damaged; expected width, height and the largest value, "
            "up to 65535",
            name, pnm.at);
    pnm.at++;
    uint64_t sample_bytes = text || most > 255 ? 2 : 1; /* as text: a digit and a blank */
    uint64_t most_pixels = (n_bytes - pnm.at + text) / (sample_bytes * stored); /* no blank at the end */
    enum cnn_status status = picture_make(name, height, width, channels, most_pixels, picture, error);
    return status == CNN_OK ? read_samples(name, &pnm, text, stored, most, picture, error) : status;
}
