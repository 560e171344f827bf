/*
 * cnn.h - the public interface of the cnn library: small convolutional networks, trained and used
 * on the CPU. The cnn program is a client of this header and of nothing else.
 *
 * Conventions
 *   Every function that can fail returns enum cnn_status and fills the caller's struct cnn_error, its
 *   last parameter, which may be NULL. An output parameter is written only on CNN_OK.
 *   Nothing is printed, and nothing exits. Counts are size_t, times are seconds (_s).
 *   A pointer may be NULL, and an index anything, only where it says so. Options that are all zero are the
 *   defaults; options that are NULL are USAGE.
 *   Pointers returned by an accessor live as long as the object they were asked of.
 *   Objects may be used by one thread at a time; the work inside is spread over cnn_threads() threads.
 *   Results depend on data, options and seed alone, never on threads or instruction set.
 */
#ifndef CNN_H
#define CNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The version of this header; cnn_version() is that of the library at work. */
#define CNN_VERSION_MAJOR 0
#define CNN_VERSION_MINOR 1
#define CNN_VERSION_PATCH 0
#define CNN_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* What is declared here leaves the shared library, and nothing else does. */
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

/* ---- status ------------------------------------------------------------------------------------ */

enum cnn_status {
    CNN_OK = 0,
    CNN_ERROR_USAGE,     /* an argument, option or architecture text that cannot be meant */
    CNN_ERROR_NOT_FOUND, /* a file or folder that is not there */
    CNN_ERROR_IO,        /* the system refused to read or write */
    CNN_ERROR_FORMAT,    /* a file that is not what it should be */
    CNN_ERROR_MISMATCH,  /* two things that do not belong together: model and data, run and resume */
    CNN_ERROR_MEMORY,    /* memory ran out */
    CNN_ERROR_NUMERIC,   /* a loss or weight that is not finite */
    CNN_ERROR_BUSY,      /* another program holds what is asked for */
    CNN_ERROR_EXISTS     /* something is there that this program did not make */
};

/* What went wrong, where, and what to do about it; both texts are single lines, never NULL. */
struct cnn_error {
    enum cnn_status status;
    char message[768]; /* "path: offset N: what is wrong; expected X, found Y" */
    char hint[384];    /* what to do, or "" */
};

/* ---- the program and its machine --------------------------------------------------------------- */

/* The version, "MAJOR.MINOR.PATCH". */
const char *cnn_version(void);

/* The libraries at work, such as "zlib 1.2.13, minizip 1.1, libpng 1.6.39, libjpeg-turbo 2.1.5, OpenMP 4.5".
 */
const char *cnn_libraries(void);

/* The instruction set in use: "portable", "avx2", "avx512" or "neon". CNN_CPU in the environment forces one.
 * Errors: USAGE when CNN_CPU names one that is unknown, or that this machine lacks. */
enum cnn_status cnn_cpu(const char **name, struct cnn_error *error);

/* The number of threads that work is spread over; at first all cores, or OMP_NUM_THREADS.
 * cnn_set_threads takes 1 to 1024; 0 means the default again. */
size_t cnn_threads(void);
enum cnn_status cnn_set_threads(size_t threads, struct cnn_error *error);

/* ---- files that are written ------------------------------------------------------------------- */

/* What a file of this program is, known by its first bytes. */
enum cnn_file_kind { CNN_FILE_MODEL, CNN_FILE_HISTORY, CNN_FILE_PNG, CNN_FILE_SVG, CNN_FILE_HTML };

/* What becomes of what stands at a path that is written to. */
enum cnn_file_fate {
    CNN_FILE_NEW,        /* nothing stands there */
    CNN_FILE_REPLACED,   /* a file of this kind that this program made: an earlier one gives way to a later */
    CNN_FILE_OVERWRITTEN /* something else, which the caller said may go */
};

/* May I write here, and what becomes of what is there? Asked before the work, of every file that a command
 * is to write: symbolic links are followed; the folder must be there and writable; a folder, device, pipe or
 * write-protected file is never written to; a file that this program did not make, or made as another kind,
 * only with overwrite. Whether a model or history of this program may go is for the run to judge
 * (cnn_trainer_keep). fate may be NULL. Errors: EXISTS, NOT_FOUND, IO, MEMORY. */
enum cnn_status cnn_file_may_write(const char *path, enum cnn_file_kind kind, bool overwrite,
                                   enum cnn_file_fate *fate, struct cnn_error *error);

/* The same question once more, then a write that leaves the old file or the new one whole at every moment.
 * Errors: as cnn_file_may_write; BUSY (another is writing it). */
enum cnn_status cnn_file_write(const char *path, enum cnn_file_kind kind, bool overwrite,
                               const uint8_t *bytes, size_t n_bytes, struct cnn_error *error);

/* Whether two paths would share a file, when links and folders are resolved, with every file that the program
 * makes beside them. Errors: IO, NOT_FOUND, MEMORY. */
enum cnn_status cnn_file_collide(const char *a, const char *b, bool *collide, struct cnn_error *error);

/* A claim on a file that a run will write, so that a second run is refused while the first lives. It ends
 * with the process, however that ends; nothing has to be cleaned up by hand. Errors: BUSY (another has it;
 * says which process), EXISTS (its place is taken by a file of somebody else), IO, NOT_FOUND (no such
 * folder), MEMORY. Owns: the caller, until cnn_lock_release, which takes NULL. */
