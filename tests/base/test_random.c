/* Random numbers. The constants come from a second implementation, so that they hold on every machine; those
 * from the state {1, 2, 3, 4} are the test vector that other implementations of xoshiro256** share. */
#include "base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_generator_is_xoshiro256(void **state)
{
    (void)state;
    const uint64_t expected[] = {UINT64_C(11520),
                                 UINT64_C(0),
                                 UINT64_C(1509978240),
                                 UINT64_C(1215971899390074240),
                                 UINT64_C(1216172134540287360),
                                 UINT64_C(607988272756665600),
                                 UINT64_C(16172922978634559625),
                                 UINT64_C(8476171486693032832),
                                 UINT64_C(10595114339597558777),
                                 UINT64_C(2904607092377533576)};
    struct random random = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(random_u64(&random) == expected[i]);
}

static void each_seed_and_stream_has_its_numbers(void **state)
{
    (void)state;
    const struct {
        uint64_t seed, stream, expected[2];
    } rows[] = {
        {0, 0, {UINT64_C(0xfb5405f7bd79c540), UINT64_C(0x780c98e26cea5883)}},
        {1, 0, {UINT64_C(0xee127fe613436e33), UINT64_C(0xd6dad8d34a1874ea)}},
        {1, 1, {UINT64_C(0x309714ec38d33b4c), UINT64_C(0x1bc11473d28024a0)}},
        {UINT64_MAX, 7, {UINT64_C(0xd462b6158c719d40), UINT64_C(0x13996d876c18be87)}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct random random = random_stream(rows[i].seed, rows[i].stream);
        assert_true(random_u64(&random) == rows[i].expected[0]);
        assert_true(random_u64(&random) == rows[i].expected[1]);
    }
}

static void below_gives_its_numbers(void **state)
{
    (void)state;
    const uint32_t digits[] = {9, 8, 1, 6, 7, 0, 4, 8, 4, 1, 1, 4, 9, 1, 4, 5};
    /* Of 2^32 numbers 30 % are left over by this n: some draws are thrown away. */
    const uint32_t n_large = UINT32_C(3000000001);
    const uint32_t large[] = {2789909345, 495975748,  1816087445, 2333916656,
                              83378588,   2663956961, 1275751718, 317547825};
    struct random random = random_stream(1, 0);
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        assert_int_equal(random_below(&random, 10), digits[i]);
    random = random_stream(1, 0);
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        assert_int_equal(random_below(&random, n_large), large[i]);
    assert_int_equal(random_below(&random, 1), 0);
}

/* With n = 3 * 2^30 a draw that threw nothing away would give the multiples of 3 twice as often as the
 * others. A third of the draws is expected of each residue; 6 standard deviations are allowed. */
static void below_is_unbiased(void **state)
{
    (void)state;
    enum { N_DRAWS = 300000 };
    struct random random = random_stream(2, 0);
    size_t residues[3] = {0};
    for (size_t i = 0; i < N_DRAWS; i++) {
        uint32_t drawn = random_below(&random, UINT32_C(3) << 30);
        assert_true(drawn < UINT32_C(3) << 30);
        residues[drawn % 3]++;
    }
    double allowed = 6 * sqrt(N_DRAWS * (1.0 / 3) * (2.0 / 3));
    for (size_t i = 0; i < 3; i++)
        assert_true(fabs((double)residues[i] - N_DRAWS / 3.0) < allowed);
}

static void fractions_give_their_numbers(void **state)
{
    (void)state;
    struct random random = random_stream(1, 0);
    assert_true(random_float(&random) == 0x1.dc24fep-1f);
    assert_true(random_float(&random) == 0x1.adb5bp-1f);
    random = random_stream(1, 0);
    assert_true(random_double(&random) == 0x1.dc24ffcc2686dp-1);
    random = random_stream(1, 0);
    assert_true(random_normal(&random) == -0x1.745b9481df51p-3);
}

static void fractions_fill_their_range(void **state)
{
    (void)state;
    enum { N_DRAWS = 100000 };
    struct random random = random_stream(3, 0);
    double sum = 0, sum_normal = 0, squares_normal = 0;
    for (size_t i = 0; i < N_DRAWS; i++) {
        float fraction = random_float(&random);
        double normal = random_normal(&random);
        assert_true(fraction >= 0 && fraction < 1);
        assert_true(normal >= -6 && normal <= 6);
        sum += (double)fraction;
        sum_normal += normal;
        squares_normal += normal * normal;
    }
    assert_true(fabs(sum / N_DRAWS - 0.5) < 6 * sqrt(1.0 / 12 / N_DRAWS));
    assert_true(fabs(sum_normal / N_DRAWS) < 6 * sqrt(1.0 / N_DRAWS));
    assert_true(fabs(squares_normal / N_DRAWS - 1) < 6 * sqrt(2.0 / N_DRAWS));
}

static void a_permutation_gives_its_order(void **state)
{
    (void)state;
    const uint32_t expected[] = {3, 5, 2, 8, 0, 6, 4, 1, 7, 9};
    uint32_t order[10];
    struct random random = random_stream(1, 0);
    random_permutation(&random, order, 10);
    assert_memory_equal(order, expected, sizeof expected);
    random_permutation(&random, order, 0);
    assert_memory_equal(order, expected, sizeof expected);
}

static void a_permutation_holds_each_number_once(void **state)
{
    (void)state;
    enum { N = 60000 };
    static uint32_t order[N];
    static uint8_t seen[N];
    struct random random = random_stream(4, 0);
    random_permutation(&random, order, N);
    size_t in_place = 0;
    for (size_t i = 0; i < N; i++) {
        assert_true(order[i] < N);
        assert_int_equal(seen[order[i]]++, 0);
        in_place += order[i] == i;
    }
    assert_true(in_place < 12); /* one is expected */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_is_xoshiro256),
        cmocka_unit_test(each_seed_and_stream_has_its_numbers),
        cmocka_unit_test(below_gives_its_numbers),
        cmocka_unit_test(below_is_unbiased),
        cmocka_unit_test(fractions_give_their_numbers),
        cmocka_unit_test(fractions_fill_their_range),
        cmocka_unit_test(a_permutation_gives_its_order),
        cmocka_unit_test(a_permutation_holds_each_number_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
