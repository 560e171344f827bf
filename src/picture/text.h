/* The bands of a sheet for the terminal. With colours, a character shows two cells, one above the other;
 * without, a picture is a ramp of ten signs and a filter is numbers from -9 to 9, which paste into homework.
 */
#ifndef PICTURE_TEXT_H
#define PICTURE_TEXT_H

#include "picture/sheet.h"
#include "picture/writer.h"

/* What a band holds, without its heading. */
void text_tiles(struct writer *w, const struct band *band);
void text_bars(struct writer *w, const struct band *band);
void text_curves(struct writer *w, const struct band *band);
void text_lines(struct writer *w, const struct band *band);

#endif