struct cnn_lock;
enum cnn_status cnn_lock_acquire(const char *path, struct cnn_lock **lock, struct cnn_error *error);
void cnn_lock_release(struct cnn_lock *lock);

/* ---- words: what an architecture text and the options may name --------------------------------- */

enum cnn_words {
    CNN_WORDS_LAYER,
    CNN_WORDS_ACTIVATION,
    CNN_WORDS_LOSS,
    CNN_WORDS_OPTIMIZER,
    CNN_WORDS_SCHEDULE,
    CNN_WORDS_ARCH,
    CNN_WORDS_EXPORT
};

struct cnn_word {
    const char *word;  /* "conv2d" */
    const char *usage; /* "conv2d:FILTERS,SIZE[,ACTIVATION]" */
    const char *help;  /* one sentence */
};

/* Row i of a table of words; NULL past its end. */
const struct cnn_word *cnn_word(enum cnn_words table, size_t i);

/* The error of a word that is none of the known ones: "unknown WHAT 'WORD'; expected one of: ...", with the
 * nearest of them as its hint. For programs that read words of their own beside the library's. Returns USAGE.
 */
enum cnn_status cnn_unknown_word(const char *what, const char *word, const char *const *known, size_t n_known,
                                 struct cnn_error *error);

/* ---- data -------------------------------------------------------------------------------------- */

enum cnn_split { CNN_TRAIN, CNN_TEST };

struct cnn_dataset;

struct cnn_dataset_info {
    const char *source; /* the folder or file as named, or "synth" */
    bool synthetic;     /* drawn by the program */
    size_t count;       /* images held */
    size_t height, width, channels;
    bool labelled;  /* the images have labels; else they can be predicted, not trained or scored on */
    size_t classes; /* the largest label + 1, at least 10 for MNIST-like data; 0 without labels */
};

/* Opens images first .. first + count - 1 of a split, count 0 meaning all from first on, and reads no
 * more of the files than that needs. source is a folder of IDX files (raw or .gz, both spellings), an
 * image file of such a pair, an .npz that holds x_train, y_train, x_test and y_test as Keras's mnist.npz
 * does, "synth" or "synth:SEED". NULL means $CNN_DATA where that is set, else data/mnist where it holds
 * MNIST, else "synth" (info.synthetic tells). Of a file, the whole is checked only where it is read to its
 * end; labels always are. Where no label file is found, the images alone are opened (info.labelled tells),
 * and what needs labels fails with NOT_FOUND and says which file was looked for. Errors: NOT_FOUND (also for
 * a file that is the other split by its name), IO, FORMAT (any wrong field), USAGE (first or count past the
 * end), MEMORY. Owns: the caller, until cnn_dataset_close. */
enum cnn_status cnn_dataset_open(const char *source, enum cnn_split split, size_t first, size_t count,
                                 struct cnn_dataset **dataset, struct cnn_error *error);

/* A dataset of images in memory, [count][height][width][channels] bytes, each with its label or, where labels
 * is NULL, none with one; both are copied. Errors: USAGE (no images, or a shape that no model takes), MEMORY.
 */
enum cnn_status cnn_dataset_create(const uint8_t *pixels, const uint8_t *labels, size_t count, size_t height,
                                   size_t width, size_t channels, struct cnn_dataset **dataset,
                                   struct cnn_error *error);

/* The images first .. first + count - 1 of a dataset, count > 0, as a dataset that shares its memory: close
 * it first. Errors: USAGE, MEMORY. */
enum cnn_status cnn_dataset_slice(const struct cnn_dataset *dataset, size_t first, size_t count,
                                  struct cnn_dataset **slice, struct cnn_error *error);

void cnn_dataset_close(struct cnn_dataset *dataset);

struct cnn_dataset_info cnn_dataset_info(const struct cnn_dataset *dataset);

/* A hash of shape, pixels and labels as held; it reads all of them (10 ms for MNIST). */
uint64_t cnn_dataset_fingerprint(const struct cnn_dataset *dataset);

/* Pixels of image i < count, [height][width][channels], 0..255, and its label, which must have been given. */
const uint8_t *cnn_dataset_image(const struct cnn_dataset *dataset, size_t i);
unsigned cnn_dataset_label(const struct cnn_dataset *dataset, size_t i);

/* ---- pictures that are read -------------------------------------------------------------------- */

struct cnn_picture;

struct cnn_picture_info {
    const char *format; /* "PNG", "JPEG", "PGM", "PPM", or "pixels" */
    size_t height, width, channels;
    unsigned
        orientation; /* as EXIF has it, 1 .. 8: how the camera was held; the picture is upright already */
};

/* Reads a picture: PNG, JPEG, PGM or PPM, told by its first bytes; path "-" is standard input. channels: 1
 * for grey, which is JPEG's Y, or 3 for RGB. What is transparent is laid on white, or on black where nothing
 * would be seen on white. Errors: NOT_FOUND, IO,
 * USAGE (channels), FORMAT (other formats, with the command that converts them; damaged; above 50 million
 * pixels or 64 MiB), MEMORY. Owns: the caller, until cnn_picture_close, which takes NULL. */
enum cnn_status cnn_picture_open(const char *path, size_t channels, struct cnn_picture **picture,
                                 struct cnn_error *error);

/* The same of pixels in memory, [height][width][channels], which are copied. Errors: USAGE, FORMAT, MEMORY.
 */
enum cnn_status cnn_picture_create(const uint8_t *pixels, size_t height, size_t width, size_t channels,
                                   struct cnn_picture **picture, struct cnn_error *error);

