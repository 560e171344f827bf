/*
 * conv2d: looks for one small pattern per filter at every place of the feature map below, over all its
 * channels.
 *     y[i][j][f] = act(b[f] + sum over kh, kw, c of x[i * stride + kh][j * stride + kw][c] * w[kh][kw][c][f])
 * Source: Keras Conv2D; with "same" the map has a border of zeros, an odd line of them below and to the
 * right.
 */
#include "base/status.h"
#include "nn/layer.h"

#include <string.h>

enum { FILTERS, SIZE, STRIDE, SAME }; /* its arguments */

static struct conv2d_shape kernel_shape(const struct layer *layer)
{
    return conv2d_place((struct conv2d_shape){.in_h = layer->in.size[0],
                                              .in_w = layer->in.size[1],
                                              .in_c = layer->in.size[2],
                                              .kernel_h = layer->argument[SIZE].h,
                                              .kernel_w = layer->argument[SIZE].w,
                                              .stride_h = layer->argument[STRIDE].h,
                                              .stride_w = layer->argument[STRIDE].w,
                                              .filters = layer->argument[FILTERS].h},
                        layer->argument[SAME].h);
}

static bool has_padding(const struct conv2d_shape *s)
{
    const struct conv2d_shape padded = conv2d_padded(*s);
    return padded.in_h != s->in_h || padded.in_w != s->in_w;
}

/* Of weights; the bias is one more of as many. */
static size_t weight_rows(const struct conv2d_shape *s)
{
    return s->kernel_h * s->kernel_w * s->in_c + 1;
}

/* Multiplications of one channel by one filter; with padding there are none. */
static double products(const struct conv2d_shape *s)
{
    double h = 0, w = 0;
    for (size_t o = 0; o < s->out_h; o++) {
        const struct range r = window_inside(o, s->in_h, s->kernel_h, s->stride_h, s->top);
        h += (double)(r.to - r.from);
    }
    for (size_t o = 0; o < s->out_w; o++) {
        const struct range r = window_inside(o, s->in_w, s->kernel_w, s->stride_w, s->left);
        w += (double)(r.to - r.from);
    }
    return h * w;
}

static enum cnn_status check_fit(const struct conv2d_shape *s, struct cnn_error *error)
{
    if (s->out_h > 0 && s->out_w > 0)
        return CNN_OK;
    error_set(error, CNN_ERROR_USAGE, "a kernel of %zu x %zu does not fit in a feature map of %zu x %zu",
              s->kernel_h, s->kernel_w, s->in_h, s->in_w);
    return error_hint(
        error, CNN_ERROR_USAGE,
        "each valid convolution takes SIZE - 1 off each side: use a smaller SIZE, fewer layers, "
        "or \"same\" for padding at the edges");
}

static enum cnn_status plan(struct layer *layer, struct cnn_error *error)
{
    if (layer->in.rank != 3)
        return error_set(error, CNN_ERROR_USAGE,
                         "conv2d needs a feature map (height, width, channels) below it, not a vector");
    struct conv2d_shape s = kernel_shape(layer), padded = conv2d_padded(s);
    enum cnn_status status = check_fit(&s, error);
    if (status != CNN_OK)
        return status;
    layer->out = (struct shape){3, {s.out_h, s.out_w, s.filters}};
    size_t area = s.kernel_h * s.kernel_w;
    layer_parameter(layer, "kernel", 4, (size_t[]){s.kernel_h, s.kernel_w, s.in_c, s.filters}, area * s.in_c,
                    area * s.filters);
    layer_parameter(layer, "bias", 1, (size_t[]){s.filters}, 0, 0);
    layer->saved = has_padding(&s) ? padded.in_h * padded.in_w * s.in_c * LANES : 0;
    layer->n_rows[LAYER_FORWARD] = s.out_h;
    layer->n_rows[LAYER_BACKWARD] = s.in_h;
    layer->n_rows[LAYER_GRADIENT] = weight_rows(&s);
    layer->macs_forward = products(&s) * (double)s.in_c * (double)s.filters;
    return CNN_OK;
}

