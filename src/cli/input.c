#include "input.h"

#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "quote.h"

enum cnn_status input_machine(uint64_t threads, struct cnn_error *error)
{
    const char *cpu;
    enum cnn_status status = cnn_cpu(&cpu, error);
    return status ? status : cnn_set_threads((size_t)threads, error);
}

enum cnn_status input_dataset(const char *source, enum cnn_split split, size_t first, size_t count,
                              struct cnn_dataset **dataset, struct cnn_error *error)
{
    static bool said;
    enum cnn_status status = cnn_dataset_open(source, split, first, count, dataset, error);
    if (status == CNN_OK && !source && !said && cnn_dataset_info(*dataset).synthetic) {
        note("no MNIST found: using digits drawn by the program; scripts/fetch-mnist.sh gets the real ones");
        said = true;
    }
    return status;
}

bool input_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool input_is_dataset(const char *path)
{
    struct cnn_dataset *dataset;
    struct cnn_error error = {0};
    bool is = cnn_dataset_open(path, CNN_TRAIN, 0, 1, &dataset, &error) == CNN_OK ||
              cnn_dataset_open(path, CNN_TEST, 0, 1, &dataset, &error) == CNN_OK;
    if (is)
        cnn_dataset_close(dataset);
    return is;
}

enum cnn_status input_model(const char *path, struct cnn_model **model, struct cnn_error *error)
{
    enum cnn_status status = cnn_model_load(path, model, error);
    if (status != CNN_ERROR_NOT_FOUND)
        return status;
    char word[QUOTE_TEXT];
    return strcmp(path, MODEL_PATH) == 0
               ? fail_hint(error, "cnn train makes one")
               : fail_hint(error, "cnn train --model %s makes one", quote_word(word, path));
}