void cnn_picture_close(struct cnn_picture *picture);

struct cnn_picture_info cnn_picture_info(const struct cnn_picture *picture);

/* Writes pixels, [height][width][channels], as a PNG file, grey or RGB. Errors: USAGE (a size or number of
 * channels that no picture has), or as cnn_file_write. */
enum cnn_status cnn_picture_save(const uint8_t *pixels, size_t height, size_t width, size_t channels,
                                 const char *path, bool overwrite, struct cnn_error *error);

/* The picture at another size by area, stretched to it where the shape differs, and nothing else.
 * Shapes: pixels [height][width][the picture's channels]. Errors: USAGE (0, or above 4096), MEMORY. */
enum cnn_status cnn_picture_scale(const struct cnn_picture *picture, size_t height, size_t width,
                                  uint8_t *pixels, struct cnn_error *error);

enum { CNN_DIGIT_SIDE = 28, CNN_HINTS = 8 };

enum cnn_hint_kind {
    CNN_HINT_NOTHING,  /* nothing is drawn. number: blobs left out: lines, grain, what reaches the edge */
    CNN_HINT_TURNED,   /* number: EXIF's orientation */
    CNN_HINT_INVERTED, /* dark on light. number: the grey of the ground, 0 .. 255 */
    CNN_HINT_FAINT,    /* number: what the ink differs from the ground by, in percent */
    CNN_HINT_EDGE,     /* the digit touches the edge. number: blobs of it that do */
    CNN_HINT_BLOBS,    /* number: separate blobs in what the network sees */
    CNN_HINT_THIN,     /* number: pixels of full ink, of MNIST's mean of 102 */
    CNN_HINT_THICK,
    CNN_HINT_ON_BLACK /* white ink on a transparent ground. number: how much of it is transparent, percent */
};

struct cnn_hint {
    enum cnn_hint_kind kind;
    double number;
    char text[128]; /* a line in plain words, the number in it */
};

/* A picture of a digit as MNIST would have it: light on black, the digit 20 pixels in its longer direction,
 * its centre of mass in the middle. */
struct cnn_cleaned {
    uint8_t pixels[CNN_DIGIT_SIDE * CNN_DIGIT_SIDE];
    bool empty; /* nothing is drawn: all pixels are 0, and no answer would mean anything */
    size_t n_hints;
    struct cnn_hint hints[CNN_HINTS];
};

/* A step on the way, grey: "1-grey", "2-ground", "3-flat", "4-ink", "5-digit"; some are passed over. */
struct cnn_picture_stage {
    const char *name;
    size_t height, width;
    const uint8_t *pixels; /* [height][width], as long as the call that is given them */
};
typedef enum cnn_status cnn_picture_stage_seen(void *context, const struct cnn_picture_stage *stage,
                                               struct cnn_error *error);

/* Cleans up a grey picture. On a ground of one value every pixel that differs is ink, and an image of MNIST
 * comes back as it is; elsewhere light and shadow, specks and what touches the edge are taken away first.
 * seen, which may be NULL, is given each step; its error ends the work and is returned. Errors: USAGE (not
 * grey), MEMORY, seen's. */
enum cnn_status cnn_picture_clean(const struct cnn_picture *picture, cnn_picture_stage_seen *seen,
                                  void *context, struct cnn_cleaned *cleaned, struct cnn_error *error);

/* ---- model ------------------------------------------------------------------------------------- */

enum cnn_compat { CNN_KERAS2, CNN_KERAS3 };

struct cnn_model;

struct cnn_model_options {
    const char *arch;               /* "conv2d:3,5,swish ... dense:10,softmax", or a name; NULL: "lesson" */
    size_t height, width, channels; /* of the input; 0: 28, 28, 1 */
    bool scale;                     /* divide pixels by 255 on the way in */
    uint64_t seed;                  /* of the initial weights */
    bool blank;                     /* all weights 0, not drawn: enough to look at its layers */
    enum cnn_compat compat;         /* CNN_KERAS3: hard_sigmoid means that of Keras 3, hard_sigmoid3 */
};

/* A model with Glorot uniform weights and zero biases.
 * Errors: USAGE (unknown word, value out of range, a layer that does not fit, softmax not last, no
 * weights), MEMORY. */
enum cnn_status cnn_model_create(const struct cnn_model_options *options, struct cnn_model **model,
                                 struct cnn_error *error);

/* A model to be trained on from given weights: arrays by their names (cnn_model_weights) in the .npz file
 * that weights names, a model of cnn train or one that NumPy wrote. Where the file says what its network is
 * and that pixels are divided, that holds: options->arch may be NULL then. Errors: as cnn_model_create and
 * cnn_model_load; FORMAT (an array that is missing or has another shape). */
enum cnn_status cnn_model_create_from(const struct cnn_model_options *options, const char *weights,
                                      struct cnn_model **model, struct cnn_error *error);

/* A model from a file, to the bit. docs/model-file.md is the format.
 * Errors: NOT_FOUND, IO, FORMAT, MEMORY. */
enum cnn_status cnn_model_load(const char *path, struct cnn_model **model, struct cnn_error *error);

/* Saves what prediction needs; what stood at path before survives every failure, and is kept as path.prev. A
 * trainer's cnn_trainer_save saves what resuming needs as well. Errors: IO, NOT_FOUND, BUSY, MEMORY, NUMERIC
 * (a weight is not finite; nothing is written). */
