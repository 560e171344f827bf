#!/usr/bin/env bash
# cnn bench: the shape of its table and of its JSON, and what it says to wrong use. No figure is looked at.
# Usage: test_bench.sh PROGRAM
set -euo pipefail

cnn=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    echo "$1" >&2
    cat "$scratch/out" "$scratch/error" >&2
    exit 1
}

# bench STATUS OPTIONS...: runs it into out and error.
bench() {
    local expected=$1 status=0
    shift
    "$cnn" bench --seconds 0.01 "$@" >"$scratch/out" 2>"$scratch/error" || status=$?
    [[ $status == "$expected" ]] || fail "bench $*: exit status $status, expected $expected"
}

# has PATTERN: a line of the output that matches.
has() {
    grep -Eq "$1" "$scratch/out" || fail "no line like: $1"
}

bench 0 --arch "flatten dense:4,softmax" --input 3x5x2 --threads 2
has "^images of 3 x 5 x 2 random bytes"
has "^FLOP: 2 x the multiplications"
for batch in 1 32 256 1,024; do
    has "^Batch of $batch, 1 thread .*GFLOP/s .*of peak .*images/s$"
done
has "^  dense +gradient, update +[0-9.]+ [mu ]s +[0-9.]+ +[0-9.]+ % +[0-9.]+ %"
has "^ +training .* [0-9,]+$"
! grep -q ' $' "$scratch/out" || fail "a line ends in blanks"
# A count of images from 100 million a second on is longer than its column: the machine is fast, the table right.
sed -E 's/ [0-9,]{11,}$//' "$scratch/out" >"$scratch/bounded"
[[ $(wc -L <"$scratch/bounded") -le 100 ]] || fail "a line is longer than 100 characters"

bench 0 --batch 5 --arch "flatten dense:4,softmax" --input 3x5x2 --threads 1 --json
has '"input": \[3, 5, 2\], '
has '\{"kind": "kernel", "work": "forward", "layer": "dense", "batch_size": 5, "threads": 1, [^}]*"flop": 1200, '
if command -v python3 >/dev/null; then
    python3 -m json.tool <"$scratch/out" >/dev/null || fail "not JSON"
fi

for wrong in 28 28x28 28x28x1x1 0x28x1 28x-1x1 28x28x1k x28x1 99999999999999999999x1x1; do
    bench 2 --input "$wrong"
    grep -Fq "cnn bench: --input: expected HEIGHTxWIDTHxCHANNELS such as 28x28x1, found '$wrong'" "$scratch/error" ||
        fail "--input $wrong: another message"
done
bench 2 --arch "conv2d:3,5 dense:10,softmax"
[[ ! -s $scratch/out ]] || fail "something was printed before the error"
