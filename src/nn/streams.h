/* The streams of random numbers that a seed gives, so that no two uses draw the same ones (random_stream). */
#ifndef NN_STREAMS_H
#define NN_STREAMS_H

#include <stdint.h>

#define STREAM_WEIGHTS (UINT64_C(1) << 32) /* + the layer's number */
#define STREAM_ORDER (UINT64_C(2) << 32)   /* + the epoch's number */
#define STREAM_QUIZ (UINT64_C(3) << 32)
#define STREAM_LAYERS (UINT64_C(1) << 63) /* + layer << 52 + epoch << 32 + image: below 2^11, 2^20, 2^32 */

#endif
