/*
 * A program that has cnn inside: it draws small pictures of stripes, upright and lying, trains a network to
 * tell them apart, asks it about a new one, and looks at a filter. Compiles as C and as C++: cc stripes.c
 * $(pkg-config --cflags --libs cnn)
 */
#include <cnn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, COUNT = 64, CLASSES = 2 };

/* Stripes two pixels wide, upright for label 0 and lying for label 1, moved by shift. */
static void draw(uint8_t *image, unsigned label, unsigned shift)
{
    for (unsigned y = 0; y < SIDE; y++)
        for (unsigned x = 0; x < SIDE; x++)
            image[y * SIDE + x] = ((label ? y : x) + shift) / 2 % 2 ? 255 : 0;
}

static void check(enum cnn_status status, const struct cnn_error *error)
{
    if (status == CNN_OK)
        return;
    fprintf(stderr, "%s\n%s\n", error->message, error->hint);
    exit(EXIT_FAILURE);
}

static void train(struct cnn_model *model, const struct cnn_dataset *dataset)
{
    static struct cnn_train_options options; /* zeros: the defaults of Keras */
    struct cnn_trainer *trainer;
    struct cnn_progress at;
    struct cnn_error error;
    options.epochs = 20;
    options.batch_size = 16;
    options.optimizer = "adam";
    options.learning_rate = 0.01;
    check(cnn_trainer_create(model, dataset, &options, &trainer, &error), &error);
    do {
        check(cnn_trainer_step(trainer, &at, &error), &error);
        if (at.epoch_done && (at.epoch + 1) % 10 == 0)
            printf("epoch %d: accuracy %.2f\n", (int)at.epoch + 1, at.accuracy);
    } while (!at.done);
    cnn_trainer_free(trainer);
}

/* What the network makes of lying stripes that it has not seen, and what the first filter found in them. */
static void ask(const struct cnn_model *model)
{
    uint8_t image[SIDE * SIDE];
    struct cnn_dataset *one;
    struct cnn_error error;
    struct cnn_weights filter;
    float probability[CLASSES], map[6 * 6 * 2];
    draw(image, 1, 3);
    image[20] = 90;
    check(cnn_dataset_create(image, NULL, 1, SIDE, SIDE, 1, &one, &error), &error);
    check(cnn_model_predict(model, one, probability, &error), &error);
    printf("upright %.3f, lying %.3f\n", (double)probability[0], (double)probability[1]);
    check(cnn_model_activations(model, one, 0, 1, CNN_AFTER_ACTIVATION, map, &error), &error);
    check(cnn_model_weights(model, "conv2d/kernel", &filter, &error), &error);
    printf("%s: %d x %d, its first weight %.4f, its first answer %.4f\n", filter.name, (int)filter.shape[0],
           (int)filter.shape[1], (double)filter.values[0], (double)map[0]);
    cnn_dataset_close(one);
}

int main(void)
{
    static uint8_t images[COUNT][SIDE * SIDE], labels[COUNT];
    static struct cnn_model_options options;
    struct cnn_dataset *dataset;
    struct cnn_model *model;
    struct cnn_error error;
    for (unsigned i = 0; i < COUNT; i++) {
        labels[i] = (uint8_t)(i % CLASSES);
        draw(images[i], labels[i], i / CLASSES % 4);
    }
    options.arch = "conv2d:2,3,relu flatten dense:2,softmax";
    options.height = options.width = SIDE;
    options.scale = true;
    options.seed = 1;
    printf("cnn %s\n", cnn_version());
    check(cnn_dataset_create(images[0], labels, COUNT, SIDE, SIDE, 1, &dataset, &error), &error);
    check(cnn_model_create(&options, &model, &error), &error);
    train(model, dataset);
    ask(model);
    cnn_model_free(model);
    cnn_dataset_close(dataset);
    return 0;
}
