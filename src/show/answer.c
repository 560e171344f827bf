/* What a network sees of one picture, its answer as bars, and what is worth knowing of the picture. */
#include "show/show.h"

static void add_bars(struct cnn_sheet *sheet, const struct cnn_answer *answer)
{
    const float *numbers = answer->probabilities;
    size_t best = show_best(numbers, answer->classes);
    double whole = answer->outputs ? show_largest(numbers, answer->classes) : 1;
    sheet_add_band(sheet, BAND_BARS, answer->outputs ? "outputs" : "");
    for (size_t k = 0; k < answer->classes; k++) {
        struct bar *bar = sheet_add_bar(sheet);
        SHEET_PRINT(bar->label, "%zu", k);
        if (answer->outputs)
            SHEET_PRINT(bar->text, "%.4g", (double)numbers[k]);
        else
            cnn_percent(bar->text, (double)numbers[k]);
        bar->share = (double)numbers[k] / whole;
        bar->strong = k == best;
    }
}

enum cnn_status cnn_show_answer(const struct cnn_answer *answer, struct cnn_sheet **sheet,
                                struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    char number[SHEET_LABEL];
    size_t best = show_best(answer->probabilities, answer->classes);
    enum cnn_status status = sheet_create(&made, error);
    if (status != CNN_OK)
        return status;
    show_answer_number(number, !answer->outputs, (double)answer->probabilities[best]);
    SHEET_PRINT(made->title, "%.120s: %zu, %s%s", answer->name, best, answer->outputs ? "" : "probability ",
                number);
    sheet_add_band(made, BAND_TILES, "what the network sees");
    show_add_image(made, answer->dataset, answer->image);
    add_bars(made, answer);
    if (answer->n_hints)
        sheet_add_band(made, BAND_LINES, "");
    for (size_t i = 0; i < answer->n_hints; i++)
        sheet_add_line(made, answer->hints[i].text);
    return show_finish(status, made, sheet, error);
}
