#!/usr/bin/env bash
# What cnn explain --c prints compiles without a warning and computes the network's number to the bit, with every compiler
# there is; with another weight it says so. What cnn explain --quiz prints follows from the seed, and its key is right.
set -euo pipefail
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
digits=$PWD/data/digits
cd "$work"

fail() {
    echo "$*" >&2
    exit 1
}

# check_program "LAYER [OPTION]...": as the text says, for the model in cnn.npz.
check_program() {
    local compiler options
    read -ra options <<<"$1"
    "$program" explain --data "$digits" --layer "${options[@]}" --c >number.c
    for compiler in "${compilers[@]}"; do
        "$compiler" -std=c99 -pedantic -Wall -Wextra -Werror -O2 -ffp-contract=off number.c -o number -lm ||
            fail "$1: $compiler refuses"
        ./number >found || fail "$1, $compiler: $(cat found)"
        grep -q 'same bits' found || fail "$1: says nothing"
    done
    # A term of a sum; a number x that a line is made of.
    sed -e '0,/^    {0x[^0].*p[^,]*, /s/\(^    {0x[^,]*, \)/\10x1p+3f + /' -e 's/\(^    const float x = \)/\10x1p+3f + /' number.c >other.c
    cmp -s number.c other.c && fail "$1: no term to change"
    "${compilers[0]}" -std=c99 -O2 other.c -o other -lm
    ! ./other >found || fail "$1: another weight, and yet: $(cat found)"
}

compilers=()
for compiler in gcc clang; do
    ! command -v "$compiler" >/dev/null || compilers+=("$compiler")
done
[ ${#compilers[@]} -gt 0 ] || { echo "no compiler" && exit 77; }

# Every activation of the table, above 0 and below: units are found by their sign.
"$program" help activations >words
mapfile -t activations < <(sed -nE 's/^  ([a-z_0-9]+) .*/\1/p' words | grep -vx softmax)
[ ${#activations[@]} -ge 13 ] || fail "activations: ${activations[*]}"
for activation in "${activations[@]}"; do
    "$program" train --data "$digits" --epochs 1 --scale --verbose 0 --model cnn.npz \
        --arch "conv2d:3,5,$activation conv2d:4,3,$activation flatten dense:30,$activation dense:10,softmax"
    layers=(conv2d "dense --unit 1" "dense --unit 2" "dense --unit 3")
    [ "$activation" != swish ] || layers+=(conv2d_1 dense dense_1)
    for layer in "${layers[@]}"; do check_program "$layer"; done
    rm -f cnn*.npz
done

# What is made by lines: of a map, where each channel has its own numbers, and of a row.
"$program" train --data "$digits" --epochs 1 --scale --verbose 0 --model cnn.npz \
    --arch "conv2d:3,5 batchnorm activation:relu flatten dropout:0.3 dense:8 batchnorm activation:tanh dense:10,softmax"
for layer in "batch_normalization --map "{0,1,2} "batch_normalization --at 3,4" "batch_normalization_1 --unit "{0,7} "dropout --unit 3"; do
    check_program "$layer"
done
"$program" explain --data "$digits" --layer batch_normalization --c >number.c
sed 's/\(const float epsilon = \).*/\10x1p-9f;/' number.c >other.c
"${compilers[0]}" -std=c99 -O2 other.c -o other -lm
! ./other >found || fail "another epsilon, and yet: $(cat found)"
rm -f cnn*.npz

# ---- worksheets -------------------------------------------------------------------------------------------

"$program" train --data "$digits" --epochs 1 --scale --learning-rate 0.01 --verbose 0 --arch lesson
"$program" explain --data "$digits" --quiz 12 --answers >key
"$program" explain --data "$digits" --quiz 12 --answers --threads 3 | cmp - key || fail "the key depends on threads"
CNN_CPU=portable "$program" explain --data "$digits" --quiz 12 --answers | cmp - key || fail "the key depends on the machine"
"$program" explain --data "$digits" --quiz 13 --answers | cmp -s - key && fail "another seed, the same key"
"$program" explain --data "$digits" --quiz 12 >sheet
[ "$(grep -o ______ sheet | wc -l)" -ge 25 ] || fail "a worksheet with few gaps"
! grep -q ______ key || fail "a key with gaps"
[ "$(wc -l <sheet)" = "$(wc -l <key)" ] || fail "sheet and key have other lines"
numbers() { grep -oE '[0-9]([0-9.,]*[0-9])?' | sort; }
"$program" explain --data "$digits" --quiz 12 --answers --lang ko | numbers >korean
numbers <key | diff - korean >difference || fail "the Korean key has other numbers: $(cat difference)"

# The sums of the key, once more by awk.
awk '
    /^    x: /     { n = split($0, x, " ") }
    /^    w: /     { split($0, w, " "); sum = 0; for (i = 2; i <= n; i++) sum += x[i] * w[i] }
    /^    x \* w: / { rows++; total += sum; if ($4 - sum > 0.001 || sum - $4 > 0.001) { print "row: " sum " is not " $4; bad = 1 } }
    /bias is /     { match($0, /bias is -?[0-9.]+[0-9]/); bias = substr($0, RSTART + 8, RLENGTH - 8) }
    /^    z = /    { z++; if ($3 - total - bias > 0.001 || total + bias - $3 > 0.001) { print "z: " total + bias " is not " $3; bad = 1 } }
    END            { if (rows != 5 || z != 1 || bias == 0) { print rows " rows, " z " sums, bias " bias; bad = 1 }; exit bad }' key >found ||
    fail "the key is wrong: $(cat found)"
