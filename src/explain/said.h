/* What an explanation says that a page says too (src/export), of whatever is drawn in it: a model's own
 * pieces whole, and the sentences that an image's numbers go into. */
#ifndef EXPLAIN_SAID_H
#define EXPLAIN_SAID_H

#include "explain/paper.h"
#include "nn/model.h"

/* The pieces of the paragraph on a model's input, and of that on its layer i, 1 .. n_layers: headings, texts,
 * lines. */
void said_of_input(const struct cnn_model *model, enum cnn_language language, paper_piece *told,
                   void *context);
void said_of_layer(const struct cnn_model *model, size_t i, enum cnn_language language, paper_piece *told,
                   void *context);

/* The pieces of a topic of its layer i: TOPIC_NUMBER, TOPIC_TRAINING. */
void said_of_topic(const struct cnn_model *model, size_t i, enum layer_topic topic,
                   enum cnn_language language, paper_piece *told, void *context);

/* A sentence with what printf fills in, the same values in the same order in both languages. */
struct said {
    const char *name, *english, *korean;
};

/* Row i; NULL past the end. */
const struct said *said_at(size_t i);

/* ---- the sentences: English, Korean ----------------------------------------------------------------- */

#define SAID_ROWS(ROW)                                                                                       \
    ROW(in_this_image)                                                                                       \
    ROW(strongest_maps)                                                                                      \
    ROW(first_maps)                                                                                          \
    ROW(largest_number)                                                                                      \
    ROW(map)                                                                                                 \
    ROW(row)                                                                                                 \
    ROW(column)                                                                                              \
    ROW(number_there)                                                                                        \
    ROW(a_map)                                                                                               \
    ROW(a_unit)                                                                                              \
    ROW(step_by_step)                                                                                        \
    ROW(how)                                                                                                 \
    ROW(looks_at)                                                                                            \
    ROW(one_row)                                                                                             \
    ROW(rows)                                                                                                \
    ROW(one_column)                                                                                          \
    ROW(columns)                                                                                             \
    ROW(the_image)                                                                                           \
    ROW(layer_below)                                                                                         \
    ROW(from_the_bias)                                                                                       \
    ROW(place_in_image)                                                                                      \
    ROW(place_in_maps)                                                                                       \
    ROW(bias)                                                                                                \
    ROW(sum)                                                                                                 \
    ROW(together)                                                                                            \
    ROW(together_but)                                                                                        \
    ROW(the_same)                                                                                            \
    ROW(not_the_same)                                                                                        \
    ROW(activation)                                                                                          \
    ROW(the_answer)                                                                                          \
    ROW(softmax)                                                                                             \
    ROW(class)                                                                                               \
    ROW(probability)                                                                                         \
    ROW(answer_is)                                                                                           \
    ROW(the_largest)                                                                                         \
    ROW(outputs)                                                                                             \
    ROW(output)                                                                                              \
    ROW(largest_is)

#define SAID_in_this_image "In this image", "이 이미지에서는"
#define SAID_strongest_maps                                                                                                                   \
    "Where each map is strongest in this image, counted from 0: there the feature was found.",                                                \
        "이 이미지에서 특징맵마다 값이 가장 큰 자리입니다(번호는 0부터). 바로 그 자리에서 특징을 찾은 " \
        "것입니다."
#define SAID_first_maps "The first %d of %zu maps.", "처음 %d개만 나타냈습니다. 특징맵은 모두 %zu개입니다."
#define SAID_largest_number "The largest number is that of %s: %.6g.", "값이 가장 큰 것은 %s입니다: %.6g"
#define SAID_map "map", "특징맵"
#define SAID_row "row", "행"
#define SAID_column "column", "열"
#define SAID_number_there "number there", "그 자리의 값"
#define SAID_a_map "map %zu, row %zu, column %zu", "특징맵 %zu, %zu행 %zu열"
#define SAID_a_unit "unit %zu", "유닛 %zu"
#define SAID_step_by_step "%s, %s: the sum, step by step", "%s: %s의 값을 구하는 과정"
#define SAID_how "%s, %s: how it comes about", "%s: %s의 값을 구하는 과정"
#define SAID_looks_at                                                                                        \
    "Of %s it looks at %s and %s. Rows, columns, maps and units are counted from 0.",                        \
        "%s의 %s %s을 봅니다. 행, 열, 특징맵, 유닛의 번호는 모두 0부터 셉니다."