enum cnn_status cnn_model_save(const struct cnn_model *model, const char *path, struct cnn_error *error);

void cnn_model_free(struct cnn_model *model);

struct cnn_layer_info {
    const char *name;        /* "conv2d_1", as Keras numbers them */
    const char *class_name;  /* "Conv2D" */
    const char *activation;  /* "swish", or NULL where the layer has none */
    size_t rank;             /* 3 for a feature map, 1 for a vector */
    size_t shape[3];         /* of the output, without the batch: {h, w, c} or {n, 1, 1} */
    size_t parameters;       /* weights and biases */
    size_t fixed_parameters; /* those among them that no gradient changes */
};

struct cnn_model_info {
    const char *arch; /* the architecture written out in full */
    size_t height, width, channels, classes;
    bool scale;
    uint64_t seed;
    bool weights_given; /* its first weights were given: the seed cannot draw them again */
    bool probabilities; /* its answer: by softmax; else the outputs of its last layer, of any size */
    size_t layers;      /* the input counts as layer 0, as in Keras */
    size_t parameters;
    size_t trained_epochs; /* whole epochs behind it; 0: not trained */
    const char *loss;      /* what it was trained for, and is scored by: see cnn_train_options */
    double label_smoothing, l2;
    const char *version; /* of the program that wrote it, or of this one */
};

/* Hash of all weights in order: what two runs that should be equal are compared by. */
uint64_t cnn_model_fingerprint(const struct cnn_model *model);

struct cnn_model_info cnn_model_info(const struct cnn_model *model);
/* i < layers */
struct cnn_layer_info cnn_model_layer(const struct cnn_model *model, size_t i);

/* An array of weights, laid out as Keras lays it out: convolution (kh, kw, in, out), dense (in, out). */
struct cnn_weights {
    char name[64];   /* "conv2d/kernel": the layer's name and Keras's name for the array */
    size_t layer;    /* whose it is, for cnn_model_layer */
    size_t rank;     /* 0: there is no such array */
    size_t shape[4]; /* those from rank on are 1 */
    size_t count;    /* numbers in it */
    const float *values;
};

/* Array i, counted from the input to the output; past the last all zeros. */
struct cnn_weights cnn_model_weights_at(const struct cnn_model *model, size_t i);

/* The array of that name. Errors: USAGE, naming those there are. */
enum cnn_status cnn_model_weights(const struct cnn_model *model, const char *name,
                                  struct cnn_weights *weights, struct cnn_error *error);

/* Gives the array of that name other values. Errors: USAGE (no such name), MISMATCH (another count), NUMERIC
 * (a value that is not finite); the model is then as it was. */
enum cnn_status cnn_model_set_weights(struct cnn_model *model, const char *name, const float *values,
                                      size_t count, struct cnn_error *error);

/* Which numbers of a layer: y = f(z), which the next layer sees, or z, before the activation f. */
enum cnn_stage { CNN_AFTER_ACTIVATION, CNN_BEFORE_ACTIVATION };

/* Writes what a layer makes of one image of a dataset, in the order of its shape (cnn_model_layer; row by
 * row, channels innermost). Layer 0 gives the pixels as they go in; a layer without an activation the same
 * before and after; softmax probabilities, and before it the logits. Errors: USAGE (no such layer
 * or image), MISMATCH (other image shape), MEMORY. */
enum cnn_status cnn_model_activations(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                      size_t image, size_t layer, enum cnn_stage stage, float *values,
                                      struct cnn_error *error);

/* Writes what the model makes of each image of a dataset: probabilities of the classes, or where it does not
 * end in softmax the outputs of its last layer. The answer is the first largest. Shapes: outputs
 * [count][classes]. Errors: MISMATCH (other image shape), MEMORY. */
enum cnn_status cnn_model_predict(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  float *outputs, struct cnn_error *error);

/* How often answers were right, by how sure they were: row i counts the images whose largest probability was
 * at least cnn_confidence_from(i) and below that of the row after it; none where there are no probabilities.
 */
enum { CNN_CONFIDENCE_ROWS = 6 };
struct cnn_confidence {
    size_t images[CNN_CONFIDENCE_ROWS], right[CNN_CONFIDENCE_ROWS];
};

/* Where row i begins: 0, 0.5, 0.7, 0.9, 0.99, 0.999; 1 past the end. */
double cnn_confidence_from(size_t i);

/* The row that a probability falls into. */
size_t cnn_confidence_row(float probability);

/* A share in percent, "99.98 %", and "< 0.01 %" or "> 99.99 %" where rounding would say 0 or 100 of what is
 * neither. Returns text. */
enum { CNN_PERCENT = 16 };
const char *cnn_percent(char text[CNN_PERCENT], double share);

struct cnn_scores {
    size_t count;
    double loss;     /* mean of what the model was trained to make small, its L2 included */
    double accuracy; /* share of images whose largest number is at the label */
    struct cnn_confidence confidence;
};

/* The confidence on test images that was kept with the model; NULL: none, or it was trained on since.
 * cnn_model_set_confidence keeps one, to be saved with it. */
const struct cnn_confidence *cnn_model_confidence(const struct cnn_model *model);
void cnn_model_set_confidence(struct cnn_model *model, const struct cnn_confidence *confidence);

/* Puts a confidence into a model's file, where it holds none yet, and leaves all else in it as it is, also
 * what resuming needs. Errors: as load and save; BUSY while a run trains it. */
