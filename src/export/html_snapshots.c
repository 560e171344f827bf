/* "snapshots": {"layers": [numbers of the layers that have filters], "epochs": [1, 2, ...], "floats": "..."}
 */
#include "base/memory.h"
#include "base/status.h"
#include "export/html.h"
#include "export/put.h"
#include "nn/model_file.h"
#include "train/run_file.h"
#include "train/snapshots.h"

enum { MOST_FLOATS = 36 << 10 }; /* of all snapshots in a page: 192 KiB in base 64 */

struct film {
    size_t epochs, floats;
    float *snapshots; /* [epochs][floats]; NULL: there are none */
};

static enum cnn_status read_film(struct npz *npz, const char *path, const struct cnn_model *model,
                                 struct film *film, struct cnn_error *error)
{
    struct run run = {0};
    if (!snapshots_in(npz) || snapshots_floats(model) == 0)
        return CNN_OK;
    enum cnn_status status = run_file_read(npz, path, &run, error);
    if (status != CNN_OK || run.numbers.epochs_done == 0)
        return status;
    film->epochs = run.numbers.epochs_done;
    film->floats = snapshots_floats(model);
    film->snapshots = memory_alloc(film->epochs * film->floats, sizeof(float));
    return film->snapshots ? snapshots_read(npz, model, film->epochs, film->snapshots, error)
                           : error_memory(error, film->epochs * film->floats * sizeof(float));
}

static void put_layers(FILE *out, const struct cnn_model *model)
{
    for (size_t i = 0, n = 0; i < model->n_layers; i++)
        if (snapshots_hold(&model->layer[i]))
            fprintf(out, "%s%zu", n++ ? "," : "", i);
}

/* The last one is always there. */
static void put_film(FILE *out, const struct cnn_model *model, const struct film *film)
{
    const size_t fit = MOST_FLOATS / film->floats, step = fit ? (film->epochs + fit - 1) / fit : 0;
    if (step == 0)
        return;
    const size_t first = (film->epochs - 1) % step;
    fputs(",\"snapshots\":{\"layers\":[", out);
    put_layers(out, model);
    fputs("],\"epochs\":[", out);
    for (size_t i = first; i < film->epochs; i += step)
        fprintf(out, "%s%zu", i > first ? "," : "", i + 1);
    fputs("],\"floats\":[", out);
    for (size_t i = first; i < film->epochs; i += step) {
        fputs(i > first ? ",\"" : "\"", out);
        put_floats(out, film->snapshots + i * film->floats, film->floats);
        putc('"', out);
    }
    fputs("]}", out);
}

enum cnn_status html_put_snapshots(FILE *out, const struct cnn_model *model, const char *path,
                                   struct cnn_error *error)
{
    uint8_t *bytes;
    struct npz *npz;
    struct film film = {0};
    if (!path)
        return CNN_OK;
    enum cnn_status status = model_file_open(path, &bytes, &npz, error);
    if (status != CNN_OK)
        return status;
    status = read_film(npz, path, model, &film, error);
    if (status == CNN_OK && film.snapshots)
        put_film(out, model, &film);
    npz_close(npz);
    memory_free(film.snapshots);
    memory_free(bytes);
    return status;
}
