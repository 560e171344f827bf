#!/usr/bin/env bash
# cnn doctor: a line for each finding, what to do below it, and status 1 when there is a fault.
set -euo pipefail
cnn=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# expect STATUS TEXT... -- ARGUMENT...: status, and texts that are printed, on whichever output.
expect() {
    local status=$1 found=0 texts=()
    shift
    while [[ $1 != -- ]]; do
        texts+=("$1")
        shift
    done
    shift
    "$cnn" doctor "$@" >"$scratch/out" 2>&1 || found=$?
    if [[ $found != "$status" ]]; then
        cat "$scratch/out"
        echo "doctor $*: expected status $status, found $found"
        exit 1
    fi
    for text in "${texts[@]}"; do
        grep -qF -- "$text" "$scratch/out" || { cat "$scratch/out" && echo "doctor $*: expected '$text'" && exit 1; }
    done
}

# Test images: the first 12 of the 24.
mkdir "$scratch/data"
cp tests/fuzz/data/train-* "$scratch/data"
{ printf '\0\0\10\3\0\0\0\14' && tail -c +9 tests/fuzz/data/train-images-idx3-ubyte | head -c $((8 + 12 * 36)); } \
    >"$scratch/data/t10k-images-idx3-ubyte"
{ printf '\0\0\10\1\0\0\0\14' && tail -c +9 tests/fuzz/data/train-labels-idx1-ubyte | head -c 12; } \
    >"$scratch/data/t10k-labels-idx1-ubyte"
"$cnn" train --data "$scratch/data" --model "$scratch/model.npz" --epochs 100 --scale --learning-rate 0.01 --verbose 0 \
    --arch "flatten dense:3,softmax"

expect 0 "no faults found" "ok     machine" "ok     model" -- --data "$scratch/data" --model "$scratch/model.npz"
! grep '^note   model' "$scratch/out" || { echo "a model that was written by this program deserves no remark" && exit 1; }
# As much space as df sees, give or take what others write meanwhile.
df -Pk . | awk -v "found=$(sed -n 's/^ok .* \([0-9]*\) MB free.*/\1/p' "$scratch/out")" 'NR == 2 {
    expected = $4 * 1024 / 1e6
    if (found != "" && (found < expected / 2 - 100 || found > expected * 2 + 100)) {
        print "expected about " expected " MB, found " found
        exit 1
    }
}'
# Test images that are not there, or have no labels, are no fault; a truth that training needs is.
expect 0 "note   test data" "-> scripts/fetch-mnist.sh" "no faults found" \
    -- --data tests/fuzz/data --model "$scratch/model.npz"
rm "$scratch/data/t10k-labels-idx1-ubyte"
expect 0 "note   test data" "no test labels" "12 images of 6 x 6 x 1 without labels" "no faults found" \
    -- --data "$scratch/data" --model "$scratch/model.npz"
rm "$scratch/data/train-labels-idx1-ubyte"
expect 1 "FAULT  training data" "no training labels" "cnn doctor: 1 fault found" \
    -- --data "$scratch/data" --model "$scratch/model.npz"
head -c 100 "$scratch/model.npz" >"$scratch/short.npz"
expect 1 "FAULT  model" "cnn doctor: 1 fault found" -- --data tests/fuzz/data --model "$scratch/short.npz"
# A damaged model whose previous one is whole can be given back; a folder in its place first has to go.
cp "$scratch/model.npz" "$scratch/short.npz.prev"
expect 1 "the one before it is whole: mv" -- --data tests/fuzz/data --model "$scratch/short.npz"
rm "$scratch/short.npz" && mkdir "$scratch/short.npz"
expect 1 "not a file but a folder" -- --data tests/fuzz/data --model "$scratch/short.npz"
! grep "mv '" "$scratch/out" || { echo "mv would move the model into the folder" && exit 1; }
