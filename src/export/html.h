/* The parts of a page's data that have files of their own. Each begins with a comma. */
#ifndef EXPORT_HTML_H
#define EXPORT_HTML_H

#include "nn/model.h"

#include <stdio.h>

/* The words of cnn explain in both languages: of the input and of each layer whole, and the sentences that
 * the page fills with the numbers of what is drawn. */
void html_put_words(FILE *out, const struct cnn_model *model);

#endif
