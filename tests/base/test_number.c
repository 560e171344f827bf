#include "base/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void short_where_that_is_enough(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {{0, "0"}, {0.9, "0.9"}, {0.999, "0.999"}, {3, "3"}, {1e6, "1000000"}, {1e-300, "1e-300"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[NUMBER_TEXT];
        number_format(rows[i].value, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void reads_back_to_the_bit(void **state)
{
    (void)state;
    const double values[] = {1.0 / 3,       0.1 + 0.2, nextafter(1, 0),         nextafter(0.9, 1),
                             0x1.fffffep-1, 0x1p-1074, 0x1.fffffffffffffp+1023, 0.1234567890125,
                             1e22 / 7,      5e-324 * 3};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char text[NUMBER_TEXT];
        const char *rest = text;
        double value;
        number_format(values[i], text);
        assert_true(strlen(text) < NUMBER_TEXT);
        assert_true(number_parse(&rest, &value));
        assert_int_equal(*rest, '\0');
        assert_memory_equal(&value, &values[i], sizeof value);
    }
}

static void stops_behind_the_number(void **state)
{
    (void)state;
    const char *rest = "1.5e-3,x";
    double value;
    assert_true(number_parse(&rest, &value));
    assert_string_equal(rest, ",x");
    assert_true(value == 1.5e-3);
}

static void refuses_what_is_no_decimal_number(void **state)
{
    (void)state;
    const char *const texts[] = {"", " 1", "-1", "+1", "0x1p-1", "inf", "nan", "e5", ".", "1e999", ",1"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *rest = texts[i];
        double value;
        assert_false(number_parse(&rest, &value));
        assert_string_equal(rest, texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_where_that_is_enough),
        cmocka_unit_test(reads_back_to_the_bit),
        cmocka_unit_test(stops_behind_the_number),
        cmocka_unit_test(refuses_what_is_no_decimal_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
