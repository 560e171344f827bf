#include "nn/pieces.h"

#include "base/memory.h"
#include "base/status.h"

#include <math.h>

enum { PIECE = 4096 }; /* weights, at most */

/* The piece of an array that begins at from. */
static struct piece piece_at(const struct layer *layer, const struct parameter *p, size_t from)
{
    return (struct piece){layer, p, from, p->count - from < PIECE ? p->count - from : PIECE, 0};
}

/* Counts the pieces, and writes them down where there is a place. */
static size_t cut(const struct cnn_model *model, struct piece *piece)
{
    const struct parameter *p;
    const struct layer *layer;
    size_t n = 0;
    for (size_t i = 0; (p = model_parameter(model, i, &layer)); i++)
        for (size_t from = 0; p->trained && from < p->count; from += PIECE, n++)
            if (piece)
                piece[n] = piece_at(layer, p, from);
    return n;
}

enum cnn_status pieces_cut(struct engine *e, struct cnn_error *error)
{
    if (e->piece)
        return CNN_OK;
    e->n_pieces = cut(e->model, NULL);
    e->piece = memory_alloc(e->n_pieces, sizeof *e->piece);
    if (!e->piece)
        return error_memory(error, e->n_pieces * sizeof *e->piece);
    cut(e->model, e->piece);
    return CNN_OK;
}

/* ---- L2 ------------------------------------------------------------------------------------------- */

static double squared_weights(const struct piece *piece)
{
    const struct parameter *p = piece->parameter;
    return parameter_is_kernel(p) ? sum_of_squares(piece->n, p->value + piece->from) : 0;
}

void pieces_square_weights(const struct engine *e)
{
#pragma omp for schedule(static) nowait
    for (size_t i = 0; i < e->n_pieces; i++)
        e->piece[i].sum = squared_weights(&e->piece[i]);
}

double pieces_cost(const struct engine *e)
{
    double sum = 0;
    for (size_t i = 0; i < e->n_pieces; i++)
        sum += e->piece[i].sum;
    return e->model->objective.l2 * sum;
}

double model_cost(const struct cnn_model *model)
{
    const struct parameter *p;
    const struct layer *layer;
    double sum = 0;
    for (size_t i = 0; model->objective.l2 > 0 && (p = model_parameter(model, i, &layer)); i++)
        for (size_t from = 0; p->trained && from < p->count; from += PIECE) {
            struct piece piece = piece_at(layer, p, from);
            sum += squared_weights(&piece);
        }
    return model->objective.l2 * sum;
}

void pieces_add_cost(const struct layer *layer, struct range range, double l2, float *g)
{
    const float slope = (float)(2 * l2), *w = layer->parameter[0].value;
    for (size_t k = 0; k < layer->n_parameters; k++) {
        const struct parameter *p = &layer->parameter[k];
        size_t first = (size_t)(p->value - w), end = first + p->count;
        for (size_t i = first > range.from ? first : range.from;
             parameter_is_kernel(p) && i < end && i < range.to; i++)
            g[i - range.from] += slope * w[i];
    }
}

void gradient_add_cost(const struct cnn_model *model, float *gradient)
{
    for (size_t i = 0; model->objective.l2 > 0 && i < model->n_layers; i++) {
        const struct layer *layer = &model->layer[i];
        if (layer->n_trained)
            pieces_add_cost(layer, (struct range){0, layer->n_trained}, model->objective.l2,
                            gradient + (layer->parameter[0].value - model->weights));
    }
}

/* ---- clipping ------------------------------------------------------------------------------------- */

static float *piece_gradient(const struct engine *e, const struct piece *piece)
{
    return e->whole + (piece->parameter->value - e->model->weights) + piece->from;
}

/* The norm of the array that a piece is of, or of all of them, piece by piece in order. */
static double norm_for(const struct engine *e, const struct piece *of)
{
    double sum = 0;
    for (size_t i = 0; i < e->n_pieces; i++)
        if (e->clip.global || e->piece[i].parameter == of->parameter)
            sum += e->piece[i].sum;
    return sqrt(sum);
}

double gradient_norm(const struct cnn_model *model, const struct parameter *array, const float *gradient)
{
    const struct parameter *p;
    const struct layer *layer;
    double sum = 0;
    for (size_t i = 0; (p = model_parameter(model, i, &layer)); i++)
        for (size_t from = 0; p->trained && (!array || p == array) && from < p->count; from += PIECE) {
            const struct piece piece = piece_at(layer, p, from);
            sum += sum_of_squares(piece.n, gradient + (p->value - model->weights) + from);
        }
    return sqrt(sum);
}

float gradient_clip_factor(double most, double norm)
{
    return norm > most ? (float)(most / norm) : 1;
}

static void update_piece(const struct engine *e, const struct piece *piece, float factor,
                         const struct target *target)
{
    const struct parameter *p = piece->parameter;
    float *g = piece_gradient(e, piece), *slot[MAX_SLOTS];
    for (size_t i = 0; i < piece->n; i++)
        g[i] *= factor;
    for (size_t s = 0; s < MAX_SLOTS; s++)
        slot[s] = p->slot[s] ? p->slot[s] + piece->from : NULL;
    e->k->update[target->optimizer](target->update, piece->n, g, p->value + piece->from, slot[0], slot[1]);
}

void pieces_update(const struct engine *e, const struct target *target)
{
#pragma omp barrier
#pragma omp for schedule(static)
    for (size_t i = 0; i < e->n_pieces; i++)
        e->piece[i].sum = sum_of_squares(e->piece[i].n, piece_gradient(e, &e->piece[i]));
    const struct parameter *last = NULL; /* the factor is that of this array */
    float factor = 1;
#pragma omp for schedule(static)
    for (size_t i = 0; i < e->n_pieces; i++) {
        const struct piece *piece = &e->piece[i];
        if (piece->parameter != last && (!last || !e->clip.global))
            factor = gradient_clip_factor(e->clip.norm, norm_for(e, piece));
        last = piece->parameter;
        update_piece(e, piece, factor, target);
    }
    engine_report(e, ENGINE_UPDATE, 0);
}