enum cnn_status cnn_model_keep_confidence(const char *path, const struct cnn_confidence *confidence,
                                          struct cnn_error *error);

/* Scores a model on a dataset. confusion may be NULL, or [classes][classes] counts, row = truth,
 * column = prediction, which are set. Errors: MISMATCH (image shape, or a label the model lacks), NOT_FOUND
 * (images without labels), MEMORY. */
enum cnn_status cnn_model_evaluate(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   struct cnn_scores *scores, size_t *confusion, struct cnn_error *error);

/* ---- training ---------------------------------------------------------------------------------- */

struct cnn_trainer;

enum { CNN_PATH = 4096 }; /* bytes of a path with its end */

struct cnn_train_options {
    size_t epochs;     /* in all; 0: 10 */
    size_t batch_size; /* 0: 32 */
    const char *
        optimizer; /* "rmsprop", "sgd:0.9" (momentum), "sgd:0.9,nesterov", "adam", "adamw"; NULL: "rmsprop" */
    double learning_rate;                 /* above 0, or 0: 0.001 (sgd: 0.01), as in Keras */
    enum cnn_compat compat;               /* the version of Keras whose rules hold where they differ */
    uint64_t seed;                        /* of the order of the images */
    double validation_split;              /* share of the images, the last ones, that only score each epoch */
    const struct cnn_dataset *validation; /* or images of their own for that; NULL: none */
    const char *schedule;       /* of the learning rate: "constant", "step:3,0.5", ...; NULL: constant */
    const char *early_stopping; /* "val_loss:3": metric and patience; NULL: none */
    bool snapshots;             /* keep the weights of the filters after each epoch, for cnn_show_timelapse */
    const char *loss;       /* "categorical_crossentropy", after softmax alone, or "mse"; NULL: the first */
    double label_smoothing; /* share of the truth, 0 to below 1, that is spread over all classes */
    double l2;              /* each weight w of a kernel adds l2 w^2 to the loss; 0: none */
    double clipnorm, global_clipnorm; /* the longest that the gradient of an array, or of all arrays as one,
                                         may be; 0: as long as it comes. At most one of them */
    double ema; /* momentum, above 0 to below 1, of a mean of the weights over the steps, which is what the
                   model holds in the end; 0: none. Not with early stopping, which puts back others */
};

/* Where training stands after a step. loss and accuracy are running means over the epoch, each batch
 * taken before its update, as Keras shows them. */
struct cnn_progress {
    size_t epoch; /* 0-based */
    size_t epochs;
    size_t step; /* steps done in this epoch, 1 .. steps_per_epoch */
    size_t steps_per_epoch;
    size_t images_per_epoch; /* those trained on: all but the validation split */
    double loss, accuracy;
    bool epoch_done, done;
    bool has_validation; /* set with epoch_done: the two below are of the validation images */
    double val_loss, val_accuracy;
    bool best;            /* set with epoch_done under early stopping: no epoch before was as good */
    bool stopped_early;   /* set with done: patience ran out */
    bool at_majority;     /* set with epoch_done: no better than to name the commonest class every time */
    double learning_rate; /* of the last step */
    size_t images;        /* trained on since the trainer was made */
    double step_s;        /* time spent inside steps since the trainer was made */
};

/* A trainer of model on dataset; both must outlive it.
 * Errors: USAGE (values out of range), MISMATCH (shape or classes), NOT_FOUND (images without labels),
 * MEMORY. */
enum cnn_status cnn_trainer_create(struct cnn_model *model, const struct cnn_dataset *dataset,
                                   const struct cnn_train_options *options, struct cnn_trainer **trainer,
                                   struct cnn_error *error);

/* A trainer that goes on where the one that saved path stopped, to the bit, within an epoch as well. dataset
 * and validation must be the ones it had. epochs is the new total; 0: the old one. Makes the model, owned by
 * the caller. Errors: as load and create; MISMATCH (other data, or nothing to go on with) says what differs.
 */
enum cnn_status cnn_trainer_resume(const char *path, const struct cnn_dataset *dataset,
                                   const struct cnn_dataset *validation, size_t epochs,
                                   struct cnn_model **model, struct cnn_trainer **trainer,
                                   struct cnn_error *error);

/* What the file of a run says of it. */
struct cnn_run_info {
    char data[CNN_PATH],
        validation_data[CNN_PATH]; /* where they lay: absolute, or "synth:SEED"; "": untold */
    char history[CNN_PATH];        /* where the history is written, absolute; "": nowhere */
    uint64_t data_fingerprint, validation_fingerprint; /* cnn_dataset_fingerprint of them; 0: none */
    uint64_t best_fingerprint; /* cnn_model_fingerprint of the best epoch under early stopping; 0: none */
};

/* Reads what a run needs, so that it can be gone on with from another folder. Errors: as cnn_model_load;
 * MISMATCH (a model, but no run). */
enum cnn_status cnn_run_look(const char *path, struct cnn_run_info *info, struct cnn_error *error);

void cnn_trainer_free(struct cnn_trainer *trainer);

/* The options in force, defaults filled in. */
struct cnn_train_options cnn_trainer_options(const struct cnn_trainer *trainer);
struct cnn_progress cnn_trainer_progress(const struct cnn_trainer *trainer);

/* What whole epochs gave. */
struct cnn_epoch {
    double loss, accuracy, val_loss, val_accuracy;
};

