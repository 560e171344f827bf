/* Digits drawn by the program, as stand-in for MNIST. */
#ifndef DATA_SYNTH_H
#define DATA_SYNTH_H

#include "cnn.h"

enum { SYNTH_SIDE = 28, SYNTH_CLASSES = 10 };

/* Images in a split: 60,000 or 10,000. */
size_t synth_count(enum cnn_split split);

/* Draws images first .. first + count - 1 of a split. Image i depends on (seed, split, i) alone.
 * Shapes: images [count][28][28], labels [count]. Threads: spread over cnn_threads(), no part in the result.
 */
void synth_draw(uint64_t seed, enum cnn_split split, size_t first, size_t count, uint8_t *images,
                uint8_t *labels);

#endif
