/* What a sheet says is what the network computes: every number on it is looked up again by another way. */
#include "cnn.h"
#include "data/dataset.h"
#include "picture/curves.h"
#include "picture/sheet.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { IMAGES = 64, CLASSES = 10 };

struct world {
    struct cnn_model *model;
    struct cnn_dataset *dataset;
};

#define OK(call)                                                                                             \
    do {                                                                                                     \
        if ((call) != CNN_OK)                                                                                \
            fail_msg("%s", error.message);                                                                   \
    } while (0)

static struct cnn_error error;

/* The lesson's network after a few steps on drawn digits. */
static int make_world(void **state)
{
    static struct world world;
    struct cnn_trainer *trainer;
    struct cnn_progress at;
    OK(cnn_dataset_open("synth", CNN_TRAIN, 0, IMAGES, &world.dataset, &error));
    OK(cnn_model_create(&(struct cnn_model_options){.scale = true, .seed = 1}, &world.model, &error));
    OK(cnn_trainer_create(world.model, world.dataset,
                          &(struct cnn_train_options){.epochs = 1, .learning_rate = 1e-4, .seed = 1},
                          &trainer, &error));
    do
        OK(cnn_trainer_step(trainer, &at, &error));
    while (!at.done);
    cnn_trainer_free(trainer);
    *state = &world;
    return 0;
}

static int end_world(void **state)
{
    struct world *w = *state;
    cnn_model_free(w->model);
    cnn_dataset_close(w->dataset);
    return 0;
}

static void maps_are_the_activations(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    static float values[24 * 24 * 3];
    OK(cnn_show_maps(w->model, w->dataset, 5, NULL, &sheet, &error));
    OK(cnn_model_activations(w->model, w->dataset, 5, 1, CNN_AFTER_ACTIVATION, values, &error));
    const struct band *band = &sheet->bands[1];
    assert_int_equal(band->n, 3);
    float most = 0;
    for (size_t map = 0; map < 3; map++) {
        const struct tile *tile = &band->tiles[map];
        float strongest = -INFINITY;
        for (size_t i = 0; i < 24 * 24; i++) {
            assert_true(tile->values[i] == values[i * 3 + map]);
            strongest = values[i * 3 + map] > strongest ? values[i * 3 + map] : strongest;
        }
        assert_true(values[(tile->mark_y * 24 + tile->mark_x) * 3 + map] == strongest);
        char said[48];
        snprintf(said, sizeof said, "most %.4g", (double)strongest);
        assert_string_equal(tile->below[0], said);
        assert_true(tile->limit == 0); /* one scale for the layer */
        most = strongest > most ? strongest : most;
    }
    assert_true(band->scale.limit == most);
    cnn_sheet_free(sheet);
}

static void layers_that_change_nothing_are_not_drawn_again(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    OK(cnn_show_maps(w->model, w->dataset, 5, NULL, &sheet, &error));
    assert_int_equal(sheet->n_bands, 6);
    assert_int_equal(sheet->bands[3].kind, BAND_LINES); /* flatten */
    assert_non_null(strstr(sheet->bands[3].note, "the numbers of conv2d_1 as they are"));
    cnn_sheet_free(sheet);
}

static void the_answer_is_the_prediction(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    static float p[IMAGES * CLASSES];
    OK(cnn_model_predict(w->model, w->dataset, p, &error));
    OK(cnn_show_maps(w->model, w->dataset, 5, NULL, &sheet, &error));
    const struct band *answer = &sheet->bands[sheet->n_bands - 1];
    for (size_t k = 0; k < CLASSES; k++)
        assert_true(answer->bars[k].share == (double)p[5 * CLASSES + k]);
    cnn_sheet_free(sheet);
}

/* A scale for each is asked for, and said. */
static void each_is_said(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    OK(cnn_show_maps(w->model, w->dataset, 5, &(struct cnn_show_options){.each = true}, &sheet, &error));
    assert_true(sheet->bands[1].tiles[0].limit > 0);
    assert_non_null(strstr(sheet->bands[1].note, "a scale of its own"));
    assert_string_equal(sheet->bands[1].unit, "");
    cnn_sheet_free(sheet);
}

