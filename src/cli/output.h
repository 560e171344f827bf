/* Standard output: where results go, and how wide it is. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdio.h>

#include "cnn.h"

/* Makes sure that no file opened later can take the place of a closed standard stream, and that a file beyond
 * the limit on sizes is an error that is told, not a signal that kills. Called once, first. */
void output_open(void);

/* A command that only prints ends silently when its reader goes away, by the signal that the system sends.
 * One that makes more than it prints calls this: it goes on, and says so once. */
void output_outlive_reader(void);

/* Shows what waits now; a failure is kept for output_flush to report. */
void output_show(void);

/* Prints a long text, of which a part may be written at once: a failure is kept too. */
void output_print(const char *text);

/* Writes out what waits. Errors: IO when that, or any write before, failed. */
enum cnn_status output_flush(struct cnn_error *error);

/* The same, and closes standard output: the last thing a command does. */
enum cnn_status output_close(struct cnn_error *error);

bool output_is_terminal(void);

/* The looks that words may have. */
enum tone {
    TONE_PLAIN,
    TONE_BOLD,
    TONE_GOOD,    /* green */
    TONE_BAD,     /* red */
    TONE_REMARK,  /* yellow */
    TONE_SYMBOL,  /* as Keras 3 colours the names of classes, */
    TONE_NUMBER,  /* numbers, */
    TONE_NOTHING, /* and None */
};

/* What begins a look on a stream; TONE_PLAIN ends the one before. "" where there is none: no terminal, a dumb
 * one, or NO_COLOR is set. */
const char *tone_begin(FILE *stream, enum tone tone);

/* The width of a stream in characters: $COLUMNS, the terminal's, or 80. */
size_t output_columns(FILE *stream);

/* What standard output can show: nothing but letters where it is no terminal, where NO_COLOR is set, TERM is
 * "dumb" or the locale is not UTF-8; all colours where COLORTERM says so; else 256. */
enum cnn_colours output_colours(void);

enum { COUNT_TEXT = 32, NOUN_TEXT = 64 };

/* "60,000". Returns text. */
const char *count_text(char text[COUNT_TEXT], uint64_t count);

/* "1 image", "60,000 images". Returns text. */
const char *noun_text(char text[NOUN_TEXT], uint64_t count, const char *noun);

/* The shortest digits that give the number again: "0.1". Returns text. */
const char *real_text(char text[COUNT_TEXT], double value);

/* Seconds on a clock that never jumps. */
double clock_s(void);

/* "99 % to 99.9 %": the probabilities of a row of cnn_confidence. Shapes: text [CONFIDENCE_TEXT]. */
enum { CONFIDENCE_TEXT = 48 };
const char *confidence_text(char *text, size_t row);

#endif
