/* Datasets in one .npz: either split opens, and its images and labels can be read, or says what is wrong. */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    char path[64];
    int fd = memfd_create("data", 0);
    REQUIRE(fd >= 0 && write(fd, bytes, n_bytes) == (ssize_t)n_bytes);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int split = 0; split < 2; split++) {
        struct cnn_error error = {0};
        struct cnn_dataset *dataset;
        enum cnn_status status = cnn_dataset_open(path, (enum cnn_split)split, 0, 0, &dataset, &error);
        fuzz_check_error(status, &error);
        if (status != CNN_OK)
            continue;
        struct cnn_dataset_info info = cnn_dataset_info(dataset);
        size_t n = info.height * info.width * info.channels;
        REQUIRE(info.count > 0 && n > 0 && (info.labelled ? info.classes > 0 : info.classes == 0));
        volatile unsigned last = cnn_dataset_image(dataset, info.count - 1)[n - 1];
        (void)last;
        REQUIRE(!info.labelled || cnn_dataset_label(dataset, info.count - 1) < info.classes);
        cnn_dataset_close(dataset);
    }
    close(fd);
    return 0;
}