/* The number of whole epochs done, those before a resume among them, and epoch i of them. */
size_t cnn_trainer_epochs_done(const struct cnn_trainer *trainer);
struct cnn_epoch cnn_trainer_epoch(const struct cnn_trainer *trainer, size_t i);

/* One step: forward, loss, backward, update; after the last step of an epoch the validation too. Calling it
 * when progress.done is a programmer's error. Errors: NUMERIC (the loss or a weight is not finite; says step,
 * layer and what is likely), MEMORY. */
enum cnn_status cnn_trainer_step(struct cnn_trainer *trainer, struct cnn_progress *progress,
                                 struct cnn_error *error);

/* Puts the weights of the best epoch under early stopping into the model; training cannot go on after that.
 * Returns that epoch, 0-based; the last one done when there is no early stopping. */
size_t cnn_trainer_restore_best(struct cnn_trainer *trainer);

/* The files that a run writes. */
struct cnn_run_files {
    const char *model;
    const char *last;    /* where early stopping leaves the end of the run; NULL: not written */
    const char *history; /* NULL: not written */
};

/* Before the first save: what stands under these names and is no earlier state of this run, so that it would
 * be lost, gets a second name with a number, cnn.1.npz for cnn.npz, the first that is free for all of them
 * and of the run's own names; with a model goes the one before it. A model that was never trained is let go.
 * Nothing is moved, nothing overwritten. kept is told of each, its texts live as long as that call. Errors:
 * IO, MEMORY. */
enum cnn_status cnn_trainer_keep(const struct cnn_trainer *trainer, const struct cnn_run_files *files,
                                 void (*kept)(void *context, const char *path, const char *name),
                                 void *context, struct cnn_error *error);

/* Writes the epochs done so far as text: epoch,loss,accuracy[,val_loss,val_accuracy], epochs from 1.
 * Errors: as cnn_file_write. */
enum cnn_status cnn_trainer_save_history(const struct cnn_trainer *trainer, const char *path, bool overwrite,
                                         struct cnn_error *error);

/* Keeps in the run's file where its history is written, for whoever goes on with it (cnn_run_info). Errors:
 * as cnn_file_may_write; path may be NULL: nowhere. */
enum cnn_status cnn_trainer_note_history(struct cnn_trainer *trainer, const char *path,
                                         struct cnn_error *error);

/* Whether a file holds the history of this run so far, or the beginning of it. */
bool cnn_trainer_has_history(const struct cnn_trainer *trainer, const char *path);

/* Saves the model with everything that cnn_trainer_resume needs. Errors: as cnn_model_save. */
enum cnn_status cnn_trainer_save(const struct cnn_trainer *trainer, const char *path,
                                 struct cnn_error *error);

/* ---- pictures ---------------------------------------------------------------------------------- */

/* A sheet: tiles, bars and lines that show something of a network. It is made by a cnn_show_... function, is
 * whole in itself, and is written as a picture or as text. Owns: the caller, until cnn_sheet_free, which
 * takes NULL. */
struct cnn_sheet;

/* What all sheets may be told; NULL for it means all zeros. */
struct cnn_show_options {
    size_t first;        /* the number that the dataset's image 0 has where it comes from, for the captions */
    const char *layer;   /* of this layer alone, such as "conv2d_1"; NULL: of all */
    bool each;           /* a scale for each map or filter; else one for the layer */
    bool numbers;        /* every weight is written out */
    size_t count;        /* images at most; 0: what fits a page */
    const char *command; /* that makes the sheet, for its caption and the file; NULL: not said */
};

/* What every layer makes of one image, the strongest place of each map, and the answer. Errors: USAGE (no
 * such image or layer), MISMATCH (other image shape), MEMORY. */
enum cnn_status cnn_show_maps(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t image,
                              const struct cnn_show_options *options, struct cnn_sheet **sheet,
                              struct cnn_error *error);

/* The filters of each convolution as learned, and below them as they were drawn from the seed. A layer that
 * sees several maps is a table: a row for each of them, a column for each filter set. Errors: USAGE (no such
 * layer, no filters), MEMORY. */
enum cnn_status cnn_show_filters(const struct cnn_model *model, const struct cnn_show_options *options,
                                 struct cnn_sheet **sheet, struct cnn_error *error);

/* The first options->count images of a dataset and their labels. Errors: MEMORY. */
enum cnn_status cnn_show_data(const struct cnn_dataset *dataset, const struct cnn_show_options *options,
                              struct cnn_sheet **sheet, struct cnn_error *error);

/* The images that a model gets wrong, grouped by what is taken for what. Errors: MISMATCH (other image
 * shape), MEMORY. */
enum cnn_status cnn_show_mistakes(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  const struct cnn_show_options *options, struct cnn_sheet **sheet,
                                  struct cnn_error *error);

/* How many images are read rightly when they are shifted, turned, inverted, made faint or noisy, and how
 * often the model was sure when it was wrong; with an example of each. Errors: MISMATCH (other image shape),
 * MEMORY. */
enum cnn_status cnn_show_fool(const struct cnn_model *model, const struct cnn_dataset *dataset,
                              const struct cnn_show_options *options, struct cnn_sheet **sheet,
                              struct cnn_error *error);

/* What covering each place of an image does to the answer; and, where the last layer is dense, the exact
 * terms that the answer's logit is the sum of. Errors: USAGE (no such image), MISMATCH (other image shape),
 * MEMORY. */
