/* The bands of a sheet for the terminal. With colours, a character shows two cells, one above the other;
 * without, a picture is a ramp of ten signs and a filter is numbers from -9 to 9, which paste into homework.
 */
#ifndef PICTURE_TEXT_H
#define PICTURE_TEXT_H

#include "picture/sheet.h"
#include "picture/writer.h"

/* What a band holds, without its heading, as wide as the writer says. */
void text_tiles(struct writer *w, const struct band *band);
void text_bars(struct writer *w, const struct band *band);
void text_curves(struct writer *w, const struct band *band, size_t lines);
void text_lines(struct writer *w, const struct band *band);

/* Tiles on a screen, without their words. */
struct look {
    int zoom; /* > 0: a cell is so many characters wide; < 0: so many cells, each way, are one, their mean */
    size_t rows; /* at most so many rows of tiles are shown */
};

/* How they look unless there is too much or too little room; all of them are there. */
struct look text_tiles_look(const struct writer *w, const struct band *band);

/* The next look that takes less room, or more; false: there is none, and nothing has changed. */
bool text_tiles_shrink(const struct writer *w, const struct band *band, struct look *look);
bool text_tiles_grow(const struct writer *w, const struct band *band, struct look *look);

/* How many are shown, the characters and lines that they take, and they themselves. */
struct extent {
    size_t columns, lines;
};
size_t text_tiles_count(const struct writer *w, const struct band *band, struct look look);
struct extent text_tiles_extent(const struct writer *w, const struct band *band, struct look look);
void text_tiles_at(struct writer *w, const struct band *band, struct look look);

#endif
