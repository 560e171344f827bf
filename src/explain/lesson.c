/* cnn_explain: the lesson, with the numbers of the reader's own network and image. */
#include "explain/activation.h"
#include "explain/explain.h"
#include "explain/said.h"
#include "explain/worked.h"

#include <stdio.h>
#include <string.h>

enum { MOST_MAPS = 12, SUM_TEXT = 1024 };

static void tell_image(struct explanation *e);
static void tell_strongest(struct explanation *e, size_t i);
static void tell_command(struct explanation *e, size_t i, size_t output);
static void tell_totals(struct explanation *e);

/* ---- the whole ------------------------------------------------------------------------------------- */

static void tell_title(struct explanation *e)
{
    const struct cnn_model *m = e->model;
    struct paper *p = &e->paper;
    paper_heading(p, 1, "What this network does, layer by layer", "이 신경망이 하는 일");
    paper_line(p, "%s", m->arch);
    if (m->trained_epochs == 0)
        paper_say(
            p,
            "It has not been trained yet: its weights are random numbers, and so is what it finds. Training "
            "(cnn train) makes filters of them.",
            "아직 학습하지 않은 신경망입니다. 가중치가 무작위로 정한 수이므로, 찾아내는 것에도 아직 의미가 "
            "없습니다. 학습(cnn train)을 "
            "거쳐야 쓸모 있는 필터가 됩니다.");
    else
        paper_say(
            p,
            "It has seen all training images %zu time%s. Each time the computer changed the weights a little "
            "so that the answers became better. Below is what it made of them, and how it reads one image.",
            "훈련 이미지 전체를 %zu번 학습한 신경망입니다%s. 그동안 컴퓨터는 답을 더 잘 맞히도록 가중치를 "
            "조금씩 바꾸었습니다. 이렇게 "
            "학습한 가중치로 이미지 하나를 읽는 과정을 차례로 살펴봅니다.",
            m->trained_epochs, p->language == CNN_KOREAN || m->trained_epochs == 1 ? "" : "s");
    paper_say(p,
              "Parameters are weights and biases together. A feature map is what one filter set has found.",
              "여기 나오는 말: 합성곱(convolution), 필터셋(filter set), 특징맵(feature map, 특성 맵이라고도 "
              "합니다), 가중치(weight), 편향(bias, 절편이라고도 합니다). 파라미터(parameter)는 가중치와 "
              "편향을 함께 이르는 말입니다.");
}

/* The sums of one layer for one of its numbers. */
static enum cnn_status tell_number(struct explanation *e, size_t i, size_t output, struct cnn_error *error)
{
    tell_output(e, i, output);
    tell_activation(e, i, output);
    if (is_answer(e, i))
        tell_answer(e);
    return tell_step(e, i, output, error);
}

static enum cnn_status tell_lesson(struct explanation *e, struct cnn_error *error)
{
    enum cnn_status status = CNN_OK;
    tell_title(e);
    tell_input(e);
    tell_image(e);
    for (size_t i = 1; status == CNN_OK && i <= e->model->n_layers; i++) {
        size_t output = largest_of(e->y[i], shape_count(&e->model->layer[i - 1].out), 1);
        tell_layer(e, i);
        if (e->options.all)
            status = tell_number(e, i, output, error);
        else if (is_answer(e, i)) {
            tell_answer(e);
            tell_command(e, i, output);
        } else
            tell_strongest(e, i);
    }
    tell_totals(e);
    return status;
}

static enum cnn_status tell_one_layer(struct explanation *e, struct cnn_error *error)
{
    size_t i = 0, output = 0;
    enum cnn_status status = find_layer(e, e->options.layer, &i, error);
    if (status == CNN_OK)
        status = find_output(e, i, &output, error);
    if (status != CNN_OK)
        return status;
    tell_layer(e, i);
    return tell_number(e, i, output, error);
}

static enum cnn_status check_layer(const struct cnn_explain_options *o, struct cnn_error *error)
{
    if (o->layer || !(o->has_map || o->has_place || o->has_unit))
        return CNN_OK;
    error_set(error, CNN_ERROR_USAGE, "a %s of which layer? none is named",
              o->has_unit ? "unit" : "map or place");
    return error_hint(error, CNN_ERROR_USAGE, "name it by --layer; cnn summary lists the layers");
}

enum cnn_status cnn_explain(const struct cnn_model *model, const struct cnn_dataset *dataset, size_t image,
                            const struct cnn_explain_options *options, cnn_text_written *write, void *context,
                            struct cnn_error *error)
{
    struct explanation e;
    enum cnn_status status = explanation_begin(&e, model, dataset, image, options, write, context, error);
    if (status == CNN_OK)
        status = check_layer(options, error);
    if (status == CNN_OK)
        status = options->layer ? tell_one_layer(&e, error) : tell_lesson(&e, error);
    return explanation_end(&e, status, error);
}

/* ---- the image ------------------------------------------------------------------------------------- */

