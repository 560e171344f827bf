/* Pictures as a phone makes them of a digit on paper, from images of 28 x 28: what the clean-up is measured
 * on. */
#ifndef TESTS_PICTURE_PHOTO_H
#define TESTS_PICTURE_PHOTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cnn_picture;

/* What is done to it. All false: a digit enlarged 3 to 8 times, dark on white paper, somewhere on the sheet.
 */
struct photo_kind {
    const char *name;
    bool light;  /* falls off from 1 to about 0.4 over the sheet */
    bool shadow; /* of something with a straight edge takes 45 % away */
    bool noise;  /* of the sensor, standard deviation 8 of 255 */
    bool blur;   /* twice the mean of 5 x 5 pixels: out of focus */
    bool jpeg;   /* quality 75 */
    bool ruled;  /* twelve lines, a little tilted, that take 22 % away */
    bool dark;   /* chalk: the ink is light, the ground dark */
    bool faint;  /* the ink takes 22 to 34 % of the light away, not 55 to 85 */
    int turned;  /* by up to so many degrees either way */
    int pen;     /* the strokes wider by so many half pixels of 28 on each side; negative: narrower */
};

enum { PHOTO_HEIGHT = 320, PHOTO_WIDTH = 280 };

/* Photo number seed of a digit. Owns: the caller (cnn_picture_close). Ends the program when memory runs out.
 */
struct cnn_picture *photo_make(const uint8_t *digit, const struct photo_kind *kind, uint64_t seed);

#endif
