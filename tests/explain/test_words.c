/* Every layer of the table says what it is, in both languages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "nn/layer.h"

static const char *const topics[N_TOPICS] = {"TOPIC_PURPOSE", "TOPIC_SHAPE", "TOPIC_COUNT", "TOPIC_WORK"};

static bool is_korean(const char *text)
{
    bool hangul = false;
    for (; *text; text++)
        hangul = hangul || ((unsigned char)*text >= 0xea && (unsigned char)*text <= 0xed);
    return hangul;
}

static void check_words(const struct layer_type *type)
{
    const struct layer_words *words = type->words;
    bool told[N_TOPICS] = {false}, says_how = false;
    if (!words)
        fail_msg("%s says nothing of itself: give it a struct layer_words (layer.h), as conv2d.c has",
                 type->word);
    assert_non_null(words->english);
    assert_true(is_korean(words->korean));
    for (size_t i = 0; i < LAYER_TEXTS && words->text[i].english; i++) {
        const struct layer_text *text = &words->text[i];
        says_how = says_how || (text->is && text->topic == TOPIC_NUMBER);
        if (text->korean && text->topic < N_TOPICS)
            told[text->topic] = told[text->topic] || !text->holds;
        if (text->korean && !is_korean(text->korean))
            fail_msg("%s: not Korean: %s", type->word, text->korean);
        if (!text->korean && !text->is && !strchr(text->english, '='))
            fail_msg("%s: no Korean for: %s", type->word, text->english);
    }
    if (type->forward && !type->has_activation && !words->step && !says_how)
        fail_msg("%s does not say how a number of it comes about: give it step, or lines of TOPIC_NUMBER "
                 "(layer.h), as batchnorm.c has",
                 type->word);
    for (size_t i = 0; i < N_TOPICS; i++)
        if (!told[i])
            fail_msg("%s has no paragraph for %s that always holds", type->word, topics[i]);
}

static void test_every_layer_has_words(void **state)
{
    (void)state;
    for (size_t i = 0; layer_type_at(i); i++)
        check_words(layer_type_at(i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_layer_has_words)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
