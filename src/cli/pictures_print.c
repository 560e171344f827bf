#include "pictures_print.h"

#include <limits.h>
#include <stdio.h>

#include "json.h"
#include "output.h"
#include "quote.h"

enum { PREVIEWS = 8 }; /* more pictures than this are a line each, as in a pipe */

static size_t best_of(const float *outputs, size_t n)
{
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (outputs[k] > outputs[best])
            best = k;
    return best;
}

/* A field as spreadsheets read it back: quoted where it holds what sets fields apart, or a control character.
 * Source: RFC 4180. A file gets every byte; a terminal would obey some of them. */
static void print_field(const char *text)
{
    bool quoted = false;
    for (const char *at = text; *at; at++)
        quoted = quoted || *at == '"' || *at == ',' || (unsigned char)*at < ' ' || *at == 127;
    if (output_is_terminal()) {
        quote_print_plain(stdout, text);
        return;
    }
    if (!quoted) {
        fputs(text, stdout);
        return;
    }
    putchar('"');
    for (; *text; text++)
        printf(*text == '"' ? "\"\"" : "%c", *text);
    putchar('"');
}

static void print_csv_head(const struct cnn_model_info *info)
{
    printf("picture,predicted");
    for (size_t k = 0; k < info->classes; k++)
        printf(",%c%zu", info->probabilities ? 'p' : 'y', k);
    putchar('\n');
}

static void print_csv_row(const struct pictures *p, size_t i)
{
    const float *row = p->outputs + i * p->info.classes;
    print_field(p->settings->files.text[i]);
    if (p->each[i].empty)
        putchar(',');
    else
        printf(",%zu", best_of(row, p->info.classes));
    for (size_t k = 0; k < p->info.classes; k++)
        if (p->each[i].empty)
            putchar(',');
        else
            printf(",%.9g", (double)row[k]);
    putchar('\n');
}

static void print_json(const struct pictures *p)
{
    json_begin();
    json_open_array("predictions");
    for (size_t i = 0; i < p->n; i++) {
        const float *row = p->outputs + i * p->info.classes;
        if (!p->each[i].read)
            continue;
        json_open_object(NULL);
        json_text("picture", p->settings->files.text[i]);
        if (!p->each[i].empty)
            json_count("predicted", best_of(row, p->info.classes));
        json_open_array(p->info.probabilities ? "probabilities" : "outputs");
        for (size_t k = 0; k < p->info.classes && !p->each[i].empty; k++)
            json_real(NULL, (double)row[k]);
        json_close_array();
        json_open_array("hints");
        for (size_t k = 0; k < p->each[i].n_hints; k++)
            json_text(NULL, p->each[i].hints[k].text);
        json_close_array();
        json_close_object();
    }
    json_close_array();
    json_end();
}

static void print_line(const struct pictures *p, size_t i)
{
    const struct picture *each = &p->each[i];
    const float *row = p->outputs + i * p->info.classes;
    size_t best = best_of(row, p->info.classes);
    char percent[CNN_PERCENT];
    quote_print_plain(stdout, p->settings->files.text[i]);
    if (each->empty)
        printf(": no answer\n");
    else if (p->info.probabilities)
        printf(": %zu, probability %s\n", best, cnn_percent(percent, (double)row[best]));
    else
        printf(": %zu, output %.4f\n", best, (double)row[best]);
    for (size_t k = 0; k < each->n_hints; k++)
        printf("  %s\n", each->hints[k].text);
}

static enum cnn_status print_preview(const struct pictures *p, const struct cnn_dataset *dataset, size_t i,
                                     struct cnn_error *error)
{
    struct cnn_sheet *sheet;
    char *text, name[PATH_MAX];
    snprintf(name, sizeof name, "%s", p->settings->files.text[i]);
    const struct cnn_answer answer = {.name = quote_plain(name),
                                      .dataset = dataset,
                                      .image = i,
                                      .probabilities = p->outputs + i * p->info.classes,
                                      .classes = p->info.classes,
                                      .outputs = !p->info.probabilities,
                                      .hints = p->each[i].hints,
                                      .n_hints = p->each[i].n_hints};
    enum cnn_status status = cnn_show_answer(&answer, &sheet, error);
    if (status != CNN_OK)
        return status;
    status = cnn_sheet_text(sheet, output_colours(), output_columns(stdout), true, &text, error);
    cnn_sheet_free(sheet);
    if (status != CNN_OK)
        return status;
    output_print(text);
    cnn_text_free(text);
    return CNN_OK;
}

static void print_csv(const struct pictures *p)
{
    print_csv_head(&p->info);
    for (size_t i = 0; i < p->n; i++)
        if (p->each[i].read)
            print_csv_row(p, i);
}

static enum cnn_status print_pictures(const struct pictures *p, const struct cnn_dataset *dataset,
                                      struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    bool previews = output_is_terminal() && p->n <= PREVIEWS, any = false;
    for (size_t i = 0; i < p->n && status == CNN_OK; i++) {
        if (!p->each[i].read)
            continue;
        if (previews && any)
            putchar('\n');
        any = true;
        if (previews && !p->each[i].empty)
            status = print_preview(p, dataset, i, error);
        else
            print_line(p, i);
    }
    return status;
}

enum cnn_status pictures_print(const struct pictures *p, const struct cnn_dataset *dataset,
                               struct cnn_error *error)
{
    if (p->settings->csv)
        print_csv(p);
    else if (p->settings->json)
        print_json(p);
    else
        return print_pictures(p, dataset, error);
    return CNN_OK;
}
