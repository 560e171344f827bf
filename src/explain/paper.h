/* What an explanation is written on: headings, paragraphs, lines of arithmetic and tables, in English or
 * Korean, as text for a terminal or as Markdown. */
#ifndef EXPLAIN_PAPER_H
#define EXPLAIN_PAPER_H

#include "base/number.h"
#include "base/status.h"
#include "cnn.h"

/* A title is a heading of level 1, and so on. */
enum piece {
    PIECE_NONE,
    PIECE_TITLE,
    PIECE_HEADING,
    PIECE_SUBHEADING,
    PIECE_TEXT,
    PIECE_LINE,
    PIECE_WORKED /* a line for whoever works it out: "y|A * B + C|distance|factor|beta" */
};

/* Gets a piece whole, as it is. */
typedef void paper_piece(void *context, enum piece piece, const char *text);

struct paper {
    enum cnn_language language;
    bool markdown, memory_ran_out;
    size_t columns; /* that text is broken to */
    cnn_text_written *write;
    paper_piece *told; /* NULL, or gets headings, texts and lines instead of write */
    void *context;
    enum piece last; /* what was written last */
};

#define PAPER_PRINTF(english, korean, first)                                                                 \
    __attribute__((format(printf, english, first), format(printf, korean, first)))

/* The one of two texts that is in the paper's language. */
const char *paper_choose(const struct paper *paper, const char *english, const char *korean)
    __attribute__((format_arg(2), format_arg(3)));

/* level: 1 for the title, 2, 3. Both texts take the same values in the same order. */
void paper_heading(struct paper *paper, int level, const char *english, const char *korean, ...)
    PAPER_PRINTF(3, 4, 5);
void paper_say(struct paper *paper, const char *english, const char *korean, ...) PAPER_PRINTF(2, 3, 4);

/* A line of arithmetic, or a command: never broken where that can be helped. */
void paper_line(struct paper *paper, const char *format, ...) PRINTF_LIKE(2, 3);

/* A table: cells in order, row by row, the first row the heading. look: a letter for each column, l or r. */
enum { TABLE_CELL = 64, TABLE_COLUMNS = 8 };
struct table {
    const char *look;
    size_t n, capacity;
    char (*cell)[TABLE_CELL];
    bool memory_ran_out;
};
void table_cell(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);
/* Writes it and frees it. */
void paper_table(struct paper *paper, struct table *table);

/* Text as it is, as a whole file is written. */
void paper_raw(struct paper *paper, const char *format, ...) PRINTF_LIKE(2, 3);

/* Columns that UTF-8 takes in a terminal: Hangul takes two. */
size_t text_width(const char *text);

#endif
