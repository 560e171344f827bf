/* The step of a weight in words. */
#include "explain/step.h"

#include "explain/worked.h"

#include <math.h>
#include <stdio.h>

static void tell_rmsprop(struct paper *p, const struct weight_step *s)
{
    const double rho = (double)s->update.decay, rate = (double)s->update.learning_rate;
    paper_line(p, "v = %g * v + %g * g^2 = %g * %.6g + %g * (%.6g)^2 = %.6g", rho, 1 - rho, rho,
               (double)s->slot[0], 1 - rho, (double)s->g, (double)s->new_slot[0]);
    if (s->update.epsilon_inside_root)
        paper_line(p, "w = w - %g * g / sqrt(v + 1e-7) = %.9g - %g * %.6g / sqrt(%.6g + 1e-7) = %.9g", rate,
                   (double)s->w, rate, (double)s->g, (double)s->new_slot[0], (double)s->new_w);
    else
        paper_line(p, "w = w - %g * g / (sqrt(v) + 1e-7) = %.9g - %g * %.6g / (sqrt(%.6g) + 1e-7) = %.9g",
                   rate, (double)s->w, rate, (double)s->g, (double)s->new_slot[0], (double)s->new_w);
}

static void tell_sgd(struct paper *p, const struct weight_step *s)
{
    const double momentum = (double)s->update.decay, rate = (double)s->update.learning_rate;
    const double m = (double)s->new_slot[0], g = (double)s->g, w = (double)s->w, new_w = (double)s->new_w;
    if (momentum <= 0) {
        paper_line(p, "w = w - %g * g = %.9g - %g * %.6g = %.9g", rate, w, rate, g, new_w);
        return;
    }
    paper_line(p, "m = %g * m - %g * g = %g * %.6g - %g * %.6g = %.6g", momentum, rate, momentum,
               (double)s->slot[0], rate, g, m);
    if (s->update.nesterov)
        paper_line(p, "w = w + %g * m - %g * g = %.9g + %g * %.6g - %g * %.6g = %.9g", momentum, rate, w,
                   momentum, m, rate, g, new_w);
    else
        paper_line(p, "w = w + m = %.9g + %.6g = %.9g", w, m, new_w);
}

/* AdamW first draws the weight towards 0. */
static void tell_adam(struct paper *p, const struct weight_step *s)
{
    const double a = (double)s->update.decay, b = (double)s->update.second_decay,
                 shrink = (double)s->update.weight_decay;
    float w = s->w;
    paper_line(p, "m = %g * m + %g * g = %g * %.6g + %g * %.6g = %.6g", a, 1 - a, a, (double)s->slot[0],
               1 - a, (double)s->g, (double)s->new_slot[0]);
    paper_line(p, "v = %g * v + %g * g^2 = %g * %.6g + %g * (%.6g)^2 = %.6g", b, 1 - b, b, (double)s->slot[1],
               1 - b, (double)s->g, (double)s->new_slot[1]);
    paper_line(p, "lr = %g * sqrt(1 - %g^t) / (1 - %g^t) = %.6g, t = %llu", s->learning_rate, b, a,
               (double)s->update.learning_rate, (unsigned long long)s->step);
    if (shrink > 0) {
        w = exact_sub(w, exact_mul(s->update.weight_decay, w));
        paper_line(p, "w = w - %g * w = %.9g - %g * %.9g = %.9g", shrink, (double)s->w, shrink, (double)s->w,
                   (double)w);
    }
    paper_line(p, "w = w - lr * m / (sqrt(v) + 1e-7) = %.9g - %.6g * %.6g / (sqrt(%.6g) + 1e-7) = %.9g",
               (double)w, (double)s->update.learning_rate, (double)s->new_slot[0], (double)s->new_slot[1],
               (double)s->new_w);
}

/* For an optimizer that has no words here: what goes in and what comes out. */
static void tell_any(struct paper *p, const struct weight_step *s)
{
    for (size_t k = 0; k < s->setting.n_slots; k++)
        paper_line(p, "slot_%zu: %.6g -> %.6g", k, (double)s->slot[k], (double)s->new_slot[k]);
    paper_line(p, "w: %.9g -> %.9g", (double)s->w, (double)s->new_w);
}

