#!/usr/bin/env bash
# cnn train --recipe: it prints the command that it stands for, which comes to the same bits; options beside it win.
# Usage: test_recipe.sh PROGRAM
set -euo pipefail

cnn=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

fail() {
    echo "$1" >&2
    cat out error >&2
    exit 1
}

# train STATUS OPTIONS...: into out and error.
train() {
    local expected=$1 status=0
    shift
    "$cnn" train "$@" >out 2>error </dev/null || status=$?
    [[ $status == "$expected" ]] || fail "train $*: exit status $status, expected $expected"
}

# fingerprint: of the model that the last run made.
fingerprint() {
    awk '$1 == "fingerprint" { print $2 }' out
}

train 0 --recipe fast --epochs 1 --validation-split 0.95 --data synth --seed 5 --model "it's.npz"
command=$(sed -n 's/^fast stands for: cnn train //p' error)
[[ $command == *" --scale "* && $command == *"--arch 'conv2d:"* ]] || fail "the command is not there"
[[ $command != *--recipe* ]] || fail "the command is still in terms of the recipe"
[[ $command == *"--epochs 1 "* && $command == *"--validation-split 0.95"* ]] || fail "what was given is not in the command"
wanted=$(fingerprint)
[[ -n $wanted && -s "it's.npz" ]] || fail "no model"
rm -- *.npz
eval "train 0 $command"
[[ $(fingerprint) == "$wanted" ]] || fail "the command that was printed trains something else"
[[ -s "it's.npz" ]] || fail "the command that was printed saves elsewhere"
"$cnn" summary --model "it's.npz" | grep -q max_pooling2d || fail "not the network of the recipe"

# In any order of the options, and with --json; what is silent says nothing.
train 0 --epochs 1 --data synth --validation-split 0.95 --verbose 0 --arch "flatten dense:10,softmax" --recipe fast
[[ ! -s out && ! -s error ]] || fail "--verbose 0 says something"
"$cnn" summary --model cnn.npz | grep -q 7850 || fail "--arch beside the recipe does not win"
train 0 --recipe fast --epochs 1 --data synth --validation-split 0.95 --arch "flatten dense:10,softmax" --json --overwrite
grep -q "^fast stands for" error || fail "--json: no command"
grep -q '"event": "result"' out || fail "--json: no result"

train 2 --recipe fst
grep -q "fast" error || fail "an unknown recipe: the known ones are not named"
train 2 --recipe fast --resume cnn.npz
grep -q -- "--resume goes on as the run began; --recipe cannot go with it" error || fail "--resume: another message"
