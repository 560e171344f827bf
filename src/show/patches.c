/* What excites each filter: the nine places in the data where its map is largest, at most one an image,
 * beside nine places at random, which show how much of that any place would have. Where there are many maps,
 * two stand beside each other and those at random are told by their numbers alone, so that all fit on a page.
 */
#include "show/show.h"

#include "base/memory.h"
#include "base/random.h"
#include "base/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NINE = 9, TOP = 1000, MOST_MAPS = 16, MANY_MAPS = 10, GREYS = 120 };

/* A place in a map, and how much is there. */
struct spot {
    size_t image, y, x;
    float value;
};

/* Which pixels a place in a layer sees, along one side of the image. */
struct field {
    size_t size;  /* pixels */
    long *origin; /* [places]: the first of them; below 0 or past the end where padding is seen too */
};

/* One layer and what is known of it. */
struct look {
    const struct cnn_model *model;
    const struct cnn_dataset *dataset;
    size_t layer, height, width, maps, count; /* count: images */
    float *values, *before;                   /* [height][width][maps] */
    struct field rows, columns;
    struct spot *spots; /* [maps][count]: the strongest of each image */
};

/* ---- what a place sees, by experiment ----------------------------------------------------------- */

/* Whether row (or column) `at` of the layer is another than before. */
static bool has_changed(const struct look *l, bool rows, size_t at)
{
    for (size_t i = 0; i < (rows ? l->width : l->height); i++) {
        size_t place = rows ? at * l->width + i : i * l->width + at;
        if (memcmp(l->values + place * l->maps, l->before + place * l->maps, l->maps * sizeof(float)) != 0)
            return true;
    }
    return false;
}

static void draw_random(struct random *random, uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)random_below(random, 256);
}

/* Gives a line of an image other pixels. */
static void redraw_line(const struct cnn_dataset_info *info, bool rows, size_t line, struct random *random,
                        uint8_t *image)
{
    for (size_t i = 0; i < (rows ? info->width : info->height); i++)
        draw_random(random, image + (rows ? line * info->width + i : i * info->width + line) * info->channels,
                    info->channels);
}

/* Where each line of an image of random pixels is seen in the layer: with another line there, just what sees
 * it becomes another. So the field is found for layers of every kind, whatever their strides and padding.
 * Shapes: ground and image as images are; first, last [places of the layer]. */
static enum cnn_status see_lines(struct look *l, bool rows, struct random *random, const uint8_t *ground,
                                 uint8_t *image, size_t *first, size_t *last, struct cnn_error *error)
{
    struct cnn_dataset_info info = cnn_dataset_info(l->dataset);
    size_t lines = rows ? info.height : info.width, places = rows ? l->height : l->width;
    struct cnn_dataset one = show_images(l->dataset, image, NULL, 1);
    enum cnn_status status = CNN_OK;
    for (size_t line = 0; status == CNN_OK && line < lines; line++) {
        memcpy(image, ground, info.height * info.width * info.channels);
        redraw_line(&info, rows, line, random, image);
        status = cnn_model_activations(l->model, &one, 0, l->layer, CNN_BEFORE_ACTIVATION, l->values, error);
        for (size_t i = 0; status == CNN_OK && i < places; i++)
            if (has_changed(l, rows, i)) {
                first[i] = line < first[i] ? line : first[i];
                last[i] = line > last[i] ? line : last[i];
            }
    }
    return status;
}

/* Where padding hides the first pixels of a field, its last one tells where it would begin. */
static void set_field(struct field *field, const size_t *first, const size_t *last, size_t places)
{
    for (size_t i = 0; i < places; i++)
        if (first[i] != SIZE_MAX && last[i] - first[i] + 1 > field->size)
            field->size = last[i] - first[i] + 1;
    for (size_t i = 0; i < places; i++) {
        bool cut = first[i] == 0 && last[i] + 1 < field->size;
        field->origin[i] = first[i] == SIZE_MAX ? 0
                           : cut                ? (long)last[i] + 1 - (long)field->size
                                                : (long)first[i];
    }
}

