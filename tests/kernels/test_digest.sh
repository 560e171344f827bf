#!/usr/bin/env bash
# The kernels give the same bits under every instruction set, compiler and optimization level: tests/kernels/digest.c
# built in each way that this machine offers, the 64-bit ARM build run by qemu-user. What is missing is skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags=(-std=gnu11 -ffp-contract=off -D_GNU_SOURCE -Isrc -Iinclude)
sources=(tests/kernels/digest.c src/kernels/kernels.c src/kernels/isa_portable.c src/kernels/isa_neon.c
         src/base/hash.c src/base/memory.c src/base/random.c src/base/status.c src/base/words.c)

# build NAME COMPILER OPTIONS...
build() {
    local name=$1 compiler=$2
    shift 2
    "$compiler" "${flags[@]}" "$@" -c src/kernels/isa_avx2.c -o "$work/avx2.o" "${avx2[@]}"
    "$compiler" "${flags[@]}" "$@" -c src/kernels/isa_avx512.c -o "$work/avx512.o" "${avx512[@]}"
    "$compiler" "${flags[@]}" "$@" "${sources[@]}" "$work/avx2.o" "$work/avx512.o" -lm -o "$work/$name"
}

avx2=() avx512=()
if [ "$(uname -m)" = x86_64 ]; then
    avx2=(-mavx2 -mfma)
    avx512=(-mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma)
fi
: >"$work/all"
for how in "gcc -O1" "gcc -O3" "clang -O2"; do
    read -ra command <<<"$how"
    command -v "${command[0]}" >/dev/null || { echo "skipped: no ${command[0]}"; continue; }
    build host "${command[@]}"
    "$work/host" | sed "s/^/$how /" >>"$work/all"
done
avx2=() avx512=()
build by_hand cc -O2 -DCNN_DENORMALS_BY_HAND
"$work/by_hand" | sed "s/^/denormals by hand /" >>"$work/all"
if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then
    build arm aarch64-linux-gnu-gcc -O2 -static
    qemu-aarch64 "$work/arm" | sed "s/^/aarch64 /" >>"$work/all"
else
    echo "skipped: no compiler or emulator for 64-bit ARM"
fi
cat "$work/all"
[ "$(awk '{ print $NF }' "$work/all" | sort -u | wc -l)" = 1 ] || { echo "the bits differ" >&2; exit 1; }
