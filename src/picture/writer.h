/* Text as it grows; for a terminal with lines, styles and colours. */
#ifndef PICTURE_WRITER_H
#define PICTURE_WRITER_H

#include "picture/canvas.h"

#include "cnn.h"

#define BOLD "\033[1m"
#define DIM "\033[2m"

/* Memory that runs out is remembered; what was written until then stays. */
struct writer {
    char *text; /* memory_free it; NULL: nothing is written yet */
    size_t used, room;
    bool memory_ran_out;
    enum cnn_colours colours;
    size_t columns; /* of the terminal */
    bool dark;
    /* what the terminal has been told: the colours of the next character; -1: its own */
    long front, back;
};

void writer_put(struct writer *w, const char *text);
void writer_put_blanks(struct writer *w, size_t n);

/* A line ends where its last sign stands. */
void writer_end_line(struct writer *w);

/* Text in a style, BOLD or DIM; "" is none. */
void writer_put_styled(struct writer *w, const char *style, const char *text);

/* Lines broken at blanks. */
void writer_put_wrapped(struct writer *w, const char *style, const char *text);

/* A text in a field of a width, cut where it is longer. */
void writer_put_field(struct writer *w, const char *style, const char *text, size_t width);

/* A colour as the terminal is told it, and the colours that characters have from here on; -1: its own. */
long writer_code(const struct writer *w, struct colour colour);
void writer_use(struct writer *w, long front, long back);

/* Hands the text over; without colours in ASCII. Errors: MEMORY. Owns: the caller (memory_free). */
enum cnn_status writer_finish(struct writer *w, char **text, struct cnn_error *error);

#endif
