/* A page as it is laid out and drawn: what sheet_draw.c and page_tiles.c share. */
#ifndef PICTURE_PAGE_H
#define PICTURE_PAGE_H

#include "picture/sheet.h"

enum {
    PAGE_GAP = 24, /* dots between tiles */
    PAGE_LINE = 30 /* from a line of text to the next */
};

/* How a page is laid out: the least width between the margins, the most height of a tile and of a cell. */
struct layout {
    int content, tile, cell;
};

/* Where the pen is. canvas is NULL while the page is only measured. */
struct page {
    struct canvas *canvas;
    const struct theme *theme;
    bool dark;
    struct layout layout;
    int y, left, width;
    int top, bottom; /* of the bands that stand beside each other */
};

void page_text(struct page *page, enum font font, int x, int y, const char *text, struct colour colour);

/* In dots, of the font that most is written in, FONT_24. */
int page_text_width(const char *text);

/* What a band of tiles holds, from the pen on. */
void page_tiles(struct page *page, const struct band *band);

/* The dots across that its tiles need where they cannot stand in more rows, as a table cannot; else 0. */
int page_tiles_width(const struct band *band, const struct layout *layout);

#endif
