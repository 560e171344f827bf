/* What is worth knowing of a picture that was cleaned up, each with its number. */
#ifndef PICTURE_HINTS_H
#define PICTURE_HINTS_H

#include "cnn.h"

void hint_turned(struct cnn_cleaned *cleaned, unsigned orientation);

/* There is no answer; n_at_edge: blobs that were left out because they reach the edge; n_pieces: those inside
 * that are no digit. */
void hint_nothing(struct cnn_cleaned *cleaned, size_t n_at_edge, size_t n_pieces);

/* What is transparent was laid on black. */
void hint_on_black(struct cnn_cleaned *cleaned, unsigned percent_transparent);

/* The ink was dark on light; ground: how light, 0 .. 255. */
void hint_inverted(struct cnn_cleaned *cleaned, unsigned ground);

/* Of 255; said where it is little. */
void hint_contrast(struct cnn_cleaned *cleaned, unsigned contrast);
void hint_edge(struct cnn_cleaned *cleaned, size_t n_blobs);

/* What the finished digit shows: blobs, and strokes far thinner or thicker than MNIST's. Errors: MEMORY. */
enum cnn_status hint_strokes(struct cnn_cleaned *cleaned, struct cnn_error *error);

#endif