static void filters_are_the_weights_now_and_before(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    struct cnn_weights kernel, before;
    struct cnn_model *fresh;
    OK(cnn_show_filters(w->model, NULL, &sheet, &error));
    OK(cnn_model_create(&(struct cnn_model_options){.seed = 1}, &fresh, &error));
    OK(cnn_model_weights(w->model, "conv2d_1/kernel", &kernel, &error));
    OK(cnn_model_weights(fresh, "conv2d_1/kernel", &before, &error));
    assert_int_equal(sheet->n_bands, 4);
    for (size_t i = 0; i < 2; i++) {
        const struct band *band = &sheet->bands[2 + i];
        const float *values = i ? before.values : kernel.values;
        assert_int_equal(band->columns, 6); /* a column is a filter set */
        assert_int_equal(band->n, 3 * 6);
        assert_true(band->scale.limit == sheet->bands[2].scale.limit && band->scale.kind == SCALE_SIGNED);
        for (size_t in = 0; in < 3; in++)
            for (size_t out = 0; out < 6; out++)
                for (size_t k = 0; k < 25; k++)
                    assert_true(band->tiles[in * 6 + out].values[k] == values[(k * 3 + in) * 6 + out]);
    }
    cnn_model_free(fresh);
    cnn_sheet_free(sheet);
}

/* While a network learns, the letter that the validation has without colours is told. */
static void the_legend_names_the_letter_of_the_validation(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    const float falls[] = {4, 3, 2, 1}, falls_slower[] = {4, 3};
    const struct cnn_course course = {.parts = 2,
                                      .n = 4,
                                      .loss = falls,
                                      .accuracy = falls,
                                      .epochs = 2,
                                      .val_loss = falls_slower,
                                      .val_accuracy = falls_slower};
    OK(cnn_show_training(w->model, w->dataset, 0, &course, NULL, &sheet, &error));
    size_t found = 0;
    for (size_t i = 0; i < sheet->n_bands; i++) {
        const struct band *band = &sheet->bands[i];
        char said[32];
        if (band->kind != BAND_CURVES)
            continue;
        assert_true(band->n == 2 && band->curves[1].dashed);
        snprintf(said, sizeof said, "dashed or %c: validation",
                 curves_letter(band->curves[1].run) - 'a' + 'A');
        assert_non_null(strstr(band->heading, said));
        found++;
    }
    assert_int_equal(found, 2);
    cnn_sheet_free(sheet);
}

static void mistakes_are_those_that_evaluate_counts(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    struct cnn_scores scores;
    size_t confusion[CLASSES * CLASSES];
    OK(cnn_model_evaluate(w->model, w->dataset, &scores, confusion, &error));
    OK(cnn_show_mistakes(w->model, w->dataset, &(struct cnn_show_options){.count = 1000}, &sheet, &error));
    size_t wrong = IMAGES - (size_t)(scores.accuracy * IMAGES + 0.5);
    assert_in_range(wrong, 10, IMAGES); /* it has learned little in two steps */
    assert_int_equal(strtoul(sheet->title, NULL, 10), wrong);
    assert_int_equal(sheet->bands[1].n, wrong);
    unsigned truth, answer;
    for (size_t i = 0; i < sheet->bands[0].n; i++) {
        assert_int_equal(sscanf(sheet->bands[0].bars[i].label, "%u taken for %u", &truth, &answer), 2);
        assert_int_equal(strtoul(sheet->bands[0].bars[i].text, NULL, 10),
                         confusion[truth * CLASSES + answer]);
    }
    cnn_sheet_free(sheet);
}

/* The strongest places of a map of the second layer, found once more by going through everything. */
static void patches_are_what_excites_most(void **state)
{
    enum { MAP = 2, SIDE = 20, MAPS = 6 };
    struct world *w = *state;
    struct cnn_sheet *sheet;
    static float values[SIDE * SIDE * MAPS];
    float best[IMAGES], most = -INFINITY;
    size_t image = 0, place = 0;
    OK(cnn_show_patches(w->model, w->dataset, &(struct cnn_show_options){.layer = "conv2d_1"}, &sheet,
                        &error));
    assert_int_equal(sheet->n_bands, 2 * MAPS); /* of each the nine and the random ones */
    for (size_t i = 0; i < IMAGES; i++) {
        OK(cnn_model_activations(w->model, w->dataset, i, 2, CNN_AFTER_ACTIVATION, values, &error));
        best[i] = -INFINITY;
        for (size_t k = 0; k < SIDE * SIDE; k++) {
            float value = values[k * MAPS + MAP];
            best[i] = value > best[i] ? value : best[i];
            if (value > most) {
                most = value;
                image = i;
                place = k;
            }
        }
    }
    const struct band *band = &sheet->bands[2 * MAP];
    const struct tile *tile = &band->tiles[0];
    assert_int_equal(tile->height, 9); /* 5 + 5 - 1 */
    assert_int_equal(tile->width, 9);
    for (size_t y = 0; y < 9; y++)
        for (size_t x = 0; x < 9; x++)
            assert_true(
                tile->values[y * 9 + x] ==
                (float)cnn_dataset_image(w->dataset, image)[(place / SIDE + y) * 28 + place % SIDE + x]);
    for (size_t i = 0; i + 1 < band->n; i++)
        assert_true(strtod(band->tiles[i].below[0], NULL) >= strtod(band->tiles[i + 1].below[0], NULL));
    cnn_sheet_free(sheet);
}

