/* What a model is written as for other programs, and for people: one file and one row in export.c each. */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "nn/model.h"

#include <stdio.h>

/* Row i of what there is; NULL past the end. */
const struct cnn_word *export_word(size_t i);

/* Writes a model to out, whose errors are its caller's to look for. options is never NULL. */
typedef enum cnn_status export_write(const struct cnn_model *model, const struct cnn_export_options *options,
                                     FILE *out, struct cnn_error *error);

export_write export_html;

#endif
