#include "nn/pool2d.h"

#include <string.h>

#include "base/status.h"

enum { SIZE, STRIDE, SAME }; /* POOL2D_ARGUMENTS */

/* ---- where windows lie ------------------------------------------------------------------------------ */

/* A stride of 0 is the size. */
static struct pool2d_shape place(const struct shape *in, struct argument_value size,
                                 struct argument_value stride, bool same)
{
    const size_t stride_h = stride.h ? stride.h : size.h, stride_w = stride.w ? stride.w : size.w;
    const struct window h = window_over(in->size[0], size.h, stride_h, same),
                        w = window_over(in->size[1], size.w, stride_w, same);
    return (struct pool2d_shape){.in_h = in->size[0],
                                 .in_w = in->size[1],
                                 .channels = in->size[2],
                                 .size_h = size.h,
                                 .size_w = size.w,
                                 .stride_h = stride_h,
                                 .stride_w = stride_w,
                                 .out_h = h.out,
                                 .out_w = w.out,
                                 .top = h.before,
                                 .left = w.before};
}

struct pool2d_shape pool2d_windows(const struct layer *layer)
{
    return place(&layer->in, layer->argument[SIZE], layer->argument[STRIDE], pool2d_padded(layer));
}

struct pool2d_shape pool2d_whole(const struct layer *layer)
{
    const struct argument_value whole = {.h = layer->in.size[0], .w = layer->in.size[1]};
    return place(&layer->in, whole, whole, false);
}

enum cnn_status pool2d_check(const struct layer *layer, struct cnn_error *error)
{
    if (layer->in.rank == 3)
        return CNN_OK;
    return error_set(error, CNN_ERROR_USAGE,
                     "%s needs a feature map (height, width, channels) below it, not a vector",
                     layer->type->word);
}

enum cnn_status pool2d_plan(struct layer *layer, struct cnn_error *error)
{
    const size_t most = (size_t)1 << 24; /* places in a window that a float can count */
    const enum cnn_status status = pool2d_check(layer, error);
    if (status != CNN_OK)
        return status;
    const struct pool2d_shape s = pool2d_windows(layer);
    if (s.out_h == 0 || s.out_w == 0 || s.size_h * s.size_w > most) {
        error_set(error, CNN_ERROR_USAGE, "a window of %zu x %zu does not fit in a feature map of %zu x %zu",
                  s.size_h, s.size_w, s.in_h, s.in_w);
        return error_hint(error, CNN_ERROR_USAGE, "use a smaller SIZE, or \"same\" for padding at the edges");
    }
    layer->out = (struct shape){3, {s.out_h, s.out_w, s.channels}};
    layer->n_rows[LAYER_FORWARD] = s.out_h;
    layer->n_rows[LAYER_BACKWARD] = s.in_h;
    return CNN_OK;
}

/* ---- what a layer says of itself -------------------------------------------------------------------- */

bool pool2d_padded(const struct layer *layer)
{
    return layer->argument[SAME].h;
}

bool pool2d_not_padded(const struct layer *layer)
{
    return !pool2d_padded(layer);
}

static bool oblong(const struct layer *layer)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    return s.in_h != s.in_w || s.size_h != s.size_w || s.stride_h != s.stride_w;
}

bool pool2d_oblong_padded(const struct layer *layer)
{
    return pool2d_padded(layer) && oblong(layer);
}

bool pool2d_oblong_not_padded(const struct layer *layer)
{
    return pool2d_not_padded(layer) && oblong(layer);
}

double pool2d_number(const struct layer *layer, const char *name)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    return (double)(strcmp(name, "STEP.h") == 0 ? s.stride_h : s.stride_w);
}

void pool2d_tell(const struct layer *layer, layer_told *told, void *context)
{
    const struct pool2d_shape s = pool2d_windows(layer);
    told(context, "window", (double[]){(double)s.size_h, (double)s.size_w}, 2);
    told(context, "stride", (double[]){(double)s.stride_h, (double)s.stride_w}, 2);
    told(context, "padding", (double[]){(double)s.top, (double)s.left}, 2);
}

bool pool2d_step(const struct pool2d_shape *s, size_t output, size_t i, enum step_kind kind,
                 struct layer_step *step)
{
    const size_t c = output % s->channels, ow = output / s->channels % s->out_w,
                 oh = output / s->channels / s->out_w;
    const struct range h = window_inside(oh, s->in_h, s->size_h, s->stride_h, s->top),
                       w = window_inside(ow, s->in_w, s->size_w, s->stride_w, s->left);
    const size_t run = w.to - w.from, kh = h.from + i / run, kw = w.from + i % run;
    const size_t y = oh * s->stride_h + kh - s->top, x = ow * s->stride_w + kw - s->left;
    *step = (struct layer_step){kind, .x = (y * s->in_w + x) * s->channels + c, .group = kh};
    return kh < h.to;
}

bool pool2d_mean_step(const struct pool2d_shape *s, size_t output, size_t i, struct layer_step *step)
{
    if (pool2d_step(s, output, i, STEP_ADD, step))
        return true;
    const bool first_past = i > 0 && pool2d_step(s, output, i - 1, STEP_ADD, step);
    *step = (struct layer_step){STEP_DIVIDE, .group = step->group + 1, .number = (float)i};
    return first_past;
}
