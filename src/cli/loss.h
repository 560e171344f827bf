/* What a network was trained to make small, in words. */
#ifndef CLI_LOSS_H
#define CLI_LOSS_H

enum { LOSS_TEXT = 160 };

/* "mse, L2 0.001"; "" for plain cross-entropy. Returns text. */
const char *loss_text(char text[LOSS_TEXT], const char *loss, double label_smoothing, double l2);

#endif
