/* Architecture texts, on inputs of any small shape. The first three bytes are height, width and channels less
 * one; the text follows. What is accepted, written out in full, must mean the same. */
#include "fuzz.h"

#include "nn/spec.h"

enum { SHAPE_BYTES = 3 };

static bool same_arguments(const struct layer *a, const struct layer *b)
{
    for (size_t i = 0; i < MAX_ARGUMENTS; i++)
        if (a->argument[i].h != b->argument[i].h || a->argument[i].w != b->argument[i].w ||
            memcmp(&a->argument[i].fraction, &b->argument[i].fraction, sizeof(double)) != 0)
            return false;
    return true;
}

static bool same(const struct layer *a, const struct layer *b)
{
    return a->type == b->type && a->activation == b->activation && strcmp(a->name, b->name) == 0 &&
           same_arguments(a, b) && memcmp(&a->in, &b->in, sizeof a->in) == 0 &&
           memcmp(&a->out, &b->out, sizeof a->out) == 0;
}

static void check_layer(const struct layer *layer)
{
    REQUIRE(shape_count(&layer->out) > 0 && layer->n_parameters <= MAX_PARAMETERS);
    for (size_t i = 0; i < layer->n_parameters; i++)
        REQUIRE(layer->parameter[i].count > 0);
    REQUIRE(layer->n_slices * layer->slice_floats >=
            layer->n_trained); /* the slices have room for all of it */
}

static void check(const char *text, const struct shape *input)
{
    static struct layer layers[MAX_LAYERS], again[MAX_LAYERS];
    struct cnn_error error = {0};
    char full[MAX_SPEC_TEXT], twice[MAX_SPEC_TEXT];
    size_t n, n_again;
    enum cnn_status status = spec_parse(text, input, layers, &n, &error);
    fuzz_check_error(status, &error);
    if (status != CNN_OK)
        return;
    spec_format(layers, n, full);
    REQUIRE(spec_parse(full, input, again, &n_again, &error) == CNN_OK && n == n_again);
    for (size_t i = 0; i < n; i++) {
        check_layer(&layers[i]);
        REQUIRE(same(&layers[i], &again[i]));
    }
    spec_format(again, n, twice);
    REQUIRE(strcmp(full, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes < SHAPE_BYTES)
        return 0;
    struct shape input = {3, {bytes[0] + 1u, bytes[1] + 1u, bytes[2] + 1u}};
    char *text = malloc(n_bytes - SHAPE_BYTES + 1);
    REQUIRE(text);
    memcpy(text, bytes + SHAPE_BYTES, n_bytes - SHAPE_BYTES);
    text[n_bytes - SHAPE_BYTES] = '\0';
    check(text, &input);
    free(text);
    return 0;
}
