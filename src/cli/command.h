/*
 * A command is a row: its name, its settings and their options, and what it does. Parsing, checks of ranges,
 * the help and the completion of shells are all made from the row. A new command is one file and one line in
 * commands.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cnn.h"

enum option_kind {
    OPTION_FLAG,   /* bool, set when given */
    OPTION_COUNT,  /* uint64_t, min .. max */
    OPTION_REAL,   /* double, low .. high */
    OPTION_TEXT,   /* const char *, not empty */
    OPTION_CHOICE, /* int, the index of the word in value, "keras2|keras3" */
};

/* The headings that options stand under in the help, in this order but for the first, which comes last. */
enum option_group {
    GROUP_OTHER,
    GROUP_NETWORK,
    GROUP_TRAINING,
    GROUP_DATA,
    GROUP_FILES,
    GROUP_OUTPUT,
    N_OPTION_GROUPS
};

struct option_row {
    const char *name;  /* "epochs", typed --epochs */
    const char *value; /* what the help calls its value, "N"; NULL for a flag */
    const char *help;
    enum option_kind kind;
    size_t field;      /* its offset in the command's settings */
    uint64_t min, max; /* of a count */
    double low, high;  /* of a real */
    enum option_group group;
    bool has_words;       /* its value begins with a word of a table, words */
    enum cnn_words words; /* then */
    bool rare;            /* -h only names it, so that it stays one screen; --help explains it */
};

/* Rows that several commands have; the field is FIELD(name). */
#define OPTION_DATA(...)                                                                                     \
    {                                                                                                        \
        "data", "PATH",                                                                                      \
            "folder or file of images, or synth[:SEED]; IDX files as MNIST has them, raw or .gz, an .npz "   \
            "as Keras has, or digits "                                                                       \
            "drawn by the program; without it $CNN_DATA or data/mnist",                                      \
            OPTION_TEXT, __VA_ARGS__, .group = GROUP_DATA                                                    \
    }
#define OPTION_THREADS(...)                                                                                  \
    {                                                                                                        \
        "threads", "N", "threads to work on; without it $OMP_NUM_THREADS or all cores", OPTION_COUNT,        \
            __VA_ARGS__, .min = 1, .max = 1024, .rare = true                                                 \
    }

/* What stands on a command line beside its options, in order. */
struct operands {
    char *const *text; /* [count] */
    size_t count;
};

enum { COMMAND_OPTIONS = 40, COMMAND_SETTINGS_BYTES = 256 };

/* What the first operand leaves of a command that does several things. */
struct command_use {
    const char *operands;
    uint64_t options; /* bit i: it heeds option i */
};

struct command {
    const char *name;
    const char *about;           /* one sentence, the line in the list of commands */
    const char *const *details;  /* paragraphs for the help, ended by NULL; or NULL */
    const char *examples;        /* lines for the help */
    const enum cnn_words *words; /* tables of words the help lists */
    size_t n_words;
    const struct option_row *options; /* at most COMMAND_OPTIONS */
    size_t n_options;
    const void *defaults;  /* settings when no option is given; a value out of range means "not given" */
    size_t settings_bytes; /* at most COMMAND_SETTINGS_BYTES */
    size_t given; /* offset in settings of a uint64_t that gets bit i when option i is given; 0: none */
    const char
        *operands; /* what it takes beside options: "FILE..." (any number), "SHELL" or "a|b"; NULL: nothing */
    size_t operands_field; /* offset in settings of a struct operands */
    size_t least_operands, most_operands;
    bool (*narrow)(const char *operand,
                   struct command_use *use); /* false: there is no such operand; NULL: it does one thing */
    bool many_steps;                         /* its threads wait for each other many thousand times */
    enum cnn_status (*run)(const void *settings, struct cnn_error *error);
};

/* Row i of the table of commands, in the order of the lesson; NULL past its end. */
const struct command *command_row(size_t i);

/* The command of that name. Errors: USAGE, naming the known ones and the nearest. */
enum cnn_status command_find(const char *name, const struct command **command, struct cnn_error *error);

/* The word of a table that an option's value begins with, adam of "adam:0.9"; NULL: none. */
const struct cnn_word *table_word(enum cnn_words table, const char *value);

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