void tell_input(struct explanation *e)
{
    const struct shape *in = &e->model->input;
    struct paper *p = &e->paper;
    char shape[NAME_TEXT];
    shape_text(shape, in);
    paper_heading(p, 2, "The image: %s", "이미지: %s", shape);
    if (in->size[2] == 1)
        paper_say(p,
                  "For the computer an image is numbers: %zu rows of %zu pixels, each from 0 for paper to "
                  "255 for full "
                  "ink. A grey image has one number for each pixel, and still its shape is %s, with a 1 at "
                  "the end: "
                  "convolution wants a third dimension, the channels. Of a colour image it would be 3: red, "
                  "green and blue.",
                  "컴퓨터에게 이미지는 수입니다. 세로 %zu줄, 가로 %zu칸의 픽셀이 있고, 픽셀마다 0(빈 "
                  "종이)부터 255(가장 진한 잉크)까지의 수가 하나씩 있습니다. "
                  "흑백 이미지는 픽셀마다 수가 하나뿐이지만 모양은 %s입니다. 합성곱에는 채널이라는 세 번째 "
                  "차원이 있어야 하므로 끝에 1을 "
                  "붙입니다. 컬러 이미지라면 빨강, 초록, 파랑이므로 3이 됩니다.",
                  in->size[0], in->size[1], shape);
    else
        paper_say(p,
                  "For the computer an image is numbers: %zu rows of %zu pixels, and for each pixel %zu "
                  "numbers from 0 "
                  "to 255, its channels. A colour image has three: red, green and blue. A grey one has a "
                  "single channel, "
                  "and its shape ends in 1.",
                  "컴퓨터에게 이미지는 수입니다. 세로 %zu줄, 가로 %zu칸의 픽셀이 있고, 픽셀마다 0부터 "
                  "255까지의 수가 %zu개 있습니다. 이것을 채널이라고 "
                  "합니다. 컬러 이미지의 채널은 빨강, 초록, 파랑 세 개입니다. 흑백 이미지는 채널이 "
                  "하나이므로 모양의 끝이 1입니다.",
                  in->size[0], in->size[1], in->size[2]);
    paper_say(p,
              e->model->scale ? "Each number is divided by 255 before it goes in."
                              : "The numbers go in as they are, 0 to 255.",
              e->model->scale ? "수를 255로 나누어서 넣습니다."
                              : "수는 나누지 않고 0부터 255까지 그대로 넣습니다.");
}

static void tell_image(struct explanation *e)
{
    struct paper *p = &e->paper;
    const char *source = cnn_dataset_info(e->dataset).source;
    const size_t number = e->options.first + e->image;
    if (e->labelled)
        paper_say(p, "Looked at here: image %zu of %s. Its label, the right answer, is %zu.",
                  "여기서 보는 것은 %zu번 이미지(%s)입니다. 레이블, 곧 정답은 %zu입니다.", number, source,
                  e->label);
    else
        paper_say(p, "Looked at here: image %zu of %s, which has no label.",
                  "여기서 보는 것은 %zu번 이미지(%s)입니다. 레이블은 없습니다.", number, source);
}

/* ---- a layer --------------------------------------------------------------------------------------- */

/* Its activation function, but for softmax, which the answer tells of. */
static void tell_function(struct explanation *e, size_t i)
{
    const struct layer *layer = explained_layer(e, i);
    const char *word = activation_word(layer->activation)->word;
    const bool sums_only = layer->type->words->step && layer->activation == ACTIVATION_linear;
    if (!layer->type->has_activation || sums_only || is_softmax(e, i))
        return;
    paper_say(&e->paper, "Each number z goes through the activation function %s:",
              "수 z마다 적용하는 활성화 함수는 %s입니다.", word);
    paper_line(&e->paper, "%s(z) = %s", word, activation_formula(layer->activation));
}

void tell_layer(struct explanation *e, size_t i)
{
    const struct layer *layer = explained_layer(e, i);
    const struct layer_words *words = layer->type->words;
    struct paper *p = &e->paper;
    char in[NAME_TEXT], out[NAME_TEXT], count[NUMBER_WIDTH], macs[NUMBER_WIDTH];
    size_t parameters = 0;
    for (size_t k = 0; k < layer->n_parameters; k++)
        parameters += layer->parameter[k].count;
    shape_text(in, &layer->in);
    shape_text(out, &layer->out);
    paper_heading(p, 2, "Layer %zu, %s: %s, %s -> %s", "%zu층 %s: %s, %s -> %s", i, layer->name,
                  paper_choose(p, words->english, words->korean), in, out);
    tell_topic(e, layer, TOPIC_PURPOSE, NULL);
    tell_function(e, i);
    paper_heading(p, 3, "Output shape: %s", "출력 모양: %s", out);
    tell_topic(e, layer, TOPIC_SHAPE, NULL);
    paper_heading(p, 3, "Parameters: %s", "파라미터: %s개", number_text(count, (double)parameters));
    tell_topic(e, layer, TOPIC_COUNT, NULL);
    paper_heading(p, 3, "Multiplications for one image: %s", "이미지 한 장에 필요한 곱셈: %s번",
                  number_text(macs, layer->macs_forward));
    tell_topic(e, layer, TOPIC_WORK, NULL);
}