/* One image may hide what another shows, where only the largest numbers go on. */
static enum cnn_status see_images(struct look *l, bool rows, uint8_t *pixels, size_t *first, size_t *last,
                                  struct cnn_error *error)
{
    enum { IMAGES = 8 };
    struct cnn_dataset_info info = cnn_dataset_info(l->dataset);
    size_t bytes = info.height * info.width * info.channels;
    struct random random = random_stream(UINT64_C(0x6669656c64), l->layer);
    struct cnn_dataset ground = show_images(l->dataset, pixels, NULL, 1);
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < IMAGES; i++) {
        draw_random(&random, pixels, bytes);
        status =
            cnn_model_activations(l->model, &ground, 0, l->layer, CNN_BEFORE_ACTIVATION, l->before, error);
        if (status == CNN_OK)
            status = see_lines(l, rows, &random, pixels, pixels + bytes, first, last, error);
    }
    return status;
}

static enum cnn_status find_field(struct look *l, bool rows, uint8_t *pixels, struct field *field,
                                  struct cnn_error *error)
{
    size_t places = rows ? l->height : l->width;
    size_t *first = memory_alloc(places, sizeof *first), *last = memory_alloc(places, sizeof *last);
    field->origin = memory_alloc(places, sizeof *field->origin);
    enum cnn_status status = CNN_OK;
    if (!first || !last || !field->origin)
        status = error_memory(error, 3 * places * sizeof *first);
    for (size_t i = 0; status == CNN_OK && i < places; i++)
        first[i] = SIZE_MAX;
    if (status == CNN_OK)
        status = see_images(l, rows, pixels, first, last, error);
    if (status == CNN_OK)
        set_field(field, first, last, places);
    memory_free(first);
    memory_free(last);
    return status;
}

static enum cnn_status find_fields(struct look *l, struct cnn_error *error)
{
    struct cnn_dataset_info info = cnn_dataset_info(l->dataset);
    uint8_t *pixels =
        memory_alloc(info.height * info.width, 2 * info.channels); /* the ground, and the image */
    if (!pixels)
        return error_memory(error, info.height * info.width * 2 * info.channels);
    enum cnn_status status = find_field(l, true, pixels, &l->rows, error);
    if (status == CNN_OK)
        status = find_field(l, false, pixels, &l->columns, error);
    memory_free(pixels);
    return status;
}

/* ---- the strongest places ----------------------------------------------------------------------- */

static enum cnn_status find_spots(struct look *l, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < l->count; i++) {
        status =
            cnn_model_activations(l->model, l->dataset, i, l->layer, CNN_AFTER_ACTIVATION, l->values, error);
        for (size_t map = 0; status == CNN_OK && map < l->maps; map++) {
            size_t best = 0, n = l->height * l->width;
            for (size_t k = 1; k < n; k++)
                if (l->values[k * l->maps + map] > l->values[best * l->maps + map])
                    best = k;
            l->spots[map * l->count + i] =
                (struct spot){i, best / l->width, best % l->width, l->values[best * l->maps + map]};
        }
    }
    return status;
}

static int compare_spots(const void *a, const void *b)
{
    const struct spot *p = a, *q = b;
    if (p->value < q->value || p->value > q->value)
        return p->value > q->value ? -1 : 1;
    return p->image < q->image ? -1 : p->image > q->image;
}

/* ---- the sheet ---------------------------------------------------------------------------------- */

static void print_value(char text[SHEET_LABEL], const struct spot *spot)
{
    double value = (double)spot->value, size = value < 0 ? -value : value;
    sheet_print(text, SHEET_LABEL, "%.*f", size < 10 ? 2 : size < 1000 ? 1 : 0, size < 0.005 ? 0 : value);
}

