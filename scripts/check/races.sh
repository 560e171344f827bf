#!/usr/bin/env bash
# Runs the program and the tests that train under the thread sanitizer, with clang and its OpenMP runtime, whose tool
# archer tells the sanitizer which threads wait for which. Ends with status 1 at the first data race.
# Usage: scripts/check/races.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$top"
takes_no_words "$@"

scripts/build.sh threads
folder=build/threads
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The runtime itself is not instrumented: what it does inside is not to be judged.
export TSAN_OPTIONS="ignore_noninstrumented_modules=1 halt_on_error=1 exitcode=66" OMP_NUM_THREADS=4
archer=$(find /usr/lib/llvm-*/lib /usr/lib64 /usr/lib -maxdepth 1 -name 'libarcher.so' 2>/dev/null | head -n 1)
if [[ -z $archer ]]; then
    echo "races: libarcher.so is not there (Debian: libomp-dev)" >&2
    exit 77
fi
export OMP_TOOL_LIBRARIES=$archer
failed=0

check() {
    echo "races: ${*#"$folder/"}"
    "$@" >"$scratch/log" 2>&1 || { cat "$scratch/log" && failed=1; }
}

check "$folder/cnn" train --data tests/fuzz/data --model "$scratch/model.npz" --epochs 3 --batch-size 20 \
    --arch "conv2d:3,3,swish conv2d:6,3,swish flatten dense:84,swish dense:3,softmax" --validation-split 0.25
check "$folder/cnn" train --data tests/fuzz/data --resume "$scratch/model.npz" --epochs 6
check "$folder/cnn" evaluate --data tests/fuzz/data --model "$scratch/model.npz" --split train
for ((i = 1; i <= 6; i++)); do # each a stroke elsewhere
    awk -v x="$i" 'BEGIN { print "P2 20 24 255"; for (k = 0; k < 480; k++) print (k % 20 == 2 * x && k > 100 && k < 400) * 255 }' >"$scratch/$i.pgm"
done
check "$folder/cnn" predict --clean --model "$scratch/model.npz" "$scratch"/?.pgm --keep-stages "$scratch/steps"
for name in nn_test_{engine,determinism,resume}; do
    check "$folder/tests/$name"
done
exit "$failed"