/* x within its border of zeros, from some rows of that on. */
static void pad(const struct conv2d_shape *s, struct range rows, const float *x, float *to)
{
    const struct conv2d_shape padded = conv2d_padded(*s);
    const size_t column = s->in_c * LANES, row = s->in_w * column, padded_row = padded.in_w * column;
    rows.from *= s->stride_h;
    rows.to = rows.to == s->out_h ? padded.in_h : rows.to * s->stride_h;
    memset(to + rows.from * padded_row, 0, (rows.to - rows.from) * padded_row * sizeof *to);
    for (size_t i = rows.from; i < rows.to; i++)
        if (i >= s->top && i - s->top < s->in_h)
            memcpy(to + i * padded_row + s->left * column, x + (i - s->top) * row, row * sizeof *x);
}

/* saved: where there is padding, x with it around, for the gradient. */
static void forward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct conv2d_shape s = kernel_shape(layer);
    const struct range rows = block_rows(b, s.out_h);
    k->conv2d_forward(&s, rows, layer->activation, b->x, layer->parameter[0].value, layer->parameter[1].value,
                      b->y, b->slope);
    if (b->saved && has_padding(&s) && rows.from < rows.to)
        pad(&s, rows, b->x, b->saved);
}

static void backward(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct conv2d_shape s = kernel_shape(layer);
    k->conv2d_backward(&s, block_rows(b, s.in_h), b->dz, layer->parameter[0].value, b->dx);
}

static void gradient(const struct layer *layer, const struct kernels *k, const struct block *b)
{
    const struct conv2d_shape s = kernel_shape(layer), padded = conv2d_padded(s);
    const size_t bias = weight_rows(&s) - 1;
    struct range rows = block_rows(b, bias + 1);
    if (rows.from < rows.to && rows.to > bias) {
        k->bias_gradient(s.out_h * s.out_w, s.filters, b->dz, b->share + bias * s.filters);
        rows.to = bias;
    }
    k->conv2d_gradient(&padded, rows, has_padding(&s) ? b->saved : b->x, b->dz, b->share);
}

/* A row at the border has fewer products. */
static size_t row_work(const struct layer *layer, enum layer_work work, size_t row)
{
    const struct conv2d_shape s = kernel_shape(layer);
    const struct range range = work == LAYER_FORWARD
                                   ? window_inside(row, s.in_h, s.kernel_h, s.stride_h, s.top)
                                   : windows_at(row, s.out_h, s.kernel_h, s.stride_h, s.top);
    return work == LAYER_GRADIENT ? 1 : range.to - range.from;
}

/* ---- what it says of itself ----------------------------------------------------------------------- */

static bool one_channel(const struct layer *layer)
{
    return layer->in.size[2] == 1;
}

/* Height and width do not have the same sum. */
static bool oblong(const struct layer *layer)
{
    const struct argument_value *size = &layer->argument[SIZE], *stride = &layer->argument[STRIDE];
    return layer->in.size[0] != layer->in.size[1] || size->h != size->w || stride->h != stride->w;
}

static bool first(const struct layer *layer)
{
    return layer->number == 0;
}

static bool later(const struct layer *layer)
{
    return layer->number > 0;
}

static bool padded(const struct layer *layer)
{
    return layer->argument[SAME].h;
}

static bool not_padded(const struct layer *layer)
{
    return !padded(layer);
}

static bool strides(const struct layer *layer)
{
    return layer->argument[STRIDE].h > 1 || layer->argument[STRIDE].w > 1;
}

static bool plain(const struct layer *layer)
{
    return not_padded(layer) && !strides(layer);
}

static bool strides_only(const struct layer *layer)
{
    return not_padded(layer) && strides(layer);
}

static bool plain_oblong(const struct layer *layer)
{
    return plain(layer) && oblong(layer);
}

static bool oblong_strides_only(const struct layer *layer)
{
    return strides_only(layer) && oblong(layer);
}

static bool oblong_padded(const struct layer *layer)
{
    return padded(layer) && oblong(layer);
}

/* Multiplications as if whole filter sets lay everywhere on numbers. */
static double whole_filters(const struct layer *layer)
{
    return (double)(layer->parameter[0].count / layer->out.size[2]) * (double)shape_count(&layer->out);
}

static bool leaves_out(const struct layer *layer)
{
    return layer->macs_forward < whole_filters(layer);
}

static double number(const struct layer *layer, const char *name)
{
    if (strcmp(name, "WHOLE") == 0)
        return whole_filters(layer);
    return (double)(strcmp(name, "STEP.h") == 0 ? layer->argument[STRIDE].h : layer->argument[STRIDE].w);
}

