/* What a network sees of one picture, its answer as bars, and what is worth knowing of the picture. */
#include "show/show.h"

static void add_bars(struct cnn_sheet *sheet, const float *probabilities, size_t classes)
{
    size_t best = show_best(probabilities, classes);
    sheet_add_band(sheet, BAND_BARS, "");
    for (size_t k = 0; k < classes; k++) {
        struct bar *bar = sheet_add_bar(sheet);
        SHEET_PRINT(bar->label, "%zu", k);
        show_percent(bar->text, (double)probabilities[k]);
        bar->share = (double)probabilities[k];
        bar->strong = k == best;
    }
}

enum cnn_status cnn_show_answer(const struct cnn_answer *answer, struct cnn_sheet **sheet,
                                struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    char percent[SHEET_LABEL];
    size_t best = show_best(answer->probabilities, answer->classes);
    enum cnn_status status = sheet_create(&made, error);
    if (status != CNN_OK)
        return status;
    show_percent(percent, (double)answer->probabilities[best]);
    SHEET_PRINT(made->title, "%.120s: %zu, probability %s", answer->name, best, percent);
    sheet_add_band(made, BAND_TILES, "what the network sees");
    show_add_image(made, answer->dataset, answer->image);
    add_bars(made, answer->probabilities, answer->classes);
    if (answer->n_hints)
        sheet_add_band(made, BAND_LINES, "");
    for (size_t i = 0; i < answer->n_hints; i++)
        sheet_add_line(made, answer->hints[i].text);
    return show_finish(status, made, sheet, error);
}
