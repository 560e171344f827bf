/* Bytes and fingerprints. The constants come from a second implementation, so that they hold on every
 * machine. */
#include "base/bytes.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void bytes_have_an_order(void **state)
{
    (void)state;
    const uint8_t bytes[] = {0x81, 0x02, 0x03, 0x84, 0x05, 0x06, 0x07, 0x88};
    assert_int_equal(bytes_u32_be(bytes), UINT32_C(0x81020384));
    assert_int_equal(bytes_u32_le(bytes), UINT32_C(0x84030281));
    assert_true(bytes_u64_le(bytes) == UINT64_C(0x8807060584030281));
    uint8_t out[8];
    bytes_put_u32_le(out, UINT32_C(0x84030281));
    assert_memory_equal(out, bytes, 4);
    bytes_put_u64_le(out, UINT64_C(0x8807060584030281));
    assert_memory_equal(out, bytes, 8);
}

static void hashes_are_the_same_everywhere(void **state)
{
    (void)state;
    uint8_t count[17];
    for (size_t i = 0; i < sizeof count; i++)
        count[i] = (uint8_t)i;
    assert_true(hash_bytes(HASH_START, "", 0) == UINT64_C(0x68853b6a3912cca3));
    assert_true(hash_bytes(HASH_START, "a", 1) == UINT64_C(0x68e0166a3938c199));
    assert_true(hash_bytes(HASH_START, "\0", 1) == UINT64_C(0x68853a6a3912cc7c));
    assert_true(hash_bytes(HASH_START, "abcdefgh", 8) == UINT64_C(0xe45874223cdac9eb));
    assert_true(hash_bytes(HASH_START, "abcdefghi", 9) == UINT64_C(0xe61865223d2bd069));
    assert_true(hash_bytes(HASH_START, count, 17) == UINT64_C(0x78b610f8d65ff0b1));
    assert_true(hash_u64(HASH_START, 0) == UINT64_C(0xaf63bd4c29620a93));
    assert_true(hash_u64(HASH_START, UINT64_C(0x0123456789abcdef)) == UINT64_C(0x2c8363b02de3a28e));
}

static void hashes_differ_with_each_bit_and_length_and_place(void **state)
{
    (void)state;
    uint8_t bytes[40] = {0}, shifted[41] = {0};
    uint64_t seen[8 * sizeof bytes + sizeof bytes];
    size_t n = 0;
    for (size_t length = 0; length < sizeof bytes; length++)
        seen[n++] = hash_bytes(HASH_START, bytes, length);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        seen[n++] = hash_bytes(HASH_START, bytes, sizeof bytes);
        memcpy(shifted + 1, bytes, sizeof bytes); /* memory that is not aligned gives the same */
        assert_true(seen[n - 1] == hash_bytes(HASH_START, shifted + 1, sizeof bytes));
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_true(seen[i] != seen[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_have_an_order),
        cmocka_unit_test(hashes_are_the_same_everywhere),
        cmocka_unit_test(hashes_differ_with_each_bit_and_length_and_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
