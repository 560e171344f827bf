/* Where the two files of a split lie: both spellings, raw or gzip. */
#ifndef DATA_LOCATE_H
#define DATA_LOCATE_H

#include "cnn.h"

struct located {
    char *images, *labels;      /* paths; labels is NULL where no label file is found */
    struct cnn_error no_labels; /* then: what was looked for, NOT_FOUND */
};

/* Finds the image file of a split in source, a folder or the file itself, and the label file beside it, if
 * there is one. Where several spellings are there, raw comes before gzip.
 * Errors: NOT_FOUND (says what was looked for), MEMORY. Owns: the caller, until located_free. */
enum cnn_status locate(const char *source, enum cnn_split split, struct located *found,
                       struct cnn_error *error);
void located_free(struct located *found);

/* Whether a file of this name, without its folder, would be found for a split. */
bool locate_is_name(const char *name, enum cnn_split split);

/* Whether a folder holds the images of either split. */
bool locate_any(const char *folder);

#endif