static void tell_formula(struct paper *p, const struct weight_step *s)
{
    switch (s->setting.kind) {
    case OPTIMIZER_rmsprop:
        tell_rmsprop(p, s);
        break;
    case OPTIMIZER_sgd:
        tell_sgd(p, s);
        break;
    case OPTIMIZER_adam:
    case OPTIMIZER_adamw:
        tell_adam(p, s);
        break;
    default:
        tell_any(p, s);
    }
}

static void weight_name(const struct weight_step *s, char name[NAME_TEXT])
{
    size_t within, used;
    const struct parameter *p = parameter_at(s->layer, s->at, &within);
    used = (size_t)snprintf(name, NAME_TEXT, "%s/%s[", s->layer->name, p->name);
    for (size_t k = 0, rest = p->count; k < p->rank && used < NAME_TEXT; k++) {
        rest /= p->shape[k];
        used += (size_t)snprintf(name + used, NAME_TEXT - used, "%s%zu", k ? ", " : "", within / rest);
        within %= rest;
    }
    if (used < NAME_TEXT)
        snprintf(name + used, NAME_TEXT - used, "]");
}

/* What else the loss and the run make of the gradient. */
static void tell_regularization(struct explanation *e, const struct weight_step *s)
{
    struct paper *p = &e->paper;
    const double l2 = e->model->objective.l2,
                 most = s->global_clipnorm > 0 ? s->global_clipnorm : s->clipnorm;
    size_t within;
    if (s->otherwise)
        paper_say(
            p,
            "This gradient is that of training, in which some layers compute otherwise than above; what they "
            "say of themselves tells how.",
            "이 기울기는 학습할 때의 계산에서 나온 것입니다. 학습할 때는 위와 다르게 계산하는 층이 있으며, "
            "그 층의 설명에 나와 있습니다.");
    if (l2 > 0 && parameter_is_kernel(parameter_at(s->layer, s->at, &within))) {
        paper_say(p,
                  "L2 adds %g * w^2 to the loss, and so 2 * %g * w to the gradient: it draws every weight "
                  "towards 0.",
                  "L2는 손실에 %g * w^2을 더하므로 기울기에는 2 * %g * w가 더해집니다. 그래서 가중치는 "
                  "저마다 0 쪽으로 조금씩 끌려갑니다.",
                  l2, l2);
        paper_line(p, "g = g + 2 * %g * w = %.6g + %g * %.6g = %.6g", l2, (double)s->image_g, 2 * l2,
                   (double)s->w, (double)s->whole_g);
    }
    if (most > 0) {
        paper_say(
            p,
            s->global_clipnorm > 0
                ? "The run clips the gradient of all weights as one where it is longer than %g. Its length "
                  "here, the root of the sum of all squares, is %.6g:"
                : "The run clips the gradient of each array of weights where it is longer than %g. The "
                  "length of this array's, the root of the sum of its squares, is %.6g:",
            s->global_clipnorm > 0
                ? "이 학습에서는 가중치 전체에 대한 기울기의 길이가 %g보다 길면 줄입니다. 여기서 "
                  "그 길이(제곱을 모두 더한 값의 제곱근)는 %.6g입니다."
                : "이 학습에서는 가중치 배열마다 기울기의 길이가 %g보다 길면 줄입니다. 이 배열에서 "
                  "그 길이(제곱을 모두 더한 값의 제곱근)는 %.6g입니다.",
            most, s->norm);
        if (s->norm > most)
            paper_line(p, "g = g * %g / %.6g = %.6g", most, s->norm, (double)s->g);
        else
            paper_line(p, "g = %.6g", (double)s->g);
    }
}

