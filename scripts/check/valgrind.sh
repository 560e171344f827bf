#!/usr/bin/env bash
# Runs the program and its quick tests under valgrind's memcheck: a training that is stopped and resumed, a prediction, a
# score, a summary, and tests of files and texts. Ends with status 1 at the first byte that is read before it was
# written, touched outside of what was asked for, or lost. About two minutes.
# Usage: scripts/check/valgrind.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
takes_no_words "$@"

scripts/build.sh debug
folder=build/debug
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=2
failed=0

# What OpenMP keeps until the process ends is not lost.
check() {
    echo "valgrind: ${*#"$folder/"}"
    valgrind --quiet --error-exitcode=9 --leak-check=full --errors-for-leak-kinds=definite,indirect "$@" \
        >"$scratch/log" 2>&1 || { cat "$scratch/log" && failed=1; }
}

data=(--data tests/fuzz/data)
model=(--model "$scratch/model.npz")
check "$folder/cnn" train "${data[@]}" "${model[@]}" --epochs 2 --batch-size 5 --save-every 2 --optimizer adam \
    --arch "conv2d:3,3,swish flatten dense:5,tanh dense:3,softmax" --validation-split 0.25 --history "$scratch/history.csv"
check "$folder/cnn" train "${data[@]}" --resume "$scratch/model.npz" --epochs 3
check "$folder/cnn" predict "${data[@]}" "${model[@]}" --split train
check "$folder/cnn" evaluate "${data[@]}" "${model[@]}" --split train
check "$folder/cnn" summary "${model[@]}"
# Not base_test_memory, which asks for absurd sizes on purpose: valgrind counts that as an error.
for name in base_test_{file,hash,number,random,status} data_test_{idx,stream} nn_test_{plans,spec,npy,formats}; do
    check "$folder/tests/$name"
done
for name in tests/fuzz/corpus/*; do
    check "$folder/tests/fuzz/fuzz_${name##*/}" "$name"
done
exit "$failed"