/* The pixels that a spot sees. */
static void add_patch(struct cnn_sheet *sheet, const struct look *l, const struct spot *spot)
{
    struct cnn_dataset_info info = cnn_dataset_info(l->dataset);
    const uint8_t *image = cnn_dataset_image(l->dataset, spot->image);
    struct tile *tile = sheet_add_tile(sheet, l->rows.size, l->columns.size, 1);
    for (size_t y = 0; tile->values && y < l->rows.size; y++)
        for (size_t x = 0; x < l->columns.size; x++) {
            long row = l->rows.origin[spot->y] + (long)y, column = l->columns.origin[spot->x] + (long)x;
            bool inside = row >= 0 && column >= 0 && row < (long)info.height && column < (long)info.width;
            tile->values[y * l->columns.size + x] =
                inside ? image[((size_t)row * info.width + (size_t)column) * info.channels] : SHEET_BLANK;
        }
    print_value(tile->below[0], spot);
    if (info.labelled)
        SHEET_PRINT(tile->below[1], "in %u", cnn_dataset_label(l->dataset, spot->image));
}

static struct band *add_column(struct cnn_sheet *sheet, size_t column, const char *heading)
{
    struct band *band = sheet_add_band(sheet, BAND_TILES, heading);
    band->column = column;
    band->n_columns = 2;
    band->small = true;
    band->scale = (struct scale){SCALE_INK, 255, GREYS}; /* so that all colours stand in one table */
    return band;
}

/* "the top 1000 images, in %: 0: 12, 1: 3, ...": what the nine alone would hide. */
static void say_shares(struct band *band, const struct look *l, const struct spot *spots)
{
    size_t counts[256] = {0}, top = l->count < 2 * TOP ? l->count / 2 : TOP, used;
    if (!cnn_dataset_info(l->dataset).labelled || top == 0)
        return;
    for (size_t i = 0; i < top; i++)
        counts[cnn_dataset_label(l->dataset, spots[i].image) & 255]++;
    SHEET_PRINT(band->note, "the top %zu images, in %%:", top);
    for (size_t k = 0; k < 256; k++) {
        used = strlen(band->note);
        if (counts[k])
            sheet_print(band->note + used, sizeof band->note - used, "%s %zu: %zu",
                        band->note[used - 1] == ':' ? "" : ",", k, (100 * counts[k] + top / 2) / top);
    }
}

static enum cnn_status find_random(struct look *l, size_t map, struct spot *spots, size_t n,
                                   struct cnn_error *error)
{
    struct random random = random_stream(UINT64_C(0x70617463686573), map);
    enum cnn_status status = CNN_OK;
    for (size_t i = 0; status == CNN_OK && i < n; i++) {
        struct spot *spot = &spots[i];
        spot->image = random_below(&random, (uint32_t)l->count);
        spot->y = random_below(&random, (uint32_t)l->height);
        spot->x = random_below(&random, (uint32_t)l->width);
        status = cnn_model_activations(l->model, l->dataset, spot->image, l->layer, CNN_AFTER_ACTIVATION,
                                       l->values, error);
        spot->value = l->values[(spot->y * l->width + spot->x) * l->maps + map];
    }
    return status;
}

static void add_patches(struct cnn_sheet *sheet, const struct look *l, const struct spot *spots, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_patch(sheet, l, &spots[i]);
}

static void say_random(char heading[SHEET_LINE], struct spot *spots, size_t n)
{
    char least[SHEET_LABEL], most[SHEET_LABEL];
    size_t used = strlen(heading);
    qsort(spots, n, sizeof *spots, compare_spots);
    print_value(least, &spots[n - 1]);
    print_value(most, &spots[0]);
    sheet_print(heading + used, SHEET_LINE - used, "; nine at random: %s to %s", least, most);
}

static enum cnn_status add_map(struct cnn_sheet *sheet, struct look *l, size_t map, bool many,
                               struct cnn_error *error)
{
    struct spot *spots = l->spots + map * l->count, random[NINE];
    size_t n = l->count < NINE ? l->count : NINE;
    char heading[SHEET_LINE];
    enum cnn_status status = find_random(l, map, random, n, error);
    if (status != CNN_OK)
        return status;
    qsort(spots, l->count, sizeof *spots, compare_spots);
    SHEET_PRINT(heading, "%s map %zu: the nine places that excite it most",
                cnn_model_layer(l->model, l->layer).name, map);
    if (many)
        say_random(heading, random, n);
    say_shares(add_column(sheet, many ? map % 2 : 0, heading), l, spots);
    add_patches(sheet, l, spots, n);
    if (!many) {
        add_column(sheet, 1, "nine places at random");
        add_patches(sheet, l, random, n);
    }
    return CNN_OK;
}