/* Of a run that averages its weights. */
static void tell_mean(struct paper *p, const struct weight_step *s)
{
    const bool copied = s->step == 1 && s->compat == CNN_KERAS3;
    const float old = copied ? 0 : (float)s->ema, mean = old * s->mean + (1 - old) * s->new_w;
    if (s->mean_in_model)
        paper_say(
            p,
            "This run averages its weights over the steps (--ema), and its model is that mean. Training "
            "itself would go on from other weights, which the file keeps too: the step above is the one "
            "that the mean would make.",
            "이 학습은 스텝마다의 가중치를 평균하며(--ema), 이 모델이 바로 그 평균입니다. 학습을 이어 "
            "가면 평균이 아니라 파일에 따로 남아 있는 가중치에서 시작합니다. 위의 스텝은 평균에서 "
            "시작한다고 보고 계산한 것입니다.");
    if (!s->has_mean)
        return;
    paper_say(p,
              "The run also keeps the mean of its weights over the steps (--ema), which its model becomes in "
              "the end:",
              "이 학습은 스텝마다의 가중치를 평균해 두었다가(--ema) 마지막에 모델로 씁니다. 평균은 이렇게 "
              "바뀝니다.");
    paper_line(p, "mean = %g * mean + %g * w = %g * %.9g + %g * %.9g = %.9g", s->ema, 1 - s->ema, s->ema,
               (double)s->mean, 1 - s->ema, (double)s->new_w, (double)mean);
}

void tell_weight_step(struct explanation *e, const struct weight_step *s)
{
    struct paper *p = &e->paper;
    char name[NAME_TEXT];
    struct worked seen = s->seen;
    weight_name(s, name);
    paper_heading(p, 3, "How a weight learns from this image", "이 이미지로 가중치 하나가 학습하는 과정");
    paper_say(p,
              "Training moves each weight a little, so that the loss falls. If this image alone were a batch "
              "of one, the gradient of the loss by the weight %s would be g = %.6g. Where a gradient is "
              "above 0, the loss rises with the weight; where it is below 0, it falls. Among the weights of "
              "%s this is the steepest.",
              "학습은 손실이 줄어드는 쪽으로 가중치를 조금씩 옮기는 일입니다. 이 이미지 한 장만으로 배치를 "
              "만들면, 가중치 %s에 대한 손실의 기울기는 g = %.6g입니다. 기울기가 0보다 크면 가중치가 커질 때 "
              "손실도 커지고, 0보다 작으면 손실이 줄어듭니다. %s 가중치 가운데 기울기가 가장 가파른 것을 "
              "골랐습니다.",
              name, (double)s->image_g,
              s->layer->type->words->step ? paper_choose(p, "the sum above", "위의 합에 쓰인")
                                          : paper_choose(p, "the lines above", "위의 계산에 쓰인"));
    if (fabsf(s->image_g) <= 0)
        paper_say(p, "It is 0: a small change of the weight leaves the loss of this image as it is.",
                  "기울기가 0입니다. 가중치를 조금 바꾸어도 이 이미지의 손실은 그대로입니다.");
    tell_regularization(e, s);
    if (s->has_run)
        paper_say(p,
                  "The run's optimizer, %s, at its step %llu, with what it remembers from the steps before:",
                  "이 학습에 쓰인 옵티마이저는 %s이고, %llu번째 스텝입니다. 옵티마이저가 이전 스텝에서 "
                  "기억해 둔 값을 그대로 씁니다.",
                  s->optimizer, (unsigned long long)s->step);
    else
        paper_say(p,
                  "The file holds no run, so this is the optimizer that cnn train begins with, %s, at its "
                  "step %llu, and "
                  "what it remembers is 0:",
                  "파일에 학습 기록이 없습니다. 그래서 cnn train이 처음 시작할 때의 옵티마이저 %s, %llu번째 "
                  "스텝으로 계산하고, 옵티마이저가 기억하는 값은 0으로 "
                  "두었습니다.",
                  s->optimizer, (unsigned long long)s->step);
    tell_formula(p, s);
    tell_mean(p, s);
    tell_topic(e, seen.layer, TOPIC_STEP, &seen);
}
