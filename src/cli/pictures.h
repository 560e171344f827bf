/* Pictures of one's own, given to cnn predict. */
#ifndef CLI_PICTURES_H
#define CLI_PICTURES_H

#include "command.h"

struct picture_settings {
    struct operands files;
    const char *out, *stages; /* NULL: not kept */
    bool clean, raw, csv, json, overwrite;
};

/* Whether these go together, and files may be written where they are to be. Errors: USAGE, or as
 * cnn_file_may_write. */
enum cnn_status pictures_check(const struct picture_settings *settings, struct cnn_error *error);

/* Reads each picture, cleans it up if the network was made for digits, and shows what the network sees and
 * says. One that cannot be read does not stop the others. Errors: of a picture; USAGE (a clean-up for a
 * network that takes none); IO. */
enum cnn_status pictures_show(const struct cnn_model *model, const struct picture_settings *settings,
                              struct cnn_error *error);

#endif