/* Of more than ten maps two stand beside each other, each layer's first on the left, and those at random are
 * told by the least and most of the numbers that they have where they are drawn. */
static void many_maps_stand_in_two_columns(void **state)
{
    enum { FEW = 6, MANY = 16 };
    struct world *w = *state;
    struct cnn_model *model;
    struct cnn_sheet *all, *few;
    OK(cnn_model_create(&(struct cnn_model_options){.arch = "lenet5", .seed = 1}, &model, &error));
    OK(cnn_show_patches(model, w->dataset, NULL, &all, &error));
    OK(cnn_show_patches(model, w->dataset, &(struct cnn_show_options){.layer = "conv2d"}, &few, &error));
    assert_int_equal(all->n_bands, FEW + MANY);
    assert_int_equal(few->n_bands, 2 * FEW);
    for (size_t map = 0; map < FEW + MANY; map++)
        assert_int_equal(all->bands[map].column, map % 2);
    for (size_t map = 0; map < FEW; map++) {
        const struct band *random = &few->bands[2 * map + 1];
        double least = INFINITY, most = -INFINITY, told_least, told_most;
        for (size_t i = 0; i < random->n; i++) {
            double value = strtod(random->tiles[i].below[0], NULL);
            least = value < least ? value : least;
            most = value > most ? value : most;
        }
        const char *told = strstr(all->bands[map].heading, "nine at random: ");
        assert_non_null(told);
        assert_int_equal(sscanf(told, "nine at random: %lf to %lf", &told_least, &told_most), 2);
        assert_true(told_least == least && told_most == most);
        assert_string_equal(all->bands[map].tiles[0].below[0], few->bands[2 * map].tiles[0].below[0]);
    }
    cnn_sheet_free(all);
    cnn_sheet_free(few);
    cnn_model_free(model);
}

/* A layer that sees beyond the image, and one that looks at every second place, have their fields found too.
 */
static void fields_are_found_for_layers_of_any_kind(void **state)
{
    struct world *w = *state;
    struct cnn_model *model;
    struct cnn_sheet *sheet;
    OK(cnn_model_create(
        &(struct cnn_model_options){
            .arch = "conv2d:2,3,relu maxpool2d:2 conv2d:4,3,relu maxpool2d:3,stride=1,same flatten "
                    "dense:10,softmax",
            .seed = 1},
        &model, &error));
    OK(cnn_show_patches(model, w->dataset, NULL, &sheet, &error));
    assert_int_equal(sheet->n_bands, 2 * (2 + 4)); /* convolutions alone */
    assert_int_equal(sheet->bands[0].tiles[0].height, 3);
    assert_int_equal(sheet->bands[4].tiles[0].height, 8); /* (3 - 1) + 2 + 2 (3 - 1) */
    cnn_sheet_free(sheet);
    OK(cnn_show_patches(model, w->dataset, &(struct cnn_show_options){.layer = "max_pooling2d_1"}, &sheet,
                        &error));
    assert_int_equal(sheet->bands[0].tiles[0].height, 12); /* 8 + 2 (3 - 1) */
    cnn_sheet_free(sheet);
    OK(cnn_show_maps(model, w->dataset, 5, NULL, &sheet, &error)); /* and their maps are maps */
    assert_int_equal(sheet->bands[2].n, 2);
    assert_int_equal(sheet->bands[2].tiles[0].height, 13);
    cnn_sheet_free(sheet);
    cnn_model_free(model);
}