static enum cnn_status add_layer(struct cnn_sheet *sheet, const struct cnn_model *model,
                                 const struct cnn_dataset *dataset, size_t layer, bool many,
                                 struct cnn_error *error)
{
    struct cnn_layer_info info = cnn_model_layer(model, layer);
    struct look l = {model,
                     dataset,
                     layer,
                     info.shape[0],
                     info.shape[1],
                     info.shape[2],
                     cnn_dataset_info(dataset).count,
                     NULL,
                     NULL,
                     {0, NULL},
                     {0, NULL},
                     NULL};
    size_t n = l.height * l.width * l.maps;
    l.values = memory_alloc(n, sizeof(float));
    l.before = memory_alloc(n, sizeof(float));
    l.spots = memory_alloc(l.maps * l.count, sizeof *l.spots);
    enum cnn_status status = CNN_OK;
    if (!l.values || !l.before || !l.spots)
        status = error_memory(error, l.maps * l.count * sizeof *l.spots);
    if (status == CNN_OK)
        status = find_fields(&l, error);
    if (status == CNN_OK)
        status = find_spots(&l, error);
    for (size_t map = 0; status == CNN_OK && map < l.maps && map < MOST_MAPS; map++)
        status = add_map(sheet, &l, map, many, error);
    memory_free(l.values);
    memory_free(l.before);
    memory_free(l.spots);
    memory_free(l.rows.origin);
    memory_free(l.columns.origin);
    return status;
}

/* Whether a layer is shown: it has maps, and is the one that is named, else has filters. */
static bool wanted(const struct cnn_model *model, size_t layer, size_t only)
{
    struct cnn_weights w;
    if (cnn_model_layer(model, layer).rank != 3)
        return false;
    if (only)
        return layer == only;
    for (size_t i = 0; (w = cnn_model_weights_at(model, i)).rank; i++)
        if (w.layer == layer && w.rank == 4)
            return true;
    return false;
}

static enum cnn_status add_layers(struct cnn_sheet *sheet, const struct cnn_model *model,
                                  const struct cnn_dataset *dataset, size_t only, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    size_t maps = 0, n = cnn_model_info(model).layers;
    for (size_t i = 1; i < n; i++)
        maps += wanted(model, i, only) ? cnn_model_layer(model, i).shape[2] : 0;
    for (size_t i = 1; status == CNN_OK && i < n; i++)
        if (wanted(model, i, only))
            status = add_layer(sheet, model, dataset, i, maps > MANY_MAPS, error);
    if (status == CNN_OK && sheet->n_bands == 0) {
        status = error_set(error, CNN_ERROR_USAGE, "%s makes no maps",
                           only ? cnn_model_layer(model, only).name : cnn_model_info(model).arch);
        error_hint(error, status, "patches are of layers with maps, such as convolutions");
    }
    return status;
}

enum cnn_status cnn_show_patches(const struct cnn_model *model, const struct cnn_dataset *dataset,
                                 const struct cnn_show_options *options, struct cnn_sheet **sheet,
                                 struct cnn_error *error)
{
    struct cnn_sheet *made = NULL;
    size_t only = 0;
    enum cnn_status status = show_find_layer(model, options, &only, error);
    if (status == CNN_OK)
        status = sheet_create(&made, error);
    if (status == CNN_OK)
        status = add_layers(made, model, dataset, only, error);
    if (status == CNN_OK) {
        struct cnn_dataset_info info = cnn_dataset_info(dataset);
        SHEET_PRINT(made->title, "What excites each filter in %zu images of %.80s, at most once an image",
                    info.count, info.source);
        show_caption(made, model, options);
    }
    return show_finish(status, made, sheet, error);
}