#define SAID_one_row "row %zu", "%zu행"
#define SAID_rows "rows %zu to %zu", "%zu~%zu행"
#define SAID_one_column "column %zu", "%zu열"
#define SAID_columns "columns %zu to %zu", "%zu~%zu열"
#define SAID_the_image "the image", "이미지"
#define SAID_layer_below "the layer below", "앞 층"
#define SAID_from_the_bias                                                                                                                        \
    "The sum begins with the bias. Then one product after the other is added to it, in single precision; "                                        \
    "each time product and addition are rounded once, together (fused multiply-add).",                                                            \
        "합은 편향에서 시작합니다. 거기에 곱을 하나씩 차례로 더합니다. 단정밀도로 계산하며, 곱하고 더한 " \
        "다음에 한 번만 반올림합니다(FMA)."
#define SAID_place_in_image "row, column, channel", "행, 열, 채널"
#define SAID_place_in_maps "row, column, map", "행, 열, 특징맵"
#define SAID_bias "bias", "편향"
#define SAID_sum "sum", "합"
#define SAID_together                                                                                        \
    "Together: %.6g. The network itself computed the same number, to the last bit.",                         \
        "모두 합치면 %.6g입니다. 신경망이 직접 계산한 값과 마지막 비트까지 같습니다."
#define SAID_together_but                                                                                    \
    "Together: %.9g. The network itself computed %.9g.",                                                     \
        "모두 합치면 %.9g입니다. 신경망이 직접 계산한 값은 %.9g입니다."
#define SAID_the_same                                                                                        \
    "The network itself computed the same number, to the last bit.",                                         \
        "신경망이 직접 계산한 값과 마지막 비트까지 같습니다."
#define SAID_not_the_same                                                                                    \
    "That is %.9g. The network itself computed %.9g.",                                                       \
        "이렇게 하면 %.9g입니다. 신경망이 직접 계산한 값은 %.9g입니다."
#define SAID_activation                                                                                      \
    "The activation function %s makes the final number y of the sum z:",                                     \
        "이 합 z에 활성화 함수 %s를 적용하면 최종 값 y가 됩니다."
#define SAID_the_answer "The answer: softmax", "답: 소프트맥스"
#define SAID_softmax                                                                                                                            \
    "The last sums z, the logits, can be any numbers. Softmax makes probabilities of them: none below 0, "                                      \
    "all together 1. The largest z, max = %.6g, is first taken from each, so that no e^z becomes too "                                          \
    "large; this changes no probability. Then each e^(z - max) is divided by the sum of all:",                                                  \
        "마지막 층의 합 z(로짓)는 어떤 수든 될 수 있습니다. 소프트맥스는 이것을 확률로 바꿉니다. 확률은 " \
        "0보다 작지 않고, 모두 더하면 1입니다. 먼저 z에서 가장 큰 값(max = %.6g)을 똑같이 뺍니다. e^z가 "         \
        "너무 커지지 않게 하려는 것이고, 확률은 달라지지 않습니다. 그다음 e^(z - max) 값을 그 전체의 "         \
        "합으로 나눕니다."
#define SAID_class "class", "클래스"
#define SAID_probability "probability", "확률"
#define SAID_answer_is                                                                                       \
    "The network's answer is %zu, which has the largest probability.",                                       \
        "신경망의 답은 확률이 가장 큰 %zu입니다."
#define SAID_the_largest "The answer: the largest output", "답: 가장 큰 출력"
#define SAID_outputs                                                                                                                             \
    "The last layer gives one number for each class. Without softmax they are no probabilities: they "                                           \
    "need not add up to 1. The largest is the answer.",                                                                                          \
        "마지막 층은 클래스마다 수를 하나씩 내놓습니다. 소프트맥스가 없으므로 이 수는 확률이 아닙니다. " \
        "모두 더해도 1이 된다는 보장이 없습니다. 가장 큰 수의 클래스가 답입니다."
#define SAID_output "output", "출력"
#define SAID_largest_is                                                                                      \
    "The network's answer is %zu, which has the largest output.", "신경망의 답은 출력이 가장 큰 %zu입니다."

#endif
