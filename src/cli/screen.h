/* The terminal as a screen that is drawn over and over again while the work goes on. It is the terminal's
 * other screen: what stood there comes back. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "cnn.h"

struct screen {
    int fd;               /* the terminal, written to without waiting for it; -1: not open, or gone */
    bool shown;           /* the other screen is */
    char *text;           /* what was drawn last */
    size_t n_bytes, sent; /* of it */
};

/* Whether standard output is a terminal that can be drawn on. Errors: USAGE, saying what it is instead. */
enum cnn_status screen_check(const char *option, struct cnn_error *error);

/* The size of the terminal now: $LINES and $COLUMNS, its own, or 24 and 80. */
void screen_size(size_t *lines, size_t *columns);

/* From here on Ctrl-Z only asks to wait; screen_asked_to_wait tells. Owns: the caller, until screen_close. */
void screen_open(struct screen *screen);
void screen_close(struct screen *screen);

/* Whether the terminal has taken all of what was drawn last; what it can take it gets. Never while another
 * job has the terminal: it is not ours to draw on then. */
bool screen_is_ready(struct screen *screen);

/* Draws lines, each ended by a line end, over what is there. What is too much for the
 * terminal is left out. It does not wait: what the terminal does
 * not take waits for screen_is_ready. Left out where memory runs out. */
void screen_draw(struct screen *screen, const char *text);

/* Gives the terminal its ordinary screen and its cursor back, whatever is shown. */
void screen_leave(struct screen *screen);

/* Whether Ctrl-Z was pressed; the answer to it is screen_wait, which ends when the program is to go on. */
bool screen_asked_to_wait(void);
void screen_wait(void);

#endif
