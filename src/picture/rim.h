/* Where the ink of a picture that was made larger smoothly ends. */
#ifndef PICTURE_RIM_H
#define PICTURE_RIM_H

#include "picture/blobs.h"

/* Makes a box around all that is not black smaller by what only faded out, if anything did: a picture made
 * larger by straight lines, cubics or the like fades out by half a pixel of the small one, and rings further
 * out. What was made larger by repetition, or not at all, keeps its box. */
void rim_trim(const struct plane *ink, struct box *box);

#endif
