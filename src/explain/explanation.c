/* What is explained: checked, computed, named. */
#include "explain/explain.h"

#include "base/memory.h"
#include "data/dataset.h"
#include "explain/said.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS = 80, LEAST_COLUMNS = 40, MOST_COLUMNS = 1000 };

static enum cnn_status check(const struct explanation *e, struct cnn_error *error)
{
    const struct cnn_explain_options *o = &e->options;
    struct cnn_dataset_info data = cnn_dataset_info(e->dataset);
    if (e->image >= data.count)
        return error_set(error, CNN_ERROR_USAGE, "%s: image %zu is past the end; expected 0 to %zu",
                         data.source, e->image, data.count - 1);
    if (o->columns && (o->columns < LEAST_COLUMNS || o->columns > MOST_COLUMNS))
        return error_set(error, CNN_ERROR_USAGE, "%zu columns: expected %d to %d", o->columns, LEAST_COLUMNS,
                         MOST_COLUMNS);
    enum cnn_status status = model_check_images(e->model, e->dataset, error);
    if (status == CNN_OK && data.labelled &&
        cnn_dataset_label(e->dataset, e->image) >= model_classes(e->model))
        status = error_set(error, CNN_ERROR_MISMATCH,
                           "%s: image %zu has the label %u, the model knows 0 to %zu", data.source, e->image,
                           cnn_dataset_label(e->dataset, e->image), model_classes(e->model) - 1);
    return status;
}

static size_t count_at(const struct cnn_model *model, size_t i)
{
    return shape_count(i ? &model->layer[i - 1].out : &model->input);
}

static enum cnn_status compute(struct explanation *e, struct cnn_error *error)
{
    size_t n = 0, used = 0;
    for (size_t i = 0; i <= e->model->n_layers; i++)
        n += 2 * count_at(e->model, i);
    e->memory = memory_alloc(n, sizeof *e->memory);
    if (!e->memory)
        return error_memory(error, n * sizeof *e->memory);
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i <= e->model->n_layers; i++) {
        e->y[i] = e->memory + used;
        e->z[i] = e->y[i] + count_at(e->model, i);
        used += 2 * count_at(e->model, i);
        status =
            cnn_model_activations(e->model, e->dataset, e->image, i, CNN_AFTER_ACTIVATION, e->y[i], error);
        if (status == CNN_OK)
            status = cnn_model_activations(e->model, e->dataset, e->image, i, CNN_BEFORE_ACTIVATION, e->z[i],
                                           error);
    }
    return status;
}

enum cnn_status explanation_begin(struct explanation *e, const struct cnn_model *model,
                                  const struct cnn_dataset *dataset, size_t image,
                                  const struct cnn_explain_options *options, cnn_text_written *write,
                                  void *context, struct cnn_error *error)
{
    *e = (struct explanation){.model = model, .dataset = dataset, .image = image};
    if (!options)
        return error_set(error, CNN_ERROR_USAGE, "options of an explanation: expected some, found NULL");
    e->options = *options;
    e->paper = (struct paper){.language = options->language,
                              .markdown = options->markdown,
                              .columns = options->columns ? options->columns : COLUMNS,
                              .write = write,
                              .context = context};
    enum cnn_status status = check(e, error);
    if (status != CNN_OK)
        return status;
    e->labelled = cnn_dataset_info(dataset).labelled;
    e->label = e->labelled ? cnn_dataset_label(dataset, image) : 0;
    return compute(e, error);
}

enum cnn_status explanation_end(struct explanation *e, enum cnn_status status, struct cnn_error *error)
{
    memory_free(e->memory);
    return status == CNN_OK && e->paper.memory_ran_out ? error_memory(error, TABLE_CELL) : status;
}

/* ---- names ----------------------------------------------------------------------------------------- */

enum cnn_status find_layer(const struct explanation *e, const char *name, size_t *i, struct cnn_error *error)
{
    const char *known[MAX_LAYERS];
    for (size_t k = 0; k < e->model->n_layers; k++) {
        known[k] = e->model->layer[k].name;
        if (strcmp(name, known[k]) == 0) {
            *i = k + 1;
            return CNN_OK;
        }
    }
    return cnn_unknown_word("layer", name, known, e->model->n_layers, error);
}

