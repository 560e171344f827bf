/* The parts of a page's data that have files of their own. Each begins with a comma. */
#ifndef EXPORT_HTML_H
#define EXPORT_HTML_H

#include "nn/model.h"

#include <stdio.h>

/* The words of cnn explain in both languages: of the input and of each layer whole, and the sentences that
 * the page fills with the numbers of what is drawn. */
void html_put_words(FILE *out, const struct cnn_model *model);

/* What the filters were after each epoch, where the file of the run holds that; of many each second, third,
 * ... Nothing where path is NULL. Errors: as cnn_model_load. */
enum cnn_status html_put_snapshots(FILE *out, const struct cnn_model *model, const char *path,
                                   struct cnn_error *error);

#endif
