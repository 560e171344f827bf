/* The label file is found by the name of the image file, whatever else is in that name. */
#include "train/run.h"

static void check(const char *images, const char *labels)
{
    static const uint8_t pixels[2 * 2 * 2] = {1, 2, 3, 4, 5, 6, 7, 8}, digits[2] = {3, 1};
    struct cnn_dataset *dataset;
    struct cnn_error error;
    run_write_idx(images, (uint32_t[]){2, 2, 2}, 3, pixels);
    run_write_idx(labels, (uint32_t[]){2}, 1, digits);
    if (cnn_dataset_open(run_path(images), CNN_TRAIN, 0, 0, &dataset, &error) != CNN_OK)
        fail_msg("%s", error.message);
    assert_int_equal(cnn_dataset_label(dataset, 0), 3);
    assert_int_equal(cnn_dataset_image(dataset, 1)[3], 8);
    cnn_dataset_close(dataset);
    run_empty_folder();
}

static void names(void **state)
{
    (void)state;
    check("train-images-idx3-ubyte", "train-labels-idx1-ubyte");
    check("train-images.idx3-ubyte", "train-labels.idx1-ubyte");
    check("mine-images-idx4", "mine-labels-idx1");
    check("images", "labels");
    check("images-idx", "labels-idx");
    check("images-idx7", "labels-idx7");
    check("images-of-images", "images-of-labels");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, run_make_folder, run_remove_folder);
}
