/* Images as they are, in a grid, with their labels. */
#include "show/show.h"

#include "base/status.h"

enum { MANY = 40 };

enum cnn_status cnn_show_data(const struct cnn_dataset *dataset, const struct cnn_show_options *options,
                              struct cnn_sheet **sheet, struct cnn_error *error)
{
    struct cnn_dataset_info info = cnn_dataset_info(dataset);
    struct cnn_sheet *made = NULL;
    size_t first = options ? options->first : 0, wanted = options && options->count ? options->count : MANY;
    enum cnn_status status = sheet_create(&made, error);
    if (status != CNN_OK)
        return status;
    size_t n = wanted < info.count ? wanted : info.count;
    SHEET_PRINT(made->title, "Images %zu to %zu of %.100s and their labels", first, first + n - 1,
                info.source);
    sheet_add_band(made, BAND_TILES, "")->small = true;
    for (size_t i = 0; i < n; i++) {
        struct tile *tile = show_add_image(made, dataset, i);
        SHEET_PRINT(tile->below[0], "%zu", first + i);
        if (info.labelled)
            SHEET_PRINT(tile->below[0], "%zu: %u", first + i, cnn_dataset_label(dataset, i));
    }
    SHEET_PRINT(made->caption[0], "%zu \xc3\x97 %zu \xc3\x97 %zu pixels from 0 (paper) to 255 (ink)%s",
                info.height, info.width, info.channels,
                info.synthetic ? " \xc2\xb7 drawn by the program" : "");
    show_caption(made, NULL, options);
    return show_finish(status, made, sheet, error);
}