enum cnn_status cnn_show_occlusion(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                   size_t image, const struct cnn_show_options *options,
                                   struct cnn_sheet **sheet, struct cnn_error *error);

/* For each map of each convolution (or of options->layer) the nine places in the data where it is largest, at
 * most one an image, beside nine at random, and the share of each digit in the top 1,000 images. Errors:
 * USAGE (no such layer, no maps), MISMATCH (other image shape), MEMORY. */
enum cnn_status cnn_show_patches(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                 const struct cnn_show_options *options, struct cnn_sheet **sheet,
                                 struct cnn_error *error);

/* Loss and accuracy over the epochs, of one to 26 histories as cnn_trainer_save_history writes them, in one
 * plot. Errors: USAGE (how many), NOT_FOUND, IO, FORMAT, MEMORY. */
enum cnn_status cnn_show_history(const char *const *paths, size_t n, const struct cnn_show_options *options,
                                 struct cnn_sheet **sheet, struct cnn_error *error);

/* What a network made of one image of a dataset. */
struct cnn_answer {
    const char *name; /* of the image */
    const struct cnn_dataset *dataset;
    size_t image;
    const float *probabilities; /* [classes], as cnn_model_predict gives them */
    size_t classes;
    bool outputs;                 /* they are outputs of a network without softmax, and no probabilities */
    const struct cnn_hint *hints; /* [n_hints] */
    size_t n_hints;
};

/* What the network sees of the image, the answer, a bar for each class, and the hints. Errors: MEMORY. */
enum cnn_status cnn_show_answer(const struct cnn_answer *answer, struct cnn_sheet **sheet,
                                struct cnn_error *error);

/* What a training gave so far, for its curves: means over equal parts of each epoch, and after each epoch
 * what validation gave. */
struct cnn_course {
    size_t parts;                         /* of an epoch, above 0 */
    size_t n;                             /* parts so far, those of epochs before included */
    const float *loss, *accuracy;         /* [n] */
    size_t epochs;                        /* whole ones that were validated; 0: none */
    const float *val_loss, *val_accuracy; /* [epochs] */
};

/* A model while it is trained, made for cnn_sheet_screen: one image and what each convolution makes of it,
 * the filters as they are, the answer, and curves of loss and accuracy. Reads the model alone. Errors: USAGE
 * (no such image), MISMATCH (other image shape), MEMORY. */
enum cnn_status cnn_show_training(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                  size_t image, const struct cnn_course *course,
                                  const struct cnn_show_options *options, struct cnn_sheet **sheet,
                                  struct cnn_error *error);

void cnn_sheet_free(struct cnn_sheet *sheet);

/* What the terminal that a sheet is written to can show: letters alone, 256 colours, or all of them; with
 * colours, half blocks of Unicode as well. */
enum cnn_colours { CNN_COLOURS_NONE, CNN_COLOURS_256, CNN_COLOURS_24_BIT };

/* The sheet as lines of UTF-8, columns wide (at least 40). dark: for a dark ground. Errors: MEMORY. Owns: the
 * caller, until cnn_text_free. */
enum cnn_status cnn_sheet_text(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns,
                               bool dark, char **text, struct cnn_error *error);

/* The sheet for a screen, at most so many columns and lines: bands beside and below each other, each as large
 * as there is room for, those without room left out. What is too large is drawn at 1:2, 1:3, ..., each cell
 * the mean of so many. Errors: MEMORY. Owns: the caller, until cnn_text_free. */
enum cnn_status cnn_sheet_screen(const struct cnn_sheet *sheet, enum cnn_colours colours, size_t columns,
                                 size_t lines, bool dark, char **text, struct cnn_error *error);
void cnn_text_free(char *text);

/* The sheet as a PNG file at 300 dots an inch, with its command in a text chunk. Errors: as cnn_file_write.
 */
enum cnn_status cnn_sheet_png(const struct cnn_sheet *sheet, bool dark, const char *path, bool overwrite,
                              struct cnn_error *error);

/* A sheet of curves as an SVG drawing. Errors: USAGE (a sheet without curves); as cnn_file_write. */
enum cnn_status cnn_sheet_svg(const struct cnn_sheet *sheet, bool dark, const char *path, bool overwrite,
                              struct cnn_error *error);

/* The filters of a run trained with snapshots, as a film: an animated PNG with a frame before training and
 * one after each epoch. Where that is more than 41 frames or 200,000 bytes, some are left out, evenly, and
 * *left_out, unless it is NULL, says how many. Errors: MISMATCH (no snapshots in the file); as cnn_model_load
 * and cnn_file_write. */
enum cnn_status cnn_show_timelapse(const char *model, const struct cnn_show_options *options, bool dark,
                                   const char *path, bool overwrite, size_t *left_out,
                                   struct cnn_error *error);

/* ---- explaining -------------------------------------------------------------------------------- */

enum cnn_language { CNN_ENGLISH, CNN_KOREAN };

/* What an explanation is of, and how it is written; all zeros: the whole lesson, in English. */
struct cnn_explain_options {
    enum cnn_language language;
    bool markdown;  /* else text for a terminal */
    size_t columns; /* of that text, from 40 to 1000; 0: 80 */
    size_t first;   /* the number that the dataset's image 0 has where it comes from */

    const char *layer; /* this layer and its sums, such as "conv2d_1"; NULL: the whole lesson */
    bool has_map, has_place, has_unit; /* which of its numbers; what is not said is where it is largest */
    size_t map, y, x;                  /* of a feature map: the map, row and column, all from 0 */
    size_t unit;                       /* of a vector */
    bool all;                          /* every term of every sum; in the lesson, every layer's sums too */