/* ---- in this image --------------------------------------------------------------------------------- */

static void tell_strongest_maps(struct explanation *e, size_t i)
{
    const struct shape *out = &explained_layer(e, i)->out;
    const size_t h = out->size[0], w = out->size[1], c = out->size[2];
    struct table t = {.look = "lrrr"};
    table_cell(&t, "%s", paper_choose(&e->paper, SAID_map));
    table_cell(&t, "%s", paper_choose(&e->paper, SAID_row));
    table_cell(&t, "%s", paper_choose(&e->paper, SAID_column));
    table_cell(&t, "%s", paper_choose(&e->paper, SAID_number_there));
    for (size_t k = 0; k < c && k < MOST_MAPS; k++) {
        size_t at = largest_of(e->y[i] + k, h * w, c);
        table_cell(&t, "%zu", k);
        table_cell(&t, "%zu", at / w);
        table_cell(&t, "%zu", at % w);
        table_cell(&t, "%.6g", (double)e->y[i][at * c + k]);
    }
    paper_say(&e->paper, SAID_strongest_maps);
    paper_table(&e->paper, &t);
    if (c > MOST_MAPS)
        paper_say(&e->paper, SAID_first_maps, (int)MOST_MAPS, c);
}

static void tell_command(struct explanation *e, size_t i, size_t output)
{
    char command[COMMAND_TEXT];
    if (!*command_text(e, command, i, output))
        return;
    paper_say(&e->paper,
              "How this number comes about:", "이 값을 구하는 과정은 다음 명령으로 볼 수 있습니다.");
    paper_line(&e->paper, "%s", command);
}

static void tell_strongest(struct explanation *e, size_t i)
{
    const struct layer *layer = explained_layer(e, i);
    char name[NAME_TEXT];
    size_t best = largest_of(e->y[i], shape_count(&layer->out), 1);
    if (!layer_computes(layer))
        return;
    paper_heading(&e->paper, 3, SAID_in_this_image);
    output_text(&e->paper, name, &layer->out, best);
    if (layer->out.rank == 3)
        tell_strongest_maps(e, i);
    else
        paper_say(&e->paper, SAID_largest_number, name, (double)e->y[i][best]);
    tell_command(e, i, best);
}

/* ---- all together ---------------------------------------------------------------------------------- */

/* "78 + 456 + 850 = 1384": what is not 0. */
static void tell_total(struct explanation *e, double (*count)(const struct layer *layer))
{
    char text[SUM_TEXT] = "", number[NUMBER_WIDTH];
    double total = 0;
    size_t used = 0;
    for (size_t i = 0; i < e->model->n_layers; i++) {
        const double n = count(&e->model->layer[i]);
        if (n > 0 && used < sizeof text - 2 * NUMBER_WIDTH)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", total > 0 ? " + " : "",
                                     number_text(number, n));
        total += n;
    }
    if (strchr(text, '+'))
        paper_line(&e->paper, "%s = %s", text, number_text(number, total));
    else
        paper_line(&e->paper, "%s", number_text(number, total));
}

static double count_parameters(const struct layer *layer)
{
    double n = 0;
    for (size_t i = 0; i < layer->n_parameters; i++)
        n += (double)layer->parameter[i].count;
    return n;
}

static double count_macs(const struct layer *layer)
{
    return layer->macs_forward;
}

static void tell_totals(struct explanation *e)
{
    struct paper *p = &e->paper;
    char learned[NUMBER_WIDTH], others[NUMBER_WIDTH];
    double all = 0, kept = 0;
    for (size_t i = 0; i < e->model->n_layers; i++) {
        all += count_parameters(&e->model->layer[i]);
        kept += count_parameters(&e->model->layer[i]) - (double)e->model->layer[i].n_trained;
    }
    paper_heading(p, 2, "All together", "모두 합치면");
    if (kept > 0)
        paper_say(p, "Parameters:", "파라미터는 모두 이만큼입니다.");
    else
        paper_say(p, "Parameters, all learned from images:",
                  "파라미터는 모두 이만큼이고, 전부 이미지를 보고 학습합니다.");
    tell_total(e, count_parameters);
    if (kept > 0)
        paper_say(
            p,
            "Of these %s are learned from images. The other %s are not: they are moving averages that a "
            "layer keeps while the network is trained.",
            "이 가운데 %s개는 이미지를 보고 학습합니다. 나머지 %s개는 학습하는 값이 아니라, 학습하는 "
            "동안 층이 모아 두는 이동 평균입니다.",
            number_text(learned, all - kept), number_text(others, kept));
    paper_say(p, "Multiplications for one image:", "이미지 한 장에 필요한 곱셈은 다음과 같습니다.");
    tell_total(e, count_macs);
}