/* Row by row of the window, in a row place by place, channels innermost, padding left out; group: the row. */
static bool step(const struct layer *layer, size_t output, size_t i, struct layer_step *step)
{
    const struct conv2d_shape s = kernel_shape(layer);
    const size_t f = output % s.filters, ow = output / s.filters % s.out_w, oh = output / s.filters / s.out_w;
    const struct range h = window_inside(oh, s.in_h, s.kernel_h, s.stride_h, s.top),
                       w = window_inside(ow, s.in_w, s.kernel_w, s.stride_w, s.left);
    const size_t run = (w.to - w.from) * s.in_c;
    if (i > (h.to - h.from) * run)
        return false;
    *step = (struct layer_step){STEP_START, .w = layer->parameter[0].count + f};
    if (i == 0)
        return true;
    const size_t kh = h.from + (i - 1) / run, along = (i - 1) % run;
    const size_t ih = oh * s.stride_h + kh - s.top, iw = ow * s.stride_w + w.from - s.left;
    *step =
        (struct layer_step){STEP_PRODUCT, .x = (ih * s.in_w + iw) * s.in_c + along,
                            .w = ((kh * s.kernel_w + w.from) * s.in_c + along) * s.filters + f, .group = kh};
    return true;
}

static const struct layer_words words = {
    .english = "convolution",
    .korean = "합성곱",
    .text =
        {{TOPIC_PURPOSE,
          "Convolution finds out where the feature of a certain pattern appears. A filter set holds the "
          "pattern: weights in three dimensions, {SIZE.h} x {SIZE.w} x {C}. It is laid on one place of the "
          "image after the other, over the whole image and all its channels, and gives a number at each "
          "place: large where the pattern is, small where it is not.",
          "합성곱은 어떤 패턴의 특징이 어디에 나타나는지 찾는 도구입니다. 그 패턴이 필터셋에 들어 있습니다. "
          "필터셋은 3차원 가중치이고, 여기서는 크기가 {SIZE.h} x {SIZE.w} x {C}입니다. 필터셋은 이미지 "
          "전체를 한 자리씩 훑으면서 자리마다 모든 채널을 보고 수를 하나 냅니다. 패턴이 있는 자리에서는 큰 "
          "수가, 없는 자리에서는 작은 수가 나옵니다.",
          first},
         {TOPIC_PURPOSE,
          "Here, too, a filter set looks for a pattern: weights in three dimensions, {SIZE.h} x {SIZE.w} x "
          "{C}. At each place it looks at all feature maps below at once, and going over all places it looks "
          "at the whole of them. From all that it gives one number for each place.",
          "여기서도 필터셋이 패턴을 찾습니다. 필터셋은 3차원 가중치이고, 여기서는 크기가 {SIZE.h} x {SIZE.w} "
          "x {C}입니다. 필터셋 하나가 앞 층의 특징맵 {C}개를 한꺼번에, 그리고 처음부터 끝까지 전체를 봅니다. "
          "그렇게 해서 자리마다 수를 하나 냅니다.",
          later},
         {TOPIC_PURPOSE,
          "Each filter set makes one new feature map. Two things are for you to decide: how many filter sets "
          "there are, and their size. What stands in them the computer learns: it looks for the {FILTERS} "
          "feature maps that help most to find the right answer.",
          "필터셋 하나가 새 특징맵 하나를 만듭니다. 사람이 정하는 것은 두 가지, 필터셋의 개수와 크기입니다. "
          "필터셋의 가중치는 컴퓨터가 학습합니다. 답을 맞히는 데 가장 도움이 되는 특징맵 {FILTERS}개를 "
          "컴퓨터가 찾는 것입니다."},
         {TOPIC_SHAPE,
          "The window is {SIZE.h} high and {SIZE.w} wide and must not stick out, so the map "
          "becomes smaller, in height and in width:",
          "창은 세로 {SIZE.h}칸, 가로 {SIZE.w}칸이고 밖으로 나갈 수 없습니다. 그래서 특징맵이 "
          "작아집니다.",
          plain},
         {TOPIC_SHAPE, "{H} - ({SIZE.h}-1) = {OH}", NULL, plain},
         {TOPIC_SHAPE, "{W} - ({SIZE.w}-1) = {OW}", NULL, plain_oblong},
         {TOPIC_SHAPE,
          "The window moves by {STEP.h} downwards and {STEP.w} sideways and must not stick out (rounded "
          "down):",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 밖으로 나갈 수 없습니다(나머지는 버립니다).",
          strides_only},
         {TOPIC_SHAPE, "({H} - {SIZE.h}) / {STEP.h} + 1 = {OH}", NULL, strides_only},
         {TOPIC_SHAPE, "({W} - {SIZE.w}) / {STEP.w} + 1 = {OW}", NULL, oblong_strides_only},
         {TOPIC_SHAPE,
          "The window moves by {STEP.h} downwards and {STEP.w} sideways and may stick out: around the map "
          "lie "
          "zeros "
          "(rounded up):",
          "창은 세로로 {STEP.h}칸, 가로로 {STEP.w}칸씩 움직이고 밖으로 나가도 됩니다. 특징맵 둘레에 0을 채워 "
          "두기 때문입니다(나머지는 올립니다).",
          padded},
         {TOPIC_SHAPE, "{H} / {STEP.h} = {OH}", NULL, padded},
         {TOPIC_SHAPE, "{W} / {STEP.w} = {OW}", NULL, oblong_padded},
         {TOPIC_SHAPE,
          "There are {OC} new maps because there are {OC} filter sets. The number of channels below has no "
          "say in it: each filter set adds all channels up.",
          "새 특징맵이 {OC}개인 까닭은 필터셋이 {OC}개이기 때문입니다. 앞 층의 채널 수와는 상관이 없습니다. "
          "필터셋 "
          "하나가 채널을 모두 더해 수 하나로 만들기 때문입니다."},
         {TOPIC_SHAPE,
          "({C} * {FILTERS} = {OC} gives the same number here, but that is a coincidence: there is one "
          "channel.)",
          "(여기서는 {C} * {FILTERS} = {OC}이므로 곱해도 같은 수가 나오지만 우연입니다. 채널이 하나뿐이기 "
          "때문입니다.)",
          one_channel},
         {TOPIC_COUNT,
          "The weights of the filter sets (height * width * channels * filter sets), and a bias for each "
          "filter set:",
          "필터셋의 가중치(세로 * 가로 * 채널 * 필터셋 수)에, 필터셋마다 편향이 하나씩 더 있습니다."},
         {TOPIC_COUNT, "{SIZE.h}*{SIZE.w}*{C}*{FILTERS} + {FILTERS} = {P}", NULL},
         {TOPIC_WORK, "A whole filter set is multiplied for each of the {OH}*{OW}*{OC} numbers:",
          "수 {OH}*{OW}*{OC}개를 하나씩 낼 때마다 필터셋 하나를 통째로 곱합니다."},
         {TOPIC_WORK, "{SIZE.h}*{SIZE.w}*{C} * {OH}*{OW}*{OC} = {WHOLE}", NULL},
         {TOPIC_WORK, "At the edges the zeros around the map are left out; {MACS} remain.",
          "가장자리에서는 둘레의 0을 곱하지 않습니다. 그래서 {MACS}번이 됩니다.", leaves_out}},
    .number = number,
    .step = step,
    .group_english = "row {G} of the window",
    .group_korean = "창의 {G}행",
};

static void tell(const struct layer *layer, layer_told *told, void *context)
{
    struct conv2d_shape s = kernel_shape(layer);
    told(context, "kernel", (double[]){(double)s.kernel_h, (double)s.kernel_w}, 2);
    told(context, "stride", (double[]){(double)s.stride_h, (double)s.stride_w}, 2);
    told(context, "padding", (double[]){(double)s.top, (double)s.left}, 2);
}

const struct layer_type layer_conv2d = {
    .word = "conv2d",
    .name = "conv2d",
    .class_name = "Conv2D",
    .usage = "conv2d:FILTERS,SIZE[,stride=S][,same][,ACTIVATION]",
    .help = "looks for FILTERS patterns of SIZE x SIZE (or HxW) everywhere in the map below, or at every "
            "S-th place; same: padded at the edges",
    .argument = {{"FILTERS", ARGUMENT_NUMBER, NULL},
                 {"SIZE", ARGUMENT_SIZE, NULL},
                 {"stride", ARGUMENT_SIZE, "1"},
                 {"same", ARGUMENT_WORD, ""}},
    .has_activation = true,
    .plan = plan,
    .forward = forward,
    .backward = backward,
    .gradient = gradient,
    .words = &words,
    .tell = tell,
    .row_work = row_work,
};