size_t largest_of(const float *values, size_t n, size_t stride)
{
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (values[i * stride] > values[best * stride])
            best = i;
    return best;
}

static enum cnn_status past_end(const struct layer *layer, const char *what, size_t asked, size_t n,
                                struct cnn_error *error)
{
    return error_set(error, CNN_ERROR_USAGE, "%s has no %s %zu; expected 0 to %zu", layer->name, what, asked,
                     n - 1);
}

static enum cnn_status find_place(const struct explanation *e, size_t i, size_t *output,
                                  struct cnn_error *error)
{
    const struct cnn_explain_options *o = &e->options;
    const struct layer *layer = explained_layer(e, i);
    const size_t h = layer->out.size[0], w = layer->out.size[1], c = layer->out.size[2];
    if (o->has_map && o->map >= c)
        return past_end(layer, "map", o->map, c, error);
    if (o->has_place && o->y >= h)
        return past_end(layer, "row", o->y, h, error);
    if (o->has_place && o->x >= w)
        return past_end(layer, "column", o->x, w, error);
    const float *y = e->y[i];
    if (o->has_place)
        *output = (o->y * w + o->x) * c + (o->has_map ? o->map : largest_of(y + (o->y * w + o->x) * c, c, 1));
    else if (o->has_map)
        *output = largest_of(y + o->map, h * w, c) * c + o->map;
    else
        *output = largest_of(y, h * w * c, 1);
    return CNN_OK;
}

enum cnn_status find_output(const struct explanation *e, size_t i, size_t *output, struct cnn_error *error)
{
    const struct cnn_explain_options *o = &e->options;
    const struct layer *layer = explained_layer(e, i);
    const bool maps = layer->out.rank == 3;
    if (maps ? o->has_unit : o->has_map || o->has_place) {
        error_set(error, CNN_ERROR_USAGE, "%s gives %s", layer->name,
                  maps ? "feature maps, not units" : "a row of numbers, not feature maps");
        return error_hint(error, CNN_ERROR_USAGE,
                          maps ? "name one by --map F --at Y,X" : "name one by --unit U");
    }
    if (maps)
        return find_place(e, i, output, error);
    if (o->has_unit && o->unit >= layer->out.size[0])
        return past_end(layer, "unit", o->unit, layer->out.size[0], error);
    *output = o->has_unit ? o->unit : largest_of(e->y[i], layer->out.size[0], 1);
    return CNN_OK;
}

void shape_text(char text[NAME_TEXT], const struct shape *shape)
{
    if (shape->rank == 3)
        snprintf(text, NAME_TEXT, "(%zu, %zu, %zu)", shape->size[0], shape->size[1], shape->size[2]);
    else
        snprintf(text, NAME_TEXT, "(%zu)", shape->size[0]);
}

void output_text(const struct paper *paper, char text[NAME_TEXT], const struct shape *shape, size_t output)
{
    const size_t w = shape->size[1], c = shape->size[2];
    if (shape->rank == 3)
        snprintf(text, NAME_TEXT, paper_choose(paper, SAID_a_map), output % c, output / c / w,
                 output / c % w);
    else
        snprintf(text, NAME_TEXT, paper_choose(paper, SAID_a_unit), output);
}

const char *command_text(const struct explanation *e, char text[COMMAND_TEXT], size_t i, size_t output)
{
    const struct layer *layer = explained_layer(e, i);
    const size_t w = layer->out.size[1], c = layer->out.size[2];
    text[0] = '\0';
    if (!e->options.command)
        return text;
    if (layer->out.rank == 3)
        snprintf(text, COMMAND_TEXT, "%s --layer %s --map %zu --at %zu,%zu", e->options.command, layer->name,
                 output % c, output / c / w, output / c % w);
    else
        snprintf(text, COMMAND_TEXT, "%s --layer %s --unit %zu", e->options.command, layer->name, output);
    return text;
}
