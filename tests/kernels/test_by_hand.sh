#!/usr/bin/env bash
# Where the processor has no flag that makes denormal numbers 0, vector/portable.h does it by hand: kernels/every, compiled
# as for such a processor, finds the bits that are written down there. At -O1, as no other build without sanitizers.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
read -ra cmocka < <(pkg-config --cflags --libs cmocka)
cc -std=gnu11 -O1 -ffp-contract=off -D_GNU_SOURCE -DCNN_DENORMALS_BY_HAND -Isrc -Iinclude -Itests \
    tests/kernels/test_every.c src/kernels/*.c src/base/{hash,memory,random,status,words}.c "${cmocka[@]}" -lm -o "$work/every"
"$work/every"
