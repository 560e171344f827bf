/*
 * One page that is the model. Its script and style are the same in every page, known to its security policy
 * by their hashes; all that differs is data, in two blocks that a browser never runs: JSON, in which < is
 * written \u003c so that no text of a model can end the block, and the weights in base 64. The script puts
 * texts in as text.
 */
#include "export/html.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/status.h"
#include "explain/activation.h"
#include "export/export.h"
#include "export/page.h"
#include "export/put.h"

#include <inttypes.h>
#include <string.h>

enum { MOST_BYTES = 4 << 20, SAMPLES = 10 };

/* ---- the network ---------------------------------------------------------------------------------- */

static void put_fact(void *context, const char *name, const double *values, size_t n)
{
    FILE *out = context;
    fprintf(out, ",\"%s\":", name);
    put_numbers(out, values, n);
}

static void put_layer(FILE *out, const struct layer *layer)
{
    fputs("{\"type\":", out);
    put_text(out, layer->type->word);
    fputs(",\"name\":", out);
    put_text(out, layer->name);
    if (layer->type->has_activation) {
        fprintf(out, ",\"activation\":\"%s\",\"formula\":", activation_word(layer->activation)->word);
        put_text(out, activation_formula(layer->activation));
    }
    fputs(",\"in\":", out);
    put_sizes(out, layer->in.size, layer->in.rank);
    fputs(",\"out\":", out);
    put_sizes(out, layer->out.size, layer->out.rank);
    fprintf(out, ",\"macs\":%.0f,\"computes\":%s", layer->macs_forward,
            layer_computes(layer) ? "true" : "false");
    if (layer->type->tell)
        layer->type->tell(layer, put_fact, out);
    fputs(",\"arrays\":[", out);
    for (size_t k = 0; k < layer->n_parameters; k++) {
        const struct parameter *p = &layer->parameter[k];
        char limit[NUMBER_TEXT];
        number_format((double)(float)p->limit, limit);
        fprintf(out, "%s{\"name\":\"%s\",\"count\":%zu,\"limit\":%s,\"initial\":%d}", k ? "," : "", p->name,
                p->count, limit, (int)p->initial);
    }
    fputs("]}", out);
}

/* The weights that training began from, as the seed draws them: their fingerprint, or nothing where they were
 * given.
 */
static enum cnn_status put_beginning(FILE *out, const struct cnn_model *model, struct cnn_error *error)
{
    struct cnn_model *first;
    if (model->given_weights)
        return CNN_OK;
    enum cnn_status status = cnn_model_create(&(struct cnn_model_options){.arch = model->arch,
                                                                          .height = model->input.size[0],
                                                                          .width = model->input.size[1],
                                                                          .channels = model->input.size[2],
                                                                          .seed = model->seed},
                                              &first, error);
    if (status != CNN_OK)
        return status;
    fprintf(out, ",\"beginning\":\"%016" PRIx64 "\"", cnn_model_fingerprint(first));
    cnn_model_free(first);
    return CNN_OK;
}

static enum cnn_status put_network(FILE *out, const struct cnn_model *model, const char *name,
                                   struct cnn_error *error)
{
    fputs("\"name\":", out);
    put_text(out, name ? name : model->arch);
    fputs(",\"arch\":", out);
    put_text(out, model->arch);
    fprintf(out, ",\"fingerprint\":\"%016" PRIx64 "\",\"seed\":\"%" PRIu64 "\",\"epochs\":%zu,\"scale\":%s",
            cnn_model_fingerprint(model), model->seed, model->trained_epochs,
            model->scale ? "true" : "false");
    fputs(",\"input\":", out);
    put_sizes(out, model->input.size, model->input.rank);
    fputs(",\"layers\":[", out);
    for (size_t i = 0; i < model->n_layers; i++) {
        fputs(i ? "," : "", out);
        put_layer(out, &model->layer[i]);
    }
    putc(']', out);
    return put_beginning(out, model, error);
}

/* ---- what it makes of images ---------------------------------------------------------------------- */

/* Which images the page holds: the first of each class, then the first others. */
static size_t choose(const struct cnn_dataset *dataset, size_t *chosen)
{
    const struct cnn_dataset_info info = cnn_dataset_info(dataset);
    const size_t wanted = info.count < SAMPLES ? info.count : SAMPLES;
    size_t n = 0;
    for (unsigned label = 0; info.labelled && label < info.classes && n < wanted; label++)
        for (size_t i = 0; i < info.count; i++)
            if (cnn_dataset_label(dataset, i) == label) {
                chosen[n++] = i;
                break;
            }
    for (size_t i = 0; i < info.count && n < wanted; i++) {
        bool there = false;
        for (size_t k = 0; k < n; k++)
            there = there || chosen[k] == i;
        if (!there)
            chosen[n++] = i;
    }
    return n;
}

/* The page runs these when it opens, and compares the bits of what comes out with the ones here. */
static void put_samples(FILE *out, const struct cnn_model *model, const struct cnn_dataset *dataset,
                        const float *outputs)
{
    size_t chosen[SAMPLES], n = choose(dataset, chosen), classes = model_classes(model);
    fputs(",\"samples\":[", out);
    for (size_t k = 0; k < n; k++) {
        fputs(k ? ",{\"pixels\":\"" : "{\"pixels\":\"", out);
        put_base64(out, cnn_dataset_image(dataset, chosen[k]), shape_count(&model->input));
        if (cnn_dataset_info(dataset).labelled)
            fprintf(out, "\",\"label\":%u,\"bits\":\"", cnn_dataset_label(dataset, chosen[k]));
        else
            fputs("\",\"bits\":\"", out);
        for (size_t c = 0; c < classes; c++) {
            uint32_t bits;
            memcpy(&bits, &outputs[chosen[k] * classes + c], sizeof bits);
            fprintf(out, "%08" PRIx32, bits);
        }
        fputs("\"}", out);
    }
    putc(']', out);
}

