/* EXIF: how the camera was held. */
#ifndef PICTURE_EXIF_H
#define PICTURE_EXIF_H

#include <stddef.h>
#include <stdint.h>

/* The orientation, 1 .. 8, in the content of a JPEG's APP1 marker; 1, upright, where there is none or what
 * stands there makes no sense. */
unsigned exif_orientation(const uint8_t *bytes, size_t n_bytes);

#endif
