/* A case of golden values: NAME.txt and NAME.bin, as tests/golden/README.md describes them. */
#ifndef GOLDEN_FIXTURE_H
#define GOLDEN_FIXTURE_H

#include "base/bytes.h"
#include "base/file.h"
#include "base/memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { FIXTURE_ARRAYS = 64, FIXTURE_BYTES = 1 << 20 };

struct fixture_array {
    char name[64]; /* "gradient_32/dense/kernel#rows" */
    bool wide;     /* double instead of float */
    size_t stride; /* 1: the whole array; k: every k-th value; 0: sums, or figures of their own */
    size_t count, offset;
};

struct fixture {
    size_t height, width;
    char arch[256], optimizer[32], compat[16], loss[32];
    double label_smoothing, l2, clipnorm, global_clipnorm, ema;
    int scale;
    double bound_forward, bound_gradient, bound_update, bound_losses;
    size_t n_arrays;
    struct fixture_array array[FIXTURE_ARRAYS];
    uint8_t *bytes;
    size_t n_bytes;
};

static void fixture_line(struct fixture *f, const char *line)
{
    struct fixture_array *a = &f->array[f->n_arrays];
    char type[8];
    sscanf(line, "input %zu %zu", &f->height, &f->width);
    sscanf(line, "arch %255[^\n]", f->arch);
    sscanf(line, "scale %d", &f->scale);
    sscanf(line, "optimizer %31s", f->optimizer);
    sscanf(line, "compat %15s", f->compat);
    sscanf(line, "loss %31s", f->loss);
    sscanf(line, "label_smoothing %lf", &f->label_smoothing);
    sscanf(line, "l2 %lf", &f->l2);
    sscanf(line, "clipnorm %lf", &f->clipnorm);
    sscanf(line, "global_clipnorm %lf", &f->global_clipnorm);
    sscanf(line, "ema %lf", &f->ema);
    sscanf(line, "bound forward %lf", &f->bound_forward);
    sscanf(line, "bound gradient %lf", &f->bound_gradient);
    sscanf(line, "bound update %lf", &f->bound_update);
    sscanf(line, "bound losses %lf", &f->bound_losses);
    if (f->n_arrays < FIXTURE_ARRAYS &&
        sscanf(line, "array %63s %7s %zu %zu %zu", a->name, type, &a->stride, &a->count, &a->offset) == 5) {
        a->wide = strcmp(type, "f8") == 0;
        f->n_arrays++;
    }
}

/* False where a file is missing or an array lies outside its file. Owns: fixture_close. */
static bool fixture_open(const char *folder, const char *name, struct fixture *f)
{
    char path[512], line[512];
    *f = (struct fixture){0};
    snprintf(path, sizeof path, "%s/%s.txt", folder, name);
    FILE *text = fopen(path, "r");
    if (!text)
        return false;
    while (fgets(line, sizeof line, text))
        fixture_line(f, line);
    fclose(text);
    snprintf(path, sizeof path, "%s/%s.bin", folder, name);
    if (file_read(path, FIXTURE_BYTES, &f->bytes, &f->n_bytes, NULL) != CNN_OK)
        return false;
    for (size_t i = 0; i < f->n_arrays; i++)
        if (f->array[i].offset + f->array[i].count * (f->array[i].wide ? 8 : 4) > f->n_bytes)
            return false;
    return f->n_arrays > 0;
}

static void fixture_close(struct fixture *f)
{
    memory_free(f->bytes);
}

/* NULL where the case holds no such array. */
static const struct fixture_array *fixture_find(const struct fixture *f, const char *name)
{
    for (size_t i = 0; i < f->n_arrays; i++)
        if (strcmp(f->array[i].name, name) == 0)
            return &f->array[i];
    return NULL;
}

static double fixture_value(const struct fixture *f, const struct fixture_array *a, size_t i)
{
    if (a->wide) {
        uint64_t bits = bytes_u64_le(f->bytes + a->offset + 8 * i);
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    uint32_t bits = bytes_u32_le(f->bytes + a->offset + 4 * i);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

#endif