/* How often the answers that were about as sure turned out right, by the probability of the answer. */
static void put_sureness(FILE *out, const struct cnn_dataset *dataset, const float *probabilities,
                         size_t classes)
{
    double least[CNN_CONFIDENCE_ROWS];
    struct cnn_confidence confidence = {0};
    for (size_t row = 0; row < CNN_CONFIDENCE_ROWS; row++)
        least[row] = cnn_confidence_from(row);
    for (size_t i = 0, count = cnn_dataset_info(dataset).count; i < count; i++) {
        const float *p = probabilities + i * classes;
        size_t best = 0;
        for (size_t c = 1; c < classes; c++)
            best = p[c] > p[best] ? c : best;
        const size_t row = cnn_confidence_row(p[best]);
        confidence.images[row]++;
        confidence.right[row] += best == cnn_dataset_label(dataset, i);
    }
    fputs(",\"sureness\":{\"least\":", out);
    put_numbers(out, least, CNN_CONFIDENCE_ROWS);
    fputs(",\"answers\":", out);
    put_sizes(out, confidence.images, CNN_CONFIDENCE_ROWS);
    fputs(",\"right\":", out);
    put_sizes(out, confidence.right, CNN_CONFIDENCE_ROWS);
    putc('}', out);
}

/* The name alone: the folders above it are nobody else's business. */
static void put_source(FILE *out, const char *source)
{
    const char *slash = strrchr(source, '/');
    fputs(",\"data\":", out);
    put_text(out, slash && slash[1] ? slash + 1 : source);
}

static enum cnn_status put_answers(FILE *out, const struct cnn_model *model,
                                   const struct cnn_dataset *dataset, bool score, struct cnn_error *error)
{
    const size_t count = cnn_dataset_info(dataset).count, classes = model_classes(model);
    float *outputs = memory_alloc(count * classes, sizeof *outputs);
    if (!outputs)
        return error_memory(error, count * classes * sizeof *outputs);
    enum cnn_status status = cnn_model_predict(model, dataset, outputs, error);
    if (status == CNN_OK)
        put_samples(out, model, dataset, outputs);
    if (status == CNN_OK && score && model_gives_probabilities(model))
        put_sureness(out, dataset, outputs, classes);
    memory_free(outputs);
    return status;
}

/* Of the images given; without any, of digits drawn by the program where the network takes such, and nothing
 * is said of how often it is right. */
static enum cnn_status put_images(FILE *out, const struct cnn_model *model, const struct cnn_dataset *given,
                                  struct cnn_error *error)
{
    struct cnn_dataset *drawn;
    const size_t *in = model->input.size;
    if (given) {
        put_source(out, cnn_dataset_info(given).source);
        return put_answers(out, model, given, cnn_dataset_info(given).labelled, error);
    }
    if (in[0] != CNN_DIGIT_SIDE || in[1] != CNN_DIGIT_SIDE || in[2] != 1) {
        fputs(",\"samples\":[]", out);
        return CNN_OK;
    }
    enum cnn_status status = cnn_dataset_open("synth", CNN_TEST, 0, 2 * SAMPLES, &drawn, error);
    if (status != CNN_OK)
        return status;
    status = put_answers(out, model, drawn, false, error);
    cnn_dataset_close(drawn);
    return status;
}

/* ---- the page ------------------------------------------------------------------------------------- */

static enum cnn_status check(const struct cnn_model *model, const struct cnn_export_options *options,
                             struct cnn_error *error)
{
    if (!options->large && model->n_weights > MOST_BYTES / sizeof(float)) {
        error_set(error, CNN_ERROR_USAGE,
                  "the network has %zu weights, %.1f MB; a page is made of at most 4 MB of them unless more "
                  "is asked "
                  "for",
                  model->n_weights, (double)model->n_weights * 4e-6);
        return error_hint(error, CNN_ERROR_USAGE,
                          "add --large for a page that a browser may be slow to open");
    }
    return options->test ? model_check_images(model, options->test, error) : CNN_OK;
}

static void put_head(FILE *out)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s'; "
            "style-src '%s'; img-src data: blob:; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"generator\" content=\"cnn " CNN_VERSION "\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<title>cnn</title>\n<style>",
            page_script_hash, page_style_hash);
    fwrite(page_style, 1, page_style_bytes, out);
    fputs("</style>\n</head>\n", out);
}

enum cnn_status export_html(const struct cnn_model *model, const struct cnn_export_options *options,
                            FILE *out, struct cnn_error *error)
{
    enum cnn_status status = check(model, options, error);
    if (status != CNN_OK)
        return status;
    put_head(out);
    fwrite(page_body, 1, page_body_bytes, out);
    fputs("<script type=\"application/json\" id=\"data\">{", out);
    status = put_network(out, model, options->name, error);
    if (status == CNN_OK)
        status = put_images(out, model, options->test, error);
    html_put_words(out, model);
    if (status == CNN_OK)
        status = html_put_snapshots(out, model, options->run, error);
    fputs("}</script>\n<script type=\"text/plain\" id=\"weights\">", out);
    put_floats(out, model->weights, model->n_weights);
    fputs("</script>\n<script>", out);
    fwrite(page_script, 1, page_script_bytes, out);
    fputs("</script>\n</html>\n", out);
    return status;
}
