#include "loss.h"

#include <stdio.h>
#include <string.h>

#include "output.h"

const char *loss_text(char text[LOSS_TEXT], const char *loss, double label_smoothing, double l2)
{
    char share[COUNT_TEXT], factor[COUNT_TEXT];
    bool plain = strcmp(loss, "categorical_crossentropy") == 0;
    real_text(share, label_smoothing);
    real_text(factor, l2);
    *text = '\0';
    if (plain && !(label_smoothing > 0) && !(l2 > 0))
        return text;
    snprintf(text, LOSS_TEXT, "%s%s%s%s%s", loss, label_smoothing > 0 ? ", labels smoothed by " : "",
             label_smoothing > 0 ? share : "", l2 > 0 ? ", L2 " : "", l2 > 0 ? factor : "");
    return text;
}