    const char *run;     /* file of the model, for its optimizer and what that remembers; NULL: none */
    const char *command; /* to which options are added where the text names a command; NULL: none is named */
};

/* Gets the text piece by piece, UTF-8. */
typedef void cnn_text_written(void *context, const char *text);

/* The lesson with the model's own numbers: what each layer is for, why its output has its shape, its counts,
 * and sums as the program makes them, to the bit, of one image. The loss and the step of a weight are told
 * where the images are labelled. Errors: USAGE (no such image, layer, map, place or unit), MISMATCH (other
 * image shape, a label the model lacks), of the run's file as cnn_model_load, MEMORY. */
enum cnn_status cnn_explain(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t image,
                            const struct cnn_explain_options *options, cnn_text_written *write, void *context,
                            struct cnn_error *error);

/* A program in C, whole in itself, that computes one number of options->layer (NULL: the first that has
 * weights) again and compares it to the bit. Errors: as cnn_explain; USAGE where the layer has no sum. */
enum cnn_status cnn_explain_c(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t image,
                              const struct cnn_explain_options *options, cnn_text_written *write,
                              void *context, struct cnn_error *error);

/* A worksheet with gaps, or with answers its key: shapes and counts of a network that the seed draws, a
 * number of the model's first map, a softmax. The same seed gives the same sheet. Errors: as cnn_explain. */
enum cnn_status cnn_explain_quiz(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                 size_t image, const struct cnn_explain_options *options, uint64_t seed,
                                 bool answers, cnn_text_written *write, void *context,
                                 struct cnn_error *error);

/* ---- exports ----------------------------------------------------------------------------------- */

/* What an export may be told; NULL for it means all zeros. */
struct cnn_export_options {
    const char *name; /* what the model is called, such as the name of its file; NULL: its architecture */
    const struct cnn_dataset *test; /* images that it did not learn from: examples, and where they have labels
                                       how often it reads them rightly; NULL: digits drawn by the program, and
                                       no word of how often */
    const char *run;                /* the model's file, for the snapshots in it; NULL: none are looked for */
    bool large;                     /* of a network above 4 MB too */
    bool overwrite;                 /* as in cnn_file_write */
};

/* Writes a model as what a word of CNN_WORDS_EXPORT says: "html" is one page that is the model. Errors: USAGE
 * (no such kind, a network above 4 MB), MISMATCH (images of another shape), MEMORY, of the run's file as
 * cnn_model_load, as cnn_file_write. */
enum cnn_status cnn_export(const struct cnn_model *model, const char *kind, const char *path,
                           const struct cnn_export_options *options, struct cnn_error *error);

/* ---- what may be wrong ------------------------------------------------------------------------- */

enum cnn_verdict { CNN_FINE, CNN_REMARK, CNN_FAULT };

struct cnn_finding {
    enum cnn_verdict verdict;
    const char *subject; /* "training data", "model", "machine" */
    const char *text;
    const char *advice; /* what to do, or "" */
};

/* Looks at the machine, at data (as cnn_dataset_open names it, or NULL) and at a model file, and tells what
 * it finds, a finding at a time; its texts live as long as that call. Errors: MEMORY. */
enum cnn_status cnn_doctor(const char *data, const char *model,
                           void (*found)(void *context, const struct cnn_finding *finding), void *context,
                           struct cnn_error *error);

/* ---- measuring --------------------------------------------------------------------------------- */

struct cnn_bench_options {
    const char *arch;               /* NULL: "lesson" */
    size_t height, width, channels; /* of the input; 0: 28, 28, 1 */
    size_t batch_size;              /* 0: 32 */
    double seconds;                 /* about how long to measure; 0: 1 */
};

enum cnn_bench_kind {
    CNN_BENCH_PEAK,   /* fused multiply-adds and nothing else */
    CNN_BENCH_COPY,   /* a copy of as many bytes as a training step moves, read and written */
    CNN_BENCH_KERNEL, /* a part of a training step, where it stands in the step */
    CNN_BENCH_TRAIN,  /* whole training steps */
    CNN_BENCH_PREDICT /* predictions of whole batches */
};

struct cnn_bench_result {
    enum cnn_bench_kind kind;
    const char *work;  /* "forward" */
    const char *layer; /* "conv2d_1"; NULL: of no layer */
    size_t batch_size, threads;
    double seconds;    /* for one batch, median of many */
    double flop;       /* for one batch: 2 for each multiplication that the definition needs; 0: none */
    double bytes;      /* for one batch: every array read or written, counted once; 0: not counted */
    double share;      /* of the peak measured just before; median of many */
    double best_share; /* the fastest against the highest peak: what a quiet moment gives */
    double spread;     /* flop over that of the thread that has most of it: what several threads can gain at
                          best, counted from how the work is shared out, not measured; 0: not counted */
};

/* Measures a network on images and labels of random bytes: the peak of the machine, its copying of
 * memory, the parts of a training step, whole steps and predictions, on one thread and on cnn_threads().
 * found is given each result as it is ready; its texts live as long as that call. Errors: USAGE (as
 * cnn_model_create; batch size), NUMERIC, MEMORY. */
enum cnn_status cnn_bench_run(const struct cnn_bench_options *options,
                              void (*found)(void *context, const struct cnn_bench_result *result),
                              void *context, struct cnn_error *error);

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
