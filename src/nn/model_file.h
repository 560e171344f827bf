/* Models as files; docs/model-file.md is the format. */
#ifndef NN_MODEL_FILE_H
#define NN_MODEL_FILE_H

#include "nn/model.h"
#include "npz/npz.h"

/* Files of this number and of every earlier one are read. The number written is the first whose readers
 * understand the file. */
enum { MODEL_FORMAT = 2 };

/* Adds a model's arrays to an archive, or reads a model from one. least: the number that what else goes into
 * the file asks for. Errors: FORMAT, MEMORY. */
void model_file_add(struct npz_writer *writer, const struct cnn_model *model, uint64_t least);
enum cnn_status model_file_parse(struct npz *npz, const char *path, struct cnn_model **model,
                                 struct cnn_error *error);

/* Adds a model's confidence, or nothing where it is NULL; reads one where the archive has it. Errors: FORMAT.
 */
#define CONFIDENCE_ARRAY "confidence"
void confidence_add(struct npz_writer *writer, const struct cnn_confidence *confidence);
enum cnn_status confidence_read(struct npz *npz, const char *path, struct cnn_model *model,
                                struct cnn_error *error);

/* Opens a model's archive and reads it whole. Owns: the caller: npz_close, then memory_free of *bytes. */
enum cnn_status model_file_open(const char *path, uint8_t **bytes, struct npz **npz, struct cnn_error *error);

/* "conv2d_1/kernel" and the like, behind a prefix. Shapes: name [MODEL_FILE_NAME]. */
enum { MODEL_FILE_NAME = 96 };
void model_file_name(const char *prefix, const struct layer *layer, const struct parameter *parameter,
                     char *name);

#endif