/* The row of a way to change images, by its name. */
static const struct bar *bar_of(const struct cnn_sheet *sheet, const char *name)
{
    for (size_t i = 0; i < sheet->bands[0].n; i++)
        if (strcmp(sheet->bands[0].bars[i].label, name) == 0)
            return &sheet->bands[0].bars[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static const struct tile *example_of(const struct cnn_sheet *sheet, const char *name)
{
    for (size_t i = 0; i < sheet->bands[1].n; i++)
        if (strcmp(sheet->bands[1].tiles[i].above, name) == 0)
            return &sheet->bands[1].tiles[i];
    fail_msg("there is no %s", name);
    return NULL;
}

static void fool_changes_what_it_says(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    struct cnn_scores scores;
    struct cnn_model *raw;
    OK(cnn_show_fool(w->model, w->dataset, NULL, &sheet, &error));
    OK(cnn_model_evaluate(w->model, w->dataset, &scores, NULL, &error));
    assert_true(bar_of(sheet, "as they are")->share == scores.accuracy);
    const uint8_t *image = cnn_dataset_image(w->dataset, 0);
    const struct tile *moved = example_of(sheet, "shifted by (3, 3)"),
                      *inverted = example_of(sheet, "inverted");
    for (size_t y = 0; y < 28; y++)
        for (size_t x = 0; x < 28; x++) {
            float from = y >= 3 && x >= 3 ? (float)image[(y - 3) * 28 + x - 3] : 0;
            assert_true(moved->values[y * 28 + x] == from);
            assert_true(inverted->values[y * 28 + x] == 255 - (float)image[y * 28 + x]);
        }
    /* the other scale: the same weights in a model that does not divide */
    OK(cnn_model_create(&(struct cnn_model_options){.scale = false, .seed = 9}, &raw, &error));
    struct cnn_weights weights;
    for (size_t i = 0; (weights = cnn_model_weights_at(w->model, i)).rank; i++)
        OK(cnn_model_set_weights(raw, weights.name, weights.values, weights.count, &error));
    OK(cnn_model_evaluate(raw, w->dataset, &scores, NULL, &error));
    assert_true(bar_of(sheet, "0..255, not 0..1")->share == scores.accuracy);
    cnn_model_free(raw);
    cnn_sheet_free(sheet);
}

/* A quarter of a turn would be exact; 45 degrees is held against sine and cosine of the C library. */
static void turning_is_turning(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    OK(cnn_show_fool(w->model, w->dataset, NULL, &sheet, &error));
    const struct tile *turned = example_of(sheet, "turned by 45 degrees");
    const uint8_t *image = cnn_dataset_image(w->dataset, 0);
    double angle = acos(-1) / 4, off = 0;
    for (int y = 0; y < 28; y++)
        for (int x = 0; x < 28; x++) {
            double sy = 13.5 + cos(angle) * (y - 13.5) - sin(angle) * (x - 13.5);
            double sx = 13.5 + cos(angle) * (x - 13.5) + sin(angle) * (y - 13.5), sum = 0;
            for (int v = (int)floor(sy); v <= (int)floor(sy) + 1; v++)
                for (int u = (int)floor(sx); u <= (int)floor(sx) + 1; u++)
                    if (v >= 0 && u >= 0 && v < 28 && u < 28)
                        sum += (1 - fabs(sy - v)) * (1 - fabs(sx - u)) * image[v * 28 + u];
            off = fmax(off, fabs(sum - (double)turned->values[y * 28 + x]));
        }
    assert_true(off <= 0.51);
    cnn_sheet_free(sheet);
}

static void occlusion_covers_what_it_says(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    static float p[IMAGES * CLASSES];
    OK(cnn_show_occlusion(w->model, w->dataset, 5, NULL, &sheet, &error));
    OK(cnn_model_predict(w->model, w->dataset, p, &error));
    const struct tile *tile = &sheet->bands[1].tiles[0];
    size_t covered = 0;
    float whole = p[5 * CLASSES];
    for (size_t k = 1; k < CLASSES; k++)
        whole = p[5 * CLASSES + k] > whole ? p[5 * CLASSES + k] : whole;
    for (size_t i = 0; i < 28 * 28; i++)
        covered += isnan(tile->values[i]) ? 0 : 1;
    assert_int_equal(covered, 23 * 23);
    /* one place covered by hand */
    struct cnn_dataset by_hand = *w->dataset;
    uint8_t pixels[28 * 28];
    memcpy(pixels, cnn_dataset_image(w->dataset, 5), sizeof pixels);
    for (size_t y = 10; y < 16; y++)
        memset(pixels + y * 28 + 11, 0, 6);
    by_hand.images = pixels;
    by_hand.count = 1;
    float one[CLASSES];
    size_t answer = 0;
    for (size_t k = 1; k < CLASSES; k++)
        answer = p[5 * CLASSES + k] > p[5 * CLASSES + answer] ? k : answer;
    OK(cnn_model_predict(w->model, &by_hand, one, &error));
    assert_true(tile->values[13 * 28 + 14] == one[answer]);
    assert_true(one[answer] != whole);
    /* the corner patch covers paper with paper */
    assert_true(tile->values[3 * 28 + 3] == whole);
    assert_true(sheet->bands[2].tiles[0].values[3 * 28 + 3] == 0);
    cnn_sheet_free(sheet);
}

/* The terms and the bias add up to the logit that the network computed. */
static void contributions_are_an_identity(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    float logits[CLASSES];
    OK(cnn_show_occlusion(w->model, w->dataset, 5, NULL, &sheet, &error));
    OK(cnn_model_activations(w->model, w->dataset, 5, 5, CNN_BEFORE_ACTIVATION, logits, &error));
    const struct band *terms = &sheet->bands[3];
    double sum = 0;
    float logit = logits[0];
    for (size_t i = 1; i < CLASSES; i++)
        logit = logits[i] > logit ? logits[i] : logit;
    for (size_t i = 0; i < terms->n; i++)
        sum += strtod(terms->bars[i].text, NULL);
    assert_true(fabs(sum - (double)logit) < 1e-3);
    cnn_sheet_free(sheet);
}

/* The captions of each kind of sheet that is made of a model. */
static void check_captions(const struct world *w, const char *expected)
{
    struct cnn_sheet *sheet[6];
    OK(cnn_show_maps(w->model, w->dataset, 5, NULL, &sheet[0], &error));
    OK(cnn_show_filters(w->model, NULL, &sheet[1], &error));
    OK(cnn_show_patches(w->model, w->dataset, NULL, &sheet[2], &error));
    OK(cnn_show_mistakes(w->model, w->dataset, NULL, &sheet[3], &error));
    OK(cnn_show_fool(w->model, w->dataset, NULL, &sheet[4], &error));
    OK(cnn_show_occlusion(w->model, w->dataset, 5, NULL, &sheet[5], &error));
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(sheet[i]->caption[0], cnn_model_info(w->model).arch);
        assert_string_equal(sheet[i]->caption[1], expected);
        cnn_sheet_free(sheet[i]);
    }
}

/* What cnn evaluate prints of the test images that the model's table counts. */
static void captions_have_the_accuracy_of_the_table(void **state)
{
    struct world *w = *state;
    struct cnn_scores scores;
    struct cnn_confidence rare = {{0}};
    struct cnn_sheet *sheet;
    char expected[192];
    assert_null(cnn_model_confidence(w->model));
    OK(cnn_show_filters(w->model, NULL, &sheet, &error));
    assert_null(strstr(sheet->caption[1], "accuracy"));
    cnn_sheet_free(sheet);
    OK(cnn_model_evaluate(w->model, w->dataset, &scores, NULL, &error));
    assert_true(scores.accuracy > 0 && scores.accuracy < 1);
    cnn_model_set_confidence(w->model, &scores.confidence);
    snprintf(
        expected, sizeof expected,
        "seed 1 \xc2\xb7 1 epoch \xc2\xb7 test accuracy %.4f on 64 images \xc2\xb7 pixels divided by 255 "
        "\xc2\xb7 fingerprint %016llx",
        scores.accuracy, (unsigned long long)cnn_model_fingerprint(w->model));
    check_captions(w, expected);
    rare.images[0] = 12345;
    rare.right[0] = 1;
    cnn_model_set_confidence(w->model, &rare);
    OK(cnn_show_filters(w->model, NULL, &sheet, &error));
    assert_non_null(strstr(sheet->caption[1], " test accuracy 0.0001 on 12,345 images "));
    cnn_sheet_free(sheet);
}

/* Every sheet as a page and as text of 80 columns, with a network that has no convolution too. */
static void check_sheet(const struct cnn_sheet *sheet, size_t columns)
{
    struct canvas canvas;
    char *text;
    for (int dark = 0; dark < 2; dark++) {
        OK(sheet_draw(sheet, dark, &canvas, &error));
        assert_true(canvas.width >= 800 && canvas.height > 100);
        canvas_free(&canvas);
    }
    for (int colours = CNN_COLOURS_NONE; colours <= CNN_COLOURS_24_BIT; colours++) {
        OK(cnn_sheet_text(sheet, (enum cnn_colours)colours, columns, false, &text, &error));
        size_t width = 0;
        for (const char *at = text; *at; at++) {
            if (*at == '\033') {
                at = strchr(at, 'm');
                assert_int_not_equal(colours, CNN_COLOURS_NONE);
                continue;
            }
            width = *at == '\n' ? 0 : width + (((unsigned char)*at & 0xc0) != 0x80 ? 1u : 0u);
            if (width > columns)
                fail_msg("wider than %zu: %.100s", columns, at - columns + 1);
        }
        cnn_text_free(text);
    }
}

/* No longer than what is printed of a sheet of A4, for the named networks; the lesson's as large as may be.
 */
static void maps_filters_and_patches_fit_a_page(void **state)
{
    static const char *const archs[] = {
        "lesson",
        "pool",
        "lenet5",
        "conv2d:8,3,same batchnorm activation:relu maxpool2d:2 dropout:0.3 flatten dense:10,softmax",
#if !defined(__SANITIZE_ADDRESS__) /* which takes a minute for its patches */
        "wide",
#endif
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof archs / sizeof *archs; i++) {
        struct cnn_model *model;
        struct cnn_sheet *sheet[3];
        OK(cnn_model_create(&(struct cnn_model_options){.arch = archs[i], .seed = 1}, &model, &error));
        OK(cnn_show_maps(model, w->dataset, 5, NULL, &sheet[0], &error));
        OK(cnn_show_filters(model, NULL, &sheet[1], &error));
        OK(cnn_show_patches(model, w->dataset, NULL, &sheet[2], &error));
        for (size_t k = 0; k < 3; k++) {
            struct canvas canvas;
            OK(sheet_draw(sheet[k], false, &canvas, &error));
            if (canvas.height * 190 > canvas.width * 277)
                fail_msg("%s: %d x %d is longer than a page", archs[i], canvas.width, canvas.height);
            assert_in_range(canvas.width, 1696, i || k == 2 ? 2896 : 1696);
            canvas_free(&canvas);
            cnn_sheet_free(sheet[k]);
        }
        cnn_model_free(model);
    }
}

static void all_can_be_drawn_and_fit(void **state)
{
    struct world *w = *state;
    struct cnn_sheet *sheet;
    struct cnn_show_options numbers = {.numbers = true};
    for (size_t columns = 80; columns <= 120; columns += 20) {
        OK(cnn_show_maps(w->model, w->dataset, 5, NULL, &sheet, &error));
        check_sheet(sheet, columns);
        cnn_sheet_free(sheet);
        OK(cnn_show_filters(w->model, columns > 80 ? &numbers : NULL, &sheet, &error));
        check_sheet(sheet, columns);
        cnn_sheet_free(sheet);
        OK(cnn_show_mistakes(w->model, w->dataset, NULL, &sheet, &error));
        check_sheet(sheet, columns);
        cnn_sheet_free(sheet);
        OK(cnn_show_occlusion(w->model, w->dataset, 5, NULL, &sheet, &error));
        check_sheet(sheet, columns);
        cnn_sheet_free(sheet);
        OK(cnn_show_data(w->dataset, NULL, &sheet, &error));
        check_sheet(sheet, columns);
        cnn_sheet_free(sheet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps_are_the_activations),
        cmocka_unit_test(layers_that_change_nothing_are_not_drawn_again),
        cmocka_unit_test(the_answer_is_the_prediction),
        cmocka_unit_test(each_is_said),
        cmocka_unit_test(filters_are_the_weights_now_and_before),
        cmocka_unit_test(the_legend_names_the_letter_of_the_validation),
        cmocka_unit_test(mistakes_are_those_that_evaluate_counts),
        cmocka_unit_test(patches_are_what_excites_most),
        cmocka_unit_test(many_maps_stand_in_two_columns),
        cmocka_unit_test(fields_are_found_for_layers_of_any_kind),
        cmocka_unit_test(fool_changes_what_it_says),
        cmocka_unit_test(turning_is_turning),
        cmocka_unit_test(occlusion_covers_what_it_says),
        cmocka_unit_test(contributions_are_an_identity),
        cmocka_unit_test(captions_have_the_accuracy_of_the_table),
        cmocka_unit_test(maps_filters_and_patches_fit_a_page),
        cmocka_unit_test(all_can_be_drawn_and_fit),
    };
    return cmocka_run_group_tests(tests, make_world, end_world);
}
